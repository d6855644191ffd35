"""What looks at the whole ledger have found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One look: how large the ledger was, how many faults there were, and the first of them as (kind, place)."""

    id: int
    began_at: datetime
    ended_at: datetime
    size: int
    root_hash: str
    signed_size: int
    count: int
    faults: list[tuple[str, int]]


_ADD = """
INSERT INTO ledger_check (began_at, size, root_hash, signed_size, count, faults)
VALUES ($1, $2, $3, $4, $5, $6::jsonb)"""


async def add(
    began_at: datetime, size: int, root: str, signed_size: int, count: int, faults: Sequence[tuple[str, int]]
) -> None:
    """Keep what a look has found."""
    text = orjson.dumps([list(fault) for fault in faults]).decode()
    await sql.rows(_ADD, began_at, size, root, signed_size, count, text)


async def now() -> datetime:
    """The database's time."""
    at: datetime = await sql.value("SELECT clock_timestamp()")
    return at


async def newest(limit: int) -> list[CheckRow]:
    """The last looks, the newest first."""
    found = await sql.rows(
        "SELECT id, began_at, ended_at, size, root_hash, signed_size, count, faults FROM ledger_check"
        " ORDER BY id DESC LIMIT $1",
        limit,
    )
    return [
        CheckRow(**{**row, "faults": [(kind, place) for kind, place in orjson.loads(row["faults"])]})
        for row in found
    ]
