"""Administration: handing out and ending roles, delegation, units, guardians; each act is judged and recorded."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from backend.db.repositories import administration, audit, organisation, records, units
from backend.db.repositories.administration import HeldRow, NewUnit, Post, ProposalRow
from backend.domain.acts import ProposalAction
from backend.domain.administering import (
    AssignmentAction,
    OrgUnitAction,
    UnitFacts,
    assignment_proposal_refusal,
    held_refusal,
    link_refusal,
    unit_refusal,
)
from backend.domain.administration import PARENT_OF, TWO_PEOPLE, assign_refusal, fits, rights_of
from backend.domain.citizen_marks import CitizenMarks
from backend.domain.errors import (
    AlreadyThereError,
    AssignmentInvalidError,
    CitizenNumberInvalidError,
    NotFoundError,
    NotPermittedError,
    OwnMatterError,
    UnitInvalidError,
)
from backend.domain.identifiers import CitizenNumber
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.text import clean
from backend.services.acting import allow


@dataclass(frozen=True, slots=True)
class Assigned:
    """Handed out at once, or waiting for a second person."""

    held: HeldRow | None = None
    proposal: ProposalRow | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a role is handed out to: a login at one of the staff's providers."""

    issuer: str
    subject: str
    full_name: str


async def assign(actor: Actor, person: Person, post: Post) -> Assigned:
    """Hand out a role, or propose it when that takes two; ``post.staff_id`` is not yet known.

    Raises:
        NotPermittedError, NotFoundError: by the table of rights.
        AssignmentInvalidError: when role, unit, class and dates do not go together.
        AlreadyThereError: when the person holds the role already. OwnMatterError: when it is the actor.
    """
    _require_assigning(actor, post.role, post.unit_id)
    await _check(post)
    if not clean(person.subject) or not clean(person.full_name):
        raise AssignmentInvalidError(field="person")
    staff_id = await administration.ensure_person(
        person.issuer, clean(person.subject), clean(person.full_name)
    )
    if staff_id == actor.staff_id:
        raise OwnMatterError(field="person")
    wanted = replace(post, staff_id=staff_id)
    if await administration.holds(wanted):
        raise AlreadyThereError(field="person")
    if post.role in TWO_PEOPLE:
        assert actor.staff_id is not None
        proposal_id = await administration.propose(wanted, actor.staff_id)
        await _record(actor, "ASSIGNMENT_PROPOSE", post.unit_id, proposal=proposal_id, role=post.role)
        return Assigned(proposal=await administration.take_proposal(proposal_id))
    assignment_id = await administration.assign(wanted)
    await _record(actor, "ASSIGNMENT_CREATE", post.unit_id, assignment=assignment_id, role=post.role)
    return Assigned(held=await administration.find_held(assignment_id))


async def decide(actor: Actor, proposal_id: int, *, confirmed: bool) -> Assigned:
    """Confirm or reject what somebody else has proposed.

    Raises:
        NotPermittedError, NotFoundError: by the table of rights.
        OwnMatterError: when the actor proposed it, or would get the role. ProposalDecidedError: when it is decided.
    """
    if not rights_of(actor).units:
        raise NotPermittedError(Refusal.ROLE)
    proposal = await administration.take_proposal(proposal_id)
    if proposal is None:
        raise NotFoundError(field="proposalId")
    action = ProposalAction.CONFIRM if confirmed else ProposalAction.REJECT
    refusal = assignment_proposal_refusal(actor, action, proposal.role, proposal.unit_id, proposal.facts)
    allow(refusal, "proposalId")
    assert actor.staff_id is not None
    await administration.decide(proposal_id, actor.staff_id, confirmed=confirmed)
    deed = "ASSIGNMENT_CONFIRM" if confirmed else "ASSIGNMENT_REJECT"
    await _record(actor, deed, proposal.unit_id, proposal=proposal_id, role=proposal.role)
    decided = await administration.take_proposal(proposal_id)
    if not confirmed:
        return Assigned(proposal=decided)
    post = Post(
        staff_id=proposal.staff_id,
        unit_id=proposal.unit_id,
        role=proposal.role,
        post=proposal.post,
        valid_from=proposal.valid_from,
        valid_to=proposal.valid_to,
    )
    assignment_id = await administration.assign(post, proposal_id)
    return Assigned(await administration.find_held(assignment_id), decided)


