"""Watchers who see the same: one channel for a scope and a selection, read once for all of them.

A channel gathers events for a moment, reads them in one go under the scope that its watchers share, and hands every
watcher the same bytes. A watcher has seen everything up to a position; whatever comes to them twice, from the
replay and from the live line, is left out by it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Protocol

from backend.adapters.rights import Holder, Rights
from backend.domain.errors import DomainError, WatchBehindError, WatchEndedError
from backend.domain.live import Address, LiveEvent, Topic
from backend.domain.policy import Actor
from backend.observability import log

WINDOW_SECONDS = 0.015
"""How long the first event waits for others that can be read with it."""

BATCH = 200
PENDING_MAX = 20_000
"""Events that a channel may lag behind; then its watchers come back with their cursors."""

UNSENT_MAX = 1_000
"""Frames that a slow client may have waiting."""

AT_ONCE = 250
"""Watchers who are written to before anything else has its turn."""

Frame = tuple[int, bytes]
"""A position, and the JSON of one result."""


class Batch:
    """Frames in the order of their positions; ``made`` is what transports have made of them for everybody."""

    __slots__ = ("frames", "made")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.frames = frames
        self.made: dict[Hashable, Any] = {}

    def after(self, position: int) -> "Batch":
        """The part that lies after a position; all of it is this batch itself."""
        if not self.frames or self.frames[0][0] > position:
            return self
        return Batch([frame for frame in self.frames if frame[0] > position])


class Sink(Protocol):
    """Where a watcher's frames go."""

    @property
    def is_behind(self) -> bool:
        """Whether too much waits for a client that reads too slowly."""
        ...

    def give(self, batch: Batch) -> None:
        """Take all frames of a batch; never waits."""
        ...

    def end(self, reason: DomainError) -> None:
        """Take that nothing more will come, and why."""
        ...


class Audience(Protocol):
    """Reads events as those who share a scope and a selection see them."""

    async def read(self, events: Sequence[LiveEvent]) -> list[Frame]:
        """Frames for what may be seen."""
        ...


class Watcher:
    """One subscription: whose right it rests on, how far it has seen, and where its frames go."""

    __slots__ = ("channel", "has_left", "holder", "reason", "seen", "sink")

    def __init__(self, channel: "Channel", holder: Holder, sink: Sink, seen: int) -> None:
        self.channel, self.holder, self.sink, self.seen = channel, holder, sink, seen
        self.reason: DomainError | None = None
        self.has_left = False

    def give(self, batch: Batch) -> None:
        """Pass on what is new to this watcher."""
        new = batch.after(self.seen)
        if new.frames:
            self.seen = new.frames[-1][0]
            self.sink.give(new)

    def end(self, reason: DomainError) -> None:
        """End the subscription; who is still joining is told by ``refuse_ended``."""
        if self.reason is not None:
            return
        self.reason = reason
        if self in self.channel.watchers:
            self.channel.watchers.discard(self)
            self.sink.end(reason)

    def refuse_ended(self) -> None:
        """Raise why the subscription has ended, if it has."""
        if self.reason is not None:
            raise self.reason


class Queue:
    """A sink from which frames are taken one by one, at the pace of whoever takes them."""

    __slots__ = ("_ended", "_frames", "_waiting")

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._ended: DomainError | None = None
        self._waiting: asyncio.Future[None] | None = None

    @property
    def is_behind(self) -> bool:
        return len(self._frames) > UNSENT_MAX

    @property
    def is_empty(self) -> bool:
        return not self._frames and self._ended is None

    def give(self, batch: Batch) -> None:
        self._frames.extend(text for _, text in batch.frames)
        self._wake()

    def end(self, reason: DomainError) -> None:
        """What has not been sent is dropped."""
        self._ended = reason
        self._frames.clear()
        self._wake()

    async def next(self) -> bytes:
        """The next frame.

        Raises:
            DomainError: why the subscription has ended.
        """
        while not self._frames:
            if self._ended is not None:
                raise self._ended
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class Channel:
    """Watchers with one scope and one selection; ``places`` are where the hub finds it.

    ``scopes`` are the watchers' own, each as one object: some roles see the same and share a channel.
    """

    def __init__(
        self,
        key: Hashable,
        places: Collection[tuple[Topic, Address]],
        audience: Audience,
        wants: Callable[[LiveEvent], bool],
        reading: "Reading",
    ) -> None:
        self.key, self.places, self.audience, self.wants = key, places, audience, wants
        self.scopes: dict[Actor, Actor] = {}
        self.watchers: set[Watcher] = set()
        self.joining: set[Watcher] = set()
        self._reading = reading
        self._pending: deque[LiveEvent] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def empty(self) -> bool:
        return not self.watchers and not self.joining

    def push(self, event: LiveEvent) -> None:
        """Take an event that may concern the watchers; who is still joining reads it by themselves."""
        if not self.watchers:
            return
        self._pending.append(event)
        if len(self._pending) > PENDING_MAX:
            self.end_all(WatchBehindError())
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="live-channel")

    def end_holders(self, holders: Collection[Holder]) -> None:
        """End the subscriptions of those who hold their scope no longer."""
        for watcher in (*self.watchers, *self.joining):
            if watcher.holder in holders:
                watcher.end(WatchEndedError())

    def end_all(self, reason: DomainError) -> None:
        self._pending.clear()
        for watcher in tuple(self.watchers):
            watcher.end(reason)

    async def _work(self) -> None:
        while self._pending:
            await asyncio.sleep(WINDOW_SECONDS)
            try:
                batch = Batch(await self._reading.next(self._pending, self.audience))
            except Exception as error:  # noqa: BLE001 - they come back with their cursors and miss nothing
                log.warning("live_events_not_read", reason=type(error).__name__)
                self.end_all(WatchBehindError())
                return
            await self._give(batch)

    async def _give(self, batch: Batch) -> None:
        for number, watcher in enumerate(tuple(self.watchers), 1):
            if watcher.reason is not None or watcher.has_left:
                continue
            watcher.give(batch)
            if watcher.sink.is_behind:
                watcher.end(WatchBehindError())
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)


READERS = 4
"""Batches that are read at the same time: whoever waits for their turn gathers more for it meanwhile."""


class Reading:
    """Reads for all channels, so many at a time, and hands out nothing on a right that has not been judged lately."""

    def __init__(self, rights: Rights) -> None:
        self._rights = rights
        self._turns = asyncio.Semaphore(READERS)

    async def next(self, pending: deque[LiveEvent], audience: Audience) -> list[Frame]:
        """Frames of what has gathered by the time that it is one's turn."""
        async with self._turns:
            events = [pending.popleft() for _ in range(min(BATCH, len(pending)))]
            frames = await audience.read(events)
        await self._rights.judged()
        return frames

    async def of(self, events: Sequence[LiveEvent], audience: Audience) -> list[Frame]:
        """Frames of these events."""
        async with self._turns:
            frames = await audience.read(events)
        await self._rights.judged()
        return frames
