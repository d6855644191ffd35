"""Share codes: making one, and taking it back."""

import strawberry
from strawberry import relay

from backend.domain.access import AccessPurpose
from backend.resolvers.answering import Info, answering, node_key
from backend.resolvers.prints import PrintMutations
from backend.schema.access import ShareCode
from backend.schema.payloads import ShareCodePayload
from backend.services import sharing

_refused = answering(lambda errors: ShareCodePayload(user_errors=errors))


@_refused
async def create(
    info: Info, record_id: relay.GlobalID, purpose: AccessPurpose, valid_days: int
) -> ShareCodePayload:
    """Make a share code for the book of a record."""
    key = node_key(record_id, "Record", "recordId")
    shared = await sharing.create(info.context.actor, key, purpose, valid_days)
    return ShareCodePayload(share_code=ShareCode.of(shared.row), code=shared.code.grouped)


@_refused
async def revoke(info: Info, share_code_id: relay.GlobalID) -> ShareCodePayload:
    """Take a share code back."""
    key = node_key(share_code_id, "ShareCode", "shareCodeId")
    return ShareCodePayload(share_code=ShareCode.of(await sharing.revoke(info.context.actor, key)))


@strawberry.type
class SharingMutations(PrintMutations):
    share_code_create: ShareCodePayload = strawberry.mutation(
        resolver=create,
        description="A second factor for one purpose, 1 to 90 days. Right: guardian; leaders and clerk of the managing school.",
    )
    share_code_revoke: ShareCodePayload = strawberry.mutation(
        resolver=revoke, description="Take a share code back. Right: as for making one."
    )
