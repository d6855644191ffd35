"""From a record's content to the cells of its row: what ``read`` reads back to the same content.

What follows from other cells (outcome, completion, promotion) is written too, because people look for it; the
reader compares it and keeps nothing of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from backend.domain.content import HistoryEntry, RecordContent, SubjectResult
from backend.domain.curriculum import all_subjects
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, TraitGroup
from backend.domain.outcome import Outcome
from backend.files.columns import written_columns
from backend.files.lists import awards_text, history_text
from backend.files.words import written

Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """A content with what its columns share, worked out once."""

    content: RecordContent
    outcome: Outcome | None
    completed: bool | None
    this_year: HistoryEntry | None
    earlier: tuple[HistoryEntry, ...]


Getter = Callable[[_Facts], Value]


def row_of(content: RecordContent) -> list[Value]:
    """The cells of a content in the order of ``written_columns``; None is an empty cell."""
    facts = _facts(content)
    return [get(facts) for get in _getters()]


def _facts(content: RecordContent) -> _Facts:
    last = content.history[-1] if content.history else None
    is_this_year = last is not None and (last.school_year, last.class_name, last.school_name) == (
        content.school_year,
        content.class_name,
        content.school.name,
    )
    earlier = content.history[:-1] if is_this_year else content.history
    return _Facts(content, content.outcome, content.completed, last if is_this_year else None, earlier)


@cache
def _getters() -> tuple[Getter, ...]:
    getters = {**_PLAIN, **_pupil_getters(), **_subject_getters()}
    return tuple(getters.get(column.field) or _result_getter(column.field) for column in written_columns())


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else written("yes_no")["YES" if value else "NO"]


def _promoted(facts: _Facts) -> bool | None:
    if facts.completed is None:
        return None
    return True if facts.completed else facts.content.promoted_by_decision


def _decimal(value: int | None, unit: int) -> float | int | None:
    if value is None:
        return None
    return value // unit if value % unit == 0 else value / unit


_PLAIN: Mapping[str, Getter] = {
    "schoolYear": lambda facts: str(facts.content.school_year),
    "grade": lambda facts: facts.content.grade,
    "className": lambda facts: facts.content.class_name,
    "history.registerNumber": lambda facts: facts.this_year.register_number if facts.this_year else None,
    "history.enteredOn": lambda facts: facts.this_year.entered_on if facts.this_year else None,
    "history.earlier": lambda facts: history_text(facts.earlier),
    "heightMm": lambda facts: _decimal(facts.content.height_mm, 10),
    "weightG": lambda facts: _decimal(facts.content.weight_g, 1000),
    "absentExcused": lambda facts: facts.content.absent_excused,
    "absentUnexcused": lambda facts: facts.content.absent_unexcused,
    "outcome": lambda facts: written("outcome")[facts.outcome] if facts.outcome else None,
    "awards": lambda facts: awards_text(facts.content.awards),
    "notAssessed": lambda facts: _yes_no(facts.content.not_assessed),
    "reassessed": lambda facts: _yes_no(facts.content.reassessed),
    "completed": lambda facts: _yes_no(facts.completed),
    "promoted": lambda facts: _yes_no(_promoted(facts)),
    "recordedOn": lambda facts: facts.content.recorded_on,
}


def _pupil_getters() -> dict[str, Getter]:
    def text(name: str) -> Getter:
        return lambda facts: str(getattr(facts.content.pupil, name))

    return {
        "pupil.fullName": text("full_name"),
        "pupil.birthDate": lambda facts: facts.content.pupil.birth_date,
        "pupil.gender": lambda facts: _gender(facts.content.pupil.gender),
        "pupil.birthPlace": text("birth_place"),
        "pupil.citizenNumber": text("citizen_number"),
        "pupil.pupilCode": text("pupil_code"),
    } | {
        f"pupil.{name}": text(name)
        for name in ("ethnicity", "nationality", "hometown", "address", "father", "mother", "guardian")
    }


def _gender(gender: Gender) -> str | None:
    return written("gender").get(gender)


def _subject_getters() -> dict[str, Getter]:
    getters: dict[str, Getter] = {}
    for subject in all_subjects():
        for part, get in _SUBJECT_PARTS.items():
            getters[f"subjects.{subject.code}.{part}"] = _of_subject(subject.code, get)
    return getters


def _of_subject(code: str, get: Callable[[SubjectResult], Value]) -> Getter:
    def value(facts: _Facts) -> Value:
        result = facts.content.subjects.get(code)
        return None if result is None else get(result)

    return value


def _sittings(scores: tuple[int, ...]) -> Value:
    if len(scores) <= 1:
        return scores[0] if scores else None
    return "; ".join(map(str, scores))


def _of_period(period: Period) -> Callable[[SubjectResult], Value]:
    return lambda result: _sittings(result.scores.get(period, ()))


_SUBJECT_PARTS: Mapping[str, Callable[[SubjectResult], Value]] = {
    "level": lambda result: result.level.value if result.level else None,
    "comment": lambda result: result.comment,
    "language": lambda result: result.language,
    **{f"scores.{period}": _of_period(period) for period in Period},
    "scores.CN": lambda result: _sittings(result.scores.get(Period.YEAR_END, ())[:1]),
    "retest": lambda result: _sittings(result.scores.get(Period.YEAR_END, ())[1:]),
}


def _result_getter(field: str) -> Getter:
    """The level of a trait or the comment of a group."""
    kind, _, code = field.partition(".")
    if kind == "comments":
        return lambda facts: facts.content.comments.get(TraitGroup(code))
    if kind == "traits":
        return lambda facts: facts.content.traits[code].value if code in facts.content.traits else None
    raise KeyError(field)
