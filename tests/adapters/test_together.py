"""Questions asked at the same time share a round trip, and each asker gets its own answer or its own fault."""

import asyncio
from collections.abc import Sequence

import pytest

from backend.adapters.together import Together


class Doubling:
    """Doubles numbers, once it is let; negative ones are a fault of their own, zero is everybody's."""

    def __init__(self, *, most: int = 100, at_once: int = 1) -> None:
        self.trips: list[list[int]] = []
        self.open = asyncio.Event()
        self.together: Together[int, int] = Together(self._double, most=most, at_once=at_once)

    async def _double(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.trips.append(list(numbers))
        await self.open.wait()
        if 0 in numbers:
            raise OSError
        return [2 * number if number > 0 else ValueError(number) for number in numbers]

    async def asked(self, *numbers: int) -> list[int | BaseException]:
        """Ask for all at once, the way being opened only when everybody waits."""
        asking = [asyncio.ensure_future(self.together.ask(number)) for number in numbers]
        for _ in range(3):
            await asyncio.sleep(0)
        self.open.set()
        return await asyncio.gather(*asking, return_exceptions=True)


async def test_who_comes_while_others_are_answered_goes_together() -> None:
    """The first goes alone at once; all who come meanwhile share the next trip."""
    doubling = Doubling()
    asking = asyncio.ensure_future(doubling.together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await doubling.asked(2, 3, 4) == [4, 6, 8]
    assert await asking == 2
    assert doubling.trips == [[1], [2, 3, 4]]


async def test_no_trip_is_too_long_and_not_too_many_are_under_way() -> None:
    """Both bounds hold, and whoever is left over is answered all the same."""
    doubling = Doubling(most=2, at_once=2)
    assert await doubling.asked(*range(1, 8)) == [2, 4, 6, 8, 10, 12, 14]
    assert max(map(len, doubling.trips)) == 2
    assert [number for trip in doubling.trips for number in trip] == list(range(1, 8))


async def test_a_fault_reaches_those_whose_it_is() -> None:
    """One bad question fails alone; a trip that fails fails everybody in it, and the next one runs."""
    doubling = Doubling()
    good, bad = await doubling.asked(1, -1)
    assert good == 2
    assert isinstance(bad, ValueError)
    failed = await doubling.asked(0, 5)
    assert [type(item) for item in failed] == [OSError, OSError]
    assert await doubling.together.ask(5) == 10


async def test_somebody_who_leaves_takes_nobodys_answer_along() -> None:
    """A client that goes away while others wait in the same trip."""
    doubling = Doubling()
    asking = [asyncio.ensure_future(doubling.together.ask(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    asking[0].cancel()
    doubling.open.set()
    assert await asking[1] == 4
    with pytest.raises(asyncio.CancelledError):
        await asking[0]
    assert await doubling.together.ask(3) == 6
