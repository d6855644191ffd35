"""Before a lock: what would miss it and why, and a rehearsal that does everything and undoes it.

A rehearsal goes over the records in the batches of a lock. Each is carried out as the lock would (states, dates, leaves,
counts, jobs, audit, deferred checks) and undone at once, without the period's row: nobody is kept from working for
longer than a batch takes.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from backend.db.repositories import audit, ledger, periods, preflight, queue, rehearsals
from backend.db.repositories.periods import PeriodRow
from backend.db.repositories.preflight import PreflightRow
from backend.db.repositories.records import Position
from backend.db.repositories.rehearsals import RehearsalRow
from backend.db.scope import savepoint
from backend.domain.acts import LockPeriodAction, lock_period_refusal
from backend.domain.errors import LockPeriodUnknownError
from backend.domain.lifecycle import Action
from backend.domain.merkle import Frontier
from backend.domain.policy import Actor
from backend.domain.preflight import Blocker
from backend.jobs import RehearseLock
from backend.services import locking
from backend.services.acting import allow, require_right
from backend.services.ledger import leaf_of


async def look(period_id: int, unit_id: int | None) -> tuple[PeriodRow, PreflightRow]:
    """What would miss a lock, in a school, a district, or everything that the scope shows.

    Raises:
        LockPeriodUnknownError: when there is no such period.
    """
    period = await _period(period_id)
    return period, await preflight.count(period, unit_id)


async def page(
    period_id: int, unit_id: int | None, blocker: Blocker | None, *, after: Position | None, limit: int
) -> list[int]:
    """Ids of records that would miss a lock.

    Raises:
        LockPeriodUnknownError: when there is no such period.
    """
    period = await _period(period_id)
    return await preflight.page(period, unit_id, blocker, after=after, limit=limit)


async def ask_rehearsal(actor: Actor, period_id: int) -> RehearsalRow:
    """Ask the worker to rehearse a lock.

    Raises:
        NotPermittedError: unless the actor may lock. LockPeriodUnknownError, LockPeriodSealedError: by the period.
    """
    require_right(actor, Action.LOCK)
    period = await _period(period_id)
    allow(lock_period_refusal(actor, LockPeriodAction.REHEARSE, period.facts), "lockPeriodId")
    assert actor.staff_id is not None
    rehearsal_id = await rehearsals.ask(period_id, actor.staff_id)
    await queue.put([RehearseLock(rehearsal_id)])
    await audit.append(actor, "LOCK_REHEARSE", [(None, None)], period=period_id)
    return (await rehearsals.find([rehearsal_id]))[rehearsal_id]


async def rehearsals_of(actor: Actor, period_id: int, limit: int) -> list[RehearsalRow]:
    """Rehearsals of a period, the newest first.

    Raises:
        NotPermittedError: unless the actor may lock.
    """
    require_right(actor, Action.LOCK)
    return await rehearsals.of_period(period_id, limit)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How far a rehearsal is: records, the revision behind which the next batch looks, and the ledger it would make."""

    count: int = 0
    after: int = 0
    edge: Frontier | None = None
    is_through: bool = False


async def rehearse_batch(period_id: int, before: Rehearsed) -> Rehearsed:
    """Carry out the next batch of a lock and undo it.

    Raises:
        LockPeriodUnknownError: when there is no such period.
    """
    period = await _period(period_id)
    done: list[Rehearsed] = []
    with suppress(_UndoneError):
        async with savepoint():
            done.append(await _batch(period, before))
            _undo()
    return done[0]


async def _batch(period: PeriodRow, before: Rehearsed) -> Rehearsed:
    run_at = await periods.now()
    due = await periods.due(period, after=before.after, limit=locking.BATCH)
    edge = before.edge or await ledger.frontier()
    if due:
        await locking.lock_batch(locking.CALENDAR, replace(period, run_at=run_at), due)
        await periods.check_now()
        edge, _ = edge.grow([leaf_of(row, run_at).hash for row in due])
    return Rehearsed(
        before.count + len(due),
        due[-1].revision_id if due else before.after,
        edge,
        len(due) < locking.BATCH,
    )


class _UndoneError(Exception):
    """Ends a savepoint without a trace; never leaves this module."""


def _undo() -> None:
    raise _UndoneError


async def _period(period_id: int) -> PeriodRow:
    period = (await periods.find([period_id])).get(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    return period
