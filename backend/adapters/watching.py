"""One reader of the event stream for a process, and the watchers it wakes.

An event carries ids only. A watcher that is woken reads what changed as itself, under its own scope, so an
event can tell nobody what they may not see. A watcher also wakes by itself after a while: when Redis is away it
still learns of every change, only later.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters.events import STREAM
from backend.observability import log

WAKE_SECONDS = 3.0
RETRY_SECONDS = 1.0
BLOCK_MS = 2_000
"""Well under the five seconds after which the client gives a silent connection up."""

Key = tuple[str, int]
"""Topic and subject id."""


class Watching:
    """Wakes watchers of (topic, subject)."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis
        self._watchers: defaultdict[Key, set[asyncio.Event]] = defaultdict(set)
        self._reader: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._reader = asyncio.create_task(self._read(), name="event-reader")

    async def stop(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def changes(self, topic: str, subject_id: int) -> AsyncIterator[None]:
        """Yield at once, then after every change, at the latest every few seconds."""
        woken = asyncio.Event()
        key = (topic, subject_id)
        self._watchers[key].add(woken)
        try:
            while True:
                woken.clear()
                yield
                await _wait(woken)
        finally:
            self._watchers[key].discard(woken)
            if not self._watchers[key]:
                del self._watchers[key]

    async def _read(self) -> None:
        last = "$"
        while True:
            try:
                answer: Any = await self._redis.xread({STREAM: last}, block=BLOCK_MS, count=500)
            except (RedisError, OSError):
                log.warning("event_stream_away")
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for _, entries in answer or ():
                for entry_id, fields in entries:
                    last = entry_id
                    self._wake((fields[b"topic"].decode(), int(fields[b"subject"])))

    def _wake(self, key: Key) -> None:
        for woken in self._watchers.get(key, ()):
            woken.set()


async def _wait(woken: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(woken.wait(), WAKE_SECONDS)
    except TimeoutError:
        return
