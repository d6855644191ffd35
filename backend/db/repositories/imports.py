"""What an import reads to compare with, and how it writes many pupils in a few statements.

Ids are taken from the sequences beforehand, so that whole tables of rows go in by ``unnest``: row-level security
allows no ``COPY``, and a row that was just inserted is not yet visible to a policy that looks at its book.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson

from backend.db import sql
from backend.db.repositories.organisation import ClassRow, classes_of
from backend.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPupil:
    """A pupil whom the school manages, and their record of the year if there is one; ``content`` is its JSON."""

    pupil_id: int
    book_id: int
    pupil_code: str | None
    citizen_number: str | None
    name_fold: str
    birth_date: date | None
    record_id: int | None
    revision_id: int | None
    version: int | None
    state: State | None
    record_state: State | None
    content: str | None
    content_digest: str | None
    left: bool

    @property
    def document(self) -> dict[str, Any]:
        """The content of the record, empty without one."""
        found: dict[str, Any] = orjson.loads(self.content) if self.content else {}
        return found


_KNOWN = """
SELECT p.id AS pupil_id, b.id AS book_id, p.pupil_code, p.citizen_number, p.name_fold, p.birth_date,
       y.id AS record_id, r.id AS revision_id, r.version, r.state, y.state AS record_state, r.content, r.content_digest,
       coalesce(y.left_behind, false) AS left
  FROM record_book b JOIN pupil p ON p.id = b.pupil_id
  LEFT JOIN year_record y ON y.book_id = b.id AND y.school_year = $2 AND y.school_id = $1
  LEFT JOIN revision r ON r.id = y.working_revision_id
 WHERE b.managing_school_id = $1"""


async def known_pupils(school_id: int, school_year: int) -> list[KnownPupil]:
    """Pupils whom a school manages, each with the record of one year."""
    return [_known(row) for row in await sql.rows(_KNOWN, school_id, school_year)]


def _known(row: sql.Row) -> KnownPupil:
    state, record_state = row["state"], row["record_state"]
    row["state"] = None if state is None else State(state)
    row["record_state"] = None if record_state is None else State(record_state)
    return KnownPupil(**row)


async def elsewhere(codes: Sequence[str], numbers: Sequence[str], school_id: int) -> frozenset[str]:
    """Those of the pupil codes and citizen numbers that belong to pupils of other schools."""
    found = await sql.rows(
        "SELECT * FROM pupils_elsewhere($1, $2, $3)", list(codes), list(numbers), school_id
    )
    return frozenset(value for row in found for value in row.values() if value)


class EnrolmentRow(NamedTuple):
    """A row of ``enrolment``."""

    book_id: int
    school_year: int
    class_name: str
    school_name: str
    register_number: str
    entered_on: date | None


async def enrolments(school_id: int) -> dict[int, list[EnrolmentRow]]:
    """Learning history by book, for the books a school manages."""
    by_book: dict[int, list[EnrolmentRow]] = {}
    found = await sql.rows(
        "SELECT e.book_id, e.school_year, e.class_name, e.school_name, e.register_number, e.entered_on"
        " FROM enrolment e JOIN record_book b ON b.id = e.book_id WHERE b.managing_school_id = $1"
        " ORDER BY e.book_id, e.school_year, e.id",
        school_id,
    )
    for row in found:
        by_book.setdefault(row["book_id"], []).append(EnrolmentRow(**row))
    return by_book


async def ensure_classes(school_id: int, school_year: int, wanted: dict[str, int]) -> dict[str, ClassRow]:
    """Classes by name, those that are new made; ``wanted`` gives each name's grade."""
    await sql.rows(
        "INSERT INTO school_class (school_id, school_year, grade, name)"
        " SELECT $1, $2, grade, name FROM unnest($3::smallint[], $4::text[]) AS t(grade, name)"
        " ON CONFLICT (school_id, school_year, name) DO NOTHING",
        school_id,
        school_year,
        list(wanted.values()),
        list(wanted),
    )
    return await classes_of(school_id, school_year)


async def take_ids(table: str, count: int) -> list[int]:
    """The next ids of a table's sequence."""
    if not count:
        return []
    found: list[int] = await sql.value(
        f"SELECT array_agg(nextval('{table}_id_seq')) FROM generate_series(1, $1)", count
    )
    return found


class NewPupil(NamedTuple):
    """A row of ``pupil``."""

    id: int
    full_name: str
    name_fold: str
    sort_key: str
    birth_date: date | None
    gender: str
    ethnicity: str
    nationality: str
    birth_place: str
    hometown: str
    address: str
    father: str
    mother: str
    guardian: str
    citizen_number: str | None
    pupil_code: str | None


class NewBook(NamedTuple):
    """A row of ``record_book``."""

    id: int
    pupil_id: int
    lookup_code: str
    managing_school_id: int
    school_class_id: int
    opened_on: date


class NewRecord(NamedTuple):
    """A row of ``year_record``."""

    id: int
    book_id: int
    school_id: int
    school_class_id: int
    school_year: int
    grade: int
    pupil_name: str
    name_fold: str
    sort_key: str
    working_revision_id: int


class NewRevision(NamedTuple):
    """A row of ``revision``: the first draft of a record."""

    id: int
    year_record_id: int
    book_id: int
    school_id: int
    school_class_id: int
    school_year: int
    grade: int
    content: bytes
    content_digest: str
    window: str
    complete: bool
    gaps: int


