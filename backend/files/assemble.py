"""From the values of a row to the content of a record, and what contradicts in it.

A file may state what follows from other cells: the outcome, the completion, the promotion. Stated and derived
must agree (TT27 Art. 9 and 11); what only people decide is taken over as their decision. While results are
still missing nothing can be derived, so nothing is compared: the row is then a draft and is listed as such.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.domain.content import HistoryEntry, PupilFacts, RecordContent, SchoolFacts, SubjectResult
from backend.domain.curriculum import CurriculumUnknownError, all_subjects, all_traits, curriculum_of
from backend.domain.faults import Fault, FaultCode, fault
from backend.domain.levels import Period, TraitGroup
from backend.domain.school_year import SchoolYear
from backend.files.columns import REQUIRED_FIELDS
from backend.files.parsed import FileDefaults

Values = Mapping[str, Any]
"""Field → value as its reader gave it; fields without a value are absent."""

_PUPIL_FIELDS = (
    ("birth_date", "pupil.birthDate"),
    ("gender", "pupil.gender"),
    ("ethnicity", "pupil.ethnicity"),
    ("nationality", "pupil.nationality"),
    ("birth_place", "pupil.birthPlace"),
    ("hometown", "pupil.hometown"),
    ("address", "pupil.address"),
    ("father", "pupil.father"),
    ("mother", "pupil.mother"),
    ("guardian", "pupil.guardian"),
    ("citizen_number", "pupil.citizenNumber"),
    ("pupil_code", "pupil.pupilCode"),
)
_SUBJECTS = tuple((subject.code, f"subjects.{subject.code}") for subject in all_subjects())
_SCORES = {at: tuple((period, f"{at}.scores.{period}") for period in Period) for _, at in _SUBJECTS}
_TRAITS = tuple((trait.code, f"traits.{trait.code}") for trait in all_traits())
_COMMENTS = tuple((group, f"comments.{group}") for group in TraitGroup)
_CLASS_GRADE = re.compile(r"[^0-9]*([0-9]+)")
_NO_GRADE = 0


def assembled(
    values: Values, school: SchoolFacts, defaults: FileDefaults, languages: Mapping[str, str]
) -> RecordContent:
    """The content that the values make; what contradicts in it ``contradictions`` tells.

    Args:
        values: what the cells hold.
        school: the school the file is imported for; no file speaks for another.
        defaults: the school year and the day of recording, where the row has none.
        languages: subject → language, where the header names it.
    """
    content = RecordContent(
        school_year=values.get("schoolYear", defaults.school_year),
        grade=values.get("grade") or _grade_of_class(values) or _NO_GRADE,
        class_name=values.get("className", ""),
        school=school,
        pupil=PupilFacts(
            full_name=values.get("pupil.fullName", ""),
            **{name: values[field] for name, field in _PUPIL_FIELDS if field in values},
        ),
        history=_history(values, school, defaults.school_year),
        height_mm=values.get("heightMm"),
        weight_g=values.get("weightG"),
        absent_excused=values.get("absentExcused", 0),
        absent_unexcused=values.get("absentUnexcused", 0),
        subjects=dict(_subjects(values, languages)),
        traits={code: values[field] for code, field in _TRAITS if field in values},
        comments={group: values[field] for group, field in _COMMENTS if field in values},
        not_assessed=values.get("notAssessed", False),
        reassessed=values.get("reassessed", False),
        awards=values.get("awards", ()),
        recorded_on=values.get("recordedOn", defaults.recorded_on),
    )
    return _decided(content, values)


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
    for _, at in _SUBJECTS:
        first = f"{at}.scores.{Period.YEAR_END}"
        if f"{at}.retest" in values and first not in values and first not in faulted:
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
    match = _CLASS_GRADE.match(values.get("className", ""))
    return int(match[1][:3]) if match else None


def _history(values: Values, school: SchoolFacts, default: SchoolYear) -> tuple[HistoryEntry, ...]:
    """The rows the file gives, or the earlier ones and this year's at this school."""
    if "history" in values:
        return tuple(values["history"])
    this_year = HistoryEntry(
        school_year=values.get("schoolYear", default),
        class_name=values.get("className", ""),
        school_name=school.name,
        register_number=values.get("history.registerNumber", ""),
        entered_on=values.get("history.enteredOn"),
    )
    return (*values.get("history.earlier", ()), this_year)


def _subjects(values: Values, languages: Mapping[str, str]) -> Iterator[tuple[str, SubjectResult]]:
    for code, at in _SUBJECTS:
        scores = {period: values[field] for period, field in _SCORES[at] if field in values}
        if (retest := values.get(f"{at}.retest")) is not None:
            scores[Period.YEAR_END] = (*scores.get(Period.YEAR_END, ()), *retest)
        level, comment = values.get(f"{at}.level"), values.get(f"{at}.comment", "")
        if level is None and not scores and not comment:
            continue
        language = values.get(f"{at}.language") or languages.get(code, "")
        yield code, SubjectResult(level=level, scores=scores, comment=comment, language=language)
