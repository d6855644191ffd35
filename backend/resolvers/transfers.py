"""Books that change schools."""

from datetime import date

import strawberry
from strawberry import relay

from backend.db.repositories import transfers as rows
from backend.db.repositories.transfers import TransferRow
from backend.domain.errors import NotPermittedError
from backend.domain.policy import Refusal
from backend.domain.transfer import SEES_TRANSFERS, TransferAction, TransferState
from backend.resolvers.answering import Info, answering, node_key
from backend.resolvers.departures import DepartureMutations, DepartureQueries
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.transfers import Transfer, TransferPayload
from backend.services import transfers

_asking = answering(lambda errors: TransferPayload(user_errors=errors))
_handing_over = answering(lambda errors: TransferPayload(user_errors=errors), step_up=True)


async def every(
    info: Info, state: TransferState | None = None, first: int | None = None, after: str | None = None
) -> relay.Connection[Transfer]:
    """Transfers, the newest first."""
    if info.context.actor.role not in SEES_TRANSFERS:
        raise NotPermittedError(Refusal.ROLE)
    size = page_size(first)
    found = await rows.page(state, before_id=row_after(after), limit=size + 1)
    nodes = [Transfer.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


def _told(info: Info, row: TransferRow) -> TransferPayload:
    info.context.loaders.transfers.clear_all()
    return TransferPayload(transfer=Transfer.of(row))


@_asking
async def request(
    info: Info, record_id: relay.GlobalID, school_id: relay.GlobalID, reason: str = ""
) -> TransferPayload:
    """Ask, as a parent, that a child's book goes to another school."""
    record, school = node_key(record_id, "Record", "recordId"), node_key(school_id, "OrgUnit", "schoolId")
    return _told(info, await transfers.request(info.context.actor, record, school, reason))


@_handing_over
async def open_transfer(info: Info, lookup_code: str, birth_date: date, reason: str = "") -> TransferPayload:
    """Ask for the book of a pupil who wants to come, by what the parent shows."""
    return _told(info, await transfers.open_transfer(info.context.actor, lookup_code, birth_date, reason))


async def _act(
    info: Info, action: TransferAction, transfer_id: relay.GlobalID, reason: str = ""
) -> TransferPayload:
    key = node_key(transfer_id, "Transfer", "transferId")
    return _told(info, await transfers.act(info.context.actor, action, key, reason))


@_handing_over
async def ask(info: Info, transfer_id: relay.GlobalID) -> TransferPayload:
    """Take a family's request up."""
    return await _act(info, TransferAction.ASK, transfer_id)


@_handing_over
async def release(info: Info, transfer_id: relay.GlobalID) -> TransferPayload:
    """Let a book go."""
    return await _act(info, TransferAction.RELEASE, transfer_id)


@_handing_over
async def accept(info: Info, transfer_id: relay.GlobalID, school_class_id: relay.GlobalID) -> TransferPayload:
    """Take a book into a class."""
    key = node_key(transfer_id, "Transfer", "transferId")
    class_key = node_key(school_class_id, "SchoolClass", "schoolClassId")
    return _told(info, await transfers.accept(info.context.actor, key, class_key))


@_asking
async def refuse(info: Info, transfer_id: relay.GlobalID, reason: str) -> TransferPayload:
    """Say no, and why."""
    return await _act(info, TransferAction.REFUSE, transfer_id, reason)


@_asking
async def cancel(info: Info, transfer_id: relay.GlobalID, reason: str) -> TransferPayload:
    """Take a request or a release back."""
    return await _act(info, TransferAction.CANCEL, transfer_id, reason)


@strawberry.type
class TransferMutations(DepartureMutations):
    transfer_request: TransferPayload = strawberry.mutation(
        resolver=request, description="Ask that a child's book goes to another school. Right: guardian."
    )
    transfer_open: TransferPayload = strawberry.mutation(
        resolver=open_transfer,
        description="Ask for a book by its code and the pupil's birth date. Right: principal of the receiving school.",
    )
    transfer_ask: TransferPayload = strawberry.mutation(
        resolver=ask, description="Take a family's request up. Right: principal of the receiving school."
    )
    transfer_release: TransferPayload = strawberry.mutation(
        resolver=release, description="Let a book go. Right: principal of the managing school."
    )
    transfer_accept: TransferPayload = strawberry.mutation(
        resolver=accept,
        description="Take a released book into a class. Right: principal of the receiving school.",
    )
    transfer_refuse: TransferPayload = strawberry.mutation(
        resolver=refuse, description="Say no, with a reason. Right: principal of the side whose turn it is."
    )
    transfer_cancel: TransferPayload = strawberry.mutation(
        resolver=cancel,
        description="Take a request or a release back. Right: guardian, principal of the side that gave it.",
    )


@strawberry.type
class TransferQueries(DepartureQueries):
    transfers: relay.Connection[Transfer] = strawberry.field(
        resolver=every,
        description="Transfers of books. Right: leaders and clerks, district, department, guardian; their scope.",
    )
