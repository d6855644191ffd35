"""Who takes part, on which conditions, and how far each district is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.participation import DistrictRow, ParticipationRow, ReadinessRow
from backend.domain.participation import (
    Answer,
    Condition,
    ParticipationAction,
    ParticipationState,
    least,
    participation_refusal,
)
from backend.domain.school_year import SchoolYear
from backend.schema.acts import Judge, ParticipationRefusal, allowed, refused
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit

Info = strawberry.Info[Context, None]


@strawberry.type(description="What a school says of one condition.")
class ConditionAnswer:
    condition: Condition
    met: bool
    evidence: str

    @classmethod
    def of(cls, answer: Answer) -> "ConditionAnswer":
        return cls(condition=answer.condition, met=answer.met, evidence=answer.evidence)


@strawberry.type(description="What the system itself knows of a school's readiness, at this moment.")
class KnownReadiness:
    teachers: int
    teachers_signing: int
    teachers_trained: int
    leaders: int
    leaders_signing: int
    has_seal: bool

    @classmethod
    def of(cls, row: ReadinessRow) -> "KnownReadiness":
        return cls(
            teachers=row.teachers,
            teachers_signing=row.teachers_signing,
            teachers_trained=row.teachers_trained,
            leaders=row.leaders,
            leaders_signing=row.leaders_signing,
            has_seal=row.has_seal,
        )


@strawberry.type(
    description="A school's declaration that it takes part (plan, part II). Right: its school, district, department."
)
class Participation(relay.Node):
    row: strawberry.Private[ParticipationRow]
    id: relay.NodeID[int]
    school_year: str
    state: ParticipationState
    reason: str
    declared_at: datetime
    updated_at: datetime
    conditions: list[ConditionAnswer]

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="What the system knows beside what is declared.")
    async def known(self, info: Info) -> KnownReadiness | None:
        found = await info.context.loaders.readiness.load((self.row.school_id, self.row.school_year))
        return None if found is None else KnownReadiness.of(found)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[ParticipationAction]:
        return allowed(ParticipationAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[ParticipationRefusal]:
        return refused(ParticipationAction, self._judge(info), ParticipationRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[ParticipationAction]:
        return lambda action: participation_refusal(info.context.actor, action, self.row.facts)

    @classmethod
    def of(cls, row: ParticipationRow) -> "Participation":
        return cls(
            row=row,
            id=row.id,
            school_year=str(SchoolYear(row.school_year)),
            state=row.state,
            reason=row.reason,
            declared_at=row.declared_at,
            updated_at=row.updated_at,
            conditions=[ConditionAnswer.of(row.answers[item]) for item in Condition if item in row.answers],
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.participations, cls.of, node_ids, required=required)


@strawberry.type(
    description="How many schools of a district take part; at least half must. Right: staff, as far as their schools go."
)
class ParticipationProgress:
    row: strawberry.Private[DistrictRow]
    year: strawberry.Private[int]
    schools: int
    declared: int
    proposed: int
    approved: int
    least: int = strawberry.field(description="At least so many must take part: half, rounded up.")
    reached: bool = strawberry.field(description="Whether so many do.")

    @strawberry.field
    async def district(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.unit_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="Schools that do not take part, or not yet.")
    async def missing(self, info: Info) -> list[OrgUnit]:
        keys = await info.context.loaders.not_taking_part.load((self.row.unit_id, self.year))
        found = [await info.context.loaders.units.load(key) for key in keys or []]
        return [OrgUnit.of(row) for row in found if row is not None]

    @classmethod
    def of(cls, row: DistrictRow, year: SchoolYear) -> "ParticipationProgress":
        needed = least(row.schools)
        return cls(
            row=row,
            year=year.start,
            schools=row.schools,
            declared=row.declared,
            proposed=row.proposed,
            approved=row.approved,
            least=needed,
            reached=row.approved >= needed,
        )


@strawberry.input(description="What a school says of one condition.")
class ConditionInput:
    condition: Condition
    met: bool
    evidence: str = strawberry.field(default="", description="What shows it, up to 500 letters.")


@strawberry.type(description="The declaration as it is now, or why nothing changed.")
class ParticipationPayload:
    participation: Participation | None = None
    unmet: list[Condition] = strawberry.field(
        default_factory=list, description="Conditions that are not met yet, or of which nothing is shown."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The declarations as they are now, or why nothing changed.")
class ParticipationsPayload:
    participations: list[Participation] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)
