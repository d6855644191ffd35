"""A pupil who leaves: nobody writes, counts or awaits their unfinished year until they are back."""

from datetime import date, datetime, timedelta

import pytest

from backend.db import sql
from backend.db.repositories import departures, records
from backend.db.repositories.departures import DepartureRow
from backend.db.repositories.records import RecordRow
from backend.db.scope import scoped
from backend.domain.calendar import Window
from backend.domain.departure import DepartureReason
from backend.domain.domain_error import DomainError
from backend.domain.errors import (
    BookBusyError,
    DayInvalidError,
    NotFoundError,
    NotPermittedError,
    TransferOpenError,
)
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Refusal
from backend.services import departures as cases
from backend.services import preflight, submissions
from backend.services import records as editing
from backend.services.acting import refusal_for
from tests.fixtures.moving import Parts
from tests.fixtures.world import World

DAY = date(2025, 1, 6)


async def leave(
    actor: Actor, record_id: int, day: date = DAY, *, dry_run: bool = False
) -> DepartureRow | None:
    async with scoped(actor, write=True):
        return await cases.leave(
            actor, record_id, DepartureReason.DROPPED_OUT, day, "Theo bố mẹ đi làm", dry_run=dry_run
        )


async def counted(world: World) -> int:
    (row,) = await world.owner.run(
        "SELECT sum(count)::int AS n FROM school_count WHERE school_id = $1", world.own.id
    )
    count: int = row["n"]
    return count


async def found(actor: Actor, record_id: int) -> RecordRow:
    async with scoped(actor, write=False):
        return (await records.find([record_id]))[record_id]


async def _soon(world: World) -> datetime:
    (row,) = await world.owner.run("SELECT now() + interval '1 day' AS at")
    at: datetime = row["at"]
    return at


async def test_what_is_unfinished_is_left_behind_and_taken_up_again(parts: Parts) -> None:
    """Counted one less and written by nobody, readable by all who read it; when the pupil is back all is as before."""
    before, clerk = await counted(parts.world), parts.world.own.actors["vt"]
    period = await parts.world.lock_period(Window.MAIN, await _soon(parts.world))
    would_miss = await _would_miss(parts, period)
    gone = await leave(parts.old, parts.record.id)
    assert gone is not None
    assert await _would_miss(parts, period) == would_miss - 1
    assert (gone.reason, gone.left_on, gone.returned_on) == (DepartureReason.DROPPED_OUT, DAY, None)
    assert await counted(parts.world) == before - 1
    row = await found(clerk, parts.record.id)
    assert refusal_for(clerk, Action.EDIT, row) is Refusal.LEFT
    assert refusal_for(clerk, Action.VIEW, row) is None
    async with scoped(clerk, write=True):
        with pytest.raises(NotPermittedError) as caught:
            await editing.edit(clerk, row.id, row.working.version, {"comments": {}})
        assert caught.value.reason == Refusal.LEFT
        changed = await sql.rows(
            "UPDATE year_record SET updated_at = now() WHERE id = $1 RETURNING id", row.id
        )
    assert changed == []
    async with scoped(clerk, write=True):
        back = await cases.come_back(clerk, gone.id, DAY + timedelta(days=30))
    assert back.returned_on == DAY + timedelta(days=30)
    assert await counted(parts.world) == before
    assert refusal_for(clerk, Action.EDIT, await found(clerk, parts.record.id)) is None


async def _would_miss(parts: Parts, period_id: int) -> int:
    async with scoped(parts.old, write=False):
        _, row = await preflight.look(period_id, None)
    return row.missing


async def test_what_is_in_effect_stays_so(parts: Parts) -> None:
    """A year that the department has accepted stands, counted as before, when the pupil leaves afterwards."""
    await parts.world.bring_to(State.ISSUED, parts.record.id)
    async with scoped(parts.old, write=True):
        await submissions.submit(parts.old, [parts.record.id])
    with pytest.raises(BookBusyError):
        await leave(parts.old, parts.record.id)
    await parts.world.checked()
    async with scoped(parts.world.department, write=True):
        await submissions.accept(parts.world.department, [parts.record.id])
    before = await counted(parts.world)
    assert await leave(parts.old, parts.record.id) is not None
    assert await counted(parts.world) == before
    assert (await found(parts.old, parts.record.id)).state is State.ACCEPTED


async def test_who_left_is_neither_left_again_nor_moved(parts: Parts) -> None:
    """A second departure, a transfer, a day to come, another school, a teacher: each refused, and nothing is noted twice."""
    tomorrow = (await _soon(parts.world)).date() + timedelta(days=1)
    refusals: list[tuple[Actor, date, type[DomainError]]] = [
        (parts.world.own.actors["gv.4A"], DAY, NotPermittedError),
        (parts.new, DAY, NotFoundError),
        (parts.old, tomorrow, DayInvalidError),
    ]
    for actor, day, error in refusals:
        with pytest.raises(error):
            await leave(actor, parts.record.id, day)
    assert await leave(parts.old, parts.record.id, dry_run=True) is None
    assert await parts.world.owner.run("SELECT 1 FROM departure") == []
    gone = await leave(parts.old, parts.record.id)
    assert gone is not None
    with pytest.raises(NotPermittedError):
        await leave(parts.old, parts.record.id)
    with pytest.raises(NotPermittedError):
        await parts.ask()
    async with scoped(parts.old, write=True):
        with pytest.raises(DayInvalidError):
            await cases.come_back(parts.old, gone.id, DAY - timedelta(days=1))
        await cases.come_back(parts.old, gone.id, DAY)
        with pytest.raises(NotPermittedError):
            await cases.come_back(parts.old, gone.id, DAY)
    await parts.ask()
    with pytest.raises(TransferOpenError):
        await leave(parts.old, parts.record.id)
    assert len(await parts.world.owner.run("SELECT 1 FROM departure")) == 1


async def test_a_departure_is_seen_by_its_school_those_above_and_the_family(parts: Parts) -> None:
    """Leaders and clerk, district, department and parent see it; another school and teachers do not."""
    gone = await leave(parts.old, parts.record.id)
    assert gone is not None
    world = parts.world
    there = (parts.old, world.own.actors["vt"], world.district["193"], world.department, world.guardian)
    absent = (parts.new, world.own.actors["gv.4A"], world.district["194"])
    for actor, sees in (*((item, True) for item in there), *((item, False) for item in absent)):
        assert actor is not None
        async with scoped(actor, write=False):
            assert (gone.id in await departures.find([gone.id])) == sees, actor.role
