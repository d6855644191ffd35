"""Appending to the audit: who did what to which revision."""

from collections.abc import Sequence
from contextvars import ContextVar

import orjson

from backend.db import sql
from backend.domain.audit import UNKNOWN_ORIGIN, Origin
from backend.domain.canonical import Json
from backend.domain.policy import Actor

came_from: ContextVar[Origin] = ContextVar("came_from", default=UNKNOWN_ORIGIN)
"""Where the act at hand comes from; the edge of each process says so."""

_APPEND = """
INSERT INTO audit_event (at, staff_id, assignment_id, action, school_id, revision_id, detail, door, network, device)
SELECT now(), $1, $2, $3, s.school_id, s.revision_id, $6::jsonb, $7, $8, $9
  FROM unnest($4::bigint[], $5::bigint[]) AS s(school_id, revision_id)"""


async def append(
    actor: Actor, action: str, subjects: Sequence[tuple[int | None, int | None]], **detail: Json
) -> None:
    """Record one act on (school, revision) pairs. ``detail`` holds ids and reasons, no personal data."""
    origin = came_from.get()
    await sql.rows(
        _APPEND,
        actor.staff_id,
        actor.assignment_id,
        action,
        [school for school, _ in subjects],
        [revision for _, revision in subjects],
        orjson.dumps(detail).decode(),
        origin.door,
        origin.network,
        origin.device,
    )
