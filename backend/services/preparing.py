"""Preparing the schools: working groups, trainings, supervision with proposals and their answers (plan, part IV)."""

from collections.abc import Sequence
from datetime import date

from backend.db.repositories import administration, audit, organisation, preparing
from backend.db.repositories.preparing import Member, TrainingRow, VisitProposalRow, VisitRow
from backend.domain.errors import (
    DayInvalidError,
    NotFoundError,
    NotPermittedError,
    ProposalAnsweredError,
    ReasonRequiredError,
    SelectionTooLargeError,
)
from backend.domain.participation import ORGANISES, SUPERVISES, within
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.preparing import SCHOOL_SIDE, training_refusal, visit_proposal_refusal, visit_refusal
from backend.domain.school_year import SchoolYear
from backend.domain.text import clean
from backend.services.acting import allow

MEMBERS_MAX = 30
STAFF_MAX = 500


async def set_group(actor: Actor, year: SchoolYear, members: Sequence[Member]) -> list[Member]:
    """Let these people be the working group of the actor's unit.

    Raises:
        NotPermittedError: unless the actor leads the unit. ReasonRequiredError: when a name or duty is missing.
    """
    unit_id = _own_unit(actor)
    if len(members) > MEMBERS_MAX:
        raise SelectionTooLargeError(field="members", max=MEMBERS_MAX)
    said = [
        Member(full_name=clean(item.full_name)[:120], post=clean(item.post)[:80], duty=clean(item.duty)[:300])
        for item in members
    ]
    for place, item in enumerate(said):
        if not item.full_name or not item.duty:
            raise ReasonRequiredError(field=f"members.{place}")
    await preparing.set_group(unit_id, year.start, said)
    await _record(actor, "WORKING_GROUP_SET", None, unit=unit_id, members=len(said))
    return said


async def hold_training(actor: Actor, year: SchoolYear, held_on: date, topic: str, place: str) -> TrainingRow:
    """Write down a training that the actor's unit held.

    Raises:
        NotPermittedError: unless the actor leads the unit. DayInvalidError: outside the year, or still to come.
    """
    unit_id = _own_unit(actor)
    await _require_past(year, held_on, "heldOn")
    if not clean(topic):
        raise ReasonRequiredError(field="topic")
    made = await preparing.hold_training(unit_id, year.start, held_on, clean(topic)[:200], clean(place)[:200])
    await _record(actor, "TRAINING_HOLD", None, training=made)
    return (await preparing.find_trainings([made]))[made]


async def record_attendance(actor: Actor, training_id: int, assignment_ids: Sequence[int]) -> TrainingRow:
    """Write down who of the actor's school was at a training; who is not named was not there.

    Raises:
        NotPermittedError: unless the actor leads a school. NotFoundError: for a training or person that is none.
    """
    allow(training_refusal(actor), "")
    assert actor.unit_id is not None
    if len(assignment_ids) > STAFF_MAX:
        raise SelectionTooLargeError(field="assignmentIds", max=STAFF_MAX)
    if training_id not in await preparing.find_trainings([training_id]):
        raise NotFoundError(field="trainingSessionId")
    named = set(assignment_ids)
    if await preparing.count_assignments(actor.unit_id, sorted(named)) != len(named):
        raise NotFoundError(field="assignmentIds")
    staff = await preparing.staff_behind(actor.unit_id, sorted(named))
    await preparing.set_attendance(training_id, actor.unit_id, staff)
    await _record(actor, "ATTENDANCE_RECORD", actor.unit_id, training=training_id, people=len(staff))
    return (await preparing.find_trainings([training_id]))[training_id]


async def record_visit(
    actor: Actor, school_id: int, year: SchoolYear, visited_on: date, findings: str
) -> VisitRow:
    """Write down a visit to a school and what was found.

    Raises:
        NotPermittedError: unless the actor supervises. NotFoundError: when not this school.
        DayInvalidError: outside the year, or still to come. ReasonRequiredError: without findings.
    """
    if actor.role not in SUPERVISES or actor.unit_id is None:
        raise NotPermittedError(Refusal.ROLE)
    if actor.role is Role.DISTRICT_OFFICER and school_id not in actor.school_ids:
        raise NotFoundError(field="schoolId")
    unit = (await organisation.find_units([school_id])).get(school_id)
    if unit is None or unit.kind != "SCHOOL":
        raise NotFoundError(field="schoolId")
    await _require_past(year, visited_on, "visitedOn")
    if not findings.strip():
        raise ReasonRequiredError(field="findings")
    made = await preparing.record_visit(
        school_id, actor.unit_id, year.start, visited_on, findings.strip()[:4000]
    )
    await _record(actor, "VISIT_RECORD", school_id, visit=made)
    return (await preparing.find_visits([made]))[made]


async def propose(actor: Actor, visit_id: int, text: str) -> VisitProposalRow:
    """Propose something to the other side of a visit.

    Raises:
        NotPermittedError: unless the actor leads the school or supervises. NotFoundError: when not this visit.
    """
    by_school = _side(actor)
    visit = (await preparing.find_visits([visit_id])).get(visit_id)
    if visit is None:
        raise NotFoundError(field="supervisionVisitId")
    if not clean(text):
        raise ReasonRequiredError(field="proposal")
    made = await preparing.propose(visit_id, clean(text)[:1000], by_school=by_school)
    await _record(actor, "SUPERVISION_PROPOSE", visit.school_id, proposal=made)
    return await _proposal(made)


async def answer(actor: Actor, proposal_id: int, text: str) -> VisitProposalRow:
    """Answer what the other side has proposed, once.

    Raises:
        NotPermittedError, NotFoundError: as for proposing. ProposalAnsweredError: when it is answered, or one's own.
    """
    _side(actor)
    found = await preparing.find_proposal(proposal_id)
    if found is None:
        raise NotFoundError(field="supervisionProposalId")
    if not clean(text):
        raise ReasonRequiredError(field="answer")
    allow(visit_proposal_refusal(actor, found.facts), "supervisionProposalId")
    if not await preparing.answer(proposal_id, clean(text)[:1000]):
        raise ProposalAnsweredError(field="supervisionProposalId")
    await _record(actor, "SUPERVISION_ANSWER", found.school_id, proposal=proposal_id)
    return await _proposal(proposal_id)


def _own_unit(actor: Actor) -> int:
    if actor.role not in ORGANISES or actor.unit_id is None:
        raise NotPermittedError(Refusal.ROLE)
    return actor.unit_id


def _side(actor: Actor) -> bool:
    """Whether the actor speaks for the school."""
    allow(visit_refusal(actor), "")
    return actor.role in SCHOOL_SIDE


async def _require_past(year: SchoolYear, day: date, field: str) -> None:
    if not within(year, day) or day > await administration.today():
        raise DayInvalidError(field=field)


async def _proposal(proposal_id: int) -> VisitProposalRow:
    found = await preparing.find_proposal(proposal_id)
    if found is None:
        raise NotFoundError(field="supervisionProposalId")
    return found


async def _record(actor: Actor, deed: str, school_id: int | None, **detail: int) -> None:
    own = actor.unit_id if actor.role in SCHOOL_SIDE else None
    await audit.append(actor, deed, [(own if school_id is None else school_id, None)], **detail)
