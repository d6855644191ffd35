"""Pupils who left."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.departures import DepartureRow
from backend.domain.departure import DepartureAction, DepartureReason, departure_refusal
from backend.schema.acts import DepartureRefusal, Judge, allowed, refused
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="A pupil who left, until they come back. Right: leaders and clerks, district, department, guardian."
)
class Departure(relay.Node):
    row: strawberry.Private[DepartureRow]
    id: relay.NodeID[int]
    pupil_name: str
    reason: DepartureReason
    note: str
    left_on: date
    recorded_at: datetime
    returned_on: date | None = strawberry.field(description="Since when they are back; null while away.")

    @strawberry.field(description="The school that keeps the book.")
    async def school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[DepartureAction]:
        return allowed(DepartureAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[DepartureRefusal]:
        return refused(DepartureAction, self._judge(info), DepartureRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[DepartureAction]:
        return lambda _: departure_refusal(info.context.actor, self.row.facts)

    @classmethod
    def of(cls, row: DepartureRow) -> "Departure":
        return cls(
            row=row,
            id=row.id,
            pupil_name=row.pupil_name,
            reason=row.reason,
            note=row.note,
            left_on=row.left_on,
            recorded_at=row.recorded_at,
            returned_on=row.returned_on,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.departures, cls.of, node_ids, required=required)


@strawberry.type(description="The departure as it is now; null for a dry run, or with why nothing changed.")
class DeparturePayload:
    departure: Departure | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
