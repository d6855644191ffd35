"""The content of a record as canonical JSON, and back.

The document is version 1 of ``hocba.year-record``. Reading is strict: a key too many, a key too few or a value
of another type is a fault, so that two readers can never see two records in one document. Derived facts
(outcome, completion) are written for readers and checked against the rules when read.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from backend.domain.canonical import Json
from backend.domain.completion import Award
from backend.domain.content import (
    AwardGiven,
    HistoryEntry,
    PupilFacts,
    RecordContent,
    SchoolFacts,
    SubjectResult,
)
from backend.domain.curriculum import CurriculumUnknownError
from backend.domain.faults import Fault, FaultCode, fault
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.school_year import SchoolYear

SCHEMA = "hocba.year-record/1"

T = TypeVar("T")


class ContentInvalidError(ValueError):
    """A document is not a record; ``faults`` say where."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{item.code}@{item.field}" for item in faults))
        self.faults = faults


def to_json(content: RecordContent) -> dict[str, Json]:
    """The document of a content, ready for ``canonical_bytes``."""
    completion = content.completion
    return {
        "schema": SCHEMA,
        "curriculum": content.curriculum.curriculum,
        "schoolYear": str(content.school_year),
        "grade": content.grade,
        "className": content.class_name,
        "school": {
            "code": content.school.code,
            "name": content.school.name,
            "commune": content.school.commune,
            "district": content.school.district,
            "province": content.school.province,
            "place": content.school.place,
        },
        "pupil": _pupil_json(content.pupil),
        "history": [_history_json(entry) for entry in content.history],
        "heightMm": content.height_mm,
        "weightG": content.weight_g,
        "absentExcused": content.absent_excused,
        "absentUnexcused": content.absent_unexcused,
        "subjects": {
            code: _subject_json(result)
            for code, result in content.subjects.items()
            if result.level is not None or not result.is_empty
        },
        "traits": {code: level.plain for code, level in content.traits.items()},
        "comments": {group.plain: text for group, text in content.comments.items() if text},
        "notAssessed": content.not_assessed,
        "reassessed": content.reassessed,
        "completedByDecision": content.completed_by_decision,
        "promotedByDecision": content.promoted_by_decision,
        "awards": [{"award": given.award.plain, "note": given.note} for given in content.awards],
        "recordedOn": _date_json(content.recorded_on),
        "outcome": content.outcome.plain if content.outcome else None,
        "completed": completion.class_completed if completion else None,
        "promoted": completion.promoted if completion else None,
    }


