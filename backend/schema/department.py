"""Submissions, lock periods, and the answer to a document's verification."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.adapters.links import FileKind, file_url
from backend.context import Context
from backend.db.repositories.periods import PeriodRow
from backend.db.repositories.submissions import ItemRow, SubmissionRow
from backend.domain.acts import (
    LockPeriodAction,
    LockPeriodFacts,
    SubmissionAction,
    lock_period_refusal,
    submission_refusal,
)
from backend.domain.calendar import LockStage, Window
from backend.domain.messages import Language, sentence
from backend.domain.school_year import SchoolYear
from backend.domain.submission import SubmissionStage, Verdict
from backend.schema.acts import Judge, LockPeriodRefusal, SubmissionRefusal, allowed, refused
from backend.schema.error_codes import ErrorCode
from backend.schema.nodes import load_nodes
from backend.schema.records import Record

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="One record of a packet and the department's verdict. Right: school, district, department."
)
class SubmissionItem:
    key: strawberry.Private[int]
    record_id: relay.GlobalID = strawberry.field(description="The record that was submitted.")
    verdict: Verdict
    decided_at: datetime | None = strawberry.field(
        description="When the verdict was given; null while it is open."
    )
    code: ErrorCode | None = strawberry.field(
        description="What bars the record; null when nothing was found."
    )
    field: str = strawberry.field(
        description="What of the record it concerns, for example subjects.TOAN.level; empty for the whole."
    )
    reason: str = strawberry.field(description="Why, as the department said it; empty when it is accepted.")
    language: strawberry.Private[Language]

    @strawberry.field(description="The sentence for the code; null without one.")
    def message(self) -> str | None:
        return None if self.code is None else sentence(self.code, self.language)

    @strawberry.field(description="The record; null when the viewer does not see it.")
    async def record(self, info: Info) -> Record | None:
        row = await info.context.loaders.records.load(self.key)
        return None if row is None else Record.of(row)

    @classmethod
    def of(cls, row: ItemRow, language: Language) -> "SubmissionItem":
        return cls(
            key=row.record_id,
            record_id=relay.GlobalID("Record", str(row.record_id)),
            verdict=row.verdict,
            decided_at=row.decided_at,
            code=ErrorCode(row.code) if row.code else None,
            field=row.field,
            reason=row.reason,
            language=language,
        )


@strawberry.type(
    description="A class packet and the department's verdicts. Right: school, district, department."
)
class Submission(relay.Node):
    id: relay.NodeID[int]
    school_name: str
    class_name: str
    school_year: str
    submitted_at: datetime
    stage: SubmissionStage = strawberry.field(description="How far the packet is on its way.")
    waits_for: ErrorCode | None = strawberry.field(
        description="Why it goes no further for now; null when nothing bars it."
    )
    sealed_at: datetime | None = strawberry.field(description="When the school's seal was put on it.")
    checked_at: datetime | None = strawberry.field(description="When the department had checked it.")
    answered_at: datetime | None = strawberry.field(description="When its receipt was signed.")
    pending: int
    accepted: int
    rejected: int
    withdrawn: int
    row: strawberry.Private[SubmissionRow]

    @strawberry.field(description="The sentence for what it waits for; null when nothing bars it.")
    def waits_message(self, info: Info) -> str | None:
        return None if self.waits_for is None else sentence(self.waits_for, info.context.language)

    @strawberry.field(description="Its records with their verdicts.")
    async def items(self, info: Info) -> list[SubmissionItem]:
        rows = await info.context.loaders.submission_items.load(int(self.id)) or []
        return [SubmissionItem.of(row, info.context.language) for row in rows]

    @strawberry.field(description="The manifest under the school's seal, XML; good for five minutes.")
    def packet_url(self, info: Info) -> str | None:
        return _link(info, self.row.manifest_digest, FileKind.XML)

    @strawberry.field(description="The receipt signed by the department, XML; good for five minutes.")
    def receipt_url(self, info: Info) -> str | None:
        return _link(info, self.row.receipt_digest, FileKind.XML)

    @strawberry.field(
        description="The timestamp over the receipt (RFC 3161 token, DER); good for five minutes."
    )
    def receipt_timestamp_url(self, info: Info) -> str | None:
        return _link(info, self.row.timestamp_digest, FileKind.TST)

    @strawberry.field(description="How many of its records the final receipt proves in the ledger.")
    def proven_count(self) -> int:
        return self.row.proven_count

    @strawberry.field(
        description="The receipt with the ledger's inclusion proofs, written once a signed head covers locked records of"
        " the packet, XML; good for five minutes. Null before that."
    )
    def final_receipt_url(self, info: Info) -> str | None:
        return _link(info, self.row.final_receipt_digest, FileKind.XML)

    @strawberry.field(
        description="The timestamp over the final receipt (RFC 3161 token, DER); good for five minutes."
    )
    def final_receipt_timestamp_url(self, info: Info) -> str | None:
        return _link(info, self.row.final_timestamp_digest, FileKind.TST)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[SubmissionAction]:
        return allowed(SubmissionAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[SubmissionRefusal]:
        return refused(SubmissionAction, self._judge(info), SubmissionRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[SubmissionAction]:
        return lambda action: submission_refusal(info.context.actor, action, self.row.facts)

    @classmethod
    def of(cls, row: SubmissionRow) -> "Submission":
        return cls(
            id=row.id,
            school_name=row.school_name,
            class_name=row.class_name,
            school_year=str(SchoolYear(row.school_year)),
            submitted_at=row.submitted_at,
            pending=row.pending,
            accepted=row.accepted,
            rejected=row.rejected,
            withdrawn=row.withdrawn,
            stage=row.stage,
            waits_for=ErrorCode(row.obstacle) if row.obstacle else None,
            sealed_at=row.sealed_at,
            checked_at=row.checked_at,
            answered_at=row.answered_at,
            row=row,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.submissions, cls.of, node_ids, required=required)


def _link(info: Info, digest: str | None, kind: FileKind) -> str | None:
    return None if digest is None else file_url(info.context.services.settings, digest, kind)


@strawberry.type(
    description="Seals on locked records that wait for one reason. Right: school, district, department."
)
class SealsWaiting:
    code: ErrorCode
    count: int
    message: str


@strawberry.type(description="A lock period (plan, part III). Right: everybody.")
class LockPeriod(relay.Node):
    id: relay.NodeID[int]
    school_year: str
    window: Window
    locks_at: datetime
    reports_at: datetime
    grades: list[int]
    stage: LockStage
    lock_began_at: datetime | None = strawberry.field(
        description="When the lock began; from then on no date changes and no exception is granted."
    )
    locked_count: int = strawberry.field(description="Records that the lock has taken so far.")
    sealed_at: datetime | None
    sealed_count: int | None
    root_hash: str | None = strawberry.field(description="Root of the ledger after the seal, hexadecimal.")
    facts: strawberry.Private[LockPeriodFacts]

    @strawberry.field(description="Locked records whose files still wait for the department's seal.")
    async def seals_pending(self, info: Info) -> int:
        return await info.context.loaders.seals_pending.load(int(self.id)) or 0

    @strawberry.field(description="Why such seals wait, when something bars them; the most first.")
    async def seals_waiting(self, info: Info) -> list["SealsWaiting"]:
        found = await info.context.loaders.seals_waiting.load(int(self.id)) or []
        language = info.context.language
        return [
            SealsWaiting(code=ErrorCode(row.code), count=row.count, message=sentence(row.code, language))
            for row in found
        ]

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[LockPeriodAction]:
        return allowed(LockPeriodAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[LockPeriodRefusal]:
        return refused(LockPeriodAction, self._judge(info), LockPeriodRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[LockPeriodAction]:
        return lambda action: lock_period_refusal(info.context.actor, action, self.facts)

    @strawberry.field(description="Records that sealing would lock now, as far as the viewer sees them.")
    async def due_count(self, info: Info) -> int:
        return await info.context.loaders.due_counts.load(int(self.id)) or 0

    @classmethod
    def of(cls, row: PeriodRow) -> "LockPeriod":
        return cls(
            id=row.id,
            school_year=str(SchoolYear(row.school_year)),
            window=row.window,
            locks_at=row.locks_at,
            reports_at=row.reports_at,
            grades=sorted(row.grades),
            stage=row.stage,
            lock_began_at=row.began_at,
            locked_count=row.locked_count,
            sealed_at=row.sealed_at,
            sealed_count=row.sealed_count,
            root_hash=row.root_hash,
            facts=row.facts,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.periods, cls.of, node_ids, required=required)


@strawberry.enum(description="Whether a document is what the registry holds.")
class DocumentVerdict(StrEnum):
    GENUINE_CURRENT = "GENUINE_CURRENT"
    GENUINE_SUPERSEDED = "GENUINE_SUPERSEDED"
    GENUINE_WITHDRAWN = "GENUINE_WITHDRAWN"
    GENUINE_INTERMEDIATE = "GENUINE_INTERMEDIATE"
    CHANGED = "CHANGED"
    UNKNOWN = "UNKNOWN"


@strawberry.type(description="What one signature inside a document says.")
class DocumentSignature:
    field: str
    signer: str
    intact: bool
    trusted: bool
    signed_at: datetime | None


@strawberry.type(description="The verdict on an uploaded document, in words first.")
class Verification:
    verdict: DocumentVerdict
    sentence: str
    digest: str
    signatures: list[DocumentSignature]
