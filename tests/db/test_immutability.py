"""Signed content, locked records and the append-only tables cannot change, whoever tries and how."""

from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.scope import scoped
from backend.domain.calendar import Window
from backend.domain.lifecycle import State, transitions
from backend.domain.policy import Actor
from backend.services import locking, submissions
from tests.fixtures.world import World

LOCKED, SIGNED, LIFECYCLE = "HB002", "HB001", "HB003"

CHANGES = (
    "UPDATE revision SET content = '{}' WHERE id = $1",
    "UPDATE revision SET content_digest = repeat('0', 64) WHERE id = $1",
    "UPDATE revision SET state = 'DRAFT' WHERE id = $1",
    "UPDATE revision SET state = 'WITHDRAWN' WHERE id = $1",
    "UPDATE revision SET reason = 'x' WHERE id = $1",
    "DELETE FROM revision WHERE id = $1",
    "UPDATE year_record SET pupil_name = 'x' WHERE standing_revision_id = $1",
    "UPDATE year_record SET standing_revision_id = NULL WHERE standing_revision_id = $1",
    "DELETE FROM year_record WHERE standing_revision_id = $1",
    "UPDATE ledger_entry SET leaf_hash = repeat('0', 64) WHERE revision_id = $1",
    "DELETE FROM ledger_entry WHERE revision_id = $1",
    "UPDATE record_book SET lookup_code = md5('x') WHERE id = (SELECT book_id FROM revision WHERE id = $1)",
)


REFUSED = (BaseORMException, asyncpg.PostgresError)


async def _as_actor(actor: Actor, statement: str, *binds: object) -> None:
    async with scoped(actor, write=True):
        await sql.rows(statement, *binds)


async def _lock_one(world: World) -> int:
    """Take one record of the own school to its lock; returns the revision."""
    record = (await world.records(world.own.actors["ht"]))[0]
    await world.bring_to(State.ISSUED, record.id)
    async with scoped(world.own.actors["ht"], write=True):
        await submissions.submit(world.own.actors["ht"], [record.id])
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, [record.id])
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) - timedelta(minutes=1))
    async with scoped(world.department, write=True):
        assert (await locking.seal(world.department, period_id)).count == 1
    return record.working.id


async def _snapshot(world: World) -> list[asyncpg.Record]:
    return await world.owner.run(
        "SELECT to_jsonb(r) AS revision, to_jsonb(y) AS record, to_jsonb(b) AS book, to_jsonb(e) AS entry"
        " FROM revision r JOIN year_record y ON y.id = r.year_record_id JOIN record_book b ON b.id = y.book_id"
        " LEFT JOIN ledger_entry e ON e.revision_id = r.id ORDER BY r.id"
    )


@pytest.mark.parametrize("side", ["school", "department", "worker", "owner"])
@pytest.mark.parametrize("statement", CHANGES)
async def test_a_locked_record_refuses_every_change(world: World, side: str, statement: str) -> None:
    """A locked record stays as it is for the school, the department, the worker, and even the owner."""
    revision_id = await _lock_one(world)
    before = await _snapshot(world)
    if side in {"worker", "owner"}:
        login = world.worker if side == "worker" else world.owner
        with pytest.raises(asyncpg.PostgresError) as refused:
            await login.run(statement, revision_id)
        assert refused.value.sqlstate in {LOCKED, SIGNED, "42501"}
    else:
        actor = world.own.actors["ht"] if side == "school" else world.department
        with pytest.raises(REFUSED, match=r"locked|denied|only grows|keeps|never"):
            await _as_actor(actor, statement, revision_id)
    assert await _snapshot(world) == before


async def test_no_draft_can_begin_on_a_locked_record(world: World) -> None:
    """Nothing new can be opened beside a locked revision."""
    revision_id = await _lock_one(world)
    with pytest.raises(asyncpg.PostgresError, match="locked"):
        await world.owner.run(
            "INSERT INTO revision (year_record_id, number, book_id, school_id, school_class_id, school_year, grade,"
            ' state, content, content_digest, "window", complete, version, reason, created_at, updated_at)'
            " SELECT year_record_id, 9, book_id, school_id, school_class_id, school_year, grade, 'DRAFT', content,"
            " content_digest, \"window\", complete, 1, '', now(), now() FROM revision WHERE id = $1",
            revision_id,
        )


async def test_a_sealed_period_cannot_change(world: World) -> None:
    """A sealed lock period keeps its dates and its root."""
    await _lock_one(world)
    with pytest.raises(asyncpg.PostgresError, match="sealed"):
        await world.owner.run("UPDATE lock_period SET locks_at = now()")


@pytest.mark.parametrize(
    "column", ["content = '{}'", "content_digest = repeat('0', 64)", "\"window\" = 'SUPPLEMENTARY'"]
)
@pytest.mark.parametrize("login", ["worker", "owner"])
async def test_signed_content_cannot_change(world: World, column: str, login: str) -> None:
    """From the first signature on, the content of a revision is fixed."""
    record = (await world.records(world.own.actors["ht"]))[0]
    await world.bring_to(State.TEACHER_SIGNED, record.id)
    before = await _snapshot(world)
    with pytest.raises(asyncpg.PostgresError) as refused:
        await getattr(world, login).run(f"UPDATE revision SET {column} WHERE id = $1", record.working.id)
    assert refused.value.sqlstate in {SIGNED, "42501"}
    assert await _snapshot(world) == before


@pytest.mark.parametrize(
    "table",
    ["signature", "artefact", "signing_intent", "ledger_entry", "tree_head", "audit_event", "revision"],
)
async def test_nothing_can_be_emptied(world: World, table: str) -> None:
    """Not even the owner can truncate a table that must only grow."""
    with pytest.raises(asyncpg.PostgresError, match="only grows"):
        await world.owner.run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    ("performer", "start", "end"),
    [
        ("worker", State.DRAFT, State.PRINCIPAL_SIGNED),
        ("worker", State.DRAFT, State.ACCEPTED),
        ("worker", State.ISSUED, State.SUBMITTED),
        ("school", State.DRAFT, State.TEACHER_SIGNED),
        ("school", State.ISSUED, State.ACCEPTED),
        ("department", State.DRAFT, State.TEACHER_SIGNED),
        ("department", State.ISSUED, State.SUBMITTED),
        ("department", State.ISSUED, State.LOCKED),
    ],
)
async def test_the_database_knows_the_lifecycle(
    world: World, performer: str, start: State, end: State
) -> None:
    """A change of state that the table does not give to this side is refused by the database itself."""
    record = (await world.records(world.own.actors["ht"]))[0]
    if start is not State.DRAFT:
        await world.bring_to(start, record.id)
    statement = "UPDATE revision SET state = $2 WHERE id = $1"
    actor = {"school": world.own.actors["ht"], "department": world.department}.get(performer)
    run = partial(_as_actor, actor) if actor else world.worker.run
    with pytest.raises(REFUSED, match=r"may not go from|effective"):
        await run(statement, record.working.id, end)
    assert (await world.records(world.own.actors["ht"]))[0].working.state is start


async def test_the_lifecycle_table_is_the_domains(world: World) -> None:
    """The database's table of transitions is the one in ``backend.domain.lifecycle``."""
    rows = await world.owner.run("SELECT from_state, to_state, performer FROM lifecycle_transition")
    assert {tuple(row) for row in rows} == {tuple(map(str, item)) for item in transitions()}
