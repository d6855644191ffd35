"""The calendar: the plan's dates by themselves, other dates and exceptions by two people, and the worker that keeps it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.connection import close_database, open_database
from backend.db.repositories import calendar_watch, periods, records
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import LockStage, Window, default_calendar
from backend.domain.calendar_errors import (
    ExceptionDateInvalidError,
    ExceptionPlaceInvalidError,
    LockDateInvalidError,
)
from backend.domain.errors import (
    LockPeriodSealedError,
    NotPermittedError,
    OwnMatterError,
    ProposalDecidedError,
    ReasonRequiredError,
)
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Refusal
from backend.jobs import SealPeriod
from backend.services import calendar, locking, submissions
from backend.services.calendar import Dates, Place
from backend.services.records import send_back
from backend.services.scheduling import Calendar
from signing_worker import locks
from tests.fixtures.world import World
from tests.strategies.records import YEAR

REASON = "Trường bị cô lập do mưa lũ."
REFUSED = (BaseORMException, asyncpg.PostgresError)
SOON, LATE = timedelta(minutes=5), timedelta(minutes=-1)


async def _as(actor: Actor, work: Any) -> Any:
    async with scoped(actor, write=True):
        return await work(actor)


async def _propose(world: World, locks_at: datetime, window: Window = Window.MAIN, why: str = REASON) -> int:
    dates = Dates(year=YEAR, window=window, locks_at=locks_at)
    change, _ = await _as(world.department, lambda actor: calendar.propose_dates(actor, dates, why))
    found: int = change.id
    return found


async def _decide(actor: Actor, change_id: int, *, confirmed: bool = True) -> Any:
    return await _as(actor, lambda who: calendar.decide_dates(who, change_id, confirmed=confirmed))


async def _except(
    world: World, period_id: int, place: Place, until: timedelta = SOON, *, confirmed: bool = True
) -> int:
    ends = datetime.now(UTC) + until
    proposed = await _as(
        world.department,
        lambda actor: calendar.propose_exception(actor, period_id, place, ends, REASON),
    )
    if confirmed:
        await _as(world.second, lambda actor: calendar.decide_exception(actor, proposed.id, confirmed=True))
    exception_id: int = proposed.id
    return exception_id


async def _issue(world: World, *record_ids: int) -> None:
    await world.bring_to(State.ISSUED, *record_ids)


async def _submit(world: World, *record_ids: int, school: int = 0) -> None:
    principal = world.schools[school].actors["ht"]
    async with scoped(principal, write=True):
        await submissions.submit(principal, record_ids)


async def _accept(world: World, *record_ids: int) -> None:
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, record_ids)


async def _refused(world: World, *record_ids: int) -> None:
    with pytest.raises(NotPermittedError) as refused:
        await _submit(world, *record_ids)
    assert refused.value.refusal is Refusal.DEADLINE


async def _lock_as_worker(world: World, period_id: int) -> None:
    """As the worker's own login, which takes the department's scope."""
    await close_database()
    await open_database(world.urls.worker, pool=2)
    await locks.lock_period(SealPeriod(period_id), lambda: None)
    await close_database()
    await open_database(world.urls.app, pool=4)


async def _calendar(world: World) -> list[Any]:
    return await world.owner.run("SELECT * FROM lock_period ORDER BY id")


async def test_dates_take_two_people_and_a_reason(world: World) -> None:
    """Proposed dates change nothing; another officer confirms them; both acts and the reason are in the audit."""
    wanted = datetime.now(UTC) + timedelta(days=3)
    with pytest.raises(ReasonRequiredError):
        await _propose(world, wanted, why=" ")
    change = await _propose(world, wanted)
    assert await _calendar(world) == []
    with pytest.raises(OwnMatterError):
        await _decide(world.department, change)
    assert await _calendar(world) == []
    decided, period = await _decide(world.second, change)
    assert (decided.confirmed, period.locks_at) == (True, wanted)
    assert period.grades == {1, 2, 3, 4, 5}
    with pytest.raises(ProposalDecidedError):
        await _decide(world.second, change)
    acts = await world.owner.run(
        "SELECT action, staff_id, detail FROM audit_event WHERE action LIKE 'CALENDAR%'"
    )
    assert [(row["action"], row["staff_id"]) for row in acts] == [
        ("CALENDAR_PROPOSE", world.department.staff_id),
        ("CALENDAR_CONFIRM", world.second.staff_id),
    ]
    assert REASON in acts[0]["detail"]


async def test_the_database_wants_two_people_too(world: World) -> None:
    """An officer who writes the table alone is refused, for dates as for an exception."""
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + SOON)
    before = await _calendar(world)
    alone = (
        "UPDATE lock_period SET locks_at = now()",
        'INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)'
        " VALUES (2030, 'MAIN', now(), now(), '[1]', now())",
        "INSERT INTO lock_exception (lock_period_id, school_id, reason, expires_at, proposed_by_id, proposed_at,"
        f" decided_by_id, decided_at, confirmed) VALUES ({period_id}, {world.own.id}, 'x', now() + interval '1 day',"
        f" {world.department.staff_id}, now(), {world.department.staff_id}, now(), true)",
    )
    for statement in alone:
        with pytest.raises(REFUSED):
            await _as(world.department, lambda _, it=statement: sql.rows(it))
    assert await _calendar(world) == before
    assert await world.owner.run("SELECT FROM lock_exception") == []


async def test_dates_lie_ahead_and_in_their_order(world: World) -> None:
    """Neither a past deadline nor a main lock behind the supplementary one can be proposed; a rejected one is gone."""
    now = datetime.now(UTC)
    await world.lock_period(Window.SUPPLEMENTARY, now + timedelta(days=10))
    for locks_at in (now - SOON, now + timedelta(days=11)):
        with pytest.raises(LockDateInvalidError):
            await _propose(world, locks_at)
    change = await _propose(world, now + timedelta(days=9))
    rejected, period = await _decide(world.department, change, confirmed=False)
    assert (rejected.confirmed, period) == (False, None)
    assert len(await _calendar(world)) == 1


async def test_a_lock_that_has_begun_keeps_its_dates(world: World) -> None:
    """Dates that were proposed before can no longer be confirmed, nor can new ones be proposed."""
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + SOON)
    change = await _propose(world, datetime.now(UTC) + timedelta(days=1))
    await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    await _lock_as_worker(world, period_id)
    before = await _calendar(world)
    with pytest.raises(LockPeriodSealedError):
        await _decide(world.second, change)
    with pytest.raises(LockPeriodSealedError):
        await _propose(world, datetime.now(UTC) + timedelta(days=2))
    assert await _calendar(world) == before


async def test_an_exception_opens_a_deadline_for_its_school_only(world: World) -> None:
    """Only when a second person has granted it, only there, only until it expires; and the district sees it."""
    own = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    other = [row.id for row in await world.records(world.schools[1].actors["gv.4A"])]
    await _issue(world, *own, *other)
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    exception = await _except(world, period_id, Place(school_id=world.own.id), confirmed=False)
    await _refused(world, own[0])
    with pytest.raises(OwnMatterError):
        await _as(world.department, lambda who: calendar.decide_exception(who, exception, confirmed=True))
    await _refused(world, own[0])
    await _as(world.second, lambda who: calendar.decide_exception(who, exception, confirmed=True))
    await _submit(world, *own[:2])
    with pytest.raises(NotPermittedError):
        await _submit(world, other[0], school=1)
    async with scoped(world.district["193"], write=False):
        assert [row["id"] for row in await sql.rows("SELECT id FROM lock_exception")] == [exception]
    async with scoped(world.district["194"], write=False):
        assert await sql.rows("SELECT id FROM lock_exception") == []
    await world.owner.run("ALTER TABLE lock_exception DISABLE TRIGGER USER")
    await world.owner.run("UPDATE lock_exception SET expires_at = now()")
    await _refused(world, own[2])


async def test_an_exception_names_a_school_or_its_class_and_ends(world: World) -> None:
    """Another school's class, a district, a past or a far end are refused, and nothing is kept."""
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + SOON)
    (foreign,) = world.schools[1].actors["gv.4A"].class_ids
    places = (Place(school_id=world.own.id, class_id=foreign), Place(school_id=world.district["193"].unit_id))
    for place in places:
        with pytest.raises(ExceptionPlaceInvalidError):
            await _except(world, period_id, place)
    for until in (LATE, timedelta(days=30)):
        with pytest.raises(ExceptionDateInvalidError):
            await _except(world, period_id, Place(school_id=world.own.id), until)
    assert await world.owner.run("SELECT FROM lock_exception") == []


