"""The same question at the same time is one statement, and nobody gets an answer older than the question."""

import asyncio
from typing import Any

import pytest

from backend.db.reading.sharing import Shared


class Database:
    """Answers with the number of the statement, each when it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Any, ...]]] = []
        self.given_up = 0
        self._let: list[asyncio.Future[None]] = []

    async def ask(self, statement: str, binds: tuple[Any, ...]) -> int:
        self.asked.append((statement, binds))
        number = len(self.asked)
        self._let.append(asyncio.get_running_loop().create_future())
        try:
            await self._let[-1]
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return number

    def finish(self, number: int, error: Exception | None = None) -> None:
        if error is None:
            self._let[number - 1].set_result(None)
        else:
            self._let[number - 1].set_exception(error)


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def ask(shared: Shared, *binds: str) -> asyncio.Task[int]:
    return asyncio.create_task(shared.value("q", binds))


async def test_those_who_come_meanwhile_share_the_next_statement() -> None:
    """One runs; ten ask the same; one more statement answers the ten, and the next who asks has one of their own."""
    database = Database()
    shared = Shared(database.ask)
    first = ask(shared, "scope")
    await turns()
    late = [ask(shared, "scope") for _ in range(10)]
    await turns()
    assert len(database.asked) == 1
    database.finish(1)
    assert await first == 1
    await turns()
    assert len(database.asked) == 2
    database.finish(2)
    assert await asyncio.gather(*late) == [2] * 10
    await turns()
    last = ask(shared, "scope")
    await turns()
    database.finish(3)
    assert await last == 3


async def test_another_scope_is_another_question() -> None:
    """Whoever sees other rows, or asks with other values, waits for nobody."""
    database = Database()
    shared = Shared(database.ask)
    asked = [ask(shared, "one"), ask(shared, "other")]
    await turns()
    assert database.asked == [("q", ("one",)), ("q", ("other",))]
    database.finish(2)
    database.finish(1)
    assert await asyncio.gather(*asked) == [1, 2]


async def test_a_failure_is_told_to_all_and_ends_there() -> None:
    """Everybody who waited hears of it; the next who asks is answered."""
    database = Database()
    shared = Shared(database.ask)
    first = ask(shared)
    await turns()
    late = [ask(shared), ask(shared)]
    await turns()
    database.finish(1)
    await turns()
    database.finish(2, OSError("away"))
    assert await first == 1
    for waiting in late:
        with pytest.raises(OSError, match="away"):
            await waiting
    last = ask(shared)
    await turns()
    database.finish(3)
    assert await last == 3


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    """The first to ask leaves: the others are answered. All leave: their statement is given up."""
    database = Database()
    shared = Shared(database.ask)
    first = ask(shared)
    await turns()
    late = [ask(shared), ask(shared)]
    await turns()
    first.cancel()
    late[0].cancel()
    await turns()
    database.finish(2)
    assert await late[1] == 2
    assert (len(database.asked), database.given_up) == (2, 1)
    running = ask(shared)
    await turns()
    waiting = [ask(shared), ask(shared)]
    await turns()
    database.finish(3)
    assert await running == 3
    await turns()
    for one in waiting:
        one.cancel()
    await turns()
    assert (len(database.asked), database.given_up) == (4, 2)
