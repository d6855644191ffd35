"""Acts as the audit holds them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import strawberry
from strawberry import relay

from backend.context import Context
from backend.db.repositories.auditing import AuditRow
from backend.domain.policy import MAY_READ_AUDIT
from backend.loading import Loaded
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit
from backend.schema.records import Record

Info = strawberry.Info[Context, None]


@strawberry.type(description="Where an event stands in the audit's chain; absent for its first moments.")
class AuditSeal:
    day: date
    number: int
    hash: str = strawberry.field(description="SHA-256 over the link before and this event, hexadecimal.")

    @classmethod
    def of(cls, row: AuditRow) -> "AuditSeal | None":
        if row.sealed_day is None or row.sealed_number is None or row.seal is None:
            return None
        return cls(day=row.sealed_day, number=row.sealed_number, hash=row.seal)


@strawberry.type(
    description="Who did what, to which revision, from where and why. Right: the school's leaders and clerk, district,"
    " department."
)
class AuditEvent(relay.Node):
    row: strawberry.Private[AuditRow]
    id: relay.NodeID[int]
    at: datetime
    action: str
    actor_name: str | None
    actor_post: str | None
    revision_number: int | None
    reason: str | None
    door: str = strawberry.field(description="WEB, INTEGRATOR, WORKER or OPERATOR.")
    network: str = strawberry.field(description="From where, the end of the address left out.")
    device: str = strawberry.field(description="Browser and system, coarsely.")
    seal: AuditSeal | None

    @classmethod
    def of(cls, row: AuditRow) -> "AuditEvent":
        return cls(
            row=row,
            id=row.id,
            at=row.at,
            action=row.action,
            actor_name=row.actor_name,
            actor_post=row.post,
            revision_number=row.revision_number,
            reason=row.detail.get("reason"),
            door=row.door,
            network=row.network,
            device=row.device,
            seal=AuditSeal.of(row),
        )

    @strawberry.field(description="The record, as far as the viewer sees it.")
    async def record(self, info: Info) -> Record | None:
        row = (
            None
            if self.row.record_id is None
            else await info.context.loaders.records.load(self.row.record_id)
        )
        return None if row is None else Record.of(row)

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        row = (
            None if self.row.school_id is None else await info.context.loaders.units.load(self.row.school_id)
        )
        return None if row is None else OrgUnit.of(row)

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        if info.context.actor.role in MAY_READ_AUDIT:
            return load_nodes(info.context.loaders.audit_events, cls.of, node_ids, required=required)
        return load_nodes(Loaded(_nothing), cls.of, node_ids, required=required)


async def _nothing(keys: list[int]) -> list[AuditRow | None]:
    """What somebody finds who may not look."""
    return [None for _ in keys]
