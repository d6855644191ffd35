"""What the worker notes while it keeps the calendar: its clock, and seals that have to wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql

CLOCK_SECONDS = 300
"""A clock that has not been read for so long belongs to a worker that is gone."""


async def keep_clock(worker: str, ahead: float) -> None:
    """Note how many seconds a worker's clock is ahead of the database's."""
    await sql.rows(
        "INSERT INTO worker_clock (worker, ahead, at) VALUES ($1, $2, clock_timestamp())"
        " ON CONFLICT (worker) DO UPDATE SET ahead = excluded.ahead, at = excluded.at",
        worker,
        ahead,
    )


async def clock_difference() -> float | None:
    """Seconds by which the clock of the worker that differs most is ahead; None when no worker is seen."""
    ahead: float | None = await sql.value(
        "SELECT ahead FROM worker_clock WHERE at > now() - make_interval(secs => $1) ORDER BY abs(ahead) DESC LIMIT 1",
        CLOCK_SECONDS,
    )
    return ahead


async def seal_waits(revision_id: int, code: str) -> None:
    """Note why the department's seal on a revision's files has to wait."""
    await sql.rows(
        "INSERT INTO seal_obstacle (revision_id, code, since, tried_at) VALUES ($1, $2, now(), now())"
        " ON CONFLICT (revision_id) DO UPDATE SET code = excluded.code, tried_at = excluded.tried_at",
        revision_id,
        code,
    )


async def seal_is_there(revision_id: int) -> None:
    await sql.rows("DELETE FROM seal_obstacle WHERE revision_id = $1", revision_id)


async def seals_to_try(rest_seconds: float, most: int) -> list[int]:
    """Revisions whose seal has waited long enough since the last try."""
    found = await sql.rows(
        "SELECT revision_id FROM seal_obstacle WHERE tried_at < now() - make_interval(secs => $1)"
        " ORDER BY tried_at LIMIT $2",
        rest_seconds,
        most,
    )
    return [row["revision_id"] for row in found]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """How many seals of a period wait for one reason."""

    code: str
    count: int


async def seals_waiting(period_ids: Sequence[int]) -> dict[int, list[WaitingRow]]:
    """Why seals of locked records wait, by period, as far as the scope shows them."""
    found = await sql.rows(
        "SELECT e.lock_period_id AS id, o.code, count(*) AS count FROM seal_obstacle o"
        " JOIN ledger_entry e ON e.revision_id = o.revision_id WHERE e.lock_period_id = ANY ($1::bigint[])"
        " GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2",
        list(period_ids),
    )
    by_period: dict[int, list[WaitingRow]] = {period_id: [] for period_id in period_ids}
    for row in found:
        by_period[row["id"]].append(WaitingRow(row["code"], row["count"]))
    return by_period


async def obstacles(revision_ids: Sequence[int]) -> dict[int, str]:
    """Why the seal of each of these revisions waits."""
    found = await sql.rows(
        "SELECT revision_id, code FROM seal_obstacle WHERE revision_id = ANY ($1::bigint[])",
        list(revision_ids),
    )
    return {row["revision_id"]: row["code"] for row in found}
