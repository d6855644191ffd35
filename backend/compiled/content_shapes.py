"""The stored document of a record as the API shows it, field by field (``backend.schema.content`` says the same).

Facts that follow from others (outcome, completion) stand in the document, checked when it was written.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from operator import itemgetter
from typing import Any

from backend.compiled.shaping import Many, One, Read
from backend.domain.completion import Award
from backend.domain.curriculum import GradeCurriculum, Subject, Trait, curriculum_of
from backend.domain.levels import Period, SubjectLevel, TraitLevel
from backend.domain.outcome import Outcome
from backend.domain.school_year import SchoolYear

Document = Mapping[str, Any]
SubjectRow = tuple[Subject, Document]
TraitRow = tuple[Trait, str | None]

NO_RESULT: Document = {"level": None, "scores": {}, "comment": "", "language": ""}


def _names(enum: type[Enum]) -> dict[str | None, str | None]:
    """The API's name for what a document says; null for null."""
    return {None: None, **{member.value: member.name for member in enum}}


LEVELS, TRAIT_LEVELS = _names(SubjectLevel), _names(TraitLevel)
OUTCOMES, AWARDS = _names(Outcome), _names(Award)


@cache
def _curriculum(grade: int, school_year: str) -> GradeCurriculum:
    return curriculum_of(grade, SchoolYear.parse(school_year))


def _subjects(document: Document) -> Iterator[SubjectRow]:
    given = document["subjects"]
    for subject in _curriculum(document["grade"], document["schoolYear"]).subjects:
        yield subject, given.get(subject.code, NO_RESULT)


def _traits(document: Document) -> Iterator[TraitRow]:
    given = document["traits"]
    for trait in _curriculum(document["grade"], document["schoolYear"]).traits:
        yield trait, given.get(trait.code)


def _score(row: SubjectRow) -> int | None:
    sittings = row[1]["scores"].get(Period.YEAR_END.value)
    return sittings[-1] if sittings else None


def _scores(row: SubjectRow) -> Iterator[tuple[str, list[int]]]:
    given = row[1]["scores"]
    for period in Period:
        if given.get(period.value):
            yield period.value, given[period.value]


def _same(*names: str) -> dict[str, Read]:
    """Fields that the document has under the same name, in the same form."""
    return {name: itemgetter(name) for name in names}


CONTENT_TYPES: dict[str, dict[str, Read | One | Many]] = {
    "RecordContent": {
        **_same(
            "schoolYear", "grade", "className", "heightMm", "weightG", "absentExcused", "absentUnexcused"
        ),
        **_same("notAssessed", "reassessed", "completed", "promoted", "recordedOn"),
        "schoolName": lambda document: document["school"]["name"],
        "pupil": One("PupilFacts", itemgetter("pupil")),
        "history": Many("HistoryEntry", itemgetter("history")),
        "subjects": Many("SubjectResult", _subjects),
        "traits": Many("TraitResult", _traits),
        "comments": Many("GroupComment", lambda document: document["comments"].items()),
        "outcome": lambda document: OUTCOMES[document["outcome"]],
        "awards": Many("AwardGiven", itemgetter("awards")),
    },
    "PupilFacts": {
        **_same("fullName", "birthDate", "gender", "ethnicity", "nationality", "birthPlace", "hometown"),
        **_same("address", "father", "mother", "guardian", "citizenNumber", "pupilCode"),
    },
    "HistoryEntry": {**_same("schoolYear", "className", "schoolName", "registerNumber", "enteredOn")},
    "SubjectResult": {
        "code": lambda row: row[0].code,
        "name": lambda row: row[0].name,
        "level": lambda row: LEVELS[row[1]["level"]],
        "score": _score,
        "scores": Many("TestScore", _scores),
        "comment": lambda row: row[1]["comment"],
        "language": lambda row: row[1]["language"],
    },
    "TestScore": {"period": itemgetter(0), "sittings": itemgetter(1)},
    "TraitResult": {
        "code": lambda row: row[0].code,
        "name": lambda row: row[0].name,
        "group": lambda row: row[0].group.name,
        "level": lambda row: TRAIT_LEVELS[row[1]],
    },
    "GroupComment": {"group": itemgetter(0), "comment": itemgetter(1)},
    "AwardGiven": {"award": lambda given: AWARDS[given["award"]], "note": itemgetter("note")},
}
