"""Programs of other institutions, and what families let them read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.integrators import ClientRow, GrantRow
from backend.domain.access import AccessPurpose
from backend.domain.revoking import Revocation, program_refusal, shared_refusal
from backend.schema.acts import Judge, RevocationRefusal, allowed, refused
from backend.schema.nodes import load_nodes

Info = strawberry.Info[Context, None]


@strawberry.type(description="A program of another institution. Right: department; its name: schools.")
class Integrator(relay.Node):
    row: strawberry.Private[ClientRow]
    id: relay.NodeID[int]
    client_id: str
    name: str
    scopes: list[str]
    networks: list[str]
    expires_at: datetime
    revoked_at: datetime | None

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[Revocation]:
        return allowed(Revocation, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[RevocationRefusal]:
        return refused(Revocation, self._judge(info), RevocationRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[Revocation]:
        revoked = self.row.revoked_at is not None
        return lambda _action: program_refusal(info.context.actor, revoked=revoked)

    @classmethod
    def of(cls, row: ClientRow) -> "Integrator":
        return cls(
            row=row,
            id=row.id,
            client_id=row.client_id,
            name=row.name,
            scopes=[str(scope) for scope in row.scopes],
            networks=list(row.networks),
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.integrators, cls.of, node_ids, required=required)


@strawberry.type(
    description="A family's leave for a program to read a book. Right: the book's school, the program, department."
)
class IntegratorGrant(relay.Node):
    row: strawberry.Private[GrantRow]
    id: relay.NodeID[int]
    purpose: AccessPurpose
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[Revocation]:
        return allowed(Revocation, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[RevocationRefusal]:
        return refused(Revocation, self._judge(info), RevocationRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[Revocation]:
        return lambda _action: shared_refusal(info.context.actor, self.row.facts)

    @classmethod
    def of(cls, row: GrantRow) -> "IntegratorGrant":
        return cls(
            row=row,
            id=row.id,
            purpose=row.purpose,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )

    @strawberry.field(description="Right: schools, department.")
    async def integrator(self, info: Info) -> Integrator | None:
        row = await info.context.loaders.integrators.load(self.row.client_id)
        return None if row is None else Integrator.of(row)

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.grants, cls.of, node_ids, required=required)
