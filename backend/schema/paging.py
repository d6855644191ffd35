"""Relay connections with keyset cursors: a cursor names the last row seen, so pages stay right while rows move."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

import orjson
from strawberry import relay

from backend.documents.prices import PAGE_DEFAULT, PAGE_MAX
from backend.domain.errors import NotFoundError

KEY_MAX = 2**63 - 1
"""The largest key that a table can hold; a larger number names nothing."""

NodeT = TypeVar("NodeT", bound=relay.Node)


def page_size(first: int | None) -> int:
    """How many rows to read: as asked, at least one, at most 100."""
    return max(1, min(first or PAGE_DEFAULT, PAGE_MAX))


def encode_cursor(*position: int | str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> list[int | str] | None:
    """The position of a cursor.

    Raises:
        NotFoundError: when it is not a cursor of this API.
    """
    if cursor is None:
        return None
    try:
        position = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as error:
        raise NotFoundError(field="after") from error
    if not isinstance(position, list):
        raise NotFoundError(field="after")
    return position


def row_after(cursor: str | None) -> int | None:
    """The key that a cursor of one key names, of lists that are ordered by it.

    Raises:
        NotFoundError: when it is not such a cursor.
    """
    match decode_cursor(cursor):
        case None:
            return None
        case [int() as key] if 0 <= key <= KEY_MAX:
            return key
        case _:
            raise NotFoundError(field="after")


def connection(
    nodes: Sequence[NodeT], size: int, cursor_of: Callable[[NodeT], str], *, after: str | None
) -> relay.Connection[NodeT]:
    """A connection over up to ``size`` + 1 rows; the extra row only says that there are more."""
    edges = [relay.Edge(node=node, cursor=cursor_of(node)) for node in nodes[:size]]
    return relay.Connection(
        page_info=relay.PageInfo(
            has_next_page=len(nodes) > size,
            has_previous_page=after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        edges=edges,
    )
