"""Working groups, trainings, supervision and monthly reports as the API shows them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.adapters.links import FileKind, file_url
from backend.context import Context
from backend.db.repositories.participation_reports import ReportRow
from backend.db.repositories.preparing import Member, TrainingRow, VisitProposalRow, VisitRow
from backend.domain.participation import ReportKind
from backend.domain.preparing import (
    TrainingAction,
    VisitAction,
    VisitProposalAction,
    training_refusal,
    visit_proposal_refusal,
    visit_refusal,
)
from backend.domain.school_year import SchoolYear
from backend.schema.acts import (
    Judge,
    SupervisionProposalRefusal,
    SupervisionVisitRefusal,
    TrainingSessionRefusal,
    allowed,
    refused,
)
from backend.schema.errors import UserError
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit

Info = strawberry.Info[Context, None]


def _url(context: Context, digest: str | None, kind: FileKind) -> str | None:
    return None if digest is None else file_url(context.services.settings, digest, kind)


@strawberry.type(description="A person of a working group.")
class WorkingGroupMember:
    full_name: str
    post: str
    duty: str

    @classmethod
    def of(cls, member: Member) -> "WorkingGroupMember":
        return cls(full_name=member.full_name, post=member.post, duty=member.duty)


@strawberry.type(description="A unit's working group. Right: the unit, the district and department above it.")
class WorkingGroup:
    members: list[WorkingGroupMember]


@strawberry.input(description="A person of a working group.")
class WorkingGroupMemberInput:
    full_name: str
    duty: str
    post: str = ""


@strawberry.type(description="A training that a unit held. Right: staff.")
class TrainingSession(relay.Node):
    row: strawberry.Private[TrainingRow]
    id: relay.NodeID[int]
    school_year: str
    held_on: date
    topic: str
    place: str
    attended: int = strawberry.field(description="How many people of the viewer's schools were there.")

    @strawberry.field
    async def unit(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.unit_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[TrainingAction]:
        return allowed(TrainingAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[TrainingSessionRefusal]:
        return refused(TrainingAction, self._judge(info), TrainingSessionRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[TrainingAction]:
        return lambda _action: training_refusal(info.context.actor)

    @classmethod
    def of(cls, row: TrainingRow) -> "TrainingSession":
        return cls(
            row=row,
            id=row.id,
            school_year=str(SchoolYear(row.school_year)),
            held_on=row.held_on,
            topic=row.topic,
            place=row.place,
            attended=row.attended,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.trainings, cls.of, node_ids, required=required)


@strawberry.type(description="What one side of a visit proposes to the other, and the answer.")
class SupervisionProposal:
    row: strawberry.Private[VisitProposalRow]
    id: strawberry.ID
    by_school: bool
    proposal: str
    proposed_at: datetime
    answer: str
    answered_at: datetime | None

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[VisitProposalAction]:
        return allowed(VisitProposalAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[SupervisionProposalRefusal]:
        return refused(
            VisitProposalAction, self._judge(info), SupervisionProposalRefusal, info.context.language
        )

    def _judge(self, info: Info) -> Judge[VisitProposalAction]:
        return lambda _action: visit_proposal_refusal(info.context.actor, self.row.facts)

    @classmethod
    def of(cls, row: VisitProposalRow) -> "SupervisionProposal":
        return cls(
            row=row,
            id=strawberry.ID(str(row.id)),
            by_school=row.by_school,
            proposal=row.proposal,
            proposed_at=row.proposed_at,
            answer=row.answer,
            answered_at=row.answered_at,
        )


@strawberry.type(description="A visit to a school. Right: the school, its district, the department.")
class SupervisionVisit(relay.Node):
    row: strawberry.Private[VisitRow]
    id: relay.NodeID[int]
    school_year: str
    visited_on: date
    findings: str

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.school_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field
    async def visitor(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.visitor_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="What was proposed, in the order in which it was.")
    async def proposals(self, info: Info) -> list[SupervisionProposal]:
        found = await info.context.loaders.visit_proposals.load(self.row.id)
        return [SupervisionProposal.of(row) for row in found or []]

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[VisitAction]:
        return allowed(VisitAction, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[SupervisionVisitRefusal]:
        return refused(VisitAction, self._judge(info), SupervisionVisitRefusal, info.context.language)

    def _judge(self, info: Info) -> Judge[VisitAction]:
        return lambda _action: visit_refusal(info.context.actor)

    @classmethod
    def of(cls, row: VisitRow) -> "SupervisionVisit":
        return cls(
            row=row,
            id=row.id,
            school_year=str(SchoolYear(row.school_year)),
            visited_on=row.visited_on,
            findings=row.findings,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.visits, cls.of, node_ids, required=required)


@strawberry.type(
    description="A monthly report of a unit as it stood when it was made. Right: the unit, district and department."
)
class ParticipationReport(relay.Node):
    row: strawberry.Private[ReportRow]
    id: relay.NodeID[int]
    kind: ReportKind
    school_year: str
    month: date = strawberry.field(description="The first day of the month it is about.")
    made_at: datetime
    columns: list[str]
    rows: list[list[str]]
    ready: bool = strawberry.field(description="Whether its files have been drawn.")

    @strawberry.field
    async def unit(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.row.unit_id)
        return None if found is None else OrgUnit.of(found)

    @strawberry.field(description="The PDF, for five minutes; none before it is drawn.")
    def pdf_url(self, info: Info) -> str | None:
        return _url(info.context, self.row.pdf_digest, FileKind.PDF)

    @strawberry.field(description="The workbook, for five minutes; none before it is written.")
    def xlsx_url(self, info: Info) -> str | None:
        return _url(info.context, self.row.xlsx_digest, FileKind.XLSX)

    @classmethod
    def of(cls, row: ReportRow) -> "ParticipationReport":
        return cls(
            row=row,
            id=row.id,
            kind=row.kind,
            school_year=str(SchoolYear(row.school_year)),
            month=row.month,
            made_at=row.made_at,
            columns=list(row.table.columns),
            rows=[list(cells) for cells in row.table.rows],
            ready=row.pdf_digest is not None,
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.reports, cls.of, node_ids, required=required)


@strawberry.type(description="The working group as it is now, or why nothing changed.")
class WorkingGroupPayload:
    working_group: WorkingGroup | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The training as it is now, or why nothing changed.")
class TrainingSessionPayload:
    training_session: TrainingSession | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The visit as it is now, or why nothing changed.")
class SupervisionVisitPayload:
    supervision_visit: SupervisionVisit | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The proposal as it is now, or why nothing changed.")
class SupervisionProposalPayload:
    supervision_proposal: SupervisionProposal | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The report, whose files follow in a moment, or why there is none.")
class ParticipationReportPayload:
    participation_report: ParticipationReport | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
