"""From the columns of a block to the contents of its records, and what contradicts in them.

A file may state what follows from other cells: the outcome, the completion, the promotion. Stated and derived
must agree (TT27 Art. 9 and 11); what only people decide is taken over as their decision. While results are
still missing nothing can be derived, so nothing is compared: the row is then a draft and is listed as such.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from backend.domain.content import HistoryEntry, PupilFacts, RecordContent, SchoolFacts, SubjectResult
from backend.domain.curriculum import CurriculumUnknownError, all_subjects, all_traits, curriculum_of
from backend.domain.faults import Fault, FaultCode, fault
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, TraitGroup
from backend.files.blocks import Block, Column, Remembered
from backend.files.columns import REQUIRED_FIELDS
from backend.files.parsed import FileDefaults

Values = Mapping[str, Any]
"""Field → value as its reader gave it; fields without a value are absent."""

_PUPIL_FIELDS = (
    ("full_name", "pupil.fullName", ""),
    ("birth_date", "pupil.birthDate", None),
    ("gender", "pupil.gender", Gender.NOT_KNOWN),
    ("ethnicity", "pupil.ethnicity", ""),
    ("nationality", "pupil.nationality", ""),
    ("birth_place", "pupil.birthPlace", ""),
    ("hometown", "pupil.hometown", ""),
    ("address", "pupil.address", ""),
    ("father", "pupil.father", ""),
    ("mother", "pupil.mother", ""),
    ("guardian", "pupil.guardian", ""),
    ("citizen_number", "pupil.citizenNumber", ""),
    ("pupil_code", "pupil.pupilCode", ""),
)
_PLAIN_FIELDS = (
    ("class_name", "className", ""),
    ("height_mm", "heightMm", None),
    ("weight_g", "weightG", None),
    ("absent_excused", "absentExcused", 0),
    ("absent_unexcused", "absentUnexcused", 0),
    ("not_assessed", "notAssessed", False),
    ("reassessed", "reassessed", False),
    ("awards", "awards", ()),
)
"""Attribute, field, and what stands for a row without a value."""


class _SubjectFields(NamedTuple):
    """Where the values of one subject stand."""

    code: str
    level: str
    comment: str
    language: str
    retest: str
    year_end: str
    scores: tuple[tuple[Period, str], ...]


def _subject_fields(code: str) -> _SubjectFields:
    at = f"subjects.{code}"
    return _SubjectFields(
        code,
        level=f"{at}.level",
        comment=f"{at}.comment",
        language=f"{at}.language",
        retest=f"{at}.retest",
        year_end=f"{at}.scores.{Period.YEAR_END}",
        scores=tuple((period, f"{at}.scores.{period}") for period in Period),
    )


_SUBJECTS = tuple(_subject_fields(subject.code) for subject in all_subjects())
_TRAITS = {f"traits.{trait.code}": trait.code for trait in all_traits()}
_COMMENTS = {f"comments.{group}": group for group in TraitGroup}
_STATED = (
    *(*REQUIRED_FIELDS, "grade", "outcome", "completed", "stated.completed", "completedByDecision"),
    *("promoted", "stated.promoted", "promotedByDecision"),
)
"""Fields that are compared with each other or with what follows from the rest."""

_CLASS_GRADE = re.compile(r"[^0-9]*([0-9]+)")
_NO_GRADE = 0


def stated(block: Block) -> Sequence[Values]:
    """What each row says in the fields that are compared."""
    retested = [subject for subject in _SUBJECTS if subject.retest in block.columns]
    fields = [*_STATED, *(field for subject in retested for field in (subject.retest, subject.year_end))]
    columns = {field: block.columns[field] for field in fields if field in block.columns}
    rows = zip(*columns.values(), strict=True) if columns else ((),) * len(block.numbers)
    return [
        {field: value for field, value in zip(columns, row, strict=True) if value is not None} for row in rows
    ]


def assembled(
    block: Block, said: Sequence[Values], school: SchoolFacts, defaults: FileDefaults
) -> Iterator[RecordContent]:
    """The contents that the columns make; what contradicts in them ``contradictions`` tells.

    Args:
        block: what the cells hold.
        said: ``stated`` of the block.
        school: the school the file is imported for; no file speaks for another.
        defaults: the school year and the day of recording, where a row has none.
    """
    years = block.or_else("schoolYear", defaults.school_year)
    plain = _named_rows(block, _PLAIN_FIELDS)
    columns = zip(
        said,
        plain,
        years,
        _named_rows(block, _PUPIL_FIELDS),
        _histories(block, years, school),
        _subjects(block),
        _by_code(block, _TRAITS),
        _by_code(block, _COMMENTS),
        block.or_else("recordedOn", defaults.recorded_on),
        strict=True,
    )
    for values, facts, year, pupil, history, subjects, traits, comments, recorded_on in columns:
        content = RecordContent(
            school_year=year,
            grade=values.get("grade") or _grade_of_class(values) or _NO_GRADE,
            school=school,
            pupil=PupilFacts(**pupil),
            history=history,
            subjects=subjects,
            traits=traits,
            comments=comments,
            recorded_on=recorded_on,
            **facts,
        )
        yield _decided(content, values)


def _named_rows(block: Block, fields: Sequence[tuple[str, str, object]]) -> Iterator[dict[str, Any]]:
    names = [name for name, _, _ in fields]
    for row in zip(*(block.or_else(field, default) for _, field, default in fields), strict=True):
        yield dict(zip(names, row, strict=True))


def contradictions(content: RecordContent, values: Values, faulted: Collection[str]) -> Iterator[Fault]:
    """What the row lacks to be a pupil's row, and where it contradicts itself.

    ``faulted`` are the fields whose cells could not be read; nothing is derived from what is left of them.
    """
    for field in REQUIRED_FIELDS:
        if field not in values and field not in faulted:
            yield fault(FaultCode.REQUIRED, field)
    of_class = _grade_of_class(values)
    if of_class and "grade" in values and values["grade"] != of_class:
        yield fault(FaultCode.CLASS_GRADE_MISMATCH, "className", content.class_name)
    for subject in _SUBJECTS:
        first = subject.year_end
        if subject.retest in values and first not in values and first not in faulted:
            yield fault(FaultCode.REQUIRED, first)
    if not faulted and _has_curriculum(content):
        yield from _derived(content, values)


def _derived(content: RecordContent, values: Values) -> Iterator[Fault]:
    outcome, completion = content.outcome, content.completion
    if (
        "outcome" in values
        and (outcome is not None or content.not_assessed)
        and values["outcome"] is not outcome
    ):
        yield fault(FaultCode.OUTCOME_MISMATCH, "outcome", values["outcome"])
    if completion is None:
        return
    # a table states one fact where a document states the decision and what follows from it
    for field in ("completed", "stated.completed"):
        if field in values and values[field] is not completion.class_completed:
            yield fault(FaultCode.OUTCOME_MISMATCH, field.removeprefix("stated."))
    for field in ("promoted", "stated.promoted"):
        if field in values and values[field] is not completion.promoted:
            yield fault(FaultCode.OUTCOME_MISMATCH, field.removeprefix("stated."))


def _decided(content: RecordContent, values: Values) -> RecordContent:
    """Take over the decisions that only people make: each speaks only where no rule does."""
    completed = values.get("completedByDecision")
    if completed is None and content.not_assessed:
        completed = values.get("completed")
    if completed is not None:
        content = replace(content, completed_by_decision=completed)
    promoted = values.get("promotedByDecision")
    if promoted is None and "promoted" in values and _has_curriculum(content) and content.completed is False:
        promoted = values["promoted"]
    return content if promoted is None else replace(content, promoted_by_decision=promoted)


def _has_curriculum(content: RecordContent) -> bool:
    """Whether the grade had a circular in that year; nothing can be derived of one that had none."""
    try:
        curriculum_of(content.grade, content.school_year)
    except CurriculumUnknownError:
        return False
    return True


def _grade_of_class(values: Values) -> int | None:
    return _grade_in(values.get("className", ""))


@lru_cache(maxsize=4096)
def _grade_in(class_name: str) -> int | None:
    match = _CLASS_GRADE.match(class_name)
    return int(match[1][:3]) if match else None


def _histories(block: Block, years: Column, school: SchoolFacts) -> Iterator[tuple[HistoryEntry, ...]]:
    """The rows the file gives, or the earlier ones and this year's at this school."""
    columns = zip(
        block.column("history"),
        block.or_else("history.earlier", ()),
        years,
        block.or_else("className", ""),
        block.or_else("history.registerNumber", ""),
        block.column("history.enteredOn"),
        strict=True,
    )
    for given, earlier, year, class_name, register_number, entered_on in columns:
        if given is not None:
            yield tuple(given)
            continue
        this_year = HistoryEntry(
            school_year=year,
            class_name=class_name,
            school_name=school.name,
            register_number=register_number,
            entered_on=entered_on,
        )
        yield (*earlier, this_year)