def parse(document: Mapping[str, Any]) -> RecordContent:
    """Read a document whose derived facts (outcome, completion) need not be there or right.

    Raises:
        ContentInvalidError: when its structure is not that of a record.
    """
    try:
        return _read(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContentInvalidError([fault(FaultCode.STRUCTURE_INVALID, "", type(error).__name__)]) from error


def from_json(document: Mapping[str, Any]) -> RecordContent:
    """Read a whole document.

    Raises:
        ContentInvalidError: with every fault of structure, or the derived facts that do not follow.
    """
    content = parse(document)
    try:
        written = to_json(content)
    except CurriculumUnknownError as error:
        raise ContentInvalidError([fault(FaultCode.SCHOOL_YEAR_INVALID, "schoolYear")]) from error
    if keys := sorted(key for key in {*document, *written} if _differs(key, document, written)):
        code = FaultCode.OUTCOME_MISMATCH if keys == ["outcome"] else FaultCode.STRUCTURE_INVALID
        raise ContentInvalidError([fault(code, key) for key in keys])
    return content


def _differs(key: str, document: Mapping[str, Any], written: Mapping[str, Any]) -> bool:
    """Whether a value is another; 1 equals True in Python and is another value in a document."""
    if key not in document or key not in written:
        return True
    return document[key] != written[key] or type(document[key]) is not type(written[key])


def _pupil_json(pupil: PupilFacts) -> dict[str, Json]:
    return {
        "fullName": pupil.full_name,
        "birthDate": _date_json(pupil.birth_date),
        "gender": pupil.gender.plain,
        "ethnicity": pupil.ethnicity,
        "nationality": pupil.nationality,
        "birthPlace": pupil.birth_place,
        "hometown": pupil.hometown,
        "address": pupil.address,
        "father": pupil.father,
        "mother": pupil.mother,
        "guardian": pupil.guardian,
        "citizenNumber": pupil.citizen_number,
        "pupilCode": pupil.pupil_code,
    }


def _history_json(entry: HistoryEntry) -> dict[str, Json]:
    return {
        "schoolYear": str(entry.school_year),
        "className": entry.class_name,
        "schoolName": entry.school_name,
        "registerNumber": entry.register_number,
        "enteredOn": _date_json(entry.entered_on),
    }


def _subject_json(result: SubjectResult) -> dict[str, Json]:
    scores = result.scores
    return {
        "level": None if result.level is None else result.level.plain,
        "scores": {period.plain: [*scores[period]] for period in scores if scores[period]} if scores else {},
        "comment": result.comment,
        "language": result.language,
    }


def _read(document: Mapping[str, Any]) -> RecordContent:
    if document.get("schema", SCHEMA) != SCHEMA:
        raise ValueError("schema")
    pupil, school = document["pupil"], document["school"]
    return RecordContent(
        school_year=SchoolYear.parse(document["schoolYear"]),
        grade=_whole(document["grade"]),
        class_name=_text(document["className"]),
        school=SchoolFacts(**{name: _text(school[name]) for name in SchoolFacts.__dataclass_fields__}),
        pupil=_read_pupil(pupil),
        history=tuple(_read_history(entry) for entry in document["history"]),
        height_mm=_optional(_whole, document["heightMm"]),
        weight_g=_optional(_whole, document["weightG"]),
        absent_excused=_whole(document["absentExcused"]),
        absent_unexcused=_whole(document["absentUnexcused"]),
        subjects={code: _read_subject(result) for code, result in document["subjects"].items()},
        traits={code: TraitLevel(level) for code, level in document["traits"].items()},
        comments={TraitGroup(group): _text(text) for group, text in document["comments"].items()},
        not_assessed=_flag(document["notAssessed"]),
        reassessed=_flag(document["reassessed"]),
        completed_by_decision=_optional(_flag, document["completedByDecision"]),
        promoted_by_decision=_optional(_flag, document["promotedByDecision"]),
        awards=tuple(
            AwardGiven(award=Award(given["award"]), note=_text(given["note"])) for given in document["awards"]
        ),
        recorded_on=_read_date(document["recordedOn"]),
    )


def _read_pupil(pupil: Mapping[str, Any]) -> PupilFacts:
    return PupilFacts(
        full_name=_text(pupil["fullName"]),
        birth_date=_read_date(pupil["birthDate"]),
        gender=Gender(pupil["gender"]),
        ethnicity=_text(pupil["ethnicity"]),
        nationality=_text(pupil["nationality"]),
        birth_place=_text(pupil["birthPlace"]),
        hometown=_text(pupil["hometown"]),
        address=_text(pupil["address"]),
        father=_text(pupil["father"]),
        mother=_text(pupil["mother"]),
        guardian=_text(pupil["guardian"]),
        citizen_number=_text(pupil["citizenNumber"]),
        pupil_code=_text(pupil["pupilCode"]),
    )


def _read_history(entry: Mapping[str, Any]) -> HistoryEntry:
    return HistoryEntry(
        school_year=SchoolYear.parse(entry["schoolYear"]),
        class_name=_text(entry["className"]),
        school_name=_text(entry["schoolName"]),
        register_number=_text(entry["registerNumber"]),
        entered_on=_read_date(entry["enteredOn"]),
    )


def _read_subject(result: Mapping[str, Any]) -> SubjectResult:
    level = result["level"]
    return SubjectResult(
        level=None if level is None else SubjectLevel(level),
        scores={
            Period(period): tuple(_whole(score) for score in sittings)
            for period, sittings in result["scores"].items()
        },
        comment=_text(result["comment"]),
        language=_text(result["language"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _whole(value: object) -> int:
    """A whole number; True and 9.0 equal one in Python and are none in a document."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(type(value).__name__)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(type(value).__name__)
    return value


def _optional(read: Callable[[object], T], value: object) -> T | None:
    return None if value is None else read(value)


def _date_json(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
