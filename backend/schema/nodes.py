"""How ``node(id:)`` finds a thing: through the loader of its kind, under the scope of whoever asks."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

from backend.domain.errors import NotFoundError
from backend.loading import Loaded
from backend.schema.paging import KEY_MAX

Row = TypeVar("Row")
Node = TypeVar("Node")


def database_key(text: str) -> int | None:
    """The key that a text names; None when no row could have it."""
    if not text.isascii() or not text.isdecimal() or len(text) > len(str(KEY_MAX)):
        return None
    key = int(text)
    return key if key <= KEY_MAX else None


async def load_nodes(
    loader: Loaded[int, Row | None], of: Callable[[Row], Node], node_ids: Iterable[str], *, required: bool
) -> list[Node | None]:
    """Nodes by key, None for what is absent or outside the scope.

    Raises:
        NotFoundError: for an absent node that is required.
    """
    keys = [-1 if (key := database_key(item)) is None else key for item in node_ids]
    found = await asyncio.gather(*[loader.load(key) for key in keys])
    if required and any(row is None for row in found):
        raise NotFoundError(field="id")
    return [None if row is None else of(row) for row in found]
