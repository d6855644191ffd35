"""Administration as the API shows it: roles that are held, proposals that wait for a second person."""

from datetime import date, datetime

import strawberry
from strawberry import relay

from backend.context import Context
from backend.db.repositories.administration import HeldRow, ProposalRow
from backend.domain.acts import ProposalAction
from backend.domain.administering import (
    AssignmentAction,
    GuardianLinkAction,
    assignment_proposal_refusal,
    held_refusal,
    link_refusal,
)
from backend.domain.organisation import UnitAct, UnitKind
from backend.domain.policy import Role
from backend.schema.acts import (
    AssignmentRefusal,
    GuardianLinkRefusal,
    Judge,
    ProposalRefusal,
    allowed,
    refused,
)
from backend.schema.errors import UserError
from backend.schema.organisation import OrgUnit, SchoolClass

Info = strawberry.Info[Context, None]


@strawberry.type(description="A role that somebody holds in a unit. Right: whoever hands it out.")
class HeldRole:
    row: strawberry.Private[HeldRow]
    id: strawberry.ID
    person_name: str
    role: Role
    post: str
    may_sign_for_principal: bool = strawberry.field(description="A deputy's delegation.")
    valid_from: date
    valid_to: date | None = strawberry.field(description="The last day; none while open.")

    @classmethod
    def of(cls, row: HeldRow) -> "HeldRole":
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            person_name=row.full_name,
            role=row.role,
            post=row.post,
            may_sign_for_principal=row.may_sign_for_principal,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )

    @strawberry.field
    async def unit(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.unit_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field
    async def school_class(self, info: Info) -> SchoolClass | None:
        if self.row.class_id is None:
            return None
        found = await info.context.loaders.classes.load(self.row.class_id)
        return None if found is None else SchoolClass.of(found)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[AssignmentAction]:
        return allowed(AssignmentAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[AssignmentRefusal]:
        return refused(AssignmentAction, self._judge(info), AssignmentRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[AssignmentAction]:
        return lambda action: held_refusal(info.context.actor, action, self.row.facts)


@strawberry.type(description="A role that takes two people to hand out. Right: department.")
class AssignmentProposal:
    row: strawberry.Private[ProposalRow]
    id: strawberry.ID
    person_name: str
    role: Role
    post: str
    valid_from: date
    valid_to: date | None
    proposed_at: datetime
    confirmed: bool
    decided_at: datetime | None

    @classmethod
    def of(cls, row: ProposalRow) -> "AssignmentProposal":
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            person_name=row.full_name,
            role=row.role,
            post=row.post,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            proposed_at=row.proposed_at,
            confirmed=row.confirmed,
            decided_at=row.decided_at,
        )

    @strawberry.field
    async def unit(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.unit_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="Whether the viewer made it, so that somebody else must confirm it.")
    def is_own(self, info: Info) -> bool:
        return self.row.proposed_by_id == info.context.actor.staff_id

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[ProposalAction]:
        return allowed(ProposalAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[ProposalRefusal]:
        return refused(ProposalAction, self._judge(info), ProposalRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[ProposalAction]:
        row = self.row
        return lambda action: assignment_proposal_refusal(
            info.context.actor, action, row.role, row.unit_id, row.facts
        )


@strawberry.input(description="Whom to hand a role out to, where and when.")
class AssignmentInput:
    subject: str = strawberry.field(description="The person's name at the provider.")
    full_name: str
    unit_id: relay.GlobalID
    role: Role
    post: str = strawberry.field(description="As it stands below a signature, such as Hiệu trưởng.")
    valid_from: date
    valid_to: date | None = None
    class_id: relay.GlobalID | None = strawberry.field(
        default=None, description="Of a homeroom teacher, and of nobody else."
    )
    provider: str = strawberry.field(default="staff", description="Where the person signs in.")


@strawberry.input(description="A new district or school.")
class UnitInput:
    kind: UnitKind
    code: str
    name: str
    parent_id: relay.GlobalID
    valid_from: date
    commune: str = ""
    district: str = ""
    province: str = ""
    place: str = ""


@strawberry.type(description="The role handed out, or the proposal that waits for a second person.")
class AssignmentPayload:
    assignment: HeldRole | None = None
    proposal: AssignmentProposal | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input(description="One line of a reorganisation; what is left out stays as it is.")
class UnitChangeInput:
    act: UnitAct
    code: str
    kind: UnitKind | None = strawberry.field(default=None, description="Of a new unit.")
    name: str | None = None
    parent_code: str | None = strawberry.field(default=None, description="The unit above, by code.")
    successor_code: str | None = strawberry.field(
        default=None, description="Of a unit that ends; a school always has one."
    )
    commune: str | None = None
    district: str | None = None
    place: str | None = None


@strawberry.type(description="The units that a reorganisation touches, or why nothing changed.")
class OrgUnitsPayload:
    org_units: list[OrgUnit] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The unit as it is now, or why nothing changed.")
class OrgUnitPayload:
    org_unit: OrgUnit | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="An adult linked to a pupil by citizen number. Right: leaders and clerk of the school."
)
class GuardianLink:
    managing_school_id: strawberry.Private[int]
    id: strawberry.ID
    full_name: str
    relation: str = strawberry.field(description="What the adult is to the pupil, such as mẹ.")

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[GuardianLinkAction]:
        return allowed(GuardianLinkAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[GuardianLinkRefusal]:
        return refused(GuardianLinkAction, self._judge(info), GuardianLinkRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[GuardianLinkAction]:
        return lambda _action: link_refusal(info.context.actor, self.managing_school_id)


@strawberry.type(description="The link as it is now, none once it has ended, or why nothing changed.")
class GuardianLinkPayload:
    guardian_link: GuardianLink | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
