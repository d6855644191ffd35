"""How ``node(id:)`` finds a thing: through the loader of its kind, under the scope of whoever asks."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from backend.domain.errors import NotFoundError
from backend.loading import Loaded

Row = TypeVar("Row")
Node = TypeVar("Node")


async def load_nodes(
    loader: Loaded[int, Row | None], of: Callable[[Row], Node], node_ids: Iterable[str], *, required: bool
) -> list[Node | None]:
    """Nodes by key, None for what is absent or outside the scope.

    Raises:
        NotFoundError: for an absent node that is required.
    """
    keys = [int(item) if item.isdecimal() else -1 for item in node_ids]
    found = await asyncio.gather(*[loader.load(key) for key in keys])
    if required and any(row is None for row in found):
        raise NotFoundError(field="id")
    return [None if row is None else of(row) for row in found]
