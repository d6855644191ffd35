"""Live events: what changed, where, and who may be told that something did.

An event carries ids only. Whom it reaches is decided twice: here, by address, which must reach everybody who
may see the subject; and by whoever reads the subject for them, under their own scope.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.policy import Actor, Role


class Topic(StrEnum):
    """What an event is about.

    ``CLASS`` stands for many records of one class, ``RIGHTS`` for a person's, ``PROGRESS`` for the counts of a school and
    ``PARTICIPATION`` for what it declares and prepares; of the last two the subject is the school.
    """

    RECORD = "RECORD"
    CLASS = "CLASS"
    SUBMISSION = "SUBMISSION"
    LOCK = "LOCK"
    PROGRESS = "PROGRESS"
    PARTICIPATION = "PARTICIPATION"
    CEREMONY = "CEREMONY"
    TRANSFER = "TRANSFER"
    RIGHTS = "RIGHTS"


class ChangeKind(StrEnum):
    """What a watcher is told: where the stream begins, what changed, or that something was missed."""

    OPENED = "OPENED"
    CREATED = "CREATED"
    CHANGED = "CHANGED"
    CLASS_CHANGED = "CLASS_CHANGED"
    GAP = "GAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEvent:
    """A change at a position of the one line of events; the school is absent where every school is concerned."""

    position: int
    topic: Topic
    kind: ChangeKind
    subject_id: int
    school_id: int | None = None
    class_id: int | None = None
    other_school_id: int | None = None


Address = tuple[str, int]
EVERYBODY: Address = ("everybody", 0)
PROVINCE: Address = ("province", 0)

BY_CLASS = frozenset({Role.HOMEROOM_TEACHER})
BY_SCHOOL = frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK, Role.DISTRICT_OFFICER})


def addresses(event: LiveEvent) -> Iterator[Address]:
    """Where an event goes."""
    yield PROVINCE
    if event.school_id is None:
        yield EVERYBODY
    else:
        yield ("school", event.school_id)
    if event.other_school_id is not None:
        yield ("school", event.other_school_id)
    if event.class_id is not None:
        yield ("class", event.class_id)


def listens_at(actor: Actor) -> frozenset[Address]:
    """Where an actor is reached: a teacher at their class, a school or district at its schools."""
    if actor.role is Role.DEPARTMENT_OFFICER:
        return frozenset({PROVINCE})
    if actor.role in BY_CLASS:
        return frozenset({EVERYBODY, *(("class", item) for item in actor.class_ids)})
    if actor.role in BY_SCHOOL:
        return frozenset({EVERYBODY, *(("school", item) for item in actor.school_ids)})
    return frozenset()
