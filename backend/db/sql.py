"""Plain SQL on the transaction at hand; the door through which repositories run what an ORM cannot say.

Rows come back as dictionaries; ``jsonb`` columns arrive as text and are decoded by whoever asked for them.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient

Row = dict[str, Any]

pool_name: ContextVar[str] = ContextVar("pool_name", default="default")
"""Which pool this task's transaction belongs to (``backend.db.scope``)."""


def connection() -> BaseDBAsyncClient:
    """The transaction this task is in, or the pool outside of one."""
    client: BaseDBAsyncClient = connections.get(pool_name.get())
    return client


async def rows(statement: str, *binds: Any) -> list[Row]:
    """Run a statement and return its rows, also for ``INSERT … RETURNING``."""
    found: Sequence[Any] = await connection().execute_query_dict(statement, list(binds))
    return [dict(row) for row in found]


async def one(statement: str, *binds: Any) -> Row | None:
    """The first row, or None."""
    found = await rows(statement, *binds)
    return found[0] if found else None


async def value(statement: str, *binds: Any) -> Any:
    """The first column of the first row, or None."""
    row = await one(statement, *binds)
    return None if row is None else next(iter(row.values()))
