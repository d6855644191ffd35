"""Reading the audit: pages for those with the right, and the chain for whoever verifies it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from backend.db import sql
from backend.domain.audit import Link

SAYS = (
    "json_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), e.staff_id,"
    " e.assignment_id, e.action, e.school_id, e.revision_id, e.detail, e.door, e.network, e.device)::text"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One act, with its link once it has one."""

    id: int
    at: datetime
    action: str
    actor_name: str | None
    post: str | None
    school_id: int | None
    record_id: int | None
    revision_number: int | None
    detail: dict[str, Any]
    door: str
    network: str
    device: str
    sealed_day: date | None
    sealed_number: int | None
    seal: str | None


_SELECT = """
SELECT e.id, e.at, e.action, s.full_name AS actor_name, a.post, e.school_id, r.year_record_id AS record_id,
       r.number AS revision_number, e.detail, e.door, e.network, e.device,
       l.day AS sealed_day, l.number AS sealed_number, l.hash AS seal
  FROM audit_event e
  LEFT JOIN staff s ON s.id = e.staff_id LEFT JOIN assignment a ON a.id = e.assignment_id
  LEFT JOIN revision r ON r.id = e.revision_id LEFT JOIN audit_seal l ON l.event_id = e.id"""


def _row(row: sql.Row) -> AuditRow:
    return AuditRow(**{**row, "detail": orjson.loads(row["detail"])})


async def find(event_ids: Sequence[int]) -> dict[int, AuditRow]:
    """Acts by id, as far as the scope shows them."""
    found = await sql.rows(f"{_SELECT} WHERE e.id = ANY ($1::bigint[])", list(event_ids))
    return {row["id"]: _row(row) for row in found}


async def page(
    *, school_id: int | None, record_id: int | None, action: str | None, before: int | None, limit: int
) -> list[AuditRow]:
    """Up to ``limit`` acts, the newest first, older than the act ``before``."""
    found = await sql.rows(
        f"""{_SELECT}
 WHERE ($1::bigint IS NULL OR e.school_id = $1)
   AND ($2::bigint IS NULL OR e.revision_id IN (SELECT id FROM revision WHERE year_record_id = $2))
   AND ($3::text IS NULL OR e.action = $3) AND ($4::bigint IS NULL OR e.id < $4)
 ORDER BY e.id DESC LIMIT $5""",
        school_id,
        record_id,
        action,
        before,
        limit,
    )
    return [_row(row) for row in found]


async def seal(most: int) -> int:
    """Make waiting events links of the chain; how many, -1 while another process does."""
    sealed: int = await sql.value("SELECT seal_audit($1)", most)
    return sealed


_LINKS = f"""
SELECT l.day, l.number, l.event_id, l.hash, CASE WHEN e.id IS NOT NULL THEN {SAYS} END AS says
  FROM audit_seal l LEFT JOIN audit_event e ON e.id = l.event_id
 WHERE (l.day, l.number) > ($1, $2) ORDER BY l.day, l.number LIMIT $3"""


async def links(after: tuple[date, int], limit: int) -> list[Link]:
    """Links in their order after a place."""
    return [Link(**row) for row in await sql.rows(_LINKS, *after, limit)]


async def unsealed(seconds: int) -> list[int]:
    """Events without a link that should have one: those that wait for long, and those that nobody seals."""
    found = await sql.rows(
        "SELECT e.id FROM audit_event e LEFT JOIN audit_seal l ON l.event_id = e.id"
        " LEFT JOIN audit_waiting w ON w.event_id = e.id WHERE l.event_id IS NULL"
        " AND (w.event_id IS NULL OR w.since < clock_timestamp() - make_interval(secs => $1)) ORDER BY e.id LIMIT 100",
        seconds,
    )
    return [row["id"] for row in found]
