"""The code that the architecture tests read: modules, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIGRATIONS = "backend/db/migrations/"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """A module: where it is, seen from the project's folder, and what it says."""

    path: str
    source: str

    @property
    def tree(self) -> ast.Module:
        return _parse(self.source)

    @property
    def lines(self) -> int:
        return len(self.source.splitlines())


@cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def modules(*folders: str) -> list[Module]:
    """Every module below the folders; migrations, which a program wrote, are not among them."""
    found = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    named = [(path.relative_to(ROOT).as_posix(), path) for path in found]
    return [Module(name, path.read_text("utf-8")) for name, path in named if not name.startswith(MIGRATIONS)]


@cache
def program() -> tuple[Module, ...]:
    """The server and the worker."""
    return tuple(modules("backend", "signing-worker/signing_worker"))


def functions(module: Module) -> Iterator[Function]:
    """Every function and method, inner ones too."""
    return (node for node in ast.walk(module.tree) if isinstance(node, Function))


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """The constants that document; they quote what code may not say."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
