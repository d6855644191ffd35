"""Passing committed events on: from the outbox to the bus, each once and in one line.

Whichever process gets the line first numbers what waits and commits that; then the events go to the bus under
their numbers, and are removed. A process that dies in between leaves numbered events to the next one, and the
bus takes a number only once. So no event is lost while the bus is away, and none is told twice.
"""

import asyncio
import time

from backend.db.repositories import live
from backend.db.scope import unscoped
from backend.observability import log
from backend.ports import EventBus

BATCH = 500
POLL_SECONDS = 0.5
"""For what other processes commit and then cannot pass on; one's own commits wake the relay at once."""

BUSY_SECONDS = 0.02
RETRY_SECONDS = 1.0

APART_SECONDS = 0.025
"""From the beginning of one look to that of the next: what is committed meanwhile is passed on together."""


class Relay:
    """One for a process; ``wake`` it after a commit."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="event-relay")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        self._woken.set()

    async def pass_on(self) -> float:
        """Pass on what waits; the seconds until it is worth looking again.

        Raises:
            Exception: whatever the database or the bus raises; nothing is lost by it.
        """
        async with unscoped():
            waiting = await live.number(BATCH)
        if waiting == live.BUSY:
            return BUSY_SECONDS
        if waiting == 0:
            return POLL_SECONDS
        async with unscoped():
            events = await live.numbered(BATCH)
            if not events:
                return BUSY_SECONDS
            await self._bus.publish(events)
            await live.forget(events[-1].position)
        return 0.0 if waiting == BATCH else POLL_SECONDS

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            began = time.monotonic()
            try:
                pause = await self.pass_on()
            except Exception as error:  # noqa: BLE001 - the outbox keeps what could not be passed on
                log.warning("events_not_passed_on", reason=type(error).__name__)
                pause = RETRY_SECONDS
            await self._rest(pause)
            if pause > 0:
                await asyncio.sleep(began + APART_SECONDS - time.monotonic())

    async def _rest(self, seconds: float) -> None:
        if seconds <= BUSY_SECONDS:
            await asyncio.sleep(seconds)
            return
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
