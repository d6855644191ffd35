"""Working groups, trainings, supervision, monthly reports."""

from datetime import date

import strawberry
from strawberry import relay

from backend.db.repositories import participation_reports
from backend.db.repositories import preparing as rows
from backend.db.repositories.preparing import Member
from backend.domain.participation import ReportKind
from backend.resolvers.answering import Info, answering, node_key, row_key, year_of
from backend.resolvers.participation import require_staff
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.preparing import (
    ParticipationReport,
    ParticipationReportPayload,
    SupervisionProposal,
    SupervisionProposalPayload,
    SupervisionVisit,
    SupervisionVisitPayload,
    TrainingSession,
    TrainingSessionPayload,
    WorkingGroup,
    WorkingGroupMember,
    WorkingGroupMemberInput,
    WorkingGroupPayload,
)
from backend.services import participation_reports as report_cases
from backend.services import preparing

_groups = answering(lambda errors: WorkingGroupPayload(user_errors=errors))
_trainings = answering(lambda errors: TrainingSessionPayload(user_errors=errors))
_visits = answering(lambda errors: SupervisionVisitPayload(user_errors=errors))
_proposals = answering(lambda errors: SupervisionProposalPayload(user_errors=errors))
_reports = answering(lambda errors: ParticipationReportPayload(user_errors=errors))


async def working_group(info: Info, unit_id: relay.GlobalID, school_year: str) -> WorkingGroup:
    """A unit's working group; empty when there is none, or none that the viewer sees."""
    require_staff(info)
    members = await rows.group_of(node_key(unit_id, "OrgUnit", "unitId"), year_of(school_year).start)
    return WorkingGroup(members=[WorkingGroupMember.of(item) for item in members])