async def test_a_lock_leaves_what_an_exception_keeps_open(world: World) -> None:
    """The class goes on while the others are locked; when its time is over it is locked too, and the root follows."""
    mine = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    next_class = [row.id for row in await world.records(world.own.actors["gv.4B"])]
    await _issue(world, *mine, *next_class)
    await _submit(world, *mine)
    await _submit(world, *next_class)
    await _accept(world, *mine, *next_class)
    (class_id,) = world.own.actors["gv.4A"].class_ids
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    await _except(world, period_id, Place(school_id=world.own.id, class_id=class_id))
    await _lock_as_worker(world, period_id)
    async with scoped(world.department, write=False):
        period = (await periods.find([period_id]))[period_id]
        assert (period.stage, period.locked_count, period.sealed_at) == (LockStage.KEPT_OPEN, 3, None)
        assert await periods.waiting() == []
    principal = world.own.actors["ht"]
    async with scoped(principal, write=True):
        await send_back(principal, Action.WITHDRAW, mine[0], "Sai điểm.")
    with pytest.raises(LockPeriodSealedError):
        await _except(world, period_id, Place(school_id=world.schools[1].id))
    await world.owner.run("ALTER TABLE lock_exception DISABLE TRIGGER USER")
    await world.owner.run("UPDATE lock_exception SET expires_at = clock_timestamp()")
    async with scoped(world.department, write=False):
        assert await periods.waiting() == [period_id]
    await _lock_as_worker(world, period_id)
    async with scoped(world.department, write=False):
        period = (await periods.find([period_id]))[period_id]
    assert (period.stage, period.sealed_count) == (LockStage.SEALED, 5)
    heads = await world.owner.run("SELECT root_hash FROM tree_head ORDER BY size DESC LIMIT 1")
    assert heads[0]["root_hash"] == period.root_hash


