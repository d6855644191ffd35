"""A pool's connections, kept between statements instead of going back after each.

A pool's own way of handing out a connection costs as much as a short statement. So a connection goes back to it only
when it has long been idle, or after trouble: a broken one, or one whose statement was given up, which the pool sees
cancelled before it hands the connection out again.
"""

import asyncio
from collections import deque
from typing import Any

import asyncpg

IDLE_SECONDS = 300.0


class Leases:
    """What is leased from one pool."""

    def __init__(self, pool: asyncpg.Pool, size: int) -> None:
        self._pool = pool
        self._left = size
        self._free: deque[tuple[float, Any]] = deque()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._returning: set[asyncio.Task[None]] = set()
        self._closed = False

    async def value(self, statement: str, binds: tuple[Any, ...]) -> Any:
        """The first column of a statement's first row, on the connection that was used last of those that are free."""
        connection = self._free.pop()[1] if self._free else await self._take()
        try:
            found = await connection.fetchval(statement, *binds)
        except BaseException:
            # an error of the statement alone leaves the connection as it was; telling that apart is the pool's matter
            self._give_back(connection)
            raise
        self._keep(connection)
        return found

    async def close(self) -> None:
        """Close every connection, each after the statement that it runs."""
        self._closed = True
        while self._free:
            self._give_back(self._free.pop()[1])
        await self._pool.close()

    async def _take(self) -> Any:
        """A new connection, or the next that becomes free; whoever waits longest gets it."""
        if self._left:
            self._left -= 1
            return await self._lease()
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            given = await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise
        return await self._lease() if given is None else given

    async def _lease(self) -> Any:
        try:
            return await self._pool.acquire()
        except BaseException:
            self._pass_on(None)
            raise

    def _pass_on(self, connection: Any) -> None:
        """To whoever waits: a connection, or with None the right to lease one."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is None:
            self._left += 1
        else:
            self._free.append((asyncio.get_running_loop().time(), connection))

    def _keep(self, connection: Any) -> None:
        if self._closed:
            self._give_back(connection)
            return
        self._pass_on(connection)
        if self._free and self._free[-1][0] - self._free[0][0] > IDLE_SECONDS:
            self._give_back(self._free.popleft()[1])

    def _give_back(self, connection: Any) -> None:
        """Return a connection in a task of its own: whoever was cancelled does not wait for it."""
        task = asyncio.ensure_future(self._release(connection))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _release(self, connection: Any) -> None:
        try:
            await self._pool.release(connection)
        finally:
            self._pass_on(None)
