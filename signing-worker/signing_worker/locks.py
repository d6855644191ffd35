"""The worker's part in a lock: going on with it batch by batch, and the department's seal on each file after it."""

from collections.abc import Awaitable, Callable

from backend.db.repositories import calendar_watch
from backend.db.scope import scoped, unscoped
from backend.domain.errors import DomainError, UnexpectedFailureError
from backend.jobs import SealLocked, SealPeriod
from backend.observability import log
from backend.services import locking, signatures
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
