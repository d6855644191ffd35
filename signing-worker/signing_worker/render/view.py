"""The form's fields as the template prints them: every value a finished text, every table row in its place.

All rows of the Ministry's form are printed for every grade, blank where a subject is not taught, so that the
pages equal the printed book.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.domain.content import HistoryEntry, PupilFacts, RecordContent, SchoolFacts, SubjectResult
from backend.domain.curriculum import Subject, all_subjects, all_traits
from backend.domain.levels import TraitGroup
from signing_worker.render import words
from signing_worker.render.guess import trait_row
from signing_worker.render.qr import qr_image
from signing_worker.render.sheet import CopyKind, FormSheet
from signing_worker.render.steps import Fit, Step

HISTORY_ROWS = 5


@dataclass(frozen=True, slots=True)
class HistoryRow:
    year: str
    class_name: str = ""
    school: str = ""
    register: str = ""
    entered: str = ""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A row of part 1; ``group_span`` counts the rows of the merged cell that begins here, or is 0."""

    name: str
    group: str
    group_span: int
    language: str
    level: str
    score: str
    comment: str


@dataclass(frozen=True, slots=True)
class TraitRow:
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class TraitBlock:
    """The rows of one group of qualities or competences, which share one comment; ``row`` in half millimetres."""

    heading: str
    rows: tuple[TraitRow, ...]
    row: int
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """Everything ``form.html.j2`` reads."""

    fit: Fit
    qr: str
    code: str
    revision: int
    copy: str
    watermark: str
    extract: str
    pupil: PupilFacts
    school: SchoolFacts
    gender: str
    born: str
    class_name: str
    year: str
    height: str
    weight: str
    absent: int
    absent_excused: int
    absent_unexcused: int
    history: tuple[HistoryRow, ...]
    subjects: tuple[SubjectRow, ...]
    qualities: TraitBlock
    general: TraitBlock
    specific: TraitBlock
    outcome: str
    awards: str
    completion: str
    dated: str
    effective: str


def form_view(sheet: FormSheet, fit: Fit, qr: str = "") -> FormView:
    """Put a sheet into the form's fields; ``qr`` is the address of the picture when it is not to be made here."""
    content, traits_step = sheet.content, fit.step("traits")
    mark = words.words("mark")[sheet.kind]
    return FormView(
        fit=fit,
        qr=qr or qr_image(sheet.address),
        code=sheet.lookup_code.grouped,
        revision=sheet.revision,
        copy=_copy_line(sheet),
        watermark="" if sheet.kind is CopyKind.EXTRACT else mark,
        extract=mark if sheet.kind is CopyKind.EXTRACT else "",
        pupil=content.pupil,
        school=content.school,
        gender=words.words("gender")[content.pupil.gender],
        born=words.day(content.pupil.birth_date),
        class_name=content.class_name,
        year=words.years(content.school_year),
        height=words.decimal(content.height_mm, 10, "cm"),
        weight=words.decimal(content.weight_g, 1000, "kg"),
        absent=content.absent_excused + content.absent_unexcused,
        absent_excused=content.absent_excused,
        absent_unexcused=content.absent_unexcused,
        history=tuple(_history_rows(content.history)),
        subjects=tuple(subject_rows(content)),
        qualities=_trait_block(content, TraitGroup.QUALITY, traits_step),
        general=_trait_block(content, TraitGroup.GENERAL_COMPETENCE, traits_step),
        specific=_trait_block(content, TraitGroup.SPECIFIC_COMPETENCE, traits_step),
        outcome=words.outcome(content),
        awards=words.awards(content.awards),
        completion=words.completion(content),
        dated=words.dated(content.school.place, content.recorded_on),
        effective=words.day(sheet.effective_on),
    )


def _copy_line(sheet: FormSheet) -> str:
    put, parts = words.words("copy"), []
    if sheet.copy_number:
        parts.append(put["number"].format(number=sheet.copy_number))
    if sheet.made_at:
        at = sheet.made_at
        parts.append(put["made_at"].format(time=at.strftime("%H:%M"), date=words.day(at.date())))
    return ", ".join(parts)


def _history_rows(history: tuple[HistoryEntry, ...]) -> Iterator[HistoryRow]:
    for entry in history:
        yield HistoryRow(
            year=words.years(entry.school_year),
            class_name=entry.class_name,
            school=entry.school_name,
            register=entry.register_number,
            entered=words.day(entry.entered_on),
        )
    for _ in range(HISTORY_ROWS - len(history)):
        yield HistoryRow(words.words("date")["no_year"])


def subject_rows(content: RecordContent) -> Iterator[SubjectRow]:
    """Part 1: every subject of the curriculum, parts of one subject under a merged cell."""
    subjects = all_subjects(content.curriculum.curriculum)
    parents = [subject.parent for subject in subjects]
    begun: set[str] = set()
    for subject in subjects:
        parent = subject.parent
        span = parents.count(parent) if parent and parent not in begun else 0
        begun |= {parent} if parent else set()
        yield _subject_row(subject, content.subjects.get(subject.code, SubjectResult()), span)


def _subject_row(subject: Subject, result: SubjectResult, span: int) -> SubjectRow:
    score = result.score()
    return SubjectRow(
        name=subject.name,
        group=words.words("group")[subject.parent] if subject.parent else "",
        group_span=span,
        language=result.language,
        level=result.level or "",
        score="" if score is None else str(score),
        comment=result.comment,
    )


def _trait_block(content: RecordContent, group: TraitGroup, step: Step) -> TraitBlock:
    traits = [trait for trait in all_traits(content.curriculum.curriculum) if trait.group is group]
    comment = content.comments.get(group, "")
    return TraitBlock(
        heading=words.words("trait_heading")[group],
        rows=tuple(TraitRow(trait.name, content.traits.get(trait.code) or "") for trait in traits),
        row=trait_row(step, comment, len(traits)),
        comment=comment,
    )
