"""The lock: what it takes, what it leaves, and that nothing slips past it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from backend.db.scope import scoped
from backend.domain.calendar import Window
from backend.domain.errors import (
    DomainError,
    LockPeriodNotDueError,
    LockPeriodSealedError,
    LockPeriodUnknownError,
    NotPermittedError,
)
from backend.domain.ledger import Leaf
from backend.domain.lifecycle import Action, State
from backend.domain.merkle import root_of
from backend.domain.policy import Refusal
from backend.services import calendar, locking, submissions
from backend.services.records import edit, send_back
from tests.fixtures.world import PUPILS_PER_CLASS, World
from tests.strategies.records import YEAR

PAST = timedelta(minutes=-1)


async def _accept(world: World, *ids: int) -> None:
    await world.bring_to(State.ISSUED, *ids)
    principal = world.own.actors["ht"]
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids)
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids)


async def _period(world: World, window: Window = Window.MAIN, after: timedelta = PAST) -> int:
    return await world.lock_period(window, datetime.now(UTC) + after)


async def _seal(world: World, period_id: int) -> locking.Sealing:
    async with scoped(world.department, write=True):
        return await locking.seal(world.department, period_id)


async def test_the_lock_takes_accepted_records_only(world: World) -> None:
    """Accepted records get an effective date, a leaf and a job; drafts stay drafts."""
    ids = [record.id for record in await world.records(world.own.actors["gv.4A"])]
    await _accept(world, *ids[:2])
    sealing = await _seal(world, await _period(world))
    assert sealing.count == 2
    by_id = {record.id: record for record in await world.records(world.own.actors["gv.4A"])}
    assert [by_id[item].state for item in ids] == [State.LOCKED, State.LOCKED, State.DRAFT]
    assert by_id[ids[0]].working.effective_from == sealing.period.began_at
    leaves = await world.owner.run("SELECT index, leaf_hash FROM ledger_entry ORDER BY index")
    assert [row["index"] for row in leaves] == [0, 1]
    assert sealing.period.root_hash == root_of([bytes.fromhex(row["leaf_hash"]) for row in leaves]).hex()
    jobs = await world.owner.run("SELECT entrypoint FROM pgqueuer WHERE entrypoint = 'revision.seal/1'")
    assert len(jobs) == 2


async def test_the_ledger_can_be_recomputed(world: World) -> None:
    """Every leaf follows from the registry's own rows."""
    ids = [record.id for record in await world.records(world.own.actors["gv.4A"])]
    await _accept(world, *ids)
    await _seal(world, await _period(world))
    stored = await world.owner.run(
        "SELECT e.index, e.leaf, e.leaf_hash, r.number, b.lookup_code, r.content_digest, r.effective_from"
        " FROM ledger_entry e JOIN revision r ON r.id = e.revision_id"
        " JOIN record_book b ON b.id = r.book_id ORDER BY e.index"
    )
    assert [row["index"] for row in stored] == list(range(PUPILS_PER_CLASS))
    for row in stored:
        leaf = Leaf(
            lookup_code=row["lookup_code"],
            school_year=str(YEAR),
            revision=row["number"],
            content_digest=row["content_digest"],
            xml=None,
            pdf=None,
            effective_from=row["effective_from"],
        )
        assert (leaf.text, leaf.hash.hex()) == (row["leaf"], row["leaf_hash"])


async def test_the_second_window_takes_pupils_assessed_again(world: World) -> None:
    """MAIN leaves a pupil who was assessed again; SUPPLEMENTARY takes them and appends to the same ledger."""
    teacher = world.own.actors["gv.4A"]
    first, second, _ = await world.records(teacher)
    async with scoped(teacher, write=True):
        await edit(teacher, second.id, second.working.version, {"reassessed": True})
    await _accept(world, first.id, second.id)
    assert (await _seal(world, await _period(world))).count == 1
    assert (await _seal(world, await _period(world, Window.SUPPLEMENTARY))).count == 1
    states = {record.id: record.state for record in await world.records(teacher)}
    assert (states[first.id], states[second.id]) == (State.LOCKED, State.LOCKED)
    heads = await world.owner.run("SELECT size FROM tree_head ORDER BY size")
    assert [row["size"] for row in heads] == [1, 2]


