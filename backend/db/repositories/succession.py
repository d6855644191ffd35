"""What a school that ended left unfinished, as its successor reads and takes it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from backend.db import sql
from backend.db.repositories.organisation import ClassRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """A school that ended with years that it had not issued, and the school that stands for it."""

    school_id: int
    successor_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedYear:
    """A year that was not issued, its row locked; ``content`` is its JSON."""

    id: int
    book_id: int
    revision_id: int
    school_year: int
    school_class_id: int
    class_name: str
    grade: int
    content: dict[str, Any]


# A signature that is being made at this moment is waited for. What a revision stands for at the department stays there.
_UNFINISHED = """
  FROM year_record y JOIN revision r ON r.id = y.working_revision_id
 WHERE y.school_id = {school} AND NOT y.left_behind AND y.standing_revision_id IS NULL
   AND r.state IN ('DRAFT', 'TEACHER_SIGNED', 'PRINCIPAL_SIGNED')
   AND NOT EXISTS (SELECT FROM ceremony_item i WHERE i.revision_id = r.id AND i.state = 'SIGNING')"""


async def estates() -> list[Estate]:
    """Schools that have ended and left years to be gone on with."""
    found = await sql.rows(
        "SELECT u.id AS school_id, u.successor_id FROM org_unit u JOIN org_unit s ON s.id = u.successor_id"
        " WHERE u.kind = 'SCHOOL' AND u.valid_to < today() AND (s.valid_to IS NULL OR s.valid_to >= today())"
        f" AND EXISTS (SELECT {_UNFINISHED.format(school='u.id')}) ORDER BY u.id"
    )
    return [Estate(**row) for row in found]


async def unfinished(school_id: int, limit: int) -> list[UnfinishedYear]:
    """The next years that a school left unfinished."""
    found = await sql.rows(
        "SELECT y.id, y.book_id, r.id AS revision_id, y.school_year, y.school_class_id,"
        " (SELECT c.name FROM school_class c WHERE c.id = y.school_class_id) AS class_name, y.grade, r.content"
        f"{_UNFINISHED.format(school='$1')} ORDER BY y.id LIMIT $2 FOR UPDATE OF y",
        school_id,
        limit,
    )
    return [UnfinishedYear(**{**row, "content": orjson.loads(row["content"])}) for row in found]


async def follow_class(was: ClassRow, successor_id: int, name: str) -> ClassRow:
    """The class with which a school goes on from one that it has inherited; made when it is not there."""
    await sql.rows(
        "INSERT INTO school_class (school_id, school_year, grade, name, predecessor_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (predecessor_id) WHERE predecessor_id IS NOT NULL DO NOTHING",
        *(successor_id, was.school_year, was.grade, name, was.id),
    )
    row = await sql.one(
        "SELECT id, school_id, school_year, grade, name FROM school_class WHERE predecessor_id = $1", was.id
    )
    assert row is not None
    return ClassRow(**row)


async def move_books(books: Sequence[tuple[int, int]]) -> None:
    """Write the class each of the (book, class) pairs is in now."""
    await sql.rows(
        "UPDATE record_book b SET school_class_id = t.class_id FROM unnest($1::bigint[], $2::bigint[]) AS t(id, class_id)"
        " WHERE b.id = t.id AND b.school_class_id <> t.class_id",
        *zip(*books, strict=True),
    )


async def leave(record_ids: Sequence[int], classes: Sequence[tuple[int, int]]) -> None:
    """Leave years to the successor, with signatures that were still to come; each class of the pairs keeps its teacher."""
    was, is_now = zip(*classes, strict=True)
    await sql.rows("SELECT leave_to_successor($1, $2, $3)", list(record_ids), list(was), list(is_now))
