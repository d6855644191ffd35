"""Importing a school's file: compare every row with what is there, then write the difference at once.

A dry run is the same comparison without the writing. A row that is wrong, or that would touch a signed record,
is reported with its place and never stops the others, unless all or nothing is asked for.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from backend.db.repositories import audit, imports
from backend.db.repositories.imports import EnrolmentRow, KnownPupil
from backend.domain.content import HistoryEntry, RecordContent
from backend.domain.content_json import to_json
from backend.domain.errors import NotPermittedError, SchoolUnknownError
from backend.domain.faults import FaultCode, fault
from backend.domain.lifecycle import State
from backend.domain.policy import MAY_IMPORT, Actor, Refusal
from backend.domain.school_year import SchoolYear
from backend.domain.text import fold
from backend.files.parsed import LocatedFault, ParsedFile, ParsedRow
from backend.files.record_bytes import record_bytes
from backend.services.import_writing import PlannedRow, planned_row, write


class RowAction(StrEnum):
    """What an import does with a row."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowReport:
    """One row of the report; ``changes`` are the dotted paths that differ, with the values before and after."""

    row: int
    sheet: str
    action: RowAction
    faults: tuple[LocatedFault, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did, or would do."""

    rows: tuple[RowReport, ...]
    dry_run: bool
    written: bool

    def count(self, action: RowAction) -> int:
        return sum(row.action is action for row in self.rows)


async def import_file(
    actor: Actor, school_id: int, parsed: ParsedFile, *, dry_run: bool, all_or_nothing: bool = False
) -> Report:
    """Bring a parsed file into the school's drafts.

    Raises:
        NotPermittedError, SchoolUnknownError: unless the actor may import for this school.
    """
    require_import(actor, school_id)
    reports, planned = await _compare(school_id, parsed)
    refused = any(row.action is RowAction.REFUSED for row in reports)
    writes = not dry_run and not (all_or_nothing and refused)
    if writes and planned:
        await write(school_id, planned)
        counts = {action.lower(): sum(row.action is action for row in reports) for action in RowAction}
        await audit.append(actor, "IMPORT", [(school_id, None)], **counts)
    return Report(rows=tuple(reports), dry_run=dry_run, written=writes)


def require_import(actor: Actor, school_id: int) -> None:
    """A school that is not the actor's is answered like one that does not exist.

    Raises:
        NotPermittedError: unless the actor's role may import.
        SchoolUnknownError: unless the school is the actor's own.
    """
    if actor.role not in MAY_IMPORT:
        raise NotPermittedError(Refusal.ROLE)
    if school_id not in actor.school_ids:
        raise SchoolUnknownError(field="schoolId")


async def _compare(school_id: int, parsed: ParsedFile) -> tuple[list[RowReport], list[PlannedRow]]:
    """Ask what is there, then compare apart from the event loop, which has others to serve."""
    years = sorted({row.content.school_year for row in parsed.rows if row.content is not None})
    there = _There(
        {year: _Known(await imports.known_pupils(school_id, year.start)) for year in years},
        await _elsewhere(school_id, parsed),
        await imports.enrolments(school_id),
    )
    return await asyncio.to_thread(_judged, parsed.rows, there)


def _judged(rows: Sequence[ParsedRow], there: "_There") -> tuple[list[RowReport], list[PlannedRow]]:
    reports: list[RowReport] = []
    planned: list[PlannedRow] = []
    for row in rows:
        if row.content is None:
            reports.append(_report(row, RowAction.REFUSED, row.faults))
            continue
        report, plan = _judge(row, row.content, there)
        reports.append(report)
        if plan is not None:
            planned.append(plan)
    return reports, planned


class _Known:
    """Pupils a school manages, found by code, citizen number, or name and birth date."""

    def __init__(self, pupils: Sequence[KnownPupil]) -> None:
        self._by_code = {pupil.pupil_code: pupil for pupil in pupils if pupil.pupil_code}
        self._by_number = {pupil.citizen_number: pupil for pupil in pupils if pupil.citizen_number}
        self._by_name: dict[tuple[str, Any], list[KnownPupil]] = {}
        for pupil in pupils:
            self._by_name.setdefault((pupil.name_fold, pupil.birth_date), []).append(pupil)

    def matches(self, content: RecordContent) -> list[KnownPupil]:
        """The pupils a row may mean: one, none, or several that only a code could tell apart."""
        pupil = content.pupil
        exact = self._by_code.get(pupil.pupil_code) or self._by_number.get(pupil.citizen_number)
        if exact is not None:
            return [exact]
        namesakes = self._by_name.get((fold(pupil.full_name), pupil.birth_date), [])
        return [other for other in namesakes if not _told_apart(other, content)]


def _told_apart(other: KnownPupil, content: RecordContent) -> bool:
    codes = (other.pupil_code, content.pupil.pupil_code)
    numbers = (other.citizen_number, content.pupil.citizen_number)
    return any(all(pair) and pair[0] != pair[1] for pair in (codes, numbers))


@dataclass(frozen=True, slots=True)
class _There:
    """What a file is compared with: the school's pupils by year, codes and numbers of other schools' pupils, and the
    learning history of the school's books.
    """

    known: Mapping[SchoolYear, _Known]
    elsewhere: frozenset[str]
    history: Mapping[int, Sequence[EnrolmentRow]]


async def _elsewhere(school_id: int, parsed: ParsedFile) -> frozenset[str]:
    pupils = [row.content.pupil for row in parsed.rows if row.content is not None]
    codes = [pupil.pupil_code for pupil in pupils if pupil.pupil_code]
    numbers = [pupil.citizen_number for pupil in pupils if pupil.citizen_number]
    return await imports.elsewhere(codes, numbers, school_id)


def _judge(row: ParsedRow, content: RecordContent, there: _There) -> tuple[RowReport, PlannedRow | None]:
    if there.elsewhere and {content.pupil.pupil_code, content.pupil.citizen_number} & there.elsewhere:
        return _refused(row, FaultCode.PUPIL_OF_ANOTHER_SCHOOL), None
    matches = there.known[content.school_year].matches(content)
    if len(matches) > 1:
        return _refused(row, FaultCode.PUPIL_AMBIGUOUS), None
    if not matches:
        return _report(row, RowAction.CREATED, row.faults), _planned(content, None)
    return _judge_known(row, content, matches[0], there.history.get(matches[0].book_id, []))


def _judge_known(
    row: ParsedRow, content: RecordContent, pupil: KnownPupil, before: Sequence[EnrolmentRow]
) -> tuple[RowReport, PlannedRow | None]:
    plan = _planned(_with_what_is_known(content, pupil, before), pupil)
    if pupil.record_id is None:
        return _report(row, RowAction.CREATED, row.faults), plan
    if pupil.content_digest == plan.digest:
        return _report(row, RowAction.UNCHANGED, row.faults), None
    if pupil.left:
        return _refused(row, FaultCode.PUPIL_LEFT), None
    if pupil.state is not State.DRAFT:
        locked = pupil.record_state is State.LOCKED
        return _refused(row, FaultCode.RECORD_LOCKED if locked else FaultCode.RECORD_SIGNED), None
    changes = tuple(differences(pupil.document, orjson.loads(plan.canonical)))
    return replace(_report(row, RowAction.CHANGED, row.faults), changes=changes), plan


def _planned(content: RecordContent, known: KnownPupil | None) -> PlannedRow:
    """The row with its bytes, made once: what is digested, compared and stored."""
    return planned_row(content, record_bytes(to_json(content)), known)


def _with_what_is_known(
    content: RecordContent, known: KnownPupil, before: Sequence[EnrolmentRow]
) -> RecordContent:
    """The file's content with the codes it left out, and with the learning history of the book so far.

    What the file says of a year and a school takes the place of what was known of it.
    """
    pupil = replace(
        content.pupil,
        pupil_code=content.pupil.pupil_code or known.pupil_code or "",
        citizen_number=content.pupil.citizen_number or known.citizen_number or "",
    )
    said = {(entry.school_year.start, entry.school_name): entry for entry in content.history}
    kept = {(entry.school_year, entry.school_name): _entry(entry) for entry in before}
    merged = {**kept, **said}
    history = tuple(merged[key] for key in sorted(merged, key=lambda key: key[0]))
    return replace(content, pupil=pupil, history=history)


def _entry(row: EnrolmentRow) -> HistoryEntry:
    return HistoryEntry(
        school_year=SchoolYear(row.school_year),
        class_name=row.class_name,
        school_name=row.school_name,
        register_number=row.register_number,
        entered_on=row.entered_on,
    )


def differences(before: Any, after: Any, path: str = "") -> list[tuple[str, str, str]]:
    """Dotted paths at which two documents differ, with both values as text."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in sorted({*before, *after}):
            inner = f"{path}.{key}" if path else key
            found += differences(before.get(key), after.get(key), inner)
        return found
    return [] if before == after else [(path, str(before), str(after))]


def _refused(row: ParsedRow, code: FaultCode) -> RowReport:
    located = LocatedFault(row.row, row.sheet, "", "", fault(code, "pupil"))
    return _report(row, RowAction.REFUSED, (*row.faults, located))


def _report(row: ParsedRow, action: RowAction, faults: tuple[LocatedFault, ...]) -> RowReport:
    return RowReport(row=row.row, sheet=row.sheet, action=action, faults=faults)
