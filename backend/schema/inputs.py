"""Inputs, and how they become changes of a stored document."""

from collections.abc import Callable
from datetime import date
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.completion import Award
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.lifecycle import State
from backend.domain.text import clean


@strawberry.input(description="Which records to list.")
class RecordFilterInput:
    school_id: relay.GlobalID | None = None
    class_id: relay.GlobalID | None = None
    school_year: str | None = None
    states: list[State] = strawberry.field(default_factory=list)
    name: str | None = None


@strawberry.input(description="The whole result of one subject; a null level with nothing else clears it.")
class SubjectResultInput:
    code: str
    level: SubjectLevel | None = None
    year_end_sittings: list[int] = strawberry.field(default_factory=list)
    mid_term_1: list[int] = strawberry.field(default_factory=list, name="midTerm1")
    end_term_1: list[int] = strawberry.field(default_factory=list, name="endTerm1")
    mid_term_2: list[int] = strawberry.field(default_factory=list, name="midTerm2")
    comment: str = ""
    language: str = ""

    def document(self) -> dict[str, Any]:
        sittings = {
            Period.MID_TERM_1: self.mid_term_1,
            Period.END_TERM_1: self.end_term_1,
            Period.MID_TERM_2: self.mid_term_2,
            Period.YEAR_END: self.year_end_sittings,
        }
        return {
            "level": self.level,
            "scores": {period.value: marks for period, marks in sittings.items() if marks},
            "comment": clean(self.comment),
            "language": clean(self.language),
        }


@strawberry.input
class TraitResultInput:
    code: str
    level: TraitLevel | None = None


@strawberry.input
class GroupCommentInput:
    group: TraitGroup
    comment: str


@strawberry.input
class AwardInput:
    award: Award
    note: str = ""


@strawberry.input(description="Facts of the pupil that an edit may change; those left out stay.")
class PupilFactsInput:
    full_name: str | None = strawberry.UNSET
    birth_date: date | None = strawberry.UNSET
    gender: Gender | None = strawberry.UNSET
    ethnicity: str | None = strawberry.UNSET
    nationality: str | None = strawberry.UNSET
    birth_place: str | None = strawberry.UNSET
    hometown: str | None = strawberry.UNSET
    address: str | None = strawberry.UNSET
    father: str | None = strawberry.UNSET
    mother: str | None = strawberry.UNSET
    guardian: str | None = strawberry.UNSET

    def document(self) -> dict[str, Any]:
        given = {name: value for name, value in vars(self).items() if value is not strawberry.UNSET}
        return {_camel(name): _plain(value) for name, value in given.items()}


@strawberry.input(description="Changes of a draft; what is left out stays.")
class RecordChangesInput:
    pupil: PupilFactsInput | None = strawberry.UNSET
    subjects: list[SubjectResultInput] | None = strawberry.UNSET
    traits: list[TraitResultInput] | None = strawberry.UNSET
    comments: list[GroupCommentInput] | None = strawberry.UNSET
    awards: list[AwardInput] | None = strawberry.UNSET
    height_mm: int | None = strawberry.UNSET
    weight_g: int | None = strawberry.UNSET
    absent_excused: int | None = strawberry.UNSET
    absent_unexcused: int | None = strawberry.UNSET
    not_assessed: bool | None = strawberry.UNSET
    reassessed: bool | None = strawberry.UNSET
    completed_by_decision: bool | None = strawberry.UNSET
    promoted_by_decision: bool | None = strawberry.UNSET
    recorded_on: date | None = strawberry.UNSET

    def document(self) -> dict[str, Any]:
        """The changes as keys of the stored document."""
        given = {name: value for name, value in vars(self).items() if value is not strawberry.UNSET}
        return {_camel(name): _DOCUMENT.get(name, _plain)(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return clean(value) if type(value) is str else value


_DOCUMENT: dict[str, Callable[[Any], Any]] = {
    "pupil": lambda value: value.document() if value else {},
    "subjects": lambda value: {item.code: item.document() for item in value or ()},
    "traits": lambda value: {item.code: item.level for item in value or ()},
    "comments": lambda value: {item.group: clean(item.comment) for item in value or ()},
    "awards": lambda value: [{"award": item.award, "note": clean(item.note)} for item in value or ()],
}


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)
