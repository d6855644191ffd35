"""Counters keep how they stood at the end of each day, by themselves."""

from datetime import date, timedelta

from backend.db.repositories import progress
from backend.db.scope import scoped
from backend.domain.lifecycle import State
from backend.services import progress as cases
from tests.fixtures.world import World
from tests.strategies.records import YEAR


async def _turn_back(world: World, days: int) -> date:
    """Let the counters have stood as they do for so many days; returns today."""
    await world.owner.run("UPDATE school_count SET counted_on = counted_on - $1::int", days)
    await world.owner.run("ALTER TABLE progress_day DISABLE TRIGGER only_grows")
    await world.owner.run("UPDATE progress_day SET day = day - $1::int", days)
    await world.owner.run("ALTER TABLE progress_day ENABLE TRIGGER only_grows")
    async with scoped(world.department, write=False):
        return (await progress.deadline(YEAR.start))[0]


async def test_a_day_keeps_its_count_when_the_next_changes_it(world: World) -> None:
    """Yesterday's burn-up stays what it was; before the records there was nothing."""
    today = await _turn_back(world, 3)
    ids = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    await world.bring_to(State.TEACHER_SIGNED, *ids)
    await world.bring_to(State.TEACHER_SIGNED)
    async with scoped(world.department, write=False):
        days = await cases.history(world.department, YEAR.start, world.own.id, today - timedelta(4), today)
    drafts = [counts.get(State.DRAFT, 0) for _, counts in days]
    signed = [counts.get(State.TEACHER_SIGNED, 0) for _, counts in days]
    assert drafts == [0, 6, 6, 6, 3]
    assert signed == [0, 0, 0, 0, 3]


async def test_many_changes_of_a_day_leave_one_row(world: World) -> None:
    """The second change of a day finds the day before written down already."""
    await _turn_back(world, 1)
    ids = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    for record_id in ids:
        await world.bring_to(State.TEACHER_SIGNED, record_id)
    kept = await world.owner.run(
        "SELECT count FROM progress_day WHERE school_id = $1 AND state = 'DRAFT' ORDER BY day", world.own.id
    )
    assert [row["count"] for row in kept] == [0, 6]


async def test_a_school_that_moved_is_forecast_and_one_that_stood_is_named_first(world: World) -> None:
    """Half reported in a week: the rest takes another; who has done nothing has no day at all."""
    today = await _turn_back(world, 8)
    ids = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    await world.bring_to(State.ISSUED, *ids)
    await world.owner.run(
        "UPDATE revision SET state = 'SUBMITTED' FROM year_record y"
        " WHERE y.working_revision_id = revision.id AND y.id = ANY ($1)",
        ids,
    )
    async with scoped(world.department, write=False):
        found = await cases.forecasts(world.department, YEAR.start, None)
    assert [item.forecast.finishes_on for item in found] == [None, None, today + timedelta(days=7)]
    assert (found[-1].school_id, found[-1].forecast.done, found[-1].forecast.total) == (world.own.id, 3, 6)


async def test_a_teacher_and_the_public_read_no_days(world: World) -> None:
    """The days of a school are its leaders'; the public's role finds no row of them."""
    async with scoped(world.own.actors["gv.4A"], write=False):
        assert await progress.steps(YEAR.start, None) == []