async def trainings(
    info: Info, school_year: str, first: int | None = None, after: str | None = None
) -> relay.Connection[TrainingSession]:
    """Trainings of a year, the newest first."""
    require_staff(info)
    size = page_size(first)
    before = row_after(after)
    found = await rows.trainings(year_of(school_year).start, before_id=before, limit=size + 1)
    nodes = [TrainingSession.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


async def visits(
    info: Info,
    school_year: str,
    school_id: relay.GlobalID | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[SupervisionVisit]:
    """Visits of a year, the newest first."""
    require_staff(info)
    size = page_size(first)
    found = await rows.visits(
        year_of(school_year).start,
        school_id=node_key(school_id, "OrgUnit", "schoolId") if school_id else None,
        before_id=row_after(after),
        limit=size + 1,
    )
    nodes = [SupervisionVisit.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


async def reports(
    info: Info, school_year: str, first: int | None = None, after: str | None = None
) -> relay.Connection[ParticipationReport]:
    """Monthly reports of a year, the newest first."""
    require_staff(info)
    size = page_size(first)
    before = row_after(after)
    found = await participation_reports.page(year_of(school_year).start, before_id=before, limit=size + 1)
    nodes = [ParticipationReport.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


@_groups
async def set_group(
    info: Info, school_year: str, members: list[WorkingGroupMemberInput]
) -> WorkingGroupPayload:
    """Let these people be the working group of the viewer's unit."""
    wanted = [Member(full_name=item.full_name, post=item.post, duty=item.duty) for item in members]
    kept = await preparing.set_group(info.context.staff, year_of(school_year), wanted)
    return WorkingGroupPayload(
        working_group=WorkingGroup(members=[WorkingGroupMember.of(item) for item in kept])
    )


@_trainings
async def hold_training(
    info: Info, school_year: str, held_on: date, topic: str, place: str = ""
) -> TrainingSessionPayload:
    """Write down a training that the viewer's unit held."""
    row = await preparing.hold_training(info.context.staff, year_of(school_year), held_on, topic, place)
    return TrainingSessionPayload(training_session=TrainingSession.of(row))


@_trainings
async def attend_training(
    info: Info, training_session_id: relay.GlobalID, assignment_ids: list[strawberry.ID]
) -> TrainingSessionPayload:
    """Write down who of the viewer's school was there."""
    key = node_key(training_session_id, "TrainingSession", "trainingSessionId")
    people = [row_key(item, f"assignmentIds.{place}") for place, item in enumerate(assignment_ids)]
    row = await preparing.record_attendance(info.context.staff, key, people)
    return TrainingSessionPayload(training_session=TrainingSession.of(row))


@_visits
async def record_visit(
    info: Info, school_id: relay.GlobalID, school_year: str, visited_on: date, findings: str
) -> SupervisionVisitPayload:
    """Write down a visit to a school."""
    key = node_key(school_id, "OrgUnit", "schoolId")
    row = await preparing.record_visit(info.context.staff, key, year_of(school_year), visited_on, findings)
    return SupervisionVisitPayload(supervision_visit=SupervisionVisit.of(row))


@_proposals
async def make_proposal(
    info: Info, supervision_visit_id: relay.GlobalID, proposal: str
) -> SupervisionProposalPayload:
    """Propose something to the other side of a visit."""
    key = node_key(supervision_visit_id, "SupervisionVisit", "supervisionVisitId")
    row = await preparing.propose(info.context.staff, key, proposal)
    return SupervisionProposalPayload(supervision_proposal=SupervisionProposal.of(row))


@_proposals
async def answer_proposal(
    info: Info, supervision_proposal_id: strawberry.ID, answer: str
) -> SupervisionProposalPayload:
    """Answer what the other side has proposed."""
    key = row_key(supervision_proposal_id, "supervisionProposalId")
    row = await preparing.answer(info.context.staff, key, answer)
    return SupervisionProposalPayload(supervision_proposal=SupervisionProposal.of(row))


@_reports
async def make_report(
    info: Info, school_year: str, kind: ReportKind, month: date
) -> ParticipationReportPayload:
    """Make a monthly report of the viewer's unit as things stand now."""
    row = await report_cases.make(info.context.staff, year_of(school_year), kind, month)
    return ParticipationReportPayload(participation_report=ParticipationReport.of(row))


@strawberry.type
class PreparingMutations:
    working_group_set: WorkingGroupPayload = strawberry.mutation(
        resolver=set_group, description="Set the own unit's working group. Right: whoever leads the unit."
    )
    training_session_hold: TrainingSessionPayload = strawberry.mutation(
        resolver=hold_training, description="Write down a training. Right: whoever leads the unit."
    )
    training_session_attend: TrainingSessionPayload = strawberry.mutation(
        resolver=attend_training,
        description="Write down who of the own school was there. Right: principal, deputy.",
    )
    supervision_visit_record: SupervisionVisitPayload = strawberry.mutation(
        resolver=record_visit,
        description="Write down a visit and what was found. Right: district (its schools), department.",
    )
    supervision_proposal_make: SupervisionProposalPayload = strawberry.mutation(
        resolver=make_proposal,
        description="Propose something to the other side of a visit. Right: principal, deputy, district, department.",
    )
    supervision_proposal_answer: SupervisionProposalPayload = strawberry.mutation(
        resolver=answer_proposal,
        description="Answer the other side's proposal, once. Right: principal, deputy, district, department.",
    )
    participation_report_make: ParticipationReportPayload = strawberry.mutation(
        resolver=make_report,
        description="Make a monthly report (plan, part V). Right: whoever leads the unit.",
    )


@strawberry.type
class PreparingQueries:
    working_group: WorkingGroup = strawberry.field(
        resolver=working_group, description="A unit's working group. Right: staff, their scope."
    )
    training_sessions: relay.Connection[TrainingSession] = strawberry.field(
        resolver=trainings, description="Trainings, the newest first. Right: staff."
    )
    supervision_visits: relay.Connection[SupervisionVisit] = strawberry.field(
        resolver=visits, description="Visits, the newest first. Right: staff, their scope."
    )
    participation_reports: relay.Connection[ParticipationReport] = strawberry.field(
        resolver=reports,
        description="Monthly reports, the newest first. Right: staff, their scope.",
    )
