"""Rehearsals of locks: who asked, how far they are, and what they found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalRow:
    """A rehearsal; ``seconds``, ``root_hash`` (hex) and ``blockers`` once it is through."""

    id: int
    lock_period_id: int
    asked_at: datetime
    finished_at: datetime | None
    record_count: int
    seconds: float | None
    root_hash: str | None
    blockers: dict[str, int]


_SELECT = """
SELECT id, lock_period_id, asked_at, finished_at, record_count, seconds, root_hash, blockers FROM lock_rehearsal"""


def _rehearsal(row: sql.Row) -> RehearsalRow:
    return RehearsalRow(**{**row, "blockers": orjson.loads(row["blockers"]) if row["blockers"] else {}})


async def ask(period_id: int, asked_by: int) -> int:
    """Note that somebody wants a rehearsal; returns its id."""
    rehearsal_id: int = await sql.value(
        "INSERT INTO lock_rehearsal (lock_period_id, asked_by_id, asked_at) VALUES ($1, $2, now()) RETURNING id",
        period_id,
        asked_by,
    )
    return rehearsal_id


async def find(rehearsal_ids: Sequence[int]) -> dict[int, RehearsalRow]:
    found = await sql.rows(f"{_SELECT} WHERE id = ANY ($1::bigint[])", list(rehearsal_ids))
    return {row["id"]: _rehearsal(row) for row in found}


async def of_period(period_id: int, limit: int) -> list[RehearsalRow]:
    """Rehearsals of a period, the newest first."""
    found = await sql.rows(f"{_SELECT} WHERE lock_period_id = $1 ORDER BY id DESC LIMIT $2", period_id, limit)
    return [_rehearsal(row) for row in found]


async def go_on(rehearsal_id: int, record_count: int) -> None:
    await sql.rows("UPDATE lock_rehearsal SET record_count = $2 WHERE id = $1", rehearsal_id, record_count)


async def finish(rehearsal_id: int, seconds: float, root_hash: str, blockers: Mapping[str, int]) -> None:
    await sql.rows(
        "UPDATE lock_rehearsal SET finished_at = clock_timestamp(), seconds = $2, root_hash = $3, blockers = $4::jsonb"
        " WHERE id = $1",
        rehearsal_id,
        seconds,
        root_hash,
        orjson.dumps(dict(blockers)).decode(),
    )
