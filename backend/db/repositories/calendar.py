"""What two people decide about the calendar: new dates of a lock period, and exceptions to a deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql
from backend.domain.acts import ProposalFacts
from backend.domain.calendar import PeriodPlan, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who proposed something, why, and what became of it."""

    reason: str
    proposed_by_id: int
    proposed_by_name: str
    proposed_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    confirmed: bool

    @property
    def facts(self) -> ProposalFacts:
        return ProposalFacts(proposed_by_id=self.proposed_by_id, decided=self.decided_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow(Decision):
    """New dates of a lock period, proposed or decided."""

    id: int
    school_year: int
    window: Window
    locks_at: datetime
    reports_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow(Decision):
    """A school, or one of its classes, that may act after a deadline until ``expires_at``."""

    id: int
    lock_period_id: int
    school_id: int
    school_class_id: int | None
    expires_at: datetime
    holds: bool


_DECISION = (
    "p.reason, p.proposed_by_id, by_whom.full_name AS proposed_by_name, p.proposed_at, second.full_name AS"
    " decided_by_name, p.decided_at, p.confirmed"
)
_PEOPLE = "LEFT JOIN staff by_whom ON by_whom.id = p.proposed_by_id LEFT JOIN staff second ON second.id = p.decided_by_id"
_CHANGE = f"""
SELECT p.id, p.school_year, p."window", p.locks_at, p.reports_at, {_DECISION} FROM calendar_change p {_PEOPLE}"""


def _change(row: sql.Row) -> ChangeRow:
    return ChangeRow(**_named(row) | {"window": Window(row["window"])})


def _named(row: sql.Row) -> sql.Row:
    # a district sees that an exception holds, not always who granted it
    return {**row, "proposed_by_name": row["proposed_by_name"] or ""}


_PROPOSE_CHANGE = """
INSERT INTO calendar_change (school_year, "window", locks_at, reports_at, reason, proposed_by_id, proposed_at, confirmed)
VALUES ($1, $2, $3, $4, $5, $6, now(), false) RETURNING id"""


async def propose_change(
    school_year: int, window: Window, locks_at: datetime, reports_at: datetime, reason: str, proposed_by: int
) -> int:
    """Keep new dates for a second person; returns their id."""
    change_id: int = await sql.value(
        _PROPOSE_CHANGE, school_year, window, locks_at, reports_at, reason, proposed_by
    )
    return change_id


async def take_change(change_id: int) -> ChangeRow | None:
    """A change, its row locked against another's decision."""
    await sql.rows(
        "SELECT id FROM calendar_change WHERE id = $1 AND decided_at IS NULL FOR UPDATE", change_id
    )
    row = await sql.one(f"{_CHANGE} WHERE p.id = $1", change_id)
    return None if row is None else _change(row)


async def changes(*, before_id: int | None, limit: int) -> list[ChangeRow]:
    """Changes of dates, the newest first."""
    found = await sql.rows(
        f"{_CHANGE} WHERE $1::bigint IS NULL OR p.id < $1 ORDER BY p.id DESC LIMIT $2", before_id, limit
    )
    return [_change(row) for row in found]


async def decide(table: str, proposal_id: int, decided_by: int, *, confirmed: bool) -> None:
    await sql.rows(
        f"UPDATE {table} SET decided_by_id = $2, decided_at = now(), confirmed = $3 WHERE id = $1",
        proposal_id,
        decided_by,
        confirmed,
    )


_MOVE = """
INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, change_id, updated_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, now())
ON CONFLICT (school_year, "window") DO UPDATE
   SET locks_at = excluded.locks_at, reports_at = excluded.reports_at, change_id = excluded.change_id, updated_at = now()
RETURNING id"""


async def move_period(change: ChangeRow, grades: Sequence[int]) -> int:
    """Give a period the dates of a confirmed change; one that the calendar lacks is added. Returns its id."""
    text = orjson.dumps(sorted(grades)).decode()
    period_id: int = await sql.value(
        _MOVE, change.school_year, change.window, change.locks_at, change.reports_at, text, change.id
    )
    return period_id


_OPEN_YEAR = """
INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)
SELECT $1, w, l, r, $5::jsonb, now() FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS t(w, l, r)
 WHERE l > clock_timestamp() ON CONFLICT (school_year, "window") DO NOTHING RETURNING id"""


async def open_year(school_year: int, plans: Sequence[PeriodPlan]) -> list[int]:
    """Add the plan's periods of a year that the calendar lacks and that still lie ahead; returns their ids."""
    grades = orjson.dumps(sorted(plans[0].grades)).decode()
    found = await sql.rows(
        _OPEN_YEAR,
        school_year,
        [str(plan.window) for plan in plans],
        [plan.locks_at for plan in plans],
        [plan.reports_at for plan in plans],
        grades,
    )
    return [row["id"] for row in found]


_EXCEPTION = f"""
SELECT p.id, p.lock_period_id, p.school_id, p.school_class_id, p.expires_at, {_DECISION},
       p.confirmed AND p.expires_at > clock_timestamp() AND t.sealed_at IS NULL AS holds
  FROM lock_exception p JOIN lock_period t ON t.id = p.lock_period_id {_PEOPLE}"""


def _exception(row: sql.Row) -> ExceptionRow:
    return ExceptionRow(**_named(row))


_PROPOSE_EXCEPTION = """
INSERT INTO lock_exception (lock_period_id, school_id, school_class_id, reason, expires_at, proposed_by_id, proposed_at,
       confirmed) VALUES ($1, $2, $3, $4, $5, $6, now(), false) RETURNING id"""


async def propose_exception(
    period_id: int, school_id: int, class_id: int | None, reason: str, expires_at: datetime, proposed_by: int
) -> int:
    """Keep an exception for a second person; returns its id."""
    exception_id: int = await sql.value(
        _PROPOSE_EXCEPTION, period_id, school_id, class_id, reason, expires_at, proposed_by
    )
    return exception_id


async def take_exception(exception_id: int) -> ExceptionRow | None:
    """An exception, its row locked against another's decision."""
    await sql.rows(
        "SELECT id FROM lock_exception WHERE id = $1 AND decided_at IS NULL FOR UPDATE", exception_id
    )
    return (await find_exceptions([exception_id])).get(exception_id)


async def find_exceptions(exception_ids: Sequence[int]) -> dict[int, ExceptionRow]:
    """Exceptions by id, as far as the scope shows them."""
    found = await sql.rows(f"{_EXCEPTION} WHERE p.id = ANY ($1::bigint[])", list(exception_ids))
    return {row["id"]: _exception(row) for row in found}


async def exceptions(period_id: int | None, *, before_id: int | None, limit: int) -> list[ExceptionRow]:
    """Exceptions, the newest first, as far as the scope shows them."""
    found = await sql.rows(
        f"{_EXCEPTION} WHERE ($1::bigint IS NULL OR p.lock_period_id = $1) AND ($2::bigint IS NULL OR p.id < $2)"
        " ORDER BY p.id DESC LIMIT $3",
        period_id,
        before_id,
        limit,
    )
    return [_exception(row) for row in found]
