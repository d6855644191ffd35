"""Record books as the holder of a code sees them."""

from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownYear:
    """A school year of the book and the revision that is shown: the standing one, else the newest issued."""

    record_id: int
    school_year: int
    grade: int
    revision_id: int
    number: int
    state: State
    effective_from: datetime | None
    birth_date: str


ISSUED = (State.ISSUED, State.SUBMITTED, State.ACCEPTED, State.LOCKED, State.WITHDRAWN)
"""Only what a school has issued is anybody else's business."""

_YEARS = """
SELECT y.id AS record_id, y.school_year, y.grade, r.id AS revision_id, r.number, r.state, r.effective_from,
       coalesce(r.content -> 'pupil' ->> 'birthDate', '') AS birth_date
  FROM record_book b
  JOIN year_record y ON y.book_id = b.id
 CROSS JOIN LATERAL (
       SELECT i.id, i.number, i.state, i.effective_from, i.content FROM revision i
        WHERE i.year_record_id = y.id AND CASE WHEN y.standing_revision_id IS NULL THEN i.state = ANY ($2::text[])
              ELSE i.id = y.standing_revision_id END
        ORDER BY i.number DESC LIMIT 1) r
 WHERE b.lookup_code = $1
 ORDER BY y.school_year, y.id"""


async def years(code: str) -> list[ShownYear]:
    """Every school year of a book of which something may be shown, in order; none when the code is nobody's."""
    found = await sql.rows(_YEARS, code, [str(state) for state in ISSUED])
    return [ShownYear(**{**row, "state": State(row["state"])}) for row in found]