def _by_code(block: Block, fields: Mapping[str, Any]) -> Sequence[dict[Any, Any]]:
    """What stands in the columns of each row, under the codes of the columns."""
    columns = {fields[field]: block.columns[field] for field in fields if field in block.columns}
    if not columns:
        return [{}] * len(block.numbers)
    return [
        {code: value for code, value in zip(columns, row, strict=True) if value is not None}
        for row in zip(*columns.values(), strict=True)
    ]


def _subjects(block: Block) -> Sequence[dict[str, SubjectResult]]:
    rows: list[dict[str, SubjectResult]] = [{} for _ in block.numbers]
    for subject in _SUBJECTS:
        for row, result in zip(rows, _results(block, subject), strict=False):
            if result is not None:
                row[subject.code] = result
    return rows


def _results(block: Block, subject: _SubjectFields) -> Iterator[SubjectResult | None]:
    """A subject's result in each row, None where there is none; nothing at all when no row has one."""
    scored = [(period, block.columns[field]) for period, field in subject.scores if field in block.columns]
    retests = block.columns.get(subject.retest)
    if not scored and retests is None and not {subject.level, subject.comment} & block.columns.keys():
        return
    columns = zip(
        block.column(subject.level),
        _scores(scored, retests, len(block.numbers)),
        block.or_else(subject.comment, ""),
        block.or_else(subject.language, block.languages.get(subject.code, "")),
        strict=True,
    )
    for level, scores, comment, language in columns:
        if level is None and not scores and not comment:
            yield None
        else:
            yield SubjectResult(level=level, scores=scores, comment=comment, language=language)


def _scores(
    scored: Sequence[tuple[Period, Column]], retests: Column | None, count: int
) -> Sequence[Mapping[Period, tuple[int, ...]]]:
    """The sittings of each row by period; equal ones are one mapping."""
    if not scored and retests is None:
        return ({},) * count
    periods = [period for period, _ in scored]

    def joined(sittings: tuple[tuple[int, ...] | None, ...]) -> Mapping[Period, tuple[int, ...]]:
        first, again = sittings[:-1], sittings[-1]
        scores = {period: found for period, found in zip(periods, first, strict=True) if found is not None}
        if again is not None:
            scores[Period.YEAR_END] = (*scores.get(Period.YEAR_END, ()), *again)
        return scores

    known = Remembered(joined)
    columns = [column for _, column in scored]
    return [known[sittings] for sittings in zip(*columns, retests or (None,) * count, strict=True)]
