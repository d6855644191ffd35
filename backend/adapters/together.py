"""Questions of requests that come at the same time, asked together: one round trip for as many as are waiting.

While one round trip is under way the next questions gather; so a lone request waits for nobody, and under load the
cost of a round trip is shared. Each asker gets its own answer; what fails the whole fails everyone in it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Together(Generic[Question, Answer]):
    """Gathers questions for ``ask_all``, which answers in their order; an answer that is an exception is raised."""

    def __init__(
        self,
        ask_all: Callable[[Sequence[Question]], Awaitable[Sequence[Answer | Exception]]],
        *,
        most: int,
        at_once: int = 1,
    ) -> None:
        """Up to ``most`` questions in a round trip, up to ``at_once`` round trips under way."""
        self._ask_all = ask_all
        self._most = most
        self._at_once = at_once
        self._waiting: list[tuple[Question, asyncio.Future[Answer]]] = []
        self._under_way = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: Question) -> Answer:
        """The answer to a question."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((question, answer))
        if self._under_way < self._at_once:
            self._under_way += 1
            # of no request: what is logged for all must not bear the id of one
            task = loop.create_task(self._ask_waiting(), context=Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _ask_waiting(self) -> None:
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(asked)
        finally:
            # at once, not when the task is noticed to have ended: who comes in between must find a way open
            self._under_way -= 1

    async def _answer(self, asked: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._ask_all([question for question, _ in asked])
        except Exception as error:  # noqa: BLE001 - it is the askers' to handle
            answers = [error] * len(asked)
        except asyncio.CancelledError:
            for _, waiter in asked:
                waiter.cancel()
            raise
        for (_, waiter), answer in zip(asked, answers, strict=True):
            _tell(waiter, answer)


def _tell(waiter: asyncio.Future[Answer], answer: Answer | Exception) -> None:
    if waiter.done():
        return  # the asker has gone
    if isinstance(answer, Exception):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
