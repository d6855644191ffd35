"""The document of a hand-over: what the managing school releases under its seal, what the receiving one adds under its own.

The second part carries the digest of the file as the first school sealed it, and the second seal covers both parts: it can
be taken off again and what remains is, byte for byte, what was released.
"""

import hashlib
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.sheets import (
    Sheet,
    SheetKind,
    Values,
    acceptance_names,
    add_part,
    canonical,
    parse_sheet,
    require_one_signature,
    sheet_bytes,
    take_part,
)
from signing_worker.packet.slots import SIGNATURE

KIND = SheetKind.HAND_OVER


@dataclass(frozen=True, slots=True)
class HandOver:
    """A parsed document; ``acceptance`` is None while only the managing school has sealed."""

    root: etree._Element
    release: Sheet
    acceptance: Values | None
    release_digest: str


def parse_hand_over(data: bytes) -> HandOver:
    """What a hand-over says; its seals are not judged.

    Raises:
        PacketInvalidError: when the bytes are anything but such a document.
    """
    root = parse_packet(data)
    first = deepcopy(root)
    acceptance = take_part(first, acceptance_names())
    released = sheet_bytes(first)
    _, release = parse_sheet(KIND, released)
    digest = hashlib.sha256(released).hexdigest()
    if acceptance is not None:
        _require_second_part(root, released, acceptance, digest)
    elif sheet_bytes(root) != released:
        raise PacketInvalidError("written otherwise than we write")
    return HandOver(root, release, acceptance, digest)


def _require_second_part(root: etree._Element, released: bytes, acceptance: Values, digest: str) -> None:
    if acceptance["releaseDigest"] != digest:
        raise PacketInvalidError("accepts another release")
    expected, bare = parse_packet(released), deepcopy(root)
    add_part(expected, acceptance_names(), acceptance)
    slot = bare.find(acceptance_names().slot)
    if slot is not None:
        del slot[:]
    if canonical(bare) != canonical(expected):
        raise PacketInvalidError("written otherwise than we write")
    require_one_signature(root, root.find(acceptance_names().slot))


def accept_release(released: bytes, school_year: str, class_name: str, accepted_at: str) -> bytes:
    """A released document with the receiving school's part, not yet sealed by it.

    Raises:
        PacketInvalidError: when the bytes are no such document, or it has that part already.
    """
    found = parse_hand_over(released)
    if found.acceptance is not None:
        raise PacketInvalidError("accepted already")
    values = {
        "releaseDigest": found.release_digest,
        "schoolYear": school_year,
        "className": class_name,
        "acceptedAt": accepted_at,
    }
    add_part(found.root, acceptance_names(), values)
    return sheet_bytes(found.root)


def acceptance_signature(root: etree._Element) -> etree._Element | None:
    """The receiving school's signature in a parsed document, or None."""
    return root.find(f"{acceptance_names().slot}/{SIGNATURE}")


def insert_acceptance_seal(root: etree._Element, signature: etree._Element) -> None:
    """Put the receiving school's signature into its slot.

    Raises:
        PacketInvalidError: when there is no such slot, or it is taken.
    """
    slot = root.find(acceptance_names().slot)
    if slot is None or len(slot):
        raise PacketInvalidError("the slot takes one signature")
    slot.append(signature)
