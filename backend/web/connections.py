"""Open streams of this process: how many a person and an address may have, and their end with the session.

A stream is open for hours, so whoever opened it is looked at again: a session that was ended is told to every
process at once, and a sweep every few seconds finds one that ran out.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters import sessions
from backend.domain.errors import TooManyWatchersError
from backend.observability import log
from backend.web.garbage import Garbage

PER_PERSON = 20
"""Windows of one person."""

PER_ADDRESS = 500
"""A whole school, or a district office, behind one address."""

SWEEP_SECONDS = 3.0
SWEEP_BATCH = 500


@dataclass(slots=True, eq=False)
class Connection:
    """One socket or event stream. ``close`` ends it from our side."""

    address: str
    person: tuple[str, str] | None
    session: str | None
    close: Callable[[], Coroutine[Any, Any, None]]


current: ContextVar[Connection] = ContextVar("connection")
"""The open stream that a request is."""


class Connections:
    """Counts and closes."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self.garbage = Garbage()
        self._redis = redis
        self._open: set[Connection] = set()
        self._counts: Counter[object] = Counter()
        self._closing: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._sweep(), name="session-sweep")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, *self._closing, return_exceptions=True)

    @property
    def count(self) -> int:
        return len(self._open)

    @contextmanager
    def admitted(self, connection: Connection) -> Iterator[None]:
        """Count a stream while it is open.

        Raises:
            TooManyWatchersError: when its person or its address has as many as they may.
        """
        limits: tuple[tuple[object, int], ...] = ((connection.address, PER_ADDRESS),)
        if connection.person is not None:
            limits = (*limits, (connection.person, PER_PERSON))
        if any(self._counts[holder] >= most for holder, most in limits):
            raise TooManyWatchersError
        self._open.add(connection)
        self.garbage.opened()
        self._counts.update(holder for holder, _ in limits)
        try:
            yield
        finally:
            self._open.discard(connection)
            self.garbage.closed(len(self._open))
            self._counts.subtract(holder for holder, _ in limits)
            for holder, _ in limits:
                if not self._counts[holder]:
                    del self._counts[holder]

    def session_ended(self, name: str) -> None:
        """Close every stream of a session."""
        for connection in [item for item in self._open if item.session == name]:
            task = asyncio.create_task(connection.close(), name="close-stream")
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            names = sorted({item.session for item in self._open if item.session is not None})
            try:
                for start in range(0, len(names), SWEEP_BATCH):
                    await self._close_ended(names[start : start + SWEEP_BATCH])
            except (RedisError, OSError):
                log.warning("session_store_away")

    async def _close_ended(self, names: list[str]) -> None:
        for name, alive in zip(names, await sessions.alive(self._redis, names), strict=True):
            if not alive:
                self.session_ended(name)