async def end(actor: Actor, assignment_id: int, last_day: date) -> HeldRow:
    """Let an assignment end; yesterday ends it at once.

    Raises:
        NotPermittedError, NotFoundError: by the table of rights, or when it has ended.
        OwnMatterError: when it is the actor's.
        AssignmentInvalidError: when the day lies further back, so that nothing is rewritten.
    """
    held = await _administered(actor, AssignmentAction.END, assignment_id)
    if last_day < await administration.today() - timedelta(days=1):
        raise AssignmentInvalidError(field="lastDay")
    await administration.end(assignment_id, last_day)
    await _record(actor, "ASSIGNMENT_END", held.unit_id, assignment=assignment_id, role=held.role)
    return await _found(assignment_id)


async def delegate(actor: Actor, assignment_id: int, *, delegated: bool) -> HeldRow:
    """Let a deputy sign for the principal, or no longer.

    Raises:
        NotPermittedError, NotFoundError: by the table of rights.
        AssignmentInvalidError: when it is no deputy's.
    """
    if not rights_of(actor).delegates:
        raise NotPermittedError(Refusal.ROLE)
    held = await _administered(actor, AssignmentAction.DELEGATE, assignment_id)
    await administration.delegate(assignment_id, delegated=delegated)
    await _record(actor, "DELEGATE", held.unit_id, assignment=assignment_id, delegated=delegated)
    return await _found(assignment_id)


async def held_in(actor: Actor, unit_id: int) -> list[HeldRow]:
    """Everything held in a unit that the actor administers.

    Raises:
        NotPermittedError: when they administer nothing. NotFoundError: when not this unit.
    """
    reaches = rights_of(actor).assigns.values()
    if not reaches:
        raise NotPermittedError(Refusal.ROLE)
    is_there = unit_id in await organisation.find_units([unit_id])
    if not is_there or not any(reach(actor, unit_id) for reach in reaches):
        raise NotFoundError(field="unitId")
    return await administration.held_in(unit_id)


async def open_proposals(actor: Actor) -> list[ProposalRow]:
    """What waits for a second person.

    Raises:
        NotPermittedError: when the actor hands out no such role.
    """
    if not TWO_PEOPLE & set(rights_of(actor).assigns):
        raise NotPermittedError(Refusal.ROLE)
    return await administration.open_proposals()


async def create_unit(actor: Actor, unit: NewUnit) -> int:
    """A new district or school.

    Raises:
        NotPermittedError: unless the actor administers units.
        UnitInvalidError: when it cannot stand below its parent, or lacks code or name.
        AlreadyThereError: when its code is taken.
    """
    if not rights_of(actor).units:
        raise NotPermittedError(Refusal.ROLE)
    parent = await administration.kind_of_unit(unit.parent_id)
    if parent not in PARENT_OF.get(unit.kind, ()) or not unit.code.isalnum() or not clean(unit.name):
        raise UnitInvalidError(field="unit")
    unit_id = await administration.create_unit(unit)
    if unit_id is None:
        raise AlreadyThereError(field="unit.code")
    await _record(actor, "UNIT_CREATE", unit_id, unit=unit_id)
    return unit_id


async def end_unit(actor: Actor, unit_id: int, last_day: date, successor_id: int | None) -> None:
    """Let a unit end; its rows and records stay.

    Raises:
        NotPermittedError: unless the actor administers units and it can end. NotFoundError: when there is none.
        UnitInvalidError: when the successor is none of its kind, or the day lies in the past.
    """
    if not rights_of(actor).units:
        raise NotPermittedError(Refusal.ROLE)
    unit = (await organisation.find_units([unit_id])).get(unit_id)
    span = (await units.find_spans([unit_id])).get(unit_id)
    if unit is None or span is None:
        raise NotFoundError(field="unitId")
    facts = UnitFacts(id=unit_id, kind=unit.kind, over=span.over)
    allow(unit_refusal(actor, OrgUnitAction.END, facts), "unitId")
    kind = unit.kind
    if successor_id is not None and (
        successor_id == unit_id or await administration.kind_of_unit(successor_id) is not kind
    ):
        raise UnitInvalidError(field="successorId")
    if last_day < await administration.today():
        raise UnitInvalidError(field="lastDay")
    await administration.end_unit(unit_id, last_day, successor_id)
    await _record(actor, "UNIT_END", unit_id, unit=unit_id)


