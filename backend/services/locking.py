"""Lock periods: scheduling, and the seal after which nothing changes (plan, part III).

The lock, the effective dates, the ledger leaves and the jobs that put the department's seal on the files are
one transaction. It takes the period's row, so a submission, withdrawal or replacement either committed before
and is sealed with it, or comes after and is refused.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from backend.db.repositories import audit, periods, queue, records, submissions
from backend.db.repositories.periods import DueRow, PeriodRow
from backend.db.scope import savepoint
from backend.domain.acts import LockPeriodAction, LockPeriodFacts, lock_period_refusal
from backend.domain.calendar import REPORT_DAY, VIETNAM, Window, default_instant, grades_in_scope
from backend.domain.errors import (
    LockPeriodUnknownError,
)
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.domain.school_year import SchoolYear
from backend.domain.submission import Verdict
from backend.jobs import SealLocked
from backend.services import ledger
from backend.services.acting import allow, require_right

TAKES: dict[Window, tuple[Window, ...]] = {
    Window.MAIN: (Window.MAIN,),
    Window.SUPPLEMENTARY: (Window.MAIN, Window.SUPPLEMENTARY),
}
"""Windows whose records a lock takes: the second also takes what an exception let pass the first."""

REPLACEMENT_ENDED = "LOCKED"


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a lock did."""

    period: PeriodRow
    count: int


async def schedule(actor: Actor, year: SchoolYear, window: Window, locks_at: datetime) -> PeriodRow:
    """Set or move the deadline of a period that is not sealed.

    Raises:
        NotPermittedError: unless the actor may lock.
        LockPeriodSealedError: when it is sealed.
    """
    require_right(actor, Action.LOCK)
    for period in await periods.of_year(year.start):
        if period.window is window:
            allow(lock_period_refusal(actor, LockPeriodAction.SCHEDULE, period.facts), "window")
    reports_at = default_instant(year, REPORT_DAY[window], day_included=True)
    period = await periods.schedule(
        year.start, window, locks_at.astimezone(VIETNAM), reports_at, sorted(grades_in_scope(year))
    )
    await audit.append(actor, "SCHEDULE_LOCK", [(None, None)], period=period.id, locksAt=locks_at.isoformat())
    return period


async def preview(actor: Actor, period_id: int) -> Sealing:
    """What sealing a period would do now: it is done and undone, so the numbers are exactly those of the seal.

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


async def seal(actor: Actor, period_id: int) -> Sealing:
    """Lock every due record of a period.

    Raises:
        NotPermittedError: unless the actor may lock.
        LockPeriodUnknownError, LockPeriodSealedError, LockPeriodNotDueError: by the period.
    """
    require_right(actor, Action.LOCK)
    period = await _take_due_period(actor, period_id)
    due = await periods.due(period.school_year, sorted(period.grades), TAKES[period.window])
    await _end_replacements(due)
    await _lock(period, due)
    await periods.mark_sealed(period.id, len(due), (await ledger.close()).root.hex())
    await audit.append(
        actor, Action.LOCK, [(row.school_id, row.revision_id) for row in due], period=period.id
    )
    return Sealing((await periods.find([period.id]))[period.id], len(due))


async def due_counts(period_ids: Sequence[int]) -> dict[int, int]:
    """How many records sealing each period would lock now; none once it is sealed."""
    found = (await periods.find(period_ids)).values()
    return {
        period.id: await periods.due_count(period.school_year, sorted(period.grades), TAKES[period.window])
        for period in found
        if period.sealed_at is None
    }


async def _take_due_period(actor: Actor, period_id: int) -> PeriodRow:
    period = await periods.take(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    # the clock of after the wait for the row: the deadline may have passed meanwhile
    due = period.locks_at <= await periods.now()
    facts = LockPeriodFacts(sealed=period.sealed_at is not None, due=due)
    allow(lock_period_refusal(actor, LockPeriodAction.SEAL, facts), "lockPeriodId")
    return period


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


async def _lock(period: PeriodRow, due: Sequence[DueRow]) -> None:
    if not due:
        return
    revision_ids = [row.revision_id for row in due]
    effective_from = await periods.lock_revisions(revision_ids)
    await ledger.append(period.id, due, effective_from)
    await queue.put([SealLocked(revision_id) for revision_id in revision_ids])
