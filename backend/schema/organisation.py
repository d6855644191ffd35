"""Units, classes, assignments and how the records of classes stand."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.organisation import ClassRow, CountRow, SchoolCountRow, UnitRow
from backend.db.repositories.people import AssignmentRow
from backend.domain.administering import (
    AssignmentAction,
    OrgUnitAction,
    UnitFacts,
    held_refusal,
    unit_refusal,
)
from backend.domain.lifecycle import State
from backend.domain.organisation import UnitKind
from backend.domain.policy import Role
from backend.domain.school_year import SchoolYear
from backend.schema.acts import AssignmentRefusal, Judge, OrgUnitRefusal, allowed, refused
from backend.schema.nodes import load_nodes

Info = strawberry.Info[Context, None]


@strawberry.type(description="What a unit was called, and below which it stood, from a day on.")
class UnitVersion:
    parent_id: strawberry.Private[int | None]
    valid_from: date
    name: str

    @strawberry.field(description="The unit above at that time.")
    async def parent(self, info: Info) -> "OrgUnit | None":
        return await _unit(info, self.parent_id)


@strawberry.type(
    description="A department, district, commune or school as it is today, or was when it ended. Right: everybody."
)
class OrgUnit(relay.Node):
    id: relay.NodeID[int]
    kind: UnitKind
    code: str
    name: str
    commune: str
    district: str
    parent_id: strawberry.Private[int | None]

    @strawberry.field(description="The unit above it.")
    async def parent(self, info: Info) -> "OrgUnit | None":
        return await _unit(info, self.parent_id)

    @strawberry.field(description="Its first day.")
    async def valid_from(self, info: Info) -> date | None:
        span = await info.context.loaders.unit_spans.load(int(self.id))
        return None if span is None else span.valid_from

    @strawberry.field(description="Its last day; none while it is open.")
    async def valid_to(self, info: Info) -> date | None:
        span = await info.context.loaders.unit_spans.load(int(self.id))
        return None if span is None else span.valid_to

    @strawberry.field(description="The unit that has taken its place.")
    async def successor(self, info: Info) -> "OrgUnit | None":
        span = await info.context.loaders.unit_spans.load(int(self.id))
        return await _unit(info, None if span is None else span.successor_id)

    @strawberry.field(description="Everything it was and will be called, the oldest first.")
    async def versions(self, info: Info) -> list[UnitVersion]:
        rows = await info.context.loaders.unit_versions.load(int(self.id))
        return [
            UnitVersion(parent_id=row.parent_id, valid_from=row.valid_from, name=row.name)
            for row in rows or []
        ]

    @strawberry.field(description="What the viewer may do now.")
    async def viewer_actions(self, info: Info) -> list[OrgUnitAction]:
        return allowed(OrgUnitAction, await self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    async def viewer_refusals(self, info: Info) -> list[OrgUnitRefusal]:
        return refused(OrgUnitAction, await self._judge(info), OrgUnitRefusal, info.context.language)

    async def _judge(self, info: Info) -> Judge[OrgUnitAction]:
        span = await info.context.loaders.unit_spans.load(int(self.id))
        facts = UnitFacts(id=int(self.id), kind=self.kind, over=span is None or span.over)
        return lambda action: unit_refusal(info.context.actor, action, facts)

    @classmethod
    def of(cls, row: UnitRow) -> "OrgUnit":
        return cls(
            id=row.id,
            kind=row.kind,
            code=row.code,
            name=row.name,
            commune=row.commune,
            district=row.district,
            parent_id=row.parent_id,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.units, cls.of, node_ids, required=required)


async def _unit(info: Info, unit_id: int | None) -> OrgUnit | None:
    row = None if unit_id is None else await info.context.loaders.units.load(unit_id)
    return None if row is None else OrgUnit.of(row)


@strawberry.type(description="A class of one school year. Right: its school, district and department.")
class SchoolClass(relay.Node):
    id: relay.NodeID[int]
    name: str
    grade: int
    school_year: str
    school_id: strawberry.Private[int]

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.school_id)
        return None if row is None else OrgUnit.of(row)

    @classmethod
    def of(cls, row: ClassRow) -> "SchoolClass":
        return cls(
            id=row.id,
            name=row.name,
            grade=row.grade,
            school_year=str(SchoolYear(row.school_year)),
            school_id=row.school_id,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.classes, cls.of, node_ids, required=required)


@strawberry.type(description="What a person does in a unit, today.")
class Assignment:
    row: strawberry.Private[AssignmentRow]
    id: strawberry.ID
    role: Role
    post: str
    unit_id: relay.GlobalID
    unit_name: str
    unit_kind: UnitKind
    current: bool

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[AssignmentAction]:
        return allowed(AssignmentAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[AssignmentRefusal]:
        return refused(AssignmentAction, self._judge(info), AssignmentRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[AssignmentAction]:
        return lambda action: held_refusal(info.context.actor, action, self.row.facts)

    @classmethod
    def of(cls, row: AssignmentRow, *, current: bool) -> "Assignment":
        return cls(
            row=row,
            id=strawberry.ID(str(row.actor.assignment_id)),
            role=row.actor.role,
            post=row.post,
            unit_id=relay.GlobalID(type_name="OrgUnit", node_id=str(row.actor.unit_id)),
            unit_name=row.unit_name,
            unit_kind=row.unit_kind,
            current=current,
        )


@strawberry.type(description="How many records stand in a state.")
class StateCount:
    state: State
    count: int


@strawberry.type(description="How the records of one class stand. Right: school, district, department.")
class ClassProgress:
    school_id: strawberry.Private[int]
    school_class_id: strawberry.Private[int]
    counts: list[StateCount]

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.school_id)
        return None if row is None else OrgUnit.of(row)

    @strawberry.field
    async def school_class(self, info: Info) -> SchoolClass | None:
        row = await info.context.loaders.classes.load(self.school_class_id)
        return None if row is None else SchoolClass.of(row)


@strawberry.type(description="How the records of one school stand. Right: school, district, department.")
class SchoolProgress:
    school_id: strawberry.Private[int]
    school_year: strawberry.Private[int]
    counts: list[StateCount]

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.school_id)
        return None if row is None else OrgUnit.of(row)

    @strawberry.field(description="The same by class.")
    async def classes(self, info: Info) -> list[ClassProgress]:
        rows = await info.context.loaders.class_counts.load((self.school_id, self.school_year))
        return class_progress(rows or [])


@strawberry.type(
    description="How the records of a district's schools stand together. Right: district, department."
)
class DistrictProgress:
    district_id: strawberry.Private[int]
    counts: list[StateCount]

    @strawberry.field
    async def district(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.district_id)
        return None if row is None else OrgUnit.of(row)


def class_progress(rows: Sequence[CountRow]) -> list[ClassProgress]:
    """Counts in the order of their rows, gathered by class."""
    by_class: dict[int, ClassProgress] = {}
    for row in rows:
        fresh = ClassProgress(school_id=row.school_id, school_class_id=row.school_class_id, counts=[])
        by_class.setdefault(row.school_class_id, fresh).counts.append(
            StateCount(state=row.state, count=row.count)
        )
    return list(by_class.values())


def unit_counts(rows: Sequence[SchoolCountRow]) -> dict[int, list[StateCount]]:
    """Counts in the order of their rows, gathered by unit."""
    by_unit: dict[int, list[StateCount]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_id, []).append(StateCount(state=row.state, count=row.count))
    return by_unit
