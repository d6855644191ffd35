"""Reads of one operation that are asked for one by one and done together, and that end with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Generic, TypeVar

from strawberry.dataloader import DataLoader

Key = TypeVar("Key")
Row = TypeVar("Row")

_reads: ContextVar[set[asyncio.Task[Any]] | None] = ContextVar("reads", default=None)


@asynccontextmanager
async def reads_end() -> AsyncIterator[None]:
    """A block after whose failure no loader still reads: a read under way would hold its connection."""
    under_way: set[asyncio.Task[Any]] = set()
    token = _reads.set(under_way)
    try:
        yield
    except BaseException:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        raise
    finally:
        _reads.reset(token)


async def _noted(find: Callable[[list[Key]], Awaitable[Sequence[Row]]], keys: list[Key]) -> Sequence[Row]:
    # a loader reads in a task of its own, which the end of an operation would not reach
    under_way, task = _reads.get(), asyncio.current_task()
    if under_way is not None and task is not None:
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    return await find(keys)


class Loaded(Generic[Key, Row]):
    """A loader that is made when something is first asked of it: most operations need one or two of many."""

    __slots__ = ("_find", "_loader")

    def __init__(self, find: Callable[[list[Key]], Awaitable[Sequence[Row]]]) -> None:
        self._find: Any = find
        self._loader: DataLoader[Key, Row] | None = None

    def load(self, key: Key) -> Awaitable[Row]:
        """What belongs to a key, read together with whatever else is asked for at the same time."""
        if self._loader is None:
            self._loader = DataLoader(load_fn=partial(_noted, self._find))
        return self._loader.load(key)

    def clear_all(self) -> None:
        """Forget everything: it has been written."""
        self._loader = None
