"""The calendar as the API shows it: changes of its dates, and exceptions to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.calendar import ChangeRow, ExceptionRow
from backend.domain.acts import ProposalAction, ProposalFacts, proposal_refusal
from backend.domain.calendar import Window
from backend.domain.school_year import SchoolYear
from backend.schema.acts import Judge, ProposalRefusal, allowed, refused
from backend.schema.department import LockPeriod
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit, SchoolClass

Info = strawberry.Info[Context, None]


def _judge(info: Info, facts: ProposalFacts) -> Judge[ProposalAction]:
    return lambda action: proposal_refusal(info.context.actor, action, facts)


@strawberry.type(
    description="New dates of a lock period, which take two people. Right: department. Source: plan, part III."
)
class CalendarChange:
    facts: strawberry.Private[ProposalFacts]
    id: strawberry.ID
    school_year: str
    window: Window
    locks_at: datetime
    reports_at: datetime
    reason: str = strawberry.field(description="Why the dates change.")
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    confirmed: bool

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[ProposalAction]:
        return allowed(ProposalAction, _judge(info, self.facts))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[ProposalRefusal]:
        return refused(ProposalAction, _judge(info, self.facts), ProposalRefusal, info.context.language)

    @classmethod
    def of(cls, row: ChangeRow) -> "CalendarChange":
        return cls(
            facts=row.facts,
            id=strawberry.ID(str(row.id)),
            school_year=str(SchoolYear(row.school_year)),
            window=row.window,
            locks_at=row.locks_at,
            reports_at=row.reports_at,
            reason=row.reason,
            proposed_by=row.proposed_by_name,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by_name,
            decided_at=row.decided_at,
            confirmed=row.confirmed,
        )


@strawberry.type(
    description="A school or class that may act after a deadline. Right: department; when granted also the school"
    " and its district. Source: plan, part III."
)
class LockException(relay.Node):
    row: strawberry.Private[ExceptionRow]
    id: relay.NodeID[int]
    reason: str = strawberry.field(description="Why the deadline does not fit the school or class.")
    expires_at: datetime = strawberry.field(description="From this instant on it no longer holds.")
    holds: bool = strawberry.field(
        description="Whether it is granted, has not expired, and the period is not sealed."
    )
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    confirmed: bool

    @strawberry.field(description="The lock period whose deadline it is about.")
    async def lock_period(self, info: Info) -> LockPeriod | None:
        found = await info.context.loaders.periods.load(self.row.lock_period_id)
        return None if found is None else LockPeriod.of(found)

    @strawberry.field(description="The school that it is for.")
    async def school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="The class that it is for; null for the whole school.")
    async def school_class(self, info: Info) -> SchoolClass | None:
        if self.row.school_class_id is None:
            return None
        found = await info.context.loaders.classes.load(self.row.school_class_id)
        return None if found is None else SchoolClass.of(found)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[ProposalAction]:
        return allowed(ProposalAction, _judge(info, self.row.facts))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[ProposalRefusal]:
        return refused(ProposalAction, _judge(info, self.row.facts), ProposalRefusal, info.context.language)

    @classmethod
    def of(cls, row: ExceptionRow) -> "LockException":
        return cls(
            row=row,
            id=row.id,
            reason=row.reason,
            expires_at=row.expires_at,
            holds=row.holds,
            proposed_by=row.proposed_by_name,
            proposed_at=row.proposed_at,
            decided_by=row.decided_by_name,
            decided_at=row.decided_at,
            confirmed=row.confirmed,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.lock_exceptions, cls.of, node_ids, required=required)


@strawberry.type(description="The exception as it is now, or why nothing changed.")
class LockExceptionPayload:
    lock_exception: LockException | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The proposed dates and the period as it is now, or why nothing changed.")
class CalendarChangePayload:
    calendar_change: CalendarChange | None = None
    lock_period: LockPeriod | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input(description="Whom an exception is for, and until when.")
class LockExceptionInput:
    lock_period_id: relay.GlobalID
    school_id: relay.GlobalID = strawberry.field(description="The school that may act after the deadline.")
    class_id: relay.GlobalID | None = strawberry.field(
        default=None, description="Only this class of the school."
    )
    expires_at: datetime = strawberry.field(
        description="When it ends; no later than the report to the Ministry."
    )
    reason: str = strawberry.field(description="Why the deadline does not fit.")
