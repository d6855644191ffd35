"""Signing ceremonies and how far they are."""

from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.ceremonies import CeremonyRow, ItemRow
from backend.db.repositories.prepared import ToSign
from backend.domain.acts import CeremonyAction, CeremonyFacts, ceremony_refusal
from backend.domain.messages import sentence
from backend.domain.signing import ItemState, SignatureRole
from backend.schema.acts import CeremonyRefusal, Judge, allowed, refused
from backend.schema.error_codes import ErrorCode
from backend.schema.nodes import load_nodes
from backend.schema.records import Record

Info = strawberry.Info[Context, None]


@strawberry.type(description="How far a ceremony is: every record is in exactly one of the six counts.")
class CeremonyProgress:
    total: int
    queued: int
    signing: int
    awaiting_key: int = strawberry.field(
        description="Prepared, and waiting for a key that somebody else keeps."
    )
    signed: int
    failed: int
    cancelled: int
    done: bool

    @classmethod
    def of(cls, row: CeremonyRow) -> "CeremonyProgress":
        return cls(
            total=row.total,
            queued=row.queued,
            signing=row.signing,
            awaiting_key=row.awaiting_key,
            signed=row.signed,
            failed=row.failed,
            cancelled=row.cancelled,
            done=row.queued + row.signing + row.awaiting_key == 0,
        )


@strawberry.type(
    description="What is to be signed of one record: SHA-256 digests in base64, for the XML packet and for the PDF."
    " Right: the signer."
)
class TokenDigests:
    item: relay.GlobalID = strawberry.field(description="The ceremony's item.")
    xml: str = strawberry.field(description="Digest over the packet's signed information, base64.")
    pdf: str = strawberry.field(description="Digest over the PDF's signed attributes, base64.")

    @classmethod
    def of(cls, row: ToSign) -> "TokenDigests":
        xml, pdf = (b64encode(bytes.fromhex(text)).decode() for text in (row.xml_hash, row.pdf_hash))
        return cls(item=relay.GlobalID("CeremonyItem", str(row.item_id)), xml=xml, pdf=pdf)


@strawberry.type(
    description="What the signer's own token is to sign, bound to them for five minutes and once. Right: the signer."
)
class TokenChallenge:
    nonce: str = strawberry.field(description="To be given back with the signatures; said this once.")
    expires_at: datetime = strawberry.field(description="Until when signatures are taken.")
    certificate: str = strawberry.field(description="The certificate whose key must sign, PEM.")
    digests: list[TokenDigests] = strawberry.field(description="What is to be signed, record by record.")


@strawberry.input(
    description="Raw signatures for one record, base64: PKCS#1 v1.5, or DER with elliptic curves."
)
class TokenSignatureInput:
    item: str = strawberry.field(description="The ceremony's item, as it was handed out.")
    xml: str = strawberry.field(description="Signature over the packet's digest, base64.")
    pdf: str = strawberry.field(description="Signature over the PDF's digest, base64.")


@strawberry.type(description="One record of a ceremony.")
class CeremonyItem(relay.Node):
    id: relay.NodeID[int]
    record_id: strawberry.Private[int]
    state: ItemState
    code: ErrorCode | None = strawberry.field(description="Why it failed, or what it waits for.")
    message: str | None
    attempts: int
    updated_at: datetime

    @classmethod
    def of(cls, row: ItemRow, context: Context) -> "CeremonyItem":
        return cls(
            id=row.id,
            record_id=row.record_id,
            state=row.state,
            code=ErrorCode(row.code) if row.code else None,
            message=sentence(row.code, context.language) if row.code else None,
            attempts=row.attempts,
            updated_at=row.updated_at,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        shown = partial(cls.of, context=info.context)
        return load_nodes(info.context.loaders.ceremony_items, shown, node_ids, required=required)

    @strawberry.field
    async def record(self, info: Info) -> Record | None:
        row = await info.context.loaders.records.load(self.record_id)
        return None if row is None else Record.of(row)


@strawberry.type(
    description="One act of one signer over many records. Right: the signer, their school's leaders."
)
class Ceremony(relay.Node):
    id: relay.NodeID[int]
    role: SignatureRole
    signer_name: str
    created_at: datetime
    cancelled_at: datetime | None
    progress: CeremonyProgress
    signer_key: strawberry.Private[int]

    facts: strawberry.Private[CeremonyFacts]

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[CeremonyAction]:
        return allowed(CeremonyAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer could do at another time.")
    def viewer_refusals(self, info: Info) -> list[CeremonyRefusal]:
        return refused(CeremonyAction, self._judge(info), CeremonyRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[CeremonyAction]:
        return lambda action: ceremony_refusal(info.context.actor, action, self.facts)

    @strawberry.field(description="Only the signer can cancel or retry.")
    def viewer_is_signer(self, info: Info) -> bool:
        return self.signer_key == info.context.actor.staff_id

    @classmethod
    def of(cls, row: CeremonyRow) -> "Ceremony":
        return cls(
            signer_key=row.signer_id,
            facts=row.facts,
            id=row.id,
            role=row.role,
            signer_name=row.signer_name,
            created_at=row.created_at,
            cancelled_at=row.cancelled_at,
            progress=CeremonyProgress.of(row),
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.ceremonies, cls.of, node_ids, required=required)
