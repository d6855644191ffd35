"""Writing what an import planned: new pupils, books, records and drafts, and drafts that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.db.repositories import imports
from backend.db.repositories.imports import (
    ChangedDraft,
    EnrolmentRow,
    KnownPupil,
    NewBook,
    NewPupil,
    NewRecord,
    NewRevision,
)
from backend.db.repositories.organisation import ClassRow
from backend.domain.calendar import due_window
from backend.domain.content import RecordContent
from backend.domain.content_rules import gaps, incomplete
from backend.domain.errors import ConflictError
from backend.domain.identifiers import LookupCode
from backend.domain.text import fold, name_sort_key

Classes = dict[tuple[int, str], ClassRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row to write: its whole content, also as canonical text, and the pupil if the school already knows them."""

    content: RecordContent
    text: str
    digest: str
    known: KnownPupil | None


@dataclass(frozen=True, slots=True)
class _Placed:
    """A planned row with the ids of its pupil and book."""

    plan: PlannedRow
    pupil_id: int
    book_id: int
    school_class: ClassRow


async def write(school_id: int, planned: Sequence[PlannedRow]) -> None:
    """Write planned rows, all or none.

    Raises:
        ConflictError: when somebody changed one of the drafts since they were compared.
    """
    classes = await _classes(school_id, planned)
    placed = await _placed(planned, classes)
    fresh = [row for row in placed if row.plan.known is None]
    await imports.insert("pupil", [_pupil(row) for row in fresh])
    await imports.insert("record_book", [_book(row, school_id) for row in fresh])
    await imports.update_pupils([_pupil(row) for row in placed if row.plan.known is not None])
    await imports.enrol([entry for row in placed for entry in _enrolments(row)])
    await _write_new_records(school_id, [row for row in placed if _is_new_record(row)])
    await _write_changed([row for row in placed if not _is_new_record(row)])


async def _classes(school_id: int, planned: Sequence[PlannedRow]) -> Classes:
    classes: Classes = {}
    for year in sorted({row.content.school_year.start for row in planned}):
        wanted = {
            row.content.class_name: row.content.grade
            for row in planned
            if row.content.school_year.start == year
        }
        found = await imports.ensure_classes(school_id, year, wanted)
        classes |= {(year, name): row for name, row in found.items()}
    return classes


async def _placed(planned: Sequence[PlannedRow], classes: Classes) -> list[_Placed]:
    fresh = sum(row.known is None for row in planned)
    pupil_ids = iter(await imports.take_ids("pupil", fresh))
    book_ids = iter(await imports.take_ids("record_book", fresh))
    placed = []
    for row in planned:
        school_class = classes[row.content.school_year.start, row.content.class_name]
        if row.known is None:
            placed.append(_Placed(row, next(pupil_ids), next(book_ids), school_class))
        else:
            placed.append(_Placed(row, row.known.pupil_id, row.known.book_id, school_class))
    return placed


def _pupil(row: _Placed) -> NewPupil:
    pupil = row.plan.content.pupil
    return NewPupil(
        id=row.pupil_id,
        full_name=pupil.full_name,
        name_fold=fold(pupil.full_name),
        sort_key=name_sort_key(pupil.full_name),
        birth_date=pupil.birth_date,
        gender=pupil.gender,
        ethnicity=pupil.ethnicity,
        nationality=pupil.nationality,
        birth_place=pupil.birth_place,
        hometown=pupil.hometown,
        address=pupil.address,
        father=pupil.father,
        mother=pupil.mother,
        guardian=pupil.guardian,
        citizen_number=pupil.citizen_number or None,
        pupil_code=pupil.pupil_code or None,
    )


def _book(row: _Placed, school_id: int) -> NewBook:
    entered = [entry.entered_on for entry in row.plan.content.history if entry.entered_on]
    return NewBook(
        id=row.book_id,
        pupil_id=row.pupil_id,
        lookup_code=LookupCode.new().value,
        managing_school_id=school_id,
        school_class_id=row.school_class.id,
        has_foreign_years=False,
        opened_on=min(entered, default=date(row.plan.content.school_year.start, 9, 5)),
    )


def _enrolments(row: _Placed) -> list[EnrolmentRow]:
    return [
        EnrolmentRow(
            book_id=row.book_id,
            school_year=entry.school_year.start,
            class_name=entry.class_name,
            school_name=entry.school_name,
            register_number=entry.register_number,
            entered_on=entry.entered_on,
        )
        for entry in row.plan.content.history
    ]


def _is_new_record(row: _Placed) -> bool:
    return row.plan.known is None or row.plan.known.record_id is None


async def _write_new_records(school_id: int, placed: Sequence[_Placed]) -> None:
    record_ids = await imports.take_ids("year_record", len(placed))
    revision_ids = await imports.take_ids("revision", len(placed))
    ids = list(zip(placed, record_ids, revision_ids, strict=True))
    await imports.insert("year_record", [_record(school_id, *item) for item in ids])
    await imports.insert("revision", [_revision(school_id, *item) for item in ids])


def _record(school_id: int, row: _Placed, record_id: int, revision_id: int) -> NewRecord:
    content = row.plan.content
    return NewRecord(
        id=record_id,
        book_id=row.book_id,
        school_id=school_id,
        school_class_id=row.school_class.id,
        school_year=content.school_year.start,
        grade=content.grade,
        pupil_name=content.pupil.full_name,
        name_fold=fold(content.pupil.full_name),
        sort_key=name_sort_key(content.pupil.full_name),
        working_revision_id=revision_id,
    )


def _revision(school_id: int, row: _Placed, record_id: int, revision_id: int) -> NewRevision:
    content = row.plan.content
    missing = incomplete(content)
    return NewRevision(
        id=revision_id,
        year_record_id=record_id,
        book_id=row.book_id,
        school_id=school_id,
        school_class_id=row.school_class.id,
        school_year=content.school_year.start,
        grade=content.grade,
        content=row.plan.text,
        content_digest=row.plan.digest,
        window=due_window(content),
        complete=not missing,
        gaps=int(gaps(content, missing)),
    )


async def _write_changed(placed: Sequence[_Placed]) -> None:
    changed = [_changed(row) for row in placed]
    written = await imports.update_drafts(changed)
    if len(written) < len(changed):
        raise ConflictError


def _changed(row: _Placed) -> ChangedDraft:
    known, content = row.plan.known, row.plan.content
    assert known is not None
    assert known.revision_id is not None
    assert known.record_id is not None
    assert known.version is not None
    missing = incomplete(content)
    return ChangedDraft(
        revision_id=known.revision_id,
        record_id=known.record_id,
        book_id=known.book_id,
        version=known.version,
        content=row.plan.text,
        content_digest=row.plan.digest,
        window=due_window(content),
        complete=not missing,
        gaps=int(gaps(content, missing)),
        school_class_id=row.school_class.id,
        grade=content.grade,
        pupil_name=content.pupil.full_name,
        name_fold=fold(content.pupil.full_name),
        sort_key=name_sort_key(content.pupil.full_name),
    )
