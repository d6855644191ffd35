"""An import is whole or it is not there: whatever stops it half-way leaves nothing, and what it wrote is counted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from backend.db import sql
from backend.db.scope import scoped
from backend.domain.content import RecordContent
from backend.domain.errors import ConflictError
from backend.files.parsed import ParsedFile
from backend.services import importing
from backend.services.importing import Report, RowAction, import_file
from tests.db.test_counters import RECOUNT, SUMS
from tests.fixtures.database import Login
from tests.fixtures.world import World, parsed, pupil_content

TABLES = (
    "pupil",
    "record_book",
    "enrolment",
    "year_record",
    "revision",
    "school_class",
    "audit_event",
    "live_event",
)


def _content(world: World, number: int, class_name: str) -> RecordContent:
    return pupil_content(world.own.facts, class_name, 4, number)


def _file(world: World, *, first: int = 900, rows: int = 80) -> ParsedFile:
    """New pupils in two classes, one of them new."""
    return parsed([_content(world, first + at, "4A" if at % 2 else "4Z") for at in range(rows)])


async def _import(world: World, file: ParsedFile) -> Report:
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        return await import_file(clerk, world.own.id, file, dry_run=False)


async def _everything(world: World) -> list[object]:
    """All rows of what an import writes, and all counts."""
    return [
        [tuple(row) for row in await world.owner.run(f"SELECT to_jsonb(t) FROM {table} t ORDER BY 1")]
        for table in (*TABLES, "state_count", "school_count", "progress_day")
    ]


Step = Callable[..., Awaitable[object]]


def _before(step: Step, happens: Callable[[], Awaitable[object]]) -> Step:
    async def stepped(*arguments: object, **named: object) -> object:
        await happens()
        return await step(*arguments, **named)

    return stepped


async def test_an_import_whose_connection_is_killed_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL loses the session when all rows are written and the act is still to be: no row, class or count stays."""
    before = await _everything(world)

    async def kill() -> None:
        backend = await sql.value("SELECT pg_backend_pid()")
        assert await sql.value("SELECT count(*) FROM year_record WHERE pupil_name <> ''") > 80
        await Login(world.urls.superuser).run("SELECT pg_terminate_backend($1)", backend)

    monkeypatch.setattr(importing.audit, "append", _before(importing.audit.append, kill))
    with pytest.raises(Exception, match=r"closed|terminat"):
        await _import(world, _file(world))
    assert await _everything(world) == before


async def test_a_draft_that_changed_meanwhile_stops_the_whole_import(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft that somebody saved between comparing and writing is not overwritten, and no other row is written."""
    known = _content(world, 990, "4A")
    await _import(world, parsed([known]))
    mended = replace(known, absent_excused=known.absent_excused + 1)
    file = parsed([*(row.content for row in _file(world).rows if row.content), mended])
    saved: list[object] = []

    async def save() -> None:
        await world.owner.run(
            "UPDATE revision SET version = version + 1 WHERE id = (SELECT max(id) FROM revision)"
        )
        saved.extend(await _everything(world))

    monkeypatch.setattr(importing, "write", _before(importing.write, save))
    with pytest.raises(ConflictError):
        await _import(world, file)
    assert await _everything(world) == saved


async def test_an_import_is_counted_exactly(world: World) -> None:
    """New, changed, moved and unchanged pupils of two classes: every count is that of the rows."""
    await _import(world, _file(world))
    contents = [row.content for row in _file(world).rows if row.content is not None]
    entry = replace(contents[0].history[0], class_name="4A")
    contents[0] = replace(contents[0], class_name="4A", history=(entry,))
    contents[1] = replace(contents[1], absent_excused=3)
    report = await _import(world, parsed([*contents, _content(world, 999, "4B")]))
    assert [report.count(action) for action in RowAction] == [1, 2, 78, 0]
    assert await world.owner.run(RECOUNT) == []
    assert await world.owner.run(SUMS) == []
    counted = await world.owner.run("SELECT sum(count)::int AS n FROM state_count")
    assert counted == await world.owner.run("SELECT count(*)::int AS n FROM year_record")
