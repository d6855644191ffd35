"""What stands where in a record of a JSON file, and how each value is read.

The keys are those of ``hocba.year-record/1``. Values keep their types: a level is a code, a day an ISO date, a
score a whole number (9.0 is 9, as some programs write it).
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple

from backend.domain.completion import Award
from backend.domain.content import AwardGiven, HistoryEntry
from backend.domain.curriculum import all_subjects, all_traits
from backend.domain.faults import FaultCode
from backend.domain.identifiers import Gender
from backend.domain.levels import SCORE_MAX, SCORE_MIN, Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome
from backend.files.blocks import ColumnReader
from backend.files.cells import CellError
from backend.files.readers import READERS
from backend.files.scalars import read_date, read_school_year, read_scores

JsonReader = Callable[[Any], object]
"""Value of a JSON value; raises ``CellError``, or what Python raises when the structure is another."""

Shape = Mapping[str, "JsonReader | Shape"]
"""Key → reader, or the shape of the object below it."""

REFUSES: tuple[type[Exception], ...] = (CellError, TypeError, ValueError, KeyError, AttributeError)
"""What a reader raises for a value that is none."""


class Leaf(NamedTuple):
    """A path to a value, and how a column of it is read."""

    at: str
    read_column: ColumnReader


def record_leaves() -> Iterator[Leaf]:
    """Every path of a record with a reader of its column, for one document."""
    yield from _leaves(record_shape(), "")


def _leaves(shape: Shape, path: str) -> Iterator[Leaf]:
    for key, node in shape.items():
        if isinstance(node, Mapping):
            yield from _leaves(node, f"{path}{key}.")
        else:
            text = key in _TEXTS or path in {"school.", "comments."}
            yield Leaf(
                f"{path}{key}", ColumnReader(node, repeated=key not in _UNIQUE, text=text, refuses=REFUSES)
            )


_TEXTS = frozenset(
    {
        "className",
        "fullName",
        "ethnicity",
        "nationality",
        "birthPlace",
        "hometown",
        "address",
        "father",
        "mother",
    }
    | {"guardian", "comment", "language"}
)
_UNIQUE = frozenset({"citizenNumber", "pupilCode", "history", "awards"})


@cache
def record_shape() -> Shape:
    """The keys of a record; derived facts are read too, to be compared."""
    return {
        "schema": _text("label"),
        "curriculum": _text("label"),
        "schoolYear": _text("school_year"),
        "grade": _grade,
        "className": _text("label"),
        "school": dict.fromkeys(("code", "name", "commune", "district", "province", "place"), _text("text")),
        "pupil": _pupil_shape(),
        "history": _history,
        **dict.fromkeys(("heightMm", "weightG", "absentExcused", "absentUnexcused"), _whole),
        "subjects": {subject.code: _subject_shape() for subject in all_subjects()},
        "traits": {trait.code: _one_of(TraitLevel, FaultCode.TRAIT_LEVEL_UNKNOWN) for trait in all_traits()},
        "comments": {group.value: _text("comment") for group in TraitGroup},
        **dict.fromkeys(("notAssessed", "reassessed", "completedByDecision", "promotedByDecision"), _flag),
        "awards": _awards,
        "recordedOn": _text("date"),
        "outcome": _one_of(Outcome, FaultCode.OUTCOME_MISMATCH),
        **dict.fromkeys(("completed", "promoted"), _flag),
    }


def _pupil_shape() -> Shape:
    names = ("fullName", "ethnicity", "nationality", "father", "mother", "guardian")
    return {
        **dict.fromkeys(names, _text("name")),
        **dict.fromkeys(("birthPlace", "hometown"), _text("place")),
        "birthDate": _text("date"),
        "gender": _one_of(Gender, FaultCode.GENDER_UNKNOWN),
        "address": _text("text"),
        "citizenNumber": _text("citizen_number"),
        "pupilCode": _text("pupil_code"),
    }


def _subject_shape() -> Shape:
    return {
        "level": _one_of(SubjectLevel, FaultCode.SUBJECT_LEVEL_UNKNOWN),
        "scores": dict.fromkeys((period.value for period in Period), _scores),
        "comment": _text("comment"),
        "language": _text("name"),
    }


def _text(kind: str) -> JsonReader:
    """The reader of a kind of cell, for strings alone."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            raise CellError(FaultCode.STRUCTURE_INVALID)
        return READERS[kind](value)

    return read


def _one_of(codes: type[StrEnum], unknown: FaultCode) -> JsonReader:
    def read(value: Any) -> object:
        try:
            return codes(value)
        except ValueError:
            raise CellError(unknown) from None

    return read


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise CellError(FaultCode.YES_NO_INVALID)
    return value


def _whole(value: object, code: FaultCode = FaultCode.NUMBER_INVALID) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise CellError(code)
    return int(value)


def _grade(value: object) -> object:
    return READERS["grade"](_whole(value, FaultCode.GRADE_UNKNOWN))


_ONE_SITTING = {score: (score,) for score in range(SCORE_MIN, SCORE_MAX + 1)}


def _scores(value: object) -> tuple[int, ...] | None:
    if type(value) is list and len(value) == 1 and type(value[0]) is int and value[0] in _ONE_SITTING:
        return _ONE_SITTING[value[0]]  # nearly all
    sittings = value if isinstance(value, list) else [value]
    read = [read_scores(_whole(score, FaultCode.SCORE_INVALID)) or () for score in sittings]
    return tuple(score for scores in read for score in scores) or None


def _awards(value: list[dict[str, Any]]) -> tuple[AwardGiven, ...] | None:
    return tuple(_award(given) for given in _listed(value)) or None


def _award(given: Mapping[str, Any]) -> AwardGiven:
    _require_keys(given, {"award", "note"})
    try:
        award = Award(given["award"])
    except ValueError:
        raise CellError(FaultCode.AWARD_UNKNOWN) from None
    return AwardGiven(award=award, note=_plain(given.get("note"), "text"))


def _history(value: list[dict[str, Any]]) -> tuple[HistoryEntry, ...] | None:
    return tuple(_entry(entry) for entry in _listed(value)) or None


def _entry(entry: Mapping[str, Any]) -> HistoryEntry:
    _require_keys(entry, {"schoolYear", "className", "schoolName", "registerNumber", "enteredOn"})
    year = _year(_plain(entry["schoolYear"], "label"))
    if year is None:
        raise CellError(FaultCode.SCHOOL_YEAR_INVALID)
    return HistoryEntry(
        school_year=year,
        class_name=_plain(entry["className"], "label"),
        school_name=_plain(entry["schoolName"], "text"),
        register_number=_plain(entry.get("registerNumber"), "label"),
        entered_on=_day(_plain(entry.get("enteredOn"), "label")),
    )


_year, _day = lru_cache(maxsize=256)(read_school_year), lru_cache(maxsize=4096)(read_date)
"""Few years and days stand in the histories of many pupils."""


def _plain(value: object, kind: str) -> str:
    """Cleaned text, empty for null."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CellError(FaultCode.STRUCTURE_INVALID)
    return _read_text(value, kind)


@lru_cache(maxsize=4096)
def _read_text(value: str, kind: str) -> str:
    """Classes and schools stand in the histories of many pupils too."""
    return str(READERS[kind](value) or "")


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise CellError(FaultCode.STRUCTURE_INVALID)
    return value


def _require_keys(value: Mapping[str, Any], known: set[str]) -> None:
    if not value.keys() <= known:
        raise CellError(FaultCode.STRUCTURE_INVALID)
