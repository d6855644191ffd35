"""Who outside the school read a book, and the codes with which it is shared."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.access import AccessRow, ShareCodeRow
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, AccessReader
from backend.domain.revoking import Revocation, shared_refusal
from backend.schema.acts import Judge, RevocationRefusal, allowed, refused
from backend.schema.nodes import load_nodes

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="A read of a book by somebody outside its school, or a try that failed. Right: its school, department."
)
class AccessEvent(relay.Node):
    id: relay.NodeID[int]
    at: datetime
    reader: AccessReader
    reader_name: str = strawberry.field(description="The office or integrator; empty for the public.")
    purpose: AccessPurpose
    means: AccessMeans
    outcome: AccessOutcome
    network: str = strawberry.field(description="From where, the end of the address left out.")

    @classmethod
    def of(cls, row: AccessRow) -> "AccessEvent":
        return cls(
            id=row.id,
            at=row.at,
            reader=row.reader,
            reader_name=row.reader_name,
            purpose=row.purpose,
            means=row.means,
            outcome=row.outcome,
            network=row.network,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.access_events, cls.of, node_ids, required=required)


@strawberry.type(description="Mã chia sẻ, without the code itself. Right: the book's school.")
class ShareCode(relay.Node):
    row: strawberry.Private[ShareCodeRow]
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
    def of(cls, row: ShareCodeRow) -> "ShareCode":
        return cls(
            row=row,
            id=row.id,
            purpose=row.purpose,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.share_codes, cls.of, node_ids, required=required)
