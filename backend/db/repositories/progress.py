"""Counts by grade, by day and for everybody, as far as the scope shows them."""

from dataclasses import dataclass
from datetime import date, datetime

from backend.db import sql
from backend.domain.lifecycle import State
from backend.domain.progress import LOOK_BACK_DAYS, REPORTED, Step

_TODAY = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
# A row of progress_day says how a counter stood at the end of a day, on the day before it changed.
_STEPS = """
WITH kept AS (
  SELECT school_id, state, day, count FROM progress_day WHERE school_year = $1
  UNION ALL SELECT school_id, state, NULL, count FROM school_count WHERE school_year = $1
), changes AS (
  SELECT k.school_id, k.state, lag(k.day) OVER one + 1 AS day, k.count - lag(k.count) OVER one AS change
    FROM kept k JOIN org_unit u ON u.id = k.school_id
   WHERE $2::bigint IS NULL OR u.id = $2 OR u.parent_id = $2
  WINDOW one AS (PARTITION BY k.school_id, k.state ORDER BY k.day NULLS LAST)
)
SELECT day, state, sum(change)::int AS change FROM changes
 WHERE change <> 0 GROUP BY day, state ORDER BY day, state"""


async def steps(school_year: int, unit_id: int | None) -> list[Step]:
    """By how much each state changed on each day, over a school, a district's schools, or all of the scope."""
    found = await sql.rows(_STEPS, school_year, unit_id)
    return [Step(row["day"], State(row["state"]), row["change"]) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeRow:
    """How many records of a grade stand in one state."""

    grade: int
    state: State
    count: int


async def by_grade(school_year: int, school_id: int | None) -> list[GradeRow]:
    found = await sql.rows(
        "SELECT grade, state, sum(count)::int AS count FROM state_count WHERE school_year = $1 AND count > 0"
        " AND ($2::bigint IS NULL OR school_id = $2) GROUP BY 1, 2 ORDER BY 1, 2",
        school_year,
        school_id,
    )
    return [GradeRow(**{**row, "state": State(row["state"])}) for row in found]


async def for_everybody(school_year: int) -> dict[int, dict[State, int]]:
    """Counts by district and state; to be shown only through ``domain.progress.shown``."""
    by_unit: dict[int, dict[State, int]] = {}
    for row in await sql.rows("SELECT * FROM public_progress($1::smallint)", school_year):
        by_unit.setdefault(row["unit_id"], {})[State(row["state"])] = row["count"]
    return by_unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRow:
    """How many records of a school there are, are reported, and were a week ago."""

    school_id: int
    total: int
    done: int
    done_before: int


_PACE = f"""
SELECT n.school_id, sum(n.count)::int AS total,
       coalesce(sum(n.count) FILTER (WHERE n.state = ANY ($3)), 0)::int AS done,
       coalesce(sum(coalesce(d.count, n.count)) FILTER (WHERE n.state = ANY ($3)), 0)::int AS done_before
  FROM school_count n JOIN org_unit u ON u.id = n.school_id
  LEFT JOIN LATERAL (
    SELECT p.count FROM progress_day p
     WHERE p.school_year = n.school_year AND p.school_id = n.school_id AND p.state = n.state
       AND p.day >= {_TODAY} - $4::int ORDER BY p.day LIMIT 1) d ON true
 WHERE n.school_year = $1 AND ($2::bigint IS NULL OR u.parent_id = $2)
 GROUP BY n.school_id ORDER BY n.school_id"""


async def paces(school_year: int, district_id: int | None) -> list[PaceRow]:
    """How each school has moved in the last week."""
    reported = sorted(REPORTED)
    found = await sql.rows(_PACE, school_year, district_id, reported, LOOK_BACK_DAYS)
    return [PaceRow(**row) for row in found]


async def deadline(school_year: int) -> tuple[date, datetime | None]:
    """Today, and when the year's next lock is, by the database's clock."""
    row = await sql.one(
        f"SELECT {_TODAY} AS today, (SELECT min(locks_at) FROM lock_period WHERE school_year = $1 AND locks_at > now())"
        " AS locks_at",
        school_year,
    )
    assert row is not None
    return row["today"], row["locks_at"]
