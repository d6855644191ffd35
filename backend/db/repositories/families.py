"""A guardian's children and what stands of their records, as the guardian's scope shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql
from backend.db.repositories.records import SELECT, RecordRow, record_row


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRow:
    """A pupil whose book the scope shows."""

    book_id: int
    lookup_code: str
    school_id: int
    name: str


_CHILDREN = """
SELECT b.id AS book_id, b.lookup_code, b.managing_school_id AS school_id, p.full_name AS name
  FROM record_book b JOIN pupil p ON p.id = b.pupil_id ORDER BY p.birth_date, b.id"""


async def children() -> list[ChildRow]:
    """The children of the scope's guardian, the eldest first."""
    return [ChildRow(**row) for row in await sql.rows(_CHILDREN)]


async def records_of(book_ids: Sequence[int]) -> dict[int, list[RecordRow]]:
    """Records by book, the oldest year first."""
    by_book: dict[int, list[RecordRow]] = {book_id: [] for book_id in book_ids}
    found = await sql.rows(
        f"{SELECT} WHERE y.book_id = ANY ($1::bigint[]) ORDER BY y.school_year, y.id", list(book_ids)
    )
    for row in found:
        by_book[row["book_id"]].append(record_row(row))
    return by_book
