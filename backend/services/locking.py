"""The lock: after it nothing changes (plan, part III).

A lock goes over its records in batches, each in one transaction: states, effective dates, ledger leaves, the new tree
head, how far it is, and the jobs that put the department's seal on the files. Every batch takes the period's row, so a
submission, withdrawal, replacement or exception either committed before the lock began and counts, or comes after and
is refused. Whatever dies in between, the next batch goes on where the last one committed; all batches of a run give the
same effective date. What an exception keeps open is left until that has expired, and taken by a run of its own.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from backend.db.repositories import audit, periods, queue, records, submissions
from backend.db.repositories.periods import DueRow, PeriodRow
from backend.db.scope import savepoint
from backend.domain.acts import LockPeriodAction, LockPeriodFacts, lock_period_refusal
from backend.domain.errors import LockPeriodUnknownError
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Role
from backend.domain.submission import Verdict
from backend.jobs import SealLocked, SealPeriod
from backend.services import ledger
from backend.services.acting import allow, require_right

BATCH = 1_000
"""Records of one transaction: about a second's work, so that nobody waits for a province."""

REPLACEMENT_ENDED = "LOCKED"

CALENDAR = Actor(role=Role.DEPARTMENT_OFFICER)
"""The department itself, when its calendar says that the time has come; no person acts."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a lock has done; ``period`` says whether it is through."""

    period: PeriodRow
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """One batch: the period after it, how many records it took, behind which revision the next one looks.

    ``rests`` says that nothing is left to do now.
    """

    period: PeriodRow
    count: int
    after: int
    rests: bool


async def seal(actor: Actor, period_id: int) -> Sealing:
    """Begin the lock of a period whose deadline has passed and take its first records; the worker takes the rest.

    Raises:
        NotPermittedError: unless the actor may lock.
        LockPeriodUnknownError, LockPeriodSealedError, LockPeriodNotDueError: by the period.
    """
    require_right(actor, Action.LOCK)
    period = await _take_due_period(actor, period_id)
    await _begin(actor, period)
    step = await advance(actor, period_id)
    assert step is not None
    if not step.rests:
        await queue.put([SealPeriod(period_id)])
    return Sealing(step.period, step.count)


async def preview(actor: Actor, period_id: int) -> Sealing:
    """What sealing a period would do now: it is done and undone, so the numbers are exactly those of the seal.

    For a province it is ``rehearsal``; this one names the first batch.

    Raises:
        NotPermittedError, LockPeriodUnknownError, LockPeriodSealedError, LockPeriodNotDueError: as for ``seal``.
    """
    would: list[Sealing] = []
    with suppress(_UndoneError):
        async with savepoint():
            would.append(await seal(actor, period_id))
            _undo()
    return would[0]


class _UndoneError(Exception):
    """Ends a savepoint without a trace; never leaves this module."""


def _undo() -> None:
    raise _UndoneError


async def advance(actor: Actor, period_id: int, after: int = 0) -> Step | None:
    """Take the next records of a lock, or begin it when it is due; None when there is nothing to lock any more.

    Raises:
        LockPeriodUnknownError: when there is no such period.
    """
    period = await periods.take(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    if period.sealed_at is not None or (period.began_at is None and not period.is_due):
        return None
    if period.run_at is None:
        period = await _begin(actor, period)
    assert period.run_at is not None
    due = await periods.due(period, after=after, limit=BATCH)
    if due:
        await lock_batch(actor, period, due)
        await periods.count_locked(period_id, len(due))
    # what was accepted meanwhile may lie behind the place that this run has reached
    is_through = len(due) < BATCH and after == 0
    if is_through:
        await _rest(period)
    now = (await periods.find([period_id]))[period_id]
    return Step(now, len(due), due[-1].revision_id if len(due) == BATCH else 0, is_through)


async def lock_batch(actor: Actor, period: PeriodRow, due: Sequence[DueRow]) -> None:
    """Lock records and append them to the ledger."""
    assert period.run_at is not None
    await _end_replacements(due)
    revision_ids = [row.revision_id for row in due]
    await periods.lock_revisions(revision_ids, period.run_at)
    await ledger.append(period.id, due, period.run_at)
    await queue.put([SealLocked(revision_id) for revision_id in revision_ids])
    await audit.append(
        actor, Action.LOCK, [(row.school_id, row.revision_id) for row in due], period=period.id
    )


async def due_counts(period_ids: Sequence[int]) -> dict[int, int]:
    """How many records the lock of each period would take now; none once it is sealed."""
    found = (await periods.find(period_ids)).values()
    return {period.id: await periods.due_count(period) for period in found if period.sealed_at is None}


async def _take_due_period(actor: Actor, period_id: int) -> PeriodRow:
    period = await periods.take(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    # the clock of after the wait for the row: the deadline may have passed meanwhile
    due = period.locks_at <= await periods.now()
    facts = LockPeriodFacts(sealed=period.began_at is not None, due=due)
    allow(lock_period_refusal(actor, LockPeriodAction.SEAL, facts), "lockPeriodId")
    return period


async def _begin(actor: Actor, period: PeriodRow) -> PeriodRow:
    deed = "LOCK_BEGIN" if period.began_at is None else "LOCK_GO_ON"
    await audit.append(actor, deed, [(None, None)], period=period.id)
    return await periods.begin_run(period.id)


async def _rest(period: PeriodRow) -> None:
    """The run is through: the period is sealed, unless an exception on it still holds."""
    edge = await ledger.close()
    if await periods.is_kept_open(period.id):
        await periods.end_run(period.id)
        return
    await periods.mark_sealed(period.id, edge.root.hex())


async def _end_replacements(due: Sequence[DueRow]) -> None:
    open_ids = [row.record_id for row in due if row.working_id != row.revision_id]
    if not open_ids:
        return
    working = [record.working for record in (await records.find(open_ids)).values()]
    submitted = [revision.id for revision in working if revision.state is State.SUBMITTED]
    await records.move(submitted, State.REJECTED)
    await submissions.decide(submitted, Verdict.REJECTED, REPLACEMENT_ENDED, None)
    await records.move([item.id for item in working if item.id not in submitted], State.WITHDRAWN)
    await periods.end_replacements(open_ids)
