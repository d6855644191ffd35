"""The hub of a process: one reader of the event line, and channels found by where an event goes.

A subscription joins the channel of its scope and selection. With a cursor it first reads what it missed from
the stream and then goes live, without a gap and without anything twice; when the stream reaches no longer so
far back, it is told to load anew. Who holds a right no longer is told with everything that is sent, and by a sweep.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters import sessions
from backend.adapters.channels import Audience, Batch, Channel, Reading, Sink, Watcher
from backend.adapters.events import STREAM, RedisEvents, position_of, read_entry
from backend.adapters.rights import Ended, Holder, Rights
from backend.domain.live import Address, ChangeKind, LiveEvent, Topic, addresses, listens_at
from backend.domain.policy import Actor
from backend.observability import log

WAKE_SECONDS = 3.0
RETRY_SECONDS = 1.0
BLOCK_MS = 2_000
"""Well under the five seconds after which the client gives a silent connection up."""

LAG_MAX = 10_000
"""A cursor further ahead than this belongs to another line of events."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscription wants: ``actor`` is the scope without the person, ``key`` names who shares its channel."""

    key: Hashable
    topics: frozenset[Topic]
    actor: Actor
    audience: Callable[[], Audience]
    assignment_id: int
    after: int | None


class Hub:
    """Reads the line once for everybody in this process."""

    def __init__(self, redis: aioredis.Redis, ended: Ended) -> None:
        self._redis = redis
        self._events = RedisEvents(redis)
        self._rights = Rights(ended, self._end_holders)
        self._reading = Reading(self._rights)
        self._last = 0
        self._ready = asyncio.Event()
        self._channels: dict[Hashable, Channel] = {}
        self._index: defaultdict[tuple[Topic, Address], set[Channel]] = defaultdict(set)
        self._woken: defaultdict[tuple[Topic, int], set[asyncio.Event]] = defaultdict(set)
        self._tasks: list[asyncio.Task[None]] = []
        self.on_session_ended: Callable[[str], None] = lambda _name: None

    def start(self) -> None:
        """Begin to read; a second time changes nothing."""
        self._tasks = self._tasks or [
            asyncio.create_task(self._read(), name="event-reader"),
            asyncio.create_task(self._rights.sweep(), name="rights-sweep"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def watchers(self) -> int:
        """How many subscriptions are live."""
        return sum(len(channel.watchers) for channel in self._channels.values())

    @property
    def channels(self) -> int:
        return len(self._channels)

    async def changes(self, topic: Topic, subject_id: int) -> AsyncIterator[None]:
        """Yield at once, then after every change of one subject, at the latest every few seconds."""
        woken = asyncio.Event()
        key = (topic, subject_id)
        self._woken[key].add(woken)
        try:
            while True:
                woken.clear()
                yield
                await _wait(woken, WAKE_SECONDS)
        finally:
            self._woken[key].discard(woken)
            if not self._woken[key]:
                del self._woken[key]

    async def join(self, wish: Wish, sink: Sink) -> Watcher:
        """A subscription that has been greeted; it is live once ``read_past`` says that there is no more."""
        await self._ready.wait()
        channel = self._channel(wish)
        holder: Holder = (wish.assignment_id, channel.scopes.setdefault(wish.actor, wish.actor))
        watcher = Watcher(channel, holder, sink, self._last if wish.after is None else wish.after)
        channel.joining.add(watcher)
        self._rights.hold(holder)
        try:
            await self._greet(watcher, new=wish.after is None)
        except BaseException:
            self.leave(watcher)
            raise
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Let a subscription go; a second time changes nothing."""
        channel = watcher.channel
        if not watcher.has_left:
            watcher.has_left = True
            channel.joining.discard(watcher)
            channel.watchers.discard(watcher)
            self._rights.release(watcher.holder)
            self._drop(channel)

    async def read_past(self, watcher: Watcher) -> bool:
        """Read a page of what a watcher missed; False once they are live.

        Raises:
            WatchEndedError: when their right has ended.
        """
        watcher.refuse_ended()
        channel = watcher.channel
        if watcher.seen >= self._last:
            # no pause since this look at the line, so nothing lies between the past and what comes
            channel.joining.discard(watcher)
            channel.watchers.add(watcher)
            return False
        events = await self._events.history(watcher.seen, self._last)
        if events is None:
            await self._tell_gap(watcher)
            return True
        wanted = [event for event in events if channel.wants(event)]
        frames = await self._reading.of(wanted, channel.audience)
        watcher.refuse_ended()
        watcher.give(Batch(frames))
        watcher.seen = events[-1].position
        return True

    def _channel(self, wish: Wish) -> Channel:
        channel = self._channels.get(wish.key)
        if channel is None:
            places = [(topic, address) for topic in wish.topics for address in listens_at(wish.actor)]
            channel = Channel(wish.key, places, wish.audience(), _wanted(wish), self._reading)
            self._channels[wish.key] = channel
            for place in places:
                self._index[place].add(channel)
        return channel

    def _drop(self, channel: Channel) -> None:
        if not channel.empty or self._channels.get(channel.key) is not channel:
            return
        del self._channels[channel.key]
        for place in channel.places:
            self._index[place].discard(channel)
            if not self._index[place]:
                del self._index[place]

    async def _greet(self, watcher: Watcher, *, new: bool) -> None:
        if new:
            await self._tell(watcher, ChangeKind.OPENED)
        elif watcher.seen > self._last + LAG_MAX:
            await self._tell_gap(watcher)

    async def _tell_gap(self, watcher: Watcher) -> None:
        watcher.seen = self._last
        await self._tell(watcher, ChangeKind.GAP)

    async def _tell(self, watcher: Watcher, kind: ChangeKind) -> None:
        """Tell one watcher something that is at no position of its own."""
        notice = LiveEvent(position=watcher.seen, topic=Topic.RIGHTS, kind=kind, subject_id=0)
        watcher.sink.give(Batch(await watcher.channel.audience.read([notice])))

    def _end_holders(self, holders: Collection[Holder]) -> None:
        for channel in tuple(self._channels.values()):
            channel.end_holders(holders)

    async def _read(self) -> None:
        sessions_after = b"0-0"
        while True:
            try:
                if not self._ready.is_set():
                    sessions_after = await sessions.newest_ended(self._redis)
                    self._last = await self._events.newest()
                    self._ready.set()
                streams: Any = {STREAM: f"{self._last}-0", sessions.ENDED_STREAM: sessions_after}
                answer: Any = await self._redis.xread(streams, block=BLOCK_MS, count=500)
            except (RedisError, OSError):
                log.warning("event_stream_away")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for stream, entries in answer or ():
                if stream == STREAM.encode():
                    self._take(entries)
                    continue
                sessions_after = entries[-1][0]
                for _, fields in entries:
                    self.on_session_ended(fields[b"session"].decode())

    def _take(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        for entry in entries:
            position = position_of(entry[0])
            if position > self._last + 1:
                self._tell_everybody_of_a_gap(position - 1)
            self._last = position
            self._dispatch(read_entry(entry))

    def _tell_everybody_of_a_gap(self, position: int) -> None:
        """The stream lost events before they were read here: it was emptied."""
        gap = LiveEvent(position=position, topic=Topic.RIGHTS, kind=ChangeKind.GAP, subject_id=0)
        self._last = position
        for channel in self._channels.values():
            channel.push(gap)

    def _dispatch(self, event: LiveEvent) -> None:
        for woken in self._woken.get((event.topic, event.subject_id), ()):
            woken.set()
        if event.topic is Topic.RIGHTS:
            self._rights.doubt()
            return
        reached: set[Channel] = set()
        for address in addresses(event):
            reached |= self._index.get((event.topic, address), set())
        for channel in reached:
            channel.push(event)


def _wanted(wish: Wish) -> Callable[[LiveEvent], bool]:
    """The same question that the index answers, for events of the past."""
    topics, places = wish.topics, listens_at(wish.actor)
    return lambda event: event.topic in topics and any(item in places for item in addresses(event))


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
