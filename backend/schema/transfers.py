"""Transfers of books between schools."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.adapters.links import FileKind, file_url
from backend.context import Context
from backend.db.repositories.transfers import SnapshotRow, TransferRow
from backend.domain.lifecycle import State
from backend.domain.messages import sentence
from backend.domain.school_year import SchoolYear
from backend.domain.transfer import (
    READS_HAND_OVER,
    OpenWork,
    TransferAction,
    TransferState,
    transfer_refusal,
)
from backend.schema.acts import Judge, TransferRefusal, allowed, refused
from backend.schema.content import RecordContentType, content_type
from backend.schema.error_codes import ErrorCode
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit, SchoolClass

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="A year as it stood when its book left: the marks given so far. Right: both schools, the family."
)
class TransferSnapshot:
    school_year: str
    state: State = strawberry.field(description="Of the revision that was being worked on.")
    content_digest: str = strawberry.field(description="SHA-256 of the content, hexadecimal.")
    taken_at: datetime
    content: RecordContentType = strawberry.field(description="The marks at that moment; nothing signed.")

    @classmethod
    def of(cls, row: SnapshotRow) -> "TransferSnapshot":
        return cls(
            school_year=str(SchoolYear(row.school_year)),
            state=row.state,
            content_digest=row.content_digest,
            taken_at=row.taken_at,
            content=content_type(row.content),
        )


@strawberry.type(
    description="The hand-over of a book. Right: both schools' leaders and clerks, their districts, department, guardian."
)
class Transfer(relay.Node):
    row: strawberry.Private[TransferRow]
    id: relay.NodeID[int]
    pupil_name: str
    state: TransferState
    reason: str = strawberry.field(description="Why it was asked for.")
    answer: str = strawberry.field(description="Why it was refused or taken back; empty otherwise.")
    open_work: list[OpenWork] = strawberry.field(
        description="What the managing school has not finished; or had not when the book changed hands."
    )
    requested_at: datetime | None = strawberry.field(
        description="When the family asked; null when a school began."
    )
    asked_at: datetime | None = strawberry.field(description="When the receiving school asked; null before.")
    released_at: datetime | None = strawberry.field(
        description="When the managing school released; null before."
    )
    accepted_at: datetime | None = strawberry.field(description="When the book changed hands; null before.")
    outdated: bool = strawberry.field(
        description="Whether the book has changed since its release was sealed: it must be released anew."
    )
    waits_for: ErrorCode | None = strawberry.field(
        description="What the next seal waits for, or why a release is to be sealed anew; null when nothing bars it."
    )

    @strawberry.field(description="The sentence for what it waits for; null when nothing bars it.")
    def waits_message(self, info: Info) -> str | None:
        return None if self.waits_for is None else sentence(self.waits_for, info.context.language)

    @strawberry.field(
        description="The hand-over document, XML: under the managing school's seal once it is released, under both"
        " schools' when the book has changed hands; good for five minutes. Right: both schools, department."
    )
    def hand_over_url(self, info: Info) -> str | None:
        digest = self.row.hand_over_digest or self.row.release_digest
        return self._link(info, digest, FileKind.XML)

    @strawberry.field(
        description="The timestamp over the document with both seals (RFC 3161 token, DER); good for five minutes."
        " Right: both schools, department."
    )
    def hand_over_timestamp_url(self, info: Info) -> str | None:
        return self._link(info, self.row.hand_over_timestamp, FileKind.TST)

    def _link(self, info: Info, digest: str | None, kind: FileKind) -> str | None:
        if digest is None or info.context.actor.role not in READS_HAND_OVER:
            return None
        return file_url(info.context.services.settings, digest, kind)

    @strawberry.field(description="The school that had the book.")
    async def from_school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.from_school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="The school that is to have it.")
    async def to_school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.to_school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="The class that took the pupil; null before, and for who does not see it.")
    async def to_class(self, info: Info) -> SchoolClass | None:
        if self.row.to_class_id is None:
            return None
        found = await info.context.loaders.classes.load(self.row.to_class_id)
        return None if found is None else SchoolClass.of(found)

    @strawberry.field(
        description="Years that the old school had not finished. Right: both schools, the family."
    )
    async def snapshots(self, info: Info) -> list[TransferSnapshot]:
        found = await info.context.loaders.transfer_snapshots.load(self.row.id)
        return [TransferSnapshot.of(row) for row in found or []]

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[TransferAction]:
        return allowed(TransferAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[TransferRefusal]:
        return refused(TransferAction, self._judge(info), TransferRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[TransferAction]:
        return lambda action: transfer_refusal(info.context.actor, action, self.row.facts)

    @classmethod
    def of(cls, row: TransferRow) -> "Transfer":
        return cls(
            row=row,
            id=row.id,
            pupil_name=row.pupil_name,
            state=row.state,
            reason=row.reason,
            answer=row.answer,
            open_work=list(row.open_work),
            requested_at=row.requested_at,
            asked_at=row.asked_at,
            released_at=row.released_at,
            accepted_at=row.accepted_at,
            outdated=row.outdated,
            waits_for=ErrorCode(row.obstacle) if row.obstacle else None,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.transfers, cls.of, node_ids, required=required)


@strawberry.type(description="The transfer as it is now, or why nothing changed.")
class TransferPayload:
    transfer: Transfer | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