async def test_what_was_read_as_open_is_what_the_database_lets_through(world: World) -> None:
    """Reads, the hold before an act and the trigger say the same of every window, school and class."""
    main = await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    second = await world.lock_period(Window.SUPPLEMENTARY, datetime.now(UTC) + LATE / 2)
    (class_id,) = world.own.actors["gv.4B"].class_ids
    await _except(world, main, Place(school_id=world.own.id, class_id=class_id))
    await _except(world, second, Place(school_id=world.schools[1].id))
    seen: dict[tuple[int, int], frozenset[Window]] = {}
    async with scoped(world.department, write=False):
        ids = [row["id"] for row in await sql.rows("SELECT id FROM year_record ORDER BY id")]
        for row in (await records.find(ids)).values():
            place = (row.school_id, row.school_class_id)
            seen[place] = row.open_windows
            for window in Window:
                is_open = window in row.open_windows
                held = await periods.are_open([(row.school_year, window, *place)])
                closed = await sql.value(
                    "SELECT windows_closed($1, $2, $3, clock_timestamp())", row.school_year, *place
                )
                assert held is is_open is (window not in (closed or ())), (place, window)
    both, main_only, none = frozenset(Window), frozenset({Window.MAIN}), frozenset()
    assert {len(windows) for windows in seen.values()} == {0, 1, 2}
    assert seen[world.own.id, class_id] == main_only
    assert all(windows == both for place, windows in seen.items() if place[0] == world.schools[1].id)
    assert all(windows == none for place, windows in seen.items() if place[0] == world.schools[2].id)


async def test_a_school_cannot_pass_a_deadline_by_writing_the_table(world: World) -> None:
    """The database refuses the change of state itself, whatever a program asked before."""
    (record, *_) = await world.records(world.own.actors["ht"])
    await _issue(world, record.id)
    await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    with pytest.raises(REFUSED, match="closed"):
        await _as(
            world.own.actors["ht"],
            lambda _: sql.rows("UPDATE revision SET state = 'SUBMITTED' WHERE id = $1", record.working.id),
        )
    states = await world.owner.run("SELECT state FROM revision WHERE id = $1", record.working.id)
    assert states[0]["state"] == State.ISSUED


