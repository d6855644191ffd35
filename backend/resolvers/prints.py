"""Printed copies: noting one."""

import strawberry
from strawberry import relay

from backend.adapters.addresses import network_of
from backend.domain.access import AccessPurpose
from backend.resolvers.answering import Info, answering, node_key
from backend.schema.prints import PrintConfirmation, PrintConfirmationPayload
from backend.services import prints

_noting = answering(lambda errors: PrintConfirmationPayload(user_errors=errors))


@_noting
async def create(
    info: Info,
    record_id: relay.GlobalID,
    recipient: str,
    purpose: AccessPurpose,
    note: str = "",
    dry_run: bool = False,
) -> PrintConfirmationPayload:
    """Note a printed copy and confirm it."""
    key = node_key(record_id, "Record", "recordId")
    network = network_of(info.context.address)
    row = await prints.confirm(info.context.actor, key, recipient, purpose, note, network, dry_run=dry_run)
    return PrintConfirmationPayload(print_confirmation=None if row is None else PrintConfirmation.of(row))


@strawberry.type
class PrintMutations:
    print_confirmation_create: PrintConfirmationPayload = strawberry.mutation(
        resolver=create,
        description="Confirm a printed copy of a locked record; the family sees it. Right: leaders and clerk of the school.",
    )
