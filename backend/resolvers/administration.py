"""Administration of units, roles and guardians."""

from datetime import date

import strawberry
from strawberry import relay

from backend.context import Context
from backend.db.repositories import organisation
from backend.db.repositories.administration import NewUnit, Post
from backend.domain.errors import NotFoundError
from backend.domain.organisation import UnitChange
from backend.resolvers.answering import Info, answering, node_key, row_key
from backend.schema.administration import (
    AssignmentInput,
    AssignmentPayload,
    AssignmentProposal,
    GuardianLink,
    GuardianLinkPayload,
    HeldRole,
    OrgUnitPayload,
    OrgUnitsPayload,
    UnitChangeInput,
    UnitInput,
)
from backend.schema.organisation import OrgUnit
from backend.services import administration, reorganising
from backend.services.administration import Assigned, Person
from backend.settings import Audience

_assigning = answering(lambda errors: AssignmentPayload(user_errors=errors), step_up=True)
_units = answering(lambda errors: OrgUnitPayload(user_errors=errors), step_up=True)
_reorganising = answering(lambda errors: OrgUnitsPayload(user_errors=errors), step_up=True)
_guardians = answering(lambda errors: GuardianLinkPayload(user_errors=errors), step_up=True)


async def held_roles(info: Info, unit_id: relay.GlobalID) -> list[HeldRole]:
    """Roles held in a unit, those of today first."""
    key = node_key(unit_id, "OrgUnit", "unitId")
    return [HeldRole.of(row) for row in await administration.held_in(info.context.staff, key)]


async def proposals(info: Info) -> list[AssignmentProposal]:
    """Proposals that wait for a second person."""
    return [AssignmentProposal.of(row) for row in await administration.open_proposals(info.context.staff)]


@_assigning
async def create(info: Info, assignment: AssignmentInput) -> AssignmentPayload:
    """Hand out a role, or propose it."""
    actor = info.context.staff
    person = Person(_issuer(info.context, assignment.provider), assignment.subject, assignment.full_name)
    class_id = assignment.class_id
    post = Post(
        staff_id=0,
        unit_id=node_key(assignment.unit_id, "OrgUnit", "assignment.unitId"),
        role=assignment.role,
        post=assignment.post,
        class_id=None if class_id is None else node_key(class_id, "SchoolClass", "assignment.classId"),
        valid_from=assignment.valid_from,
        valid_to=assignment.valid_to,
    )
    return _assigned(await administration.assign(actor, person, post))


@_assigning
async def confirm(info: Info, proposal_id: strawberry.ID) -> AssignmentPayload:
    """Confirm what somebody else has proposed."""
    key = row_key(proposal_id, "proposalId")
    return _assigned(await administration.decide(info.context.staff, key, confirmed=True))


@_assigning
async def reject(info: Info, proposal_id: strawberry.ID) -> AssignmentPayload:
    """Reject a proposal, or take one's own back."""
    key = row_key(proposal_id, "proposalId")
    return _assigned(await administration.decide(info.context.staff, key, confirmed=False))


@_assigning
async def end(info: Info, assignment_id: strawberry.ID, last_day: date) -> AssignmentPayload:
    """Let a role end."""
    key = row_key(assignment_id, "assignmentId")
    return AssignmentPayload(
        assignment=HeldRole.of(await administration.end(info.context.staff, key, last_day))
    )


@_assigning
async def delegate(info: Info, assignment_id: strawberry.ID, delegated: bool) -> AssignmentPayload:
    """Let a deputy sign for the principal, or no longer."""
    key = row_key(assignment_id, "assignmentId")
    held = await administration.delegate(info.context.staff, key, delegated=delegated)
    return AssignmentPayload(assignment=HeldRole.of(held))


@_units
async def create_unit(info: Info, unit: UnitInput) -> OrgUnitPayload:
    """Make a district or school."""
    new = NewUnit(
        kind=unit.kind,
        code=unit.code,
        name=unit.name,
        parent_id=node_key(unit.parent_id, "OrgUnit", "unit.parentId"),
        valid_from=unit.valid_from,
        commune=unit.commune,
        district=unit.district,
        province=unit.province,
        place=unit.place,
    )
    return await _unit(await administration.create_unit(info.context.staff, new))


