"""Pupils who left, as far as the scope shows them, and the two doors through which a school notes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.db import sql
from backend.domain.departure import DepartureFacts, DepartureReason

OUT_OF_SCOPE, GONE, MOVING, BUSY = -1, -2, -3, -4
"""What ``leave`` answers when it notes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureRow:
    """A pupil who left; back again from ``returned_on`` on."""

    id: int
    book_id: int
    school_id: int
    pupil_name: str
    reason: DepartureReason
    note: str
    left_on: date
    recorded_at: datetime
    returned_on: date | None

    @property
    def facts(self) -> DepartureFacts:
        return DepartureFacts(school_id=self.school_id, over=self.returned_on is not None)


_SELECT = "SELECT id, book_id, school_id, pupil_name, reason, note, left_on, recorded_at, returned_on FROM departure"


def _row(row: sql.Row) -> DepartureRow:
    return DepartureRow(**{**row, "reason": DepartureReason(row["reason"])})


async def find(ids: Sequence[int]) -> dict[int, DepartureRow]:
    found = await sql.rows(f"{_SELECT} WHERE id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: _row(row) for row in found}


async def page(*, still_away: bool, before_id: int | None, limit: int) -> list[DepartureRow]:
    """Departures of the scope, the newest first."""
    found = await sql.rows(
        f"{_SELECT} WHERE (NOT $1 OR returned_on IS NULL) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        *(still_away, before_id, limit),
    )
    return [_row(row) for row in found]


async def leave(book_id: int, reason: DepartureReason, note: str, day: date, *, trial: bool) -> int:
    """Note that a pupil has left; the departure's id, 0 for a trial, or what bars it."""
    answer: int = await sql.value(
        "SELECT pupil_leaves($1, $2, $3, $4, $5)", book_id, reason, note, day, trial
    )
    return answer


async def come_back(departure_id: int, day: date) -> bool:
    """Note that a pupil is back; whether they were away."""
    done: bool = await sql.value("SELECT pupil_returns($1, $2)", departure_id, day)
    return done


async def has_left(book_id: int) -> bool:
    """Whether the pupil of a book is away."""
    away: bool = await sql.value("SELECT has_left($1)", book_id)
    return away
