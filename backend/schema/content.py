"""The content of a record as the API shows it: plain values, built once from the stored document."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.completion import Award
from backend.domain.content import RecordContent
from backend.domain.content_json import parse
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome


@strawberry.type(
    name="PupilFacts", description="The pupil as page 3 of the form prints it, at the time of writing."
)
class PupilFactsType:
    full_name: str
    birth_date: date | None
    gender: Gender
    ethnicity: str
    nationality: str
    birth_place: str
    hometown: str
    address: str
    father: str
    mother: str
    guardian: str
    citizen_number: str
    pupil_code: str


@strawberry.type(
    name="TestScore", description="Marks of one periodic test; the last sitting counts (TT27 Art. 7)."
)
class TestScoreType:
    period: str
    sittings: list[int]


@strawberry.type(name="SubjectResult", description="A row of part 1 of the form.")
class SubjectResultType:
    code: str
    name: str
    level: SubjectLevel | None
    score: int | None = strawberry.field(description="Year-end mark of the last sitting, 0 to 10.")
    scores: list[TestScoreType]
    comment: str
    language: str


@strawberry.type(name="TraitResult", description="A row of part 2 or 3 of the form.")
class TraitResultType:
    code: str
    name: str
    group: TraitGroup
    level: TraitLevel | None


@strawberry.type(name="GroupComment", description="The one comment of a group of qualities or competences.")
class GroupCommentType:
    group: TraitGroup
    comment: str


@strawberry.type(name="AwardGiven")
class AwardGivenType:
    award: Award
    note: str


@strawberry.type(name="HistoryEntry", description="A row of the learning history.")
class HistoryEntryType:
    school_year: str
    class_name: str
    school_name: str
    register_number: str
    entered_on: date | None


@strawberry.type(
    name="RecordContent", description="Everything the form prints for one pupil and one school year."
)
class RecordContentType:
    school_year: str
    grade: int
    class_name: str
    school_name: str
    pupil: PupilFactsType
    history: list[HistoryEntryType]
    height_mm: int | None
    weight_g: int | None
    absent_excused: int
    absent_unexcused: int
    subjects: list[SubjectResultType]
    traits: list[TraitResultType]
    comments: list[GroupCommentType]
    not_assessed: bool
    reassessed: bool
    outcome: Outcome | None = strawberry.field(
        description="Follows from levels and scores (TT27 Art. 9 cl. 2)."
    )
    completed: bool | None = strawberry.field(description="Class programme completed (TT27 Art. 11 cl. 1).")
    promoted: bool | None = strawberry.field(
        description="Moves up; also by the principal's decision (TT27 Art. 11)."
    )
    awards: list[AwardGivenType]
    recorded_on: date | None


def content_type(document: Mapping[str, Any]) -> RecordContentType:
    """A stored document in the words of the API."""
    content = parse(document)
    completion = content.completion
    return RecordContentType(
        school_year=str(content.school_year),
        grade=content.grade,
        class_name=content.class_name,
        school_name=content.school.name,
        pupil=PupilFactsType(
            **{name: getattr(content.pupil, name) for name in content.pupil.__dataclass_fields__}
        ),
        history=_history(content),
        height_mm=content.height_mm,
        weight_g=content.weight_g,
        absent_excused=content.absent_excused,
        absent_unexcused=content.absent_unexcused,
        subjects=_subjects(content),
        traits=_traits(content),
        comments=[GroupCommentType(group=group, comment=text) for group, text in content.comments.items()],
        not_assessed=content.not_assessed,
        reassessed=content.reassessed,
        outcome=content.outcome,
        completed=content.completed,
        promoted=completion.promoted if completion else None,
        awards=[AwardGivenType(award=given.award, note=given.note) for given in content.awards],
        recorded_on=content.recorded_on,
    )


def _history(content: RecordContent) -> list[HistoryEntryType]:
    return [
        HistoryEntryType(
            school_year=str(entry.school_year),
            class_name=entry.class_name,
            school_name=entry.school_name,
            register_number=entry.register_number,
            entered_on=entry.entered_on,
        )
        for entry in content.history
    ]


def _subjects(content: RecordContent) -> list[SubjectResultType]:
    shown = []
    for subject in content.curriculum.subjects:
        result = content.subjects.get(subject.code)
        shown.append(
            SubjectResultType(
                code=subject.code,
                name=subject.name,
                level=result.level if result else None,
                score=result.score() if result else None,
                scores=[
                    TestScoreType(period=period.value, sittings=list(result.scores[period]))
                    for period in Period
                    if result and result.scores.get(period)
                ],
                comment=result.comment if result else "",
                language=result.language if result else "",
            )
        )
    return shown


def _traits(content: RecordContent) -> list[TraitResultType]:
    return [
        TraitResultType(
            code=trait.code, name=trait.name, group=trait.group, level=content.traits.get(trait.code)
        )
        for trait in content.curriculum.traits
    ]
