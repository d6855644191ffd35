"""Writing what an import planned: new pupils, books, records and drafts, and drafts that changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backend.db.repositories import imports
from backend.db.repositories.imports import (
    ChangedDraft,
    ChangedRecord,
    EnrolmentRow,
    KnownPupil,
    NewBook,
    NewPupil,
    NewRecord,
    NewRevision,
)
from backend.db.repositories.organisation import ClassRow
from backend.domain.calendar import due_window
from backend.domain.canonical import digest_of
from backend.domain.content import RecordContent
from backend.domain.content_rules import gaps, incomplete
from backend.domain.errors import ConflictError
from backend.domain.identifiers import LookupCode
from backend.domain.text import fold, name_sort_key

TOGETHER = 2_000
"""Rows written by one statement: a whole school, and some ten megabytes."""

Classes = dict[tuple[int, str], ClassRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A row to write: its whole content, also as canonical bytes, and the pupil if the school already knows them.

    ``name_fold`` and ``sort_key`` are the pupil's name to search and to sort by.
    """

    content: RecordContent
    canonical: bytes
    digest: str
    known: KnownPupil | None
    name_fold: str
    sort_key: str
    window: str
    complete: bool
    gaps: int


def planned_row(content: RecordContent, canonical: bytes, known: KnownPupil | None) -> PlannedRow:
    """A row with what follows from its content; ``canonical`` are its bytes, made once."""
    name, missing = content.pupil.full_name, incomplete(content)
    return PlannedRow(
        content=content,
        canonical=canonical,
        digest=digest_of(canonical),
        known=known,
        name_fold=fold(name),
        sort_key=name_sort_key(name),
        window=due_window(content),
        complete=not missing,
        gaps=int(gaps(content, missing)),
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A planned row with the ids of its pupil and book."""

    plan: PlannedRow
    pupil_id: int
    book_id: int
    class_id: int


async def write(school_id: int, planned: Sequence[PlannedRow]) -> None:
    """Write planned rows, all or none.

    Raises:
        ConflictError: when somebody changed one of the drafts since they were compared.
    """
    classes = await _classes(school_id, planned)
    for first in range(0, len(planned), TOGETHER):
        await _write(school_id, await _placed(planned[first : first + TOGETHER], classes))


async def _write(school_id: int, placed: Sequence[_Placed]) -> None:
    fresh = [row for row in placed if row.plan.known is None]
    met = [row for row in placed if row.plan.known is not None]
    await imports.insert([_pupil(row) for row in fresh])
    await imports.insert([_book(row, school_id) for row in fresh])
    await imports.insert(list(_enrolments(fresh)))
    await imports.update_pupils([_pupil(row) for row in met])
    await imports.enrol(list(_enrolments(met)))
    await _write_new_records(school_id, [row for row in placed if _is_new_record(row)])
    await _write_changed([row for row in placed if not _is_new_record(row)])


async def _classes(school_id: int, planned: Sequence[PlannedRow]) -> Classes:
    classes: Classes = {}
    wanted: dict[int, dict[str, int]] = {}
    for row in planned:
        wanted.setdefault(row.content.school_year.start, {})[row.content.class_name] = row.content.grade
    for year in sorted(wanted):
        found = await imports.ensure_classes(school_id, year, wanted[year])
        classes |= {(year, name): row for name, row in found.items()}
    return classes


async def _placed(planned: Sequence[PlannedRow], classes: Classes) -> list[_Placed]:
    fresh = sum(row.known is None for row in planned)
    pupil_ids = iter(await imports.take_ids("pupil", fresh))
    book_ids = iter(await imports.take_ids("record_book", fresh))
    placed = []
    for row in planned:
        class_id = classes[row.content.school_year.start, row.content.class_name].id
        if row.known is None:
            placed.append(_Placed(row, next(pupil_ids), next(book_ids), class_id))
        else:
            placed.append(_Placed(row, row.known.pupil_id, row.known.book_id, class_id))
    return placed


def _pupil(row: _Placed) -> NewPupil:
    plan, pupil = row.plan, row.plan.content.pupil
    return NewPupil(
        row.pupil_id,
        pupil.full_name,
        plan.name_fold,
        plan.sort_key,
        pupil.birth_date,
        pupil.gender,
        pupil.ethnicity,
        pupil.nationality,
        pupil.birth_place,
        pupil.hometown,
        pupil.address,
        pupil.father,
        pupil.mother,
        pupil.guardian,
        pupil.citizen_number or None,
        pupil.pupil_code or None,
    )


def _book(row: _Placed, school_id: int) -> NewBook:
    entered = [entry.entered_on for entry in row.plan.content.history if entry.entered_on]
    opened_on = min(entered, default=date(row.plan.content.school_year.start, 9, 5))
    return NewBook(row.book_id, row.pupil_id, LookupCode.new().value, school_id, row.class_id, opened_on)


def _enrolments(placed: Sequence[_Placed]) -> Iterator[EnrolmentRow]:
    for row in placed:
        history = row.plan.content.history
        by_school = {(entry.school_year, entry.school_name): entry for entry in history}
        for entry in history if len(history) == 1 else by_school.values():
            yield EnrolmentRow(
                row.book_id,
                entry.school_year.start,
                entry.class_name,
                entry.school_name,
                entry.register_number,
                entry.entered_on,
            )


def _is_new_record(row: _Placed) -> bool:
    return row.plan.known is None or row.plan.known.record_id is None


async def _write_new_records(school_id: int, placed: Sequence[_Placed]) -> None:
    record_ids = await imports.take_ids("year_record", len(placed))
    revision_ids = await imports.take_ids("revision", len(placed))
    ids = list(zip(placed, record_ids, revision_ids, strict=True))
    await imports.insert([_record(school_id, *item) for item in ids])
    await imports.insert([_revision(school_id, *item) for item in ids])


def _record(school_id: int, row: _Placed, record_id: int, revision_id: int) -> NewRecord:
    plan, content = row.plan, row.plan.content
    return NewRecord(
        record_id,
        row.book_id,
        school_id,
        row.class_id,
        content.school_year.start,
        content.grade,
        content.pupil.full_name,
        plan.name_fold,
        plan.sort_key,
        revision_id,
    )


def _revision(school_id: int, row: _Placed, record_id: int, revision_id: int) -> NewRevision:
    plan, content = row.plan, row.plan.content
    return NewRevision(
        revision_id,
        record_id,
        row.book_id,
        school_id,
        row.class_id,
        content.school_year.start,
        content.grade,
        plan.canonical,
        plan.digest,
        plan.window,
        plan.complete,
        plan.gaps,
    )


async def _write_changed(placed: Sequence[_Placed]) -> None:
    if not placed:
        return
    await imports.update_records(
        [_changed_record(row) for row in placed], [(row.book_id, row.class_id) for row in placed]
    )
    changed = [_changed_draft(row) for row in placed]
    written = await imports.update_drafts(changed)
    if len(written) < len(changed):
        raise ConflictError


def _changed_record(row: _Placed) -> ChangedRecord:
    plan, known = row.plan, row.plan.known
    assert known is not None
    assert known.record_id is not None
    name = plan.content.pupil.full_name
    return ChangedRecord(
        known.record_id, row.class_id, plan.content.grade, name, plan.name_fold, plan.sort_key
    )


def _changed_draft(row: _Placed) -> ChangedDraft:
    plan, known = row.plan, row.plan.known
    assert known is not None
    assert known.revision_id is not None
    assert known.version is not None
    return ChangedDraft(
        known.revision_id,
        known.version,
        plan.canonical,
        plan.digest,
        plan.window,
        plan.complete,
        plan.gaps,
        row.class_id,
        plan.content.grade,
    )
