"""Pupils who leave, and come back."""

from datetime import date

import strawberry
from strawberry import relay

from backend.db.repositories import departures as rows
from backend.domain.departure import SEES_DEPARTURES, DepartureReason
from backend.domain.errors import NotPermittedError
from backend.domain.policy import Refusal
from backend.resolvers.answering import Info, answering, node_key
from backend.schema.departures import Departure, DeparturePayload
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.services import departures

_noting = answering(lambda errors: DeparturePayload(user_errors=errors))


async def every(
    info: Info, still_away: bool = False, first: int | None = None, after: str | None = None
) -> relay.Connection[Departure]:
    """Departures, the newest first."""
    if info.context.actor.role not in SEES_DEPARTURES:
        raise NotPermittedError(Refusal.ROLE)
    size = page_size(first)
    found = await rows.page(still_away=still_away, before_id=row_after(after), limit=size + 1)
    nodes = [Departure.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


@_noting
async def create(
    info: Info,
    record_id: relay.GlobalID,
    reason: DepartureReason,
    left_on: date,
    note: str = "",
    dry_run: bool = False,
) -> DeparturePayload:
    """Note that a pupil has left."""
    key = node_key(record_id, "Record", "recordId")
    row = await departures.leave(info.context.actor, key, reason, left_on, note, dry_run=dry_run)
    return DeparturePayload(departure=None if row is None else Departure.of(row))


@_noting
async def end(info: Info, departure_id: relay.GlobalID, returned_on: date) -> DeparturePayload:
    """Note that a pupil is back."""
    key = node_key(departure_id, "Departure", "departureId")
    return DeparturePayload(
        departure=Departure.of(await departures.come_back(info.context.actor, key, returned_on))
    )


@strawberry.type
class DepartureMutations:
    departure_create: DeparturePayload = strawberry.mutation(
        resolver=create,
        description="Note that a pupil has left. Right: principal, clerk of the managing school.",
    )
    departure_end: DeparturePayload = strawberry.mutation(
        resolver=end, description="Note that a pupil is back. Right: principal, clerk of the managing school."
    )


@strawberry.type
class DepartureQueries:
    departures: relay.Connection[Departure] = strawberry.field(
        resolver=every,
        description="Pupils who left. Right: leaders and clerks, district, department, guardian; their scope.",
    )