async def link_guardian(
    actor: Actor, record_id: int, name: str, relation: str, number: str, marks: CitizenMarks
) -> tuple[int, int]:
    """Let an adult see what stands of a pupil's records, once their provider vouches for the number.

    Returns the link and the school that manages the book.

    Raises:
        NotPermittedError, NotFoundError: unless the actor's school manages the book.
        CitizenNumberInvalidError: when the number is none. AlreadyThereError: when it is linked already.
    """
    book_id, school_id = await _managed_book(actor, record_id)
    link_id = await administration.link_guardian(
        book_id, clean(name)[:60], clean(relation)[:20], marks.of(_number(number))
    )
    if link_id is None:
        raise AlreadyThereError(field="citizenNumber")
    await audit.append(actor, "GUARDIAN_LINK", [(school_id, None)], guardian=link_id)
    return link_id, school_id


async def unlink_guardian(actor: Actor, record_id: int, number: str, marks: CitizenMarks) -> None:
    """End a link, at once.

    Raises:
        NotPermittedError, NotFoundError: unless the actor's school manages the book, or when nothing is linked.
    """
    book_id, school_id = await _managed_book(actor, record_id)
    if not await administration.unlink_guardian(book_id, marks.of(_number(number))):
        raise NotFoundError(field="citizenNumber")
    await audit.append(actor, "GUARDIAN_UNLINK", [(school_id, None)], book=book_id)


async def _managed_book(actor: Actor, record_id: int) -> tuple[int, int]:
    record = (await records.find([record_id])).get(record_id)
    if record is None:
        raise NotFoundError(field="recordId")
    allow(link_refusal(actor, record.managing_school_id), "recordId")
    return record.book_id, record.managing_school_id


def _number(text: str) -> CitizenNumber:
    try:
        return CitizenNumber.parse(text)
    except ValueError as error:
        raise CitizenNumberInvalidError(field="citizenNumber") from error


def _require_assigning(actor: Actor, role: Role, unit_id: int) -> None:
    refusal = assign_refusal(actor, role, unit_id)
    if refusal is Refusal.SCOPE:
        raise NotFoundError(field="unitId")
    if refusal is not None:
        raise NotPermittedError(refusal)


async def _check(post: Post) -> None:
    kind = await administration.kind_of_unit(post.unit_id)
    if kind is None:
        raise NotFoundError(field="unitId")
    if not fits(post.role, kind, has_class=post.class_id is not None):
        raise AssignmentInvalidError(field="role")
    if post.class_id is not None:
        found = (await organisation.find_classes([post.class_id])).get(post.class_id)
        if found is None or found.school_id != post.unit_id:
            raise NotFoundError(field="classId")
    if post.valid_to is not None and post.valid_to < post.valid_from:
        raise AssignmentInvalidError(field="validTo")
    if post.valid_from < await administration.today():
        raise AssignmentInvalidError(field="validFrom")


async def _administered(actor: Actor, action: AssignmentAction, assignment_id: int) -> HeldRow:
    held = await administration.find_held(assignment_id)
    if held is None:
        raise NotFoundError(field="assignmentId")
    refusal = held_refusal(actor, action, held.facts)
    if refusal is not None and refusal.reason == Refusal.SCOPE:
        raise NotFoundError(field="assignmentId")
    allow(refusal, "assignmentId")
    return held


async def _found(assignment_id: int) -> HeldRow:
    held = await administration.find_held(assignment_id)
    assert held is not None
    return held


async def _record(actor: Actor, deed: str, unit_id: int, **detail: str | int | bool) -> None:
    is_school = await administration.kind_of_unit(unit_id) is UnitKind.SCHOOL
    await audit.append(actor, deed, [(unit_id if is_school else None, None)], **detail)