async def test_an_open_replacement_ends_with_the_lock(world: World) -> None:
    """What stands is locked; a replacement that was not accepted in time ends without effect."""
    record = (await world.records(world.own.actors["ht"]))[0]
    await _accept(world, record.id)
    principal = world.own.actors["ht"]
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, record.id, "Bổ sung.")
    await _seal(world, await _period(world))
    after = (await world.records(principal))[0]
    assert (after.state, after.working.id) == (State.LOCKED, record.working.id)
    ended = await world.owner.run(
        "SELECT state FROM revision WHERE year_record_id = $1 AND number = 2", record.id
    )
    assert [row["state"] for row in ended] == [State.WITHDRAWN]


@pytest.mark.parametrize("action", [Action.WITHDRAW, Action.REPLACE])
async def test_after_the_deadline_nothing_goes_back(world: World, action: Action) -> None:
    """From its instant on a deadline bars withdrawal, replacement and submission, sealed or not."""
    record = (await world.records(world.own.actors["ht"]))[0]
    await _accept(world, record.id)
    await _period(world)
    principal = world.own.actors["ht"]
    with pytest.raises(NotPermittedError) as refused:
        async with scoped(principal, write=True):
            await send_back(principal, action, record.id, "Muộn rồi.")
    assert refused.value.refusal is Refusal.DEADLINE
    assert (await world.records(principal))[0].working.id == record.working.id


async def test_a_period_is_sealed_once_and_only_when_due(world: World) -> None:
    """Too early, unknown and twice are each refused by name."""
    future = await _period(world, after=timedelta(hours=1))
    with pytest.raises(LockPeriodNotDueError):
        await _seal(world, future)
    with pytest.raises(LockPeriodUnknownError):
        await _seal(world, 999)
    due = await _period(world)
    assert due == future
    await _seal(world, due)
    with pytest.raises(LockPeriodSealedError):
        await _seal(world, due)


async def test_a_school_can_neither_schedule_nor_seal(world: World) -> None:
    """The calendar is the department's."""
    due = await _period(world)
    principal = world.own.actors["ht"]
    dates = calendar.Dates(year=YEAR, window=Window.MAIN, locks_at=datetime.now(UTC) + timedelta(days=1))
    for work in (
        lambda: locking.seal(principal, due),
        lambda: calendar.propose_dates(principal, dates, "Lý do."),
    ):
        with pytest.raises(NotPermittedError):
            async with scoped(principal, write=True):
                await work()


async def test_withdrawals_racing_the_lock_never_split_from_the_ledger(world: World) -> None:
    """Whatever wins, the ledger holds exactly the locked records, and no locked record was withdrawn."""
    principal = world.own.actors["ht"]
    ids = [record.id for record in await world.records(world.own.actors["gv.4A"])]
    assert len(ids) == PUPILS_PER_CLASS
    await _accept(world, *ids)
    locks_at = timedelta(milliseconds=150)
    period_id = await _period(world, after=locks_at)

    async def withdraw(record_id: int, delay: float) -> bool:
        await asyncio.sleep(delay)
        try:
            async with scoped(principal, write=True):
                await send_back(principal, Action.WITHDRAW, record_id, "Đua với chốt.")
        except DomainError:
            return False
        return True

    async def seal() -> int:
        while True:
            try:
                return (await _seal(world, period_id)).count
            except LockPeriodNotDueError:
                await asyncio.sleep(0.005)

    *withdrawn, sealed = await asyncio.gather(
        *(withdraw(item, 0.146 + 0.004 * place) for place, item in enumerate(ids)), seal()
    )
    ledger = await world.owner.run("SELECT revision_id FROM ledger_entry")
    locked = await world.owner.run("SELECT id FROM revision WHERE state = 'LOCKED'")
    assert {row["revision_id"] for row in ledger} == {row["id"] for row in locked}
    assert sealed == len(ids) - sum(withdrawn)
