"""Reports to the Ministry: where each stands, what became of its records, and every difference between the levels."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.db.repositories.ministry import PartRow, ReportRow
from backend.db.repositories.ministry_reading import DifferenceRow, InventoryRow, ItemRow
from backend.domain.calendar import Window
from backend.domain.messages import sentence
from backend.domain.ministry import (
    Difference,
    PartState,
    ReportAction,
    ReportedState,
    ReportState,
    report_refusal,
)
from backend.domain.school_year import SchoolYear
from backend.schema.acts import Judge, MinistryReportRefusal, allowed, refused
from backend.schema.error_codes import ErrorCode
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.records import Record

Info = strawberry.Info[Context, None]


@strawberry.type(description="A report of a window to the Ministry (domain §3.2). Right: department.")
class MinistryReport(relay.Node):
    id: relay.NodeID[int]
    row: strawberry.Private[ReportRow]
    number: int = strawberry.field(description="Counts the reports of a window from 1.")
    school_year: str
    window: Window
    state: ReportState
    waits_for: ErrorCode | None = strawberry.field(
        description="What it, or one of its files, waits for; each is tried again by itself."
    )
    asked_at: datetime
    record_count: int = strawberry.field(description="Records that it reports; 0 while it is being built.")
    part_count: int = strawberry.field(description="Files with records; the manifest is one more.")
    received: int = strawberry.field(description="Records that the Ministry has received.")
    refused: int = strawberry.field(description="Records that it refused and that no later report has.")
    waiting: int = strawberry.field(description="Records that it has not answered yet.")
    records_root: str | None = strawberry.field(
        description="Merkle root over the digests of its records in their order, hexadecimal."
    )
    manifest_digest: str | None = strawberry.field(description="SHA-256 of the signed manifest's archive.")
    sent_at: datetime | None = strawberry.field(description="When the Ministry had every file.")
    answered_at: datetime | None = strawberry.field(description="When it had answered for every record.")

    @strawberry.field(description="What it waits for, as a sentence.")
    def message(self, info: Info) -> str | None:
        return sentence(self.waits_for, info.context.language) if self.waits_for else None

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[ReportAction]:
        return allowed(ReportAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[MinistryReportRefusal]:
        return refused(ReportAction, self._judge(info), MinistryReportRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[ReportAction]:
        facts = self.row.facts(configured=bool(info.context.services.settings.ministry_url))
        return lambda action: report_refusal(info.context.actor, action, facts)

    @classmethod
    def of(cls, row: ReportRow) -> "MinistryReport":
        return cls(
            id=row.id,
            row=row,
            number=row.number,
            school_year=str(SchoolYear(row.school_year)),
            window=row.window,
            state=row.state,
            waits_for=ErrorCode(row.code) if row.code else None,
            asked_at=row.asked_at,
            record_count=row.record_count,
            part_count=row.part_count,
            received=row.received,
            refused=row.refused,
            waiting=row.waiting,
            records_root=row.root_hash,
            manifest_digest=row.manifest_digest,
            sent_at=row.sent_at,
            answered_at=row.answered_at,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.ministry_reports, cls.of, node_ids, required=required)


@strawberry.type(description="One file of a report; number 0 is the signed manifest. Right: department.")
class MinistryPart:
    number: int
    digest: str = strawberry.field(description="SHA-256 of the file, under which it is sent.")
    size: int = strawberry.field(description="Bytes.")
    record_count: int = strawberry.field(description="Records in it.")
    state: PartState
    attempts: int = strawberry.field(description="Exchanges since it last went forward.")
    waits_for: ErrorCode | None = strawberry.field(
        description="What it waits for; it is tried again by itself."
    )
    sent_at: datetime | None = strawberry.field(description="When the Ministry had it.")
    answered_at: datetime | None

    @classmethod
    def of(cls, row: PartRow) -> "MinistryPart":
        return cls(
            number=row.number,
            digest=row.digest,
            size=row.size,
            record_count=row.record_count,
            state=row.state,
            attempts=row.attempts,
            waits_for=ErrorCode(row.code) if row.code else None,
            sent_at=row.sent_at,
            answered_at=row.answered_at,
        )


@strawberry.type(
    description="What became of one record in a report. Right: department; of its own, the school."
)
class MinistryItem:
    key: strawberry.Private[int]
    record_id: relay.GlobalID = strawberry.field(description="The record.")
    digest: str = strawberry.field(description="SHA-256 of the XML that was sent.")
    state: ReportedState
    code: str = strawberry.field(description="The Ministry's code of a refusal; empty without one.")
    reason: str = strawberry.field(description="The Ministry's sentence; empty without one.")
    answered_at: datetime | None
    record_key: strawberry.Private[int]

    @strawberry.field(description="The record; null when the viewer does not see it.")
    async def record(self, info: Info) -> Record | None:
        row = await info.context.loaders.records.load(self.record_key)
        return None if row is None else Record.of(row)

    @classmethod
    def of(cls, row: ItemRow) -> "MinistryItem":
        return cls(
            key=row.id,
            record_key=row.year_record_id,
            record_id=relay.GlobalID("Record", str(row.year_record_id)),
            digest=row.digest,
            state=row.state,
            code=row.code,
            reason=row.reason,
            answered_at=row.answered_at,
        )


@strawberry.type(description="Files of a report. Right: department.")
class MinistryPartPage:
    nodes: list[MinistryPart] = strawberry.field(description="In order.")
    page_info: relay.PageInfo


@strawberry.type(description="Records of a report. Right: department.")
class MinistryItemPage:
    nodes: list[MinistryItem] = strawberry.field(description="In the order of the files.")
    page_info: relay.PageInfo


@strawberry.type(description="How many records of a window differ in one way. Right: department.")
class MinistryDifferenceCount:
    kind: Difference
    count: int


@strawberry.type(
    description="One record of a window on which school, department and Ministry differ. Right: department."
)
class MinistryDifference:
    place: strawberry.Private[tuple[int, int]]
    kind: Difference
    record_id: relay.GlobalID | None = strawberry.field(
        description="The record; null when only the Ministry knows it."
    )
    digest: str | None = strawberry.field(description="SHA-256 of the XML in question, when there is one.")
    record_key: strawberry.Private[int | None]

    @strawberry.field(description="The record; null when only the Ministry knows it.")
    async def record(self, info: Info) -> Record | None:
        row = None if self.record_key is None else await info.context.loaders.records.load(self.record_key)
        return None if row is None else Record.of(row)

    @classmethod
    def of(cls, row: DifferenceRow) -> "MinistryDifference":
        key = row.year_record_id
        return cls(
            place=(row.place, row.key),
            kind=row.kind,
            record_key=key,
            record_id=None if key is None else relay.GlobalID("Record", str(key)),
            digest=row.digest,
        )


@strawberry.type(description="Differences of a window. Right: department.")
class MinistryDifferencePage:
    nodes: list[MinistryDifference] = strawberry.field(description="By kind.")
    page_info: relay.PageInfo


@strawberry.type(description="A window between school, department and Ministry. Right: department.")
class MinistryStanding:
    configured: bool = strawberry.field(description="Whether an address of the Ministry is set.")
    reports_at: datetime = strawberry.field(description="When the department's report is due.")
    days_left: int = strawberry.field(description="Days until then; negative when it is late.")
    to_report: int = strawberry.field(description="Locked records that are in no report.")
    differences: list[MinistryDifferenceCount] = strawberry.field(
        description="How many records differ, for every kind of difference."
    )
    inventory_asked_at: datetime | None = strawberry.field(
        description="When the Ministry was asked what it holds; null when never."
    )
    inventory_at: datetime | None = strawberry.field(description="When it last answered that.")
    inventory_waits_for: ErrorCode | None = strawberry.field(description="What that question waits for.")

    @classmethod
    def of(
        cls,
        *,
        due: tuple[bool, datetime, int],
        to_report: int,
        counts: dict[Difference, int],
        inventory: InventoryRow | None,
    ) -> "MinistryStanding":
        configured, reports_at, left = due
        return cls(
            configured=configured,
            reports_at=reports_at,
            days_left=left,
            to_report=to_report,
            differences=[MinistryDifferenceCount(kind=kind, count=count) for kind, count in counts.items()],
            inventory_asked_at=inventory.asked_at if inventory else None,
            inventory_at=inventory.taken_at if inventory else None,
            inventory_waits_for=ErrorCode(inventory.code) if inventory and inventory.code else None,
        )


@strawberry.type(description="The report as it is now, or why nothing changed.")
class MinistryReportPayload:
    ministry_report: MinistryReport | None = None
    record_count: int | None = strawberry.field(
        default=None, description="Records that it takes, or would take in a dry run."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)
