"""The same question in the same scope, asked by many at once: one statement answers all who wait.

While a statement runs, whoever asks the very same waits, and one statement that begins after it answers them together.
So nobody gets an answer that is older than the question, and a page that a whole department reloads in the same minute
costs as much as one reader. Nothing is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

Ask = Callable[[str, tuple[Any, ...]], Awaitable[Any]]
Key = tuple[str, tuple[Hashable, ...]]


class Waiting:
    """Those who wait for the next statement of a question."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.count = 0
        self.task: asyncio.Task[None] | None = None


class Shared:
    """Puts questions to ``ask``, each only once at a time; the scope's settings are among the binds."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._running: set[Key] = set()
        self._waiting: dict[Key, Waiting] = {}

    async def value(self, statement: str, binds: tuple[Any, ...]) -> Any:
        """What ``ask`` answers to a statement that begins now or later."""
        key = (statement, binds)
        if key in self._running:
            return await self._wait(key)
        self._running.add(key)
        try:
            return await self._ask(statement, binds)
        finally:
            self._finished(key)

    async def _wait(self, key: Key) -> Any:
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = Waiting()
        waiting.count += 1
        try:
            return await asyncio.shield(waiting.answer)
        except asyncio.CancelledError:
            waiting.count -= 1
            if not waiting.count and waiting.task is not None:
                waiting.task.cancel()  # nobody is left to be answered: the statement is given up
            raise

    def _finished(self, key: Key) -> None:
        waiting = self._waiting.pop(key, None)
        if waiting is None or not waiting.count:
            self._running.discard(key)
        else:
            waiting.task = asyncio.create_task(self._answer(key, waiting))

    async def _answer(self, key: Key, waiting: Waiting) -> None:
        try:
            found = await self._ask(*key)
        except Exception as error:  # noqa: BLE001 - told to everybody who waits
            waiting.answer.set_exception(error)
        else:
            waiting.answer.set_result(found)
        finally:
            self._finished(key)
