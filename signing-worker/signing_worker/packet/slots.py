"""Where signatures go in a packet, and what each of them covers.

Every signature stands outside what it references, or the national validator refuses it (domain §3.4): the
homeroom teacher's in the data but beside the record, the principal's and the school's beside the data, the
department's beside the part that the lock adds.
"""

from datetime import datetime

from lxml import etree

from backend.domain.calendar import VIETNAM
from backend.domain.signing import SignatureRole
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import Mapping
from signing_worker.packet.schema import DS_NAMESPACE

SIGNATURE = f"{{{DS_NAMESPACE}}}Signature"


def references(role: SignatureRole, mapping: Mapping) -> tuple[str, ...]:
    """The Ids that a role's signature covers."""
    if role is SignatureRole.HOMEROOM_TEACHER:
        return (mapping.record.id,)
    if role is SignatureRole.LOCK_SEAL:
        return (mapping.data.id, mapping.lock.id)
    return (mapping.data.id,)


def data_element(root: etree._Element, mapping: Mapping) -> etree._Element:
    """The data that the principal and the school sign."""
    return _only(root, mapping.data.element)


def slot(root: etree._Element, role: SignatureRole, mapping: Mapping) -> etree._Element:
    """The element that takes a role's signature.

    Raises:
        PacketInvalidError: when the packet has none, as for the lock seal before the lock.
    """
    name = mapping.slots[role]
    if role is SignatureRole.HOMEROOM_TEACHER:
        return _only(data_element(root, mapping), f"{mapping.signing}/{name}")
    if role is SignatureRole.LOCK_SEAL:
        return _only(root, name)
    return _only(root, f"{mapping.issue}/{name}")


def find_signature(root: etree._Element, role: SignatureRole, mapping: Mapping) -> etree._Element | None:
    """A role's signature, or None when it has not signed."""
    if role is SignatureRole.LOCK_SEAL and root.find(mapping.slots[role]) is None:
        return None
    return slot(root, role, mapping).find(SIGNATURE)


def insert_signature(
    root: etree._Element, role: SignatureRole, signature: etree._Element, mapping: Mapping
) -> None:
    """Put a signature into its slot.

    Raises:
        PacketInvalidError: when the slot is taken, or what is given is no signature.
    """
    place = slot(root, role, mapping)
    if len(place) or signature.tag != SIGNATURE:
        raise PacketInvalidError(f"{mapping.slots[role]} takes one signature")
    place.append(signature)


def add_lock_part(root: etree._Element, effective_from: datetime, mapping: Mapping) -> None:
    """Add the effective date and the department's slot beside it.

    Raises:
        PacketInvalidError: when the packet is locked already.
    """
    if root.find(mapping.lock.element) is not None:
        raise PacketInvalidError("locked already")
    part = etree.SubElement(root, mapping.lock.element, {mapping.id_attribute: mapping.lock.id})
    instant = effective_from.astimezone(VIETNAM).isoformat()
    etree.SubElement(part, mapping.effective).text = instant
    etree.SubElement(root, mapping.slots[SignatureRole.LOCK_SEAL])


def _only(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path)
    if found is None:
        raise PacketInvalidError(f"{path} is missing")
    return found