async def _jobs(world: World) -> list[str]:
    found = await world.owner.run("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'period.seal/1'")
    return [row["dedupe_key"] for row in found]


async def test_the_worker_sees_by_itself_what_is_due(world: World) -> None:
    """What lies ahead is left; a deadline that passed while no worker lived is asked for at the first look, once."""
    ahead = await world.lock_period(Window.SUPPLEMENTARY, datetime.now(UTC) + SOON)
    missed = await world.lock_period(Window.MAIN, datetime.now(UTC) - timedelta(days=40))
    await close_database()
    await open_database(world.urls.worker, pool=2)
    keeper = Calendar("test", day_counts=False, tolerance=1.0)
    assert await keeper.look() == 1
    assert await keeper.look() == 0
    assert await _jobs(world) == [f"period:{missed}"]
    await locks.lock_period(SealPeriod(missed), lambda: None)
    await locks.lock_period(SealPeriod(ahead), lambda: None)
    await world.owner.run("DELETE FROM pgqueuer")
    assert await keeper.look() == 0
    rows = await world.owner.run("SELECT id, sealed_at FROM lock_period ORDER BY id")
    assert [row["sealed_at"] is not None for row in rows] == [False, True]


async def test_the_plans_calendar_is_there_by_itself(world: World) -> None:
    """The year under way gets both windows as far as they lie ahead, once; the setting moves them by a day."""
    await close_database()
    await open_database(world.urls.worker, pool=2)
    keeper = Calendar("test", day_counts=True, tolerance=1.0)
    await keeper.go_round()
    await keeper.go_round()
    async with unscoped():
        now = await periods.now()
        found = await periods.of_year()
    (year,) = {row.school_year for row in found}
    planned = [plan for plan in default_calendar(type(YEAR)(year), day_counts=True) if plan.locks_at > now]
    assert [(row.window, row.locks_at, row.grades) for row in found] == [
        (plan.window, plan.locks_at, plan.grades) for plan in planned
    ]
    early, late = (default_calendar(YEAR, day_counts=counts)[0].locks_at for counts in (False, True))
    assert (early.isoformat(), late - early) == ("2025-06-30T00:00:00+07:00", timedelta(days=1))


async def test_a_worker_whose_clock_is_wrong_locks_nothing_early_and_says_so(
    world: World,
) -> None:
    """Two hours ahead, what is due in five minutes is left alone by the database's clock; the difference is noted."""
    await world.lock_period(Window.MAIN, datetime.now(UTC) + SOON)
    await close_database()
    await open_database(world.urls.worker, pool=2)
    fast = Calendar(
        "fast", day_counts=False, tolerance=1.0, clock=lambda: datetime.now(UTC).timestamp() + 7200
    )
    with capture_logs() as lines:
        ahead = await fast.go_round()
    assert ahead == pytest.approx(7200, abs=5)
    assert await fast.look() == 0
    assert await _jobs(world) == []
    async with unscoped():
        assert await calendar_watch.clock_difference() == pytest.approx(7200, abs=5)
    assert "clock_differs" in [line["event"] for line in lines]


async def test_a_lock_that_dies_between_two_batches_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is committed: whoever takes the lock up again goes on after it, at the same effective date."""
    ids = [row.id for row in await world.records(world.own.actors["gv.4A"])]
    await _issue(world, *ids)
    await _submit(world, *ids)
    await _accept(world, *ids)
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) + LATE)
    monkeypatch.setattr(locking, "BATCH", 2)
    async with scoped(world.department, write=True):
        first = await locking.seal(world.department, period_id)
    assert (first.count, first.period.stage) == (2, LockStage.LOCKING)
    assert await _jobs(world) == [f"period:{period_id}"]
    await _lock_as_worker(world, period_id)
    rows = await world.owner.run("SELECT DISTINCT effective_from FROM revision WHERE state = 'LOCKED'")
    leaves = await world.owner.run("SELECT revision_id FROM ledger_entry")
    (period,) = await _calendar(world)
    assert (len(rows), len(leaves), period["sealed_count"]) == (1, 3, 3)
    assert rows[0]["effective_from"] == period["began_at"]