_TYPES = {
    int: "bigint",
    str: "text",
    bool: "boolean",
    bytes: "bytea",
    date | None: "date",
    date: "date",
    str | None: "text",
}
_VALUES = {"content": "convert_from(t.content, 'UTF8')::jsonb"}
_CONSTANTS = {
    "record_book": {"has_foreign_years": "false"},
    "year_record": {"state": "'DRAFT'", "updated_at": "now()"},
    "revision": {
        "number": "1",
        "state": "'DRAFT'",
        "version": "1",
        "reason": "''",
        "created_at": "now()",
        "updated_at": "now()",
    },
}


def _insertion(table: str, row: type[NamedTuple]) -> str:
    types: Mapping[str, Any] = row.__annotations__
    names = [f'"{name}"' for name in types]
    constants = _CONSTANTS.get(table, {})
    values = [_VALUES.get(name, f't."{name}"') for name in types]
    arrays = ", ".join(f"${at}::{_TYPES[kind]}[]" for at, kind in enumerate(types.values(), start=1))
    return (
        f"INSERT INTO {table} ({', '.join([*names, *constants])})"
        f" SELECT {', '.join([*values, *constants.values()])} FROM unnest({arrays}) AS t({', '.join(names)})"
    )


_INSERTIONS: Mapping[type, str] = {
    row: _insertion(table, row)
    for table, row in {
        "pupil": NewPupil,
        "record_book": NewBook,
        "enrolment": EnrolmentRow,
        "year_record": NewRecord,
        "revision": NewRevision,
    }.items()
}


async def insert(new: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows of one kind in one statement."""
    if new:
        await sql.rows(_INSERTIONS[type(new[0])], *zip(*new, strict=True))


_ENROL = f"""{_INSERTIONS[EnrolmentRow]}
ON CONFLICT (book_id, school_year, school_name) DO UPDATE SET class_name = excluded.class_name,
   register_number = excluded.register_number, entered_on = excluded.entered_on
 WHERE (enrolment.class_name, enrolment.register_number, enrolment.entered_on)
       IS DISTINCT FROM (excluded.class_name, excluded.register_number, excluded.entered_on)"""


async def enrol(entries: Sequence[EnrolmentRow]) -> None:
    """Write learning history of books that have some; what is already there changes only where it differs."""
    if entries:
        await sql.rows(_ENROL, *zip(*entries, strict=True))


_UPDATE_PUPILS = """
UPDATE pupil p SET full_name = t.full_name, name_fold = t.name_fold, sort_key = t.sort_key, birth_date = t.birth_date,
       gender = t.gender, ethnicity = t.ethnicity, nationality = t.nationality, birth_place = t.birth_place,
       hometown = t.hometown, address = t.address, father = t.father, mother = t.mother, guardian = t.guardian,
       citizen_number = coalesce(t.citizen_number, p.citizen_number), pupil_code = coalesce(t.pupil_code, p.pupil_code)
  FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[])
       AS t(id, full_name, name_fold, sort_key, birth_date, gender, ethnicity, nationality, birth_place, hometown,
            address, father, mother, guardian, citizen_number, pupil_code)
 WHERE p.id = t.id"""


async def update_pupils(changed: Sequence[NewPupil]) -> None:
    """Write what a file says of pupils the school already manages."""
    if changed:
        await sql.rows(_UPDATE_PUPILS, *zip(*changed, strict=True))


class ChangedRecord(NamedTuple):
    """What a file changes of a year record."""

    id: int
    school_class_id: int
    grade: int
    pupil_name: str
    name_fold: str
    sort_key: str


class ChangedDraft(NamedTuple):
    """A draft whose content a file changes; ``version`` is the one it was compared with."""

    id: int
    version: int
    content: bytes
    content_digest: str
    window: str
    complete: bool
    gaps: int
    school_class_id: int
    grade: int


_UPDATE_RECORDS = """
UPDATE year_record y SET school_class_id = t.school_class_id, grade = t.grade, pupil_name = t.pupil_name,
       name_fold = t.name_fold, sort_key = t.sort_key, updated_at = now()
  FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::text[], $5::text[], $6::text[])
       AS t(id, school_class_id, grade, pupil_name, name_fold, sort_key) WHERE y.id = t.id"""

_MOVE_BOOKS = """
UPDATE record_book b SET school_class_id = t.class_id FROM unnest($1::bigint[], $2::bigint[]) AS t(id, class_id)
 WHERE b.id = t.id AND b.school_class_id <> t.class_id"""

_UPDATE_DRAFTS = """
UPDATE revision r SET content = convert_from(t.content, 'UTF8')::jsonb, content_digest = t.digest, "window" = t.win, complete = t.complete,
       gaps = t.gaps, school_class_id = t.school_class_id, grade = t.grade, version = r.version + 1, updated_at = now()
  FROM unnest($1::bigint[], $2::int[], $3::bytea[], $4::text[], $5::text[], $6::boolean[], $7::smallint[], $8::bigint[], $9::smallint[])
       AS t(id, version, content, digest, win, complete, gaps, school_class_id, grade)
 WHERE r.id = t.id AND r.version = t.version AND r.state = 'DRAFT' RETURNING r.id"""


async def update_records(changed: Sequence[ChangedRecord], books: Sequence[tuple[int, int]]) -> None:
    """Write what the lists show of changed records, and the class each of the (book, class) pairs is in now."""
    await sql.rows(_UPDATE_RECORDS, *zip(*changed, strict=True))
    await sql.rows(_MOVE_BOOKS, *zip(*books, strict=True))


async def update_drafts(changed: Sequence[ChangedDraft]) -> frozenset[int]:
    """Write changed drafts; returns the revisions written, without those somebody changed meanwhile."""
    written = await sql.rows(_UPDATE_DRAFTS, *zip(*changed, strict=True))
    return frozenset(row["id"] for row in written)
