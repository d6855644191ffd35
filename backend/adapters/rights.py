"""Who still holds the scope under which they began to watch: one view for a process, judged anew when it may be old.

The line of events tells when somebody's assignments change; what no event tells of, a date that has come, is found
by a sweep, which comes so often that what is sent need not wait for a judgement of its own.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress

from backend.domain.policy import Actor
from backend.observability import log

FRESH_SECONDS = 3.5
"""Nothing is sent on an older judgement: under the five seconds in which an ended right ends what it opened."""

SWEEP_SECONDS = 1.5

Holder = tuple[int, Actor]
"""An assignment, and the scope that it gave when the subscription began."""

Ended = Callable[[Mapping[Actor, Collection[int]]], Awaitable[Collection[Holder]]]
"""Which of the assignments that gave each scope give it no longer."""


class Rights:
    """The holders of a process's subscriptions; ``on_ended`` is told of those who hold their scope no longer."""

    def __init__(self, ended: Ended, on_ended: Callable[[Collection[Holder]], None]) -> None:
        self._ended = ended
        self._on_ended = on_ended
        self._holders: dict[Actor, Counter[int]] = {}
        self._doubts = 0
        self._judged = (0, float("-inf"))
        self._judging: asyncio.Task[None] | None = None
        self._doubted = asyncio.Event()

    def hold(self, holder: Holder) -> None:
        """Judge this holder from now on; their right has just been read."""
        assignment, scope = holder
        self._holders.setdefault(scope, Counter())[assignment] += 1

    def release(self, holder: Holder) -> None:
        """One subscription of theirs has left."""
        assignment, scope = holder
        counts = self._holders[scope]
        counts[assignment] -= 1
        if not counts[assignment]:
            del counts[assignment]
        if not counts:
            del self._holders[scope]

    def doubt(self) -> None:
        """Somebody's assignments have changed: what was judged before says nothing any more."""
        self._doubts += 1
        self._doubted.set()

    async def judged(self, within: float | None = None) -> None:
        """Return once everybody has been judged lately (within so many seconds), and after every doubt so far.

        Raises:
            Exception: when the rights cannot be read; then nothing may be sent.
        """
        doubts, oldest = self._doubts, time.monotonic() - (FRESH_SECONDS if within is None else within)
        while self._judged[0] < doubts or self._judged[1] < oldest:
            if self._judging is None or self._judging.done():
                self._judging = asyncio.create_task(self._judge(), name="rights")
            await asyncio.shield(self._judging)

    async def sweep(self) -> None:
        """Judge everybody after each doubt and every few seconds, for ever."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._doubted.wait(), SWEEP_SECONDS)
            self._doubted.clear()
            try:
                await self.judged(within=0)
            except Exception as error:  # noqa: BLE001 - the database is away; nothing can be read or sent either
                log.warning("rights_not_judged", reason=type(error).__name__)

    async def _judge(self) -> None:
        doubts, began = self._doubts, time.monotonic()
        holders = {scope: tuple(counts) for scope, counts in self._holders.items()}
        ended = await self._ended(holders) if holders else ()
        self._judged = (doubts, began)
        if ended:
            self._on_ended(ended)
