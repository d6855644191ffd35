"""Reads of a record's content by people outside its school leave an access event, as a lookup does.

Fields that open content note the revision (``Context.opened``); when the operation is over, before anything is
answered, one statement in a transaction of its own writes an event for each book. Lists and counts open nothing.
"""

from dataclasses import dataclass

from backend.adapters.addresses import network_of
from backend.context import Context
from backend.db.repositories import access
from backend.db.scope import scoped
from backend.domain.access import AccessPurpose, AccessReader
from backend.domain.policy import Role


@dataclass(frozen=True, slots=True)
class Reading:
    """How a role's reads are written down, and what its right is for."""

    reader: AccessReader
    purpose: AccessPurpose


OUTSIDE: dict[Role, Reading] = {
    Role.DISTRICT_OFFICER: Reading(AccessReader.DISTRICT, AccessPurpose.SUPERVISION),
    Role.DEPARTMENT_OFFICER: Reading(AccessReader.DEPARTMENT, AccessPurpose.SUPERVISION),
    Role.GUARDIAN: Reading(AccessReader.GUARDIAN, AccessPurpose.FAMILY),
}
"""Everybody with a right to content who does not belong to the school; the public and programs have their own door."""


async def write_down(context: Context) -> None:
    """Write an event for each book whose content the operation has opened."""
    opened, context.opened = sorted(context.opened), set()
    reading = OUTSIDE.get(context.actor.role)
    if not opened or reading is None:
        return
    async with scoped(context.actor, write=True):
        await access.record_by_right(
            opened, reading.reader, reading.purpose, context.actor.unit_id, network_of(context.address)
        )
