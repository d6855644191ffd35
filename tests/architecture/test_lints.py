"""The house rules hold, and each of them sees what it is there to see."""

import pytest

from tests.architecture.lints import LINES_MAX, LINTS, size
from tests.architecture.sources import Module, functions, modules, program

GOOD: dict[str, list[str]] = {
    "queries only in backend/db": [
        "from backend.db.repositories import records\nfound = await records.find([1])",
        '"""SELECT nothing: a docstring may speak of SQL."""',
        "SELECTED = 'Select a class'\nwords = {'a': 1}.get('SET')",
        "from backend.db.scope import scoped",
    ],
    "the environment only in settings": [
        "import os\nfolder = os.path.join('a', 'b')",
        "from backend.settings import from_env\nsettings = from_env()",
        "def environ(): return {}\nenviron()",
    ],
    "no late imports": [
        "import os\nfrom a import b\ndef f(): return b(os)",
        "if TYPE_CHECKING:\n    from a import b",
        "class A:\n    import os",
    ],
    "a pure domain": [
        "import re\nimport json\nfrom datetime import date\nfrom backend.domain.text import clean\nclean(str(date(2024, 1, 1)))",
        "from importlib import resources\nimport uuid",
    ],
    "log events are constants with ids": [
        "log.info('record_sealed', record_id=record.id, revision=7)",
        "log.warning('sign_in_refused', reason=type(error).__name__)",
        "log.exists()\nlog.read_text(errors='replace')\nself.info(f'{x}')",
        "log.error('operation_fault', fault=fault_id, exc_info=error)",
    ],
    "files of at most 400 lines": ["x = 1\n" * LINES_MAX],
    "every module says what it is for": ['"""Why."""\nx = 1', "", "# nothing but a comment"],
}

BAD: dict[str, list[str]] = {
    "queries only in backend/db": [
        "from backend.db import sql",
        "await sql.rows(statement)",
        "query = 'SELECT id FROM record'",
        "query = f'UPDATE revision SET state = {state}'",
        "query = '''\n  INSERT INTO audit (id) VALUES ($1)'''",
        "query = 'WITH due AS (SELECT 1) SELECT * FROM due'",
        "await connection.execute('SET LOCAL role = hocba_owner')",
        "from backend.db.models import Revision\nawait Revision.filter(id=1)",
        "import tortoise",
        "from tortoise.transactions import in_transaction",
    ],
    "the environment only in settings": [
        "import os\nos.environ['A']",
        "import os\ndef f(): return os.getenv('A')",
        "from os import environ as surroundings",
        "import os as system\nsystem.environ",
        "import os\nos.putenv('A', 'b')",
    ],
    "no late imports": [
        "def f():\n    import os",
        "async def f():\n    if True:\n        from a import b",
        "class A:\n    def f(self):\n        import os",
        "import importlib\nimportlib.import_module('a')",
        "from importlib import import_module\nimport_module('a')",
        "__import__('a')",
    ],
    "a pure domain": [
        "import strawberry",
        "from backend.settings import Settings",
        "from backend.db import sql",
        "from . import text",
        "import asyncio",
        "async def f(): pass",
        "from datetime import date\ndate.today()",
        "from datetime import UTC, datetime\ndatetime.now(UTC)",
        "open('/etc/passwd')",
        "import os",
    ],
    "log events are constants with ids": [
        "log.info(f'sealed {record.id}')",
        "log.info('Record sealed')",
        "log.info('record sealed %s', record.id)",
        "log.info('sealed')",
        "log.info(EVENT, record_id=1)",
        "log.info('record_sealed', 7)",
        "log.info('record_sealed', pupil_name=name)",
        "log.info('record_opened', lookup_code=code)",
        "log.info('record_sealed', record=f'{record.id}')",
        "log.info('record_sealed', record='r' + key)",
        "log.info('record_sealed', **facts)",
        "log.exception()",
    ],
    "files of at most 400 lines": ["x = 1\n" * (LINES_MAX + 1)],
    "every module says what it is for": ["x = 1", "# a comment\nimport os", "'' ''\nx = 1"],
}


def samples(of: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(rule, source) for rule, sources in of.items() for source in sources]


def sample(rule: str, source: str) -> Module:
    """A module that the rule concerns and nothing excuses."""
    return Module(f"{LINTS[rule].within[0]}sample.py", source)


def test_every_rule_has_samples():
    """A rule that nobody has seen fail proves nothing."""
    assert set(GOOD) == set(BAD) == set(LINTS)


@pytest.mark.parametrize(("rule", "source"), samples(GOOD))
def test_good_samples_pass(rule, source):
    """What the house allows is not complained about."""
    assert LINTS[rule].broken(sample(rule, source)) == []


@pytest.mark.parametrize(("rule", "source"), samples(BAD))
def test_bad_samples_are_found(rule, source):
    """What the house forbids is found, however it is spelt."""
    assert LINTS[rule].broken(sample(rule, source))


@pytest.mark.parametrize("rule", LINTS)
def test_the_code_obeys(rule):
    """No module of the server or the worker breaks a rule without being excused by name."""
    lint = LINTS[rule]
    found = {module.path: lint.broken(module) for module in program() if module.path not in lint.excused}
    assert {path: broken for path, broken in found.items() if broken} == {}


@pytest.mark.parametrize(
    ("rule", "path"), [(rule, path) for rule, lint in LINTS.items() for path in lint.excused]
)
def test_every_excuse_is_needed(rule, path):
    """An excused file exists and does what it is excused for; otherwise the excuse goes."""
    excused = [module for module in program() if module.path == path]
    assert [bool(LINTS[rule].broken(module)) for module in excused] == [True]


def test_homes_exist():
    """The places where a rule does not hold are real files and folders."""
    paths = [module.path for module in program()]
    homes = [home for lint in LINTS.values() for home in (*lint.home, *lint.within)]
    assert [home for home in homes if not any(path.startswith(home) for path in paths)] == []


def test_test_files_are_short_too():
    """Tests are code: at most 400 lines a file."""
    rule = LINTS["files of at most 400 lines"]
    assert {module.path: rule.broken(module) for module in modules("tests") if rule.broken(module)} == {}


def test_functions_are_short():
    """Half of all functions have at most 10 lines, nine in ten at most 40, none more than 60."""
    sizes = sorted(size(function) for module in program() for function in functions(module))
    median, ninth, longest = sizes[len(sizes) // 2], sizes[len(sizes) * 9 // 10], sizes[-1]
    assert (median <= 10, ninth <= 40, longest <= 60) == (True, True, True), (median, ninth, longest)


def test_files_are_short():
    """Half of all files have about a hundred lines or fewer."""
    sizes = sorted(module.lines for module in program() if module.lines)
    assert sizes[len(sizes) // 2] <= 110
