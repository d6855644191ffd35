"""The worker's part in a lock: going on with it batch by batch, and the department's seal on each file after it."""

import time
from collections.abc import Awaitable, Callable

from backend.db.repositories import calendar_watch, rehearsals
from backend.db.scope import scoped, unscoped
from backend.domain.errors import DomainError, UnexpectedFailureError
from backend.jobs import RehearseLock, SealLocked, SealPeriod
from backend.observability import log
from backend.services import locking, preflight, signatures
from backend.services.preflight import Rehearsed
from backend.services.signatures import SigningTask


async def lock_period(job: SealPeriod, wake: Callable[[], None]) -> None:
    """Take batch after batch until nothing is left now; each is committed before the next begins."""
    after, goes_on = 0, True
    while goes_on:
        async with scoped(locking.CALENDAR, write=True):
            step = await locking.advance(locking.CALENDAR, job.period_id, after)
        wake()
        goes_on = step is not None and not step.rests
        if step is not None:
            after = step.after
            log.info(
                "period_locking", period=job.period_id, taken=step.count, locked=step.period.locked_count
            )


async def rehearse(job: RehearseLock) -> None:
    """Carry out batch after batch and undo each; only how far it is and what it found is kept."""
    async with unscoped():
        row = (await rehearsals.find([job.rehearsal_id])).get(job.rehearsal_id)
    if row is None or row.finished_at is not None:
        return
    done, began = Rehearsed(), time.perf_counter()
    while not done.is_through:
        async with scoped(locking.CALENDAR, write=True):
            done = await preflight.rehearse_batch(row.lock_period_id, done)
        async with unscoped():
            await rehearsals.go_on(row.id, done.count)
    seconds = time.perf_counter() - began
    async with scoped(locking.CALENDAR, write=False):
        _, found = await preflight.look(row.lock_period_id, None)
    assert done.edge is not None
    counts = {str(blocker): count for blocker, count in found.by_blocker.items()}
    async with unscoped():
        await rehearsals.finish(row.id, seconds, done.edge.root.hex(), counts)
    log.info("lock_rehearsed", period=row.lock_period_id, records=done.count, seconds=round(seconds, 1))


async def seal(job: SealLocked, make: Callable[[SigningTask], Awaitable[None]]) -> None:
    """Put the department's seal on a locked revision's files.

    Whatever bars it now (a timestamp service that is away, a revoked certificate) is noted on the record, which stays
    locked and says that its seal is pending; the calendar's round asks for the seal again.
    """
    try:
        async with unscoped():
            task = await signatures.begin_seal(job.revision_id)
        if task is not None:
            await make(task)
    except DomainError as error:
        await _wait(job, error)
    except Exception:  # noqa: BLE001 - whatever it was, the record must say that its seal waits
        log.exception("seal_fault", revision=job.revision_id)
        await _wait(job, UnexpectedFailureError())


async def _wait(job: SealLocked, error: DomainError) -> None:
    async with unscoped():
        await calendar_watch.seal_waits(job.revision_id, error.reason)
    log.warning("seal_waits", revision=job.revision_id, code=error.reason)
