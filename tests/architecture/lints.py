"""Rules of the house that no general tool knows. Each takes a module and says where it is broken."""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.architecture.sources import Function, Module, docstrings, functions

Broken = tuple[int, str]
"""A line and what stands there."""


@dataclass(frozen=True, slots=True)
class Lint:
    """A rule, where it holds, and the files that are excused, each with its reason."""

    find: Callable[[Module], Iterator[Broken]]
    within: tuple[str, ...] = ("",)
    home: tuple[str, ...] = ()
    excused: Mapping[str, str] = field(default_factory=dict)

    def broken(self, module: Module) -> list[Broken]:
        """Where the module breaks the rule, whatever excuses it."""
        applies = module.path.startswith(self.within) and not (
            self.home and module.path.startswith(self.home)
        )
        return list(self.find(module)) if applies else []


# --- queries -------------------------------------------------------------------------------------

_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH [a-z_]+ AS|MERGE INTO|CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE"
    r"|SET|LOCK|LISTEN|NOTIFY|COPY)\b\s+\S"
)


def queries(module: Module) -> Iterator[Broken]:
    """SQL in a string, a call of ``backend.db.sql``, or a model or the ORM itself brought in."""
    quoted = docstrings(module.tree)
    for node in ast.walk(module.tree):
        match node:
            case ast.Constant(value=str(text)) if node not in quoted and _SQL.match(text):
                yield node.lineno, text[:40]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="sql"), attr=name)):
                yield node.lineno, f"sql.{name}"
            case ast.Import() | ast.ImportFrom():
                yield from ((node.lineno, name) for name in imported(node) if _reaches_tables(name))


def _reaches_tables(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in {"tortoise", "pypika_tortoise"} or name.startswith(
        ("backend.db.models", "backend.db.sql")
    )


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Full names of what an import brings in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]


# --- the environment -----------------------------------------------------------------------------

_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def environment_uses(module: Module) -> Iterator[Broken]:
    """``os.environ`` and its relatives, under any name."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in _ENVIRONMENT:
                yield node.lineno, f"os.{name}"
            case ast.ImportFrom(module="os") if taken := _ENVIRONMENT & {alias.name for alias in node.names}:
                yield node.lineno, f"from os import {', '.join(sorted(taken))}"
            case ast.Import() if any(alias.name == "os" and alias.asname for alias in node.names):
                yield node.lineno, "os under another name"


# --- imports -------------------------------------------------------------------------------------


def late_imports(module: Module) -> Iterator[Broken]:
    """An import that waits for a call: a cycle dodged, or a cost hidden."""
    for function in functions(module):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node.lineno, function.name
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(
                func=ast.Name(id="__import__")
                | ast.Attribute(attr="import_module")
                | ast.Name(id="import_module")
            ):
                yield node.lineno, "import by name"


# --- the domain ----------------------------------------------------------------------------------

_IMPURE = {
    "asyncio", "concurrent", "ctypes", "glob", "http", "io", "locale", "logging", "multiprocessing", "os", "pathlib",
    "platform", "random", "secrets", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys",
    "tempfile", "threading", "time", "urllib",
}  # fmt: skip
_CLOCKS = {"now", "today", "utcnow", "monotonic", "perf_counter", "fromtimestamp"}


def impurities(module: Module) -> Iterator[Broken]:
    """A library, a clock, a file, a coroutine: what makes a rule depend on more than its arguments."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from ((node.lineno, name) for name in imported(node) if not _is_pure(name))
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield node.lineno, "async"
            case ast.Call(func=ast.Attribute(attr=name)) if name in _CLOCKS:
                yield node.lineno, f"{name}()"
            case ast.Call(func=ast.Name(id="open" | "input" as name)):
                yield node.lineno, f"{name}()"


def _is_pure(name: str) -> bool:
    root = name.split(".", maxsplit=1)[0]
    return name.startswith("backend.domain.") or (root in sys.stdlib_module_names and root not in _IMPURE)


# --- logs ----------------------------------------------------------------------------------------

_LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "exception"}
_EVENT = re.compile(r"[a-z]+(_[a-z]+)+")
_PERSONAL = re.compile(
    r"name|title|pupil|guardian|birth|citizen|lookup|comment|content|document|password|secret|token|cookie|text|body"
)


def loose_events(module: Module) -> Iterator[Broken]:
    """A log event that is no constant, says more than ids, or is put together from text."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "logger" | "_log"), attr=level)) if (
                level in _LEVELS
            ):
                yield from ((node.lineno, why) for why in _event_faults(node))


def _event_faults(call: ast.Call) -> Iterator[str]:
    match call.args:
        case [ast.Constant(value=str(event))] if _EVENT.fullmatch(event):
            pass
        case _:
            yield "the event is not one constant in snake_case"
    for keyword in call.keywords:
        if keyword.arg is None or _PERSONAL.search(keyword.arg):
            yield f"{keyword.arg or '**'} is no id"
        if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in ast.walk(keyword.value)):
            yield f"{keyword.arg} is put together"


# --- size and words ------------------------------------------------------------------------------

LINES_MAX = 400


def too_long(module: Module) -> Iterator[Broken]:
    """A file that nobody reads in one go."""
    if module.lines > LINES_MAX:
        yield module.lines, f"{module.lines} lines"


def undocumented(module: Module) -> Iterator[Broken]:
    """A module that does not say what it is for; an empty one has nothing to say."""
    if module.tree.body and not ast.get_docstring(module.tree):
        yield 1, "no docstring"


def size(function: Function) -> int:
    """Lines of a function, without its decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


LINTS: dict[str, Lint] = {
    "queries only in backend/db": Lint(
        queries,
        home=tuple(
            f"backend/db/{place}"
            for place in (
                "repositories/",
                "reading/",
                "models/",
                "acting_pools.py",
                "connection.py",
                "health.py",
                "migrate.py",
                "scope.py",
                "sql.py",
            )
        ),
        excused={
            "backend/embedded/postgres.py": "administers the server: roles and databases before any connection of ours"
        },
    ),
    "the environment only in settings": Lint(
        environment_uses,
        home=("backend/settings.py",),
        excused={
            "signing-worker/signing_worker/judge/process.py": "empties the environment of the process that judges documents",
            "signing-worker/signing_worker/render/child.py": "empties the environment of the process that draws",
        },
    ),
    "no late imports": Lint(
        late_imports,
        excused={
            "signing-worker/signing_worker/render/child.py": "loads the renderer after its limits, and nowhere else"
        },
    ),
    "a pure domain": Lint(impurities, within=("backend/domain/",)),
    "log events are constants with ids": Lint(
        loose_events,
        excused={
            "backend/embedded/system_user.py": "stands below the house's log: the standard library's, for whoever starts servers"
        },
    ),
    "files of at most 400 lines": Lint(too_long),
    "every module says what it is for": Lint(undocumented),
}
