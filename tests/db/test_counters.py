"""Counts by state are exact in the transaction that changes them, and agree with the lists they open."""

import asyncio
import re

import asyncpg
import pytest

from backend.db import sql
from backend.db.repositories import organisation, records
from backend.db.scope import scoped
from backend.domain.lifecycle import Action, State
from backend.services import submissions
from backend.services.records import send_back
from tests.fixtures.world import CLASSES, PUPILS_PER_CLASS, World
from tests.strategies.records import YEAR

RECOUNT = """
SELECT school_class_id, state, count(*) AS n FROM year_record GROUP BY 1, 2
EXCEPT SELECT school_class_id, state, count FROM state_count WHERE count > 0"""

SUMS = """
SELECT school_id, school_year, state, sum(count) FROM state_count GROUP BY 1, 2, 3
EXCEPT SELECT school_id, school_year, state, count FROM school_count"""


async def _assert_exact(world: World) -> None:
    assert await world.owner.run(RECOUNT) == []
    counted = await world.owner.run("SELECT sum(count)::int AS n FROM state_count")
    listed = await world.owner.run("SELECT count(*)::int AS n FROM year_record")
    assert counted == listed
    assert await world.owner.run(SUMS) == []


async def test_counts_follow_every_change(world: World) -> None:
    """After import, signing, submission, acceptance, withdrawal and replacement the counts are still exact."""
    principal = world.own.actors["ht"]
    ids = [record.id for record in await world.records(world.own.actors["gv.4A"])]
    await _assert_exact(world)
    await world.bring_to(State.ISSUED, *ids)
    await _assert_exact(world)
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids)
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids)
    async with scoped(principal, write=True):
        await send_back(principal, Action.WITHDRAW, ids[0], "Ghi nhầm.")
        await send_back(principal, Action.REPLACE, ids[1], "Bổ sung.")
    await _assert_exact(world)
    async with scoped(principal, write=False):
        counts = await organisation.counts(YEAR.start, world.own.id)
    by_state = {state: sum(row.count for row in counts if row.state is state) for state in State}
    assert by_state[State.ACCEPTED] == 2
    assert by_state[State.DRAFT] == len(CLASSES) * PUPILS_PER_CLASS - 2


async def test_a_replacement_does_not_hide_what_stands(world: World) -> None:
    """A record whose replacement is a draft counts and shows as accepted."""
    principal = world.own.actors["ht"]
    record_id = (await world.records(principal))[0].id
    await world.bring_to(State.ISSUED, record_id)
    async with scoped(principal, write=True):
        await submissions.submit(principal, [record_id])
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, [record_id])
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, record_id, "Bổ sung.")
        row = (await records.find([record_id]))[record_id]
    assert (row.state, row.working.state, row.standing.state) == (State.ACCEPTED, State.DRAFT, State.ACCEPTED)


async def test_a_rolled_back_change_counts_nothing(world: World) -> None:
    """Counts belong to the transaction: undone with it."""
    record = (await world.records(world.own.actors["ht"]))[0]
    connection = await asyncpg.connect(world.urls.worker)
    async with connection.transaction():
        await connection.execute(
            "UPDATE revision SET state = 'TEACHER_SIGNED' WHERE id = $1", record.working.id
        )
        inside = await connection.fetchval(
            "SELECT sum(count) FROM state_count WHERE state = 'TEACHER_SIGNED'"
        )
        assert inside == 1
        await connection.execute("SAVEPOINT here")
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("UPDATE revision SET state = 'LOCKED' WHERE id = $1", record.working.id)
        await connection.execute("ROLLBACK TO here")
    await connection.execute("BEGIN")
    await connection.execute(
        "UPDATE revision SET state = 'PRINCIPAL_SIGNED' WHERE id = $1", record.working.id
    )
    await connection.execute("ROLLBACK")
    await connection.close()
    await _assert_exact(world)


async def test_the_worker_sees_counts_move_with_its_own_statement(world: World) -> None:
    """One statement over a class moves two counts, not one for each record."""
    ids = [record.working.id for record in await world.records(world.own.actors["gv.4A"])]
    await world.worker.run("UPDATE revision SET state = 'TEACHER_SIGNED' WHERE id = ANY ($1)", ids)
    async with scoped(world.own.actors["gv.4A"], write=False):
        rows = await sql.rows("SELECT state, count FROM state_count WHERE count > 0")
    assert [tuple(row.values()) for row in rows] == [("TEACHER_SIGNED", PUPILS_PER_CLASS)]


async def test_no_trigger_joins_the_rows_before_with_the_rows_after(world: World) -> None:
    """Such a join is planned for the first call's few rows and compares each with each in a later call of many."""
    bodies = await world.owner.run(
        "SELECT p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgnewtable IS NOT NULL"
    )
    assert len(bodies) >= 5
    joined = re.compile(r"(after|before)_rows\s+(AS\s+)?\w*\s*(JOIN|,)\s*(after|before)_rows", re.IGNORECASE)
    assert [row["proname"] for row in bodies if joined.search(row["prosrc"])] == []


async def test_acts_that_count_in_other_orders_do_not_block_each_other(world: World) -> None:
    """Returns and signatures in classes of one school at once: each is done, none is given up as a deadlock."""
    ids = [record.id for record in await world.records(world.own.actors["ht"])]
    to_return, to_sign = ids[: len(ids) // 2], ids[len(ids) // 2 :]
    await world.bring_to(State.TEACHER_SIGNED, *to_return)
    step = "UPDATE revision SET state = $2 WHERE id = (SELECT working_revision_id FROM year_record WHERE id = $1)"

    async def act(record_id: int, *states: State) -> None:
        connection = await asyncpg.connect(world.urls.owner)
        try:
            async with connection.transaction():
                for state in states:
                    await connection.execute(step, record_id, state)
                await connection.execute(
                    "UPDATE year_record SET working_revision_id = NULL WHERE id = $1", record_id
                )
                await connection.execute("SELECT pg_sleep(0.02)")
        finally:
            await connection.close()

    await asyncio.gather(
        *(act(record_id, State.RETURNED) for record_id in to_return),
        *(act(record_id, State.TEACHER_SIGNED) for record_id in to_sign),
    )
    await _assert_exact(world)
