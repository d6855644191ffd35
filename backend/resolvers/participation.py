"""Who takes part."""

import strawberry
from strawberry import relay

from backend.db.repositories import participation as rows
from backend.domain.errors import NotPermittedError
from backend.domain.participation import SEES_PARTICIPATION, Answer, ParticipationAction, ParticipationState
from backend.domain.policy import Refusal
from backend.resolvers.answering import Info, answering, node_key, node_keys, year_of
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.participation import (
    ConditionInput,
    Participation,
    ParticipationPayload,
    ParticipationProgress,
    ParticipationsPayload,
)
from backend.services import participation

_one = answering(lambda errors: ParticipationPayload(user_errors=errors))
_many = answering(lambda errors: ParticipationsPayload(user_errors=errors))


def require_staff(info: Info) -> None:
    """See that staff ask.

    Raises:
        NotSignedInError, SignerUnknownError, NotPermittedError: when somebody else does.
    """
    if info.context.staff.role not in SEES_PARTICIPATION:
        raise NotPermittedError(Refusal.ROLE)


async def every(
    info: Info,
    school_year: str,
    district_id: relay.GlobalID | None = None,
    state: ParticipationState | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[Participation]:
    """Declarations of a year."""
    require_staff(info)
    size = page_size(first)
    found = await rows.page(
        year_of(school_year).start,
        district_id=node_key(district_id, "OrgUnit", "districtId") if district_id else None,
        state=state,
        after_id=row_after(after),
        limit=size + 1,
    )
    nodes = [Participation.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


async def progress(info: Info, school_year: str) -> list[ParticipationProgress]:
    """How far each district is."""
    year = year_of(school_year)
    found = await participation.progress(info.context.staff, year)
    return [ParticipationProgress.of(row, year) for row in found]


@_one
async def declare(
    info: Info, school_year: str, conditions: list[ConditionInput], dry_run: bool = False
) -> ParticipationPayload:
    """Say how the school meets the four conditions."""
    answers = [Answer(condition=item.condition, met=item.met, evidence=item.evidence) for item in conditions]
    made, unmet = await participation.declare(
        info.context.staff, year_of(school_year), answers, dry_run=dry_run
    )
    return ParticipationPayload(
        participation=None if made is None else Participation.of(made), unmet=list(unmet)
    )


async def _act(
    info: Info, action: ParticipationAction, ids: list[relay.GlobalID], reason: str = ""
) -> ParticipationsPayload:
    keys = node_keys(ids, "Participation", "participationIds")
    done = await participation.act(info.context.staff, action, keys, reason)
    info.context.loaders.participations.clear_all()
    return ParticipationsPayload(participations=[Participation.of(row) for row in done])


@_many
async def propose(info: Info, participation_ids: list[relay.GlobalID]) -> ParticipationsPayload:
    """Propose schools to the department; all or none."""
    return await _act(info, ParticipationAction.PROPOSE, participation_ids)


@_many
async def approve(info: Info, participation_ids: list[relay.GlobalID]) -> ParticipationsPayload:
    """Approve proposed schools; all or none."""
    return await _act(info, ParticipationAction.APPROVE, participation_ids)


@_many
async def give_back(
    info: Info, participation_ids: list[relay.GlobalID], reason: str
) -> ParticipationsPayload:
    """Give declarations back with what is missing; all or none."""
    return await _act(info, ParticipationAction.RETURN, participation_ids, reason)


@_many
async def withdraw(info: Info, participation_ids: list[relay.GlobalID], reason: str) -> ParticipationsPayload:
    """Take the school's declaration back."""
    return await _act(info, ParticipationAction.WITHDRAW, participation_ids, reason)


@strawberry.type
class ParticipationMutations:
    participation_declare: ParticipationPayload = strawberry.mutation(
        resolver=declare,
        description="Declare how the school meets the four conditions (plan, part II). Right: principal, deputy.",
    )
    participations_propose: ParticipationsPayload = strawberry.mutation(
        resolver=propose,
        description="Propose schools that meet every condition. Right: district (its schools), department.",
    )
    participations_approve: ParticipationsPayload = strawberry.mutation(
        resolver=approve, description="Approve proposed schools. Right: department."
    )
    participations_return: ParticipationsPayload = strawberry.mutation(
        resolver=give_back, description="Give declarations back with a reason. Right: district, department."
    )
    participations_withdraw: ParticipationsPayload = strawberry.mutation(
        resolver=withdraw, description="Take the own school's declaration back. Right: principal, deputy."
    )


@strawberry.type
class ParticipationQueries:
    participations: relay.Connection[Participation] = strawberry.field(
        resolver=every,
        description="Declarations of schools that take part. Right: staff, their scope.",
    )
    participation_progress: list[ParticipationProgress] = strawberry.field(
        resolver=progress,
        description="How many schools of each district take part, and who is missing. Right: staff, their scope.",
    )
