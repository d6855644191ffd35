"""Acts on one record: locked, compared with what was judged, carried out and told to the audit in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from backend.db import sql
from backend.db.repositories.audit import came_from
from backend.db.repositories.records import RecordRow, record_row
from backend.domain.audit import Origin
from backend.domain.courses import Course
from backend.domain.lifecycle import Action
from backend.domain.policy import BEFORE_DEADLINE, Actor

ACT = "SELECT a.* FROM act_on_record($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10) AS a"

# In the scope of the first four binds, and only while the assignment is still what it was taken for. The row of the first
# two functions is what the act is computed for, so nothing is looked at before the scope is entered.
ACT_ALONE = """
SELECT a.* FROM enter_scope($1, $2, $3, $4) AS e(entered),
  LATERAL (SELECT e.entered AND assignment_is($11, $15, $16, $17, $18, $19, $20, $1) AS is_held) AS h,
  LATERAL act_on_record(CASE WHEN h.is_held THEN $5::bigint END, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, $14) AS a"""


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an act: the record, and whether anything was done to it.

    Where nothing was, it is the record as it is, locked while the transaction lasts; ``facts`` name what it was judged by.
    """

    done: bool
    facts: str
    record: RecordRow


def binds(
    actor: Actor, action: Action, record_id: int, reason: str, courses: Mapping[str, Course], origin: Origin
) -> tuple[Any, ...]:
    """What ``ACT`` is given; ``courses`` are what is done to a record of each of these facts."""
    return (
        record_id,
        action,
        _written(courses),
        action in BEFORE_DEADLINE,
        reason,
        actor.staff_id,
        actor.assignment_id,
        origin.door,
        origin.network,
        origin.device,
    )


def read(row: Mapping[str, Any] | None) -> Acted | None:
    """The answer of ``ACT``; None when the record is absent, or not one that the scope may change."""
    if row is None or row["id"] is None:
        return None
    return Acted(row["done"], row["facts"], record_row(row))


async def act(
    actor: Actor, action: Action, record_id: int, reason: str, courses: Mapping[str, Course]
) -> Acted | None:
    """Carry out the course of the record's facts, in the transaction at hand; without one nothing is done."""
    given = binds(actor, action, record_id, reason, courses, came_from.get())
    return read(await sql.one(ACT, *given))


def _written(courses: Mapping[str, Course]) -> str:
    return orjson.dumps({facts: _course(course) for facts, course in courses.items()}).decode()


def _course(course: Course) -> dict[str, Any]:
    return {
        "onStanding": course.on_standing,
        "becomes": course.becomes,
        "opens": course.opens,
        "goesBack": course.goes_back,
        "keepsStanding": course.keeps_standing,
        "verdict": course.verdict,
    }
