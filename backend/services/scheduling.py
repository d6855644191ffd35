"""The worker's calendar: it looks every second what is due by the database's clock, and asks for the lock.

The lock itself is a job, so it is taken up again by whichever worker lives; a deadline that passed while none did is
seen at the first look. Nothing here is remembered between two looks.
"""

import asyncio
import time
from collections.abc import Callable

from backend.db.repositories import calendar_watch, periods, queue
from backend.db.scope import unscoped
from backend.jobs import SealLocked, SealPeriod
from backend.observability import log
from backend.services import calendar, hand_overs

LOOK_SECONDS = 1.0
ROUND_SECONDS = 60.0
"""Between two looks at what is less urgent: clocks, seals that wait, the year's calendar."""

SEALS_AGAIN = 5_000
"""Waiting seals that are tried again in one round."""


class Calendar:
    """One for a worker; several workers ask for the same lock and it is carried out once.

    Args:
        worker: how this worker is called where its clock is shown.
        day_counts: whether the plan's named day is still before the lock.
        tolerance: seconds that the worker's clock may differ from the database's.
        clock: the worker's own clock, seconds since 1970; it decides nothing.
    """

    def __init__(
        self, worker: str, *, day_counts: bool, tolerance: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._worker = worker
        self._day_counts = day_counts
        self._tolerance = tolerance
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="calendar")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> int:
        """Ask for the lock of every period that has something to lock; how many were asked for."""
        async with unscoped():
            due = await periods.waiting()
            return await queue.put([SealPeriod(period_id) for period_id in due])

    async def go_round(self) -> float:
        """See to the year's calendar, to seals that wait on records and hand-overs, and to the clock; how far the clock is ahead."""
        async with unscoped():
            opened = await calendar.open_year(day_counts=self._day_counts)
            again = await calendar_watch.seals_to_try(ROUND_SECONDS, SEALS_AGAIN)
            await queue.put([SealLocked(revision_id) for revision_id in again])
            await hand_overs.ask_again()
            ahead = self._clock() - (await periods.now()).timestamp()
            await calendar_watch.keep_clock(self._worker, ahead)
        if opened:
            log.info("calendar_opened", periods=opened)
        if abs(ahead) > self._tolerance:
            # deadlines go by the database's clock, so nothing is locked early or late; timestamps may still be refused
            log.error("clock_differs", seconds=round(ahead, 1), tolerance=self._tolerance)
        return ahead

    async def _run(self) -> None:
        next_round = 0.0
        while True:
            try:
                if time.monotonic() >= next_round:
                    await self.go_round()
                    next_round = time.monotonic() + ROUND_SECONDS
                if asked := await self.look():
                    log.info("lock_due", periods=asked)
            except Exception as error:  # noqa: BLE001 - what is due is still due when the database is back
                log.warning("calendar_not_read", reason=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
