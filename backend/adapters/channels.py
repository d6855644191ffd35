"""Watchers who see the same: one channel for a scope and a selection, read once for all of them.

A channel reads a batch of events in one transaction under the scope that its watchers share, and hands every
watcher the same bytes. A watcher has seen everything up to a position; whatever comes to them twice, from the
replay and from the live line, is left out by it.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from backend.domain.errors import DomainError, WatchBehindError, WatchEndedError
from backend.domain.live import LiveEvent
from backend.domain.policy import Actor
from backend.observability import log

BATCH = 200
PENDING_MAX = 20_000
"""Events that a channel may lag behind; then its watchers come back with their cursors."""

UNSENT_MAX = 1_000
"""Frames that a slow client may have waiting."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a batch reads as: frames by position, and assignments that hold no longer."""

    frames: list[tuple[int, str]]
    ended: Collection[int] = ()


class Audience(Protocol):
    """Reads events as those who share a scope and a selection see them."""

    async def read(self, events: Sequence[LiveEvent], assignments: Collection[int]) -> Reading:
        """Frames for what may be seen, with the assignments judged again in the same transaction."""
        ...


@dataclass(slots=True, eq=False)
class Watcher:
    """One subscription: frames that wait to be sent, and how far it has seen."""

    assignment_id: int
    seen: int
    _frames: deque[str] = field(default_factory=deque)
    _ended: DomainError | None = None
    _waiting: asyncio.Future[None] | None = None
    past: Callable[[], Awaitable[bool]] | None = None
    """Reads a page of what was missed; False when there is no more and the watcher is live."""

    @property
    def unsent(self) -> int:
        """Frames that wait for the client."""
        return len(self._frames)

    def give(self, frames: Sequence[tuple[int, str]]) -> None:
        """Add what is new to this watcher."""
        for position, frame in frames:
            if position > self.seen:
                self.seen = position
                self._frames.append(frame)
        self._wake()

    def greet(self, frame: str) -> None:
        """Add a frame that is at no position of its own."""
        self._frames.append(frame)
        self._wake()

    def end(self, reason: DomainError) -> None:
        """End the subscription; what has not been sent is dropped."""
        self._ended = self._ended or reason
        self._frames.clear()
        self._wake()

    async def next(self) -> str:
        """The next frame.

        Raises:
            DomainError: why the subscription has ended.
        """
        while not self._frames:
            if self._ended is not None:
                raise self._ended
            if self.past is not None:
                # read as fast as the client takes it, so that a long absence needs no room here
                self.past = self.past if await self.past() else None
                continue
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Channel:
    """Watchers with one scope and one selection."""

    def __init__(self, actor: Actor, audience: Audience, wants: Callable[[LiveEvent], bool]) -> None:
        self.actor = actor
        self.audience = audience
        self.wants = wants
        self.watchers: set[Watcher] = set()
        self.joining: set[Watcher] = set()
        self._pending: deque[LiveEvent] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        return not self.watchers and not self.joining

    @property
    def assignments(self) -> set[int]:
        """The assignments through which the watchers have their right."""
        return {watcher.assignment_id for watcher in self.watchers}

    def push(self, event: LiveEvent) -> None:
        """Take an event that may concern the watchers; who is still joining reads it by themselves."""
        if not self.watchers:
            return
        self._pending.append(event)
        if len(self._pending) > PENDING_MAX:
            self.end_all(WatchBehindError())
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="live-channel")

    def end_assignments(self, assignments: Collection[int]) -> None:
        """End the subscriptions of these assignments."""
        for watcher in tuple(self.watchers):
            if watcher.assignment_id in assignments:
                self._end(watcher, WatchEndedError())

    def end_all(self, reason: DomainError) -> None:
        self._pending.clear()
        for watcher in tuple(self.watchers):
            self._end(watcher, reason)

    def _end(self, watcher: Watcher, reason: DomainError) -> None:
        self.watchers.discard(watcher)
        watcher.end(reason)

    async def _work(self) -> None:
        while self._pending:
            batch = [self._pending.popleft() for _ in range(min(BATCH, len(self._pending)))]
            try:
                reading = await self.audience.read(batch, self.assignments)
            except Exception as error:  # noqa: BLE001 - they come back with their cursors and miss nothing
                log.warning("live_events_not_read", reason=type(error).__name__)
                self.end_all(WatchBehindError())
                return
            self.end_assignments(reading.ended)
            for watcher in tuple(self.watchers):
                watcher.give(reading.frames)
                if watcher.unsent > UNSENT_MAX:
                    self._end(watcher, WatchBehindError())
            await asyncio.sleep(0)