@_units
async def end_unit(
    info: Info, unit_id: relay.GlobalID, last_day: date, successor_id: relay.GlobalID | None = None
) -> OrgUnitPayload:
    """Let a district or school end."""
    key = node_key(unit_id, "OrgUnit", "unitId")
    successor = None if successor_id is None else node_key(successor_id, "OrgUnit", "successorId")
    await administration.end_unit(info.context.staff, key, last_day, successor)
    return await _unit(key)


@_reorganising
async def reorganise(
    info: Info, day: date, changes: list[UnitChangeInput], dry_run: bool = False
) -> OrgUnitsPayload:
    """Enter a reorganisation that takes effect on a day."""
    wanted = [
        UnitChange(
            act=item.act,
            code=item.code,
            kind=item.kind,
            name=item.name,
            parent_code=item.parent_code,
            successor_code=item.successor_code,
            commune=item.commune,
            district=item.district,
            place=item.place,
        )
        for item in changes
    ]
    touched = await reorganising.reorganise(info.context.staff, day, wanted, dry_run=dry_run)
    info.context.loaders.units.clear_all()
    found = await organisation.find_units(touched)
    return OrgUnitsPayload(org_units=[OrgUnit.of(found[key]) for key in touched])


@_guardians
async def link(
    info: Info, record_id: relay.GlobalID, full_name: str, relation: str, citizen_number: str
) -> GuardianLinkPayload:
    """Link an adult to the pupil of a record."""
    key = node_key(record_id, "Record", "recordId")
    marks = info.context.services.settings.citizen_marks
    link_id, school_id = await administration.link_guardian(
        info.context.staff, key, full_name, relation, citizen_number, marks
    )
    made = GuardianLink(
        id=strawberry.ID(str(link_id)), full_name=full_name, relation=relation, managing_school_id=school_id
    )
    return GuardianLinkPayload(guardian_link=made)


@_guardians
async def unlink(info: Info, record_id: relay.GlobalID, citizen_number: str) -> GuardianLinkPayload:
    """End a link."""
    key = node_key(record_id, "Record", "recordId")
    marks = info.context.services.settings.citizen_marks
    await administration.unlink_guardian(info.context.staff, key, citizen_number, marks)
    return GuardianLinkPayload()


def _issuer(context: Context, provider_id: str) -> str:
    providers = context.services.settings.providers
    found = (item for item in providers if item.id == provider_id and item.audience is Audience.STAFF)
    provider = next(found, None)
    if provider is None:
        raise NotFoundError(field="assignment.provider")
    return provider.issuer


def _assigned(done: Assigned) -> AssignmentPayload:
    return AssignmentPayload(
        assignment=None if done.held is None else HeldRole.of(done.held),
        proposal=None if done.proposal is None else AssignmentProposal.of(done.proposal),
    )


async def _unit(unit_id: int) -> OrgUnitPayload:
    found = await organisation.find_units([unit_id])
    return OrgUnitPayload(org_unit=OrgUnit.of(found[unit_id]))


@strawberry.type
class AdministrationMutations:
    assignment_create: AssignmentPayload = strawberry.mutation(
        resolver=create,
        description="Hand out a role; a principal's and the department's are proposed. Right: principal (own school's"
        " staff), department.",
    )
    assignment_confirm: AssignmentPayload = strawberry.mutation(
        resolver=confirm, description="Confirm another's proposal. Right: department, not who proposed it."
    )
    assignment_reject: AssignmentPayload = strawberry.mutation(
        resolver=reject, description="Reject a proposal. Right: department."
    )
    assignment_end: AssignmentPayload = strawberry.mutation(
        resolver=end, description="Set the last day of a role. Right: whoever hands it out."
    )
    assignment_delegate: AssignmentPayload = strawberry.mutation(
        resolver=delegate, description="A deputy signs for the principal. Right: principal of the school."
    )
    org_unit_create: OrgUnitPayload = strawberry.mutation(
        resolver=create_unit, description="A new district or school. Right: department."
    )
    org_unit_end: OrgUnitPayload = strawberry.mutation(
        resolver=end_unit, description="Let a unit end, with its successor. Right: department."
    )
    org_units_reorganise: OrgUnitsPayload = strawberry.mutation(
        resolver=reorganise,
        description="Enter a reorganisation of units, all or nothing; it takes effect on its day. Right: department.",
    )
    guardian_link_create: GuardianLinkPayload = strawberry.mutation(
        resolver=link,
        description="Link an adult by citizen number. Right: leaders and clerk of the managing school.",
    )
    guardian_link_end: GuardianLinkPayload = strawberry.mutation(
        resolver=unlink, description="End such a link. Right: as for linking."
    )
