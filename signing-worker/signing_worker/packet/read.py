"""From packet bytes back to the content: the exact inverse of building, or a refusal.

What was read is written again and must give the same canonical XML, so two programs can never read two records
from one packet.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from backend.domain.content import RecordContent
from backend.domain.content_json import ContentInvalidError, from_json
from backend.domain.identifiers import LookupCode
from signing_worker.packet.build import PacketFacts, packet_document, packet_tree
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import Mapping, default_mapping
from signing_worker.packet.nodes import read_fields
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.shape import require_packet_shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What a packet says; ``effective_from`` only after the lock."""

    content: RecordContent
    facts: PacketFacts
    effective_from: datetime | None = None


def read_packet(data: bytes, mapping: Mapping | None = None) -> Packet:
    """Read a packet; its signatures are not judged.

    Raises:
        PacketInvalidError: when the bytes are anything but a packet.
    """
    root = parse_packet(data)
    require_packet_shape(root, mapping)
    return packet_of(root, mapping or default_mapping())


def packet_of(root: etree._Element, mapping: Mapping) -> Packet:
    """What a tree says whose shape has been checked.

    Raises:
        PacketInvalidError: when its values are not a record.
    """
    record = root.find(f"{mapping.data.element}/{mapping.record.element}")
    assert record is not None
    said = read_fields(record, mapping.parts)
    try:
        content = from_json(said["content"])
        code = LookupCode.parse(said["book"]["lookupCode"])
    except (ContentInvalidError, ValueError) as error:
        raise PacketInvalidError("not a record") from error
    facts = PacketFacts(
        lookup_code=code, revision=said["book"]["revision"], content_digest=said["book"]["contentDigest"]
    )
    _require_same(root, packet_tree(packet_document(content, facts), mapping), mapping)
    return Packet(content=content, facts=facts, effective_from=_effective_from(root, mapping))


def _require_same(root: etree._Element, rebuilt: etree._Element, mapping: Mapping) -> None:
    if _canonical(_unsigned(root, mapping)) != _canonical(rebuilt):
        raise PacketInvalidError("written otherwise than we write")


def _unsigned(root: etree._Element, mapping: Mapping) -> etree._Element:
    """A copy as it was before the first signature and the lock."""
    bare = deepcopy(root)
    for name in mapping.slots.values():
        for slot in bare.iter(name):
            del slot[:]
    for added in bare[2:]:
        bare.remove(added)
    return bare


def _canonical(root: etree._Element) -> bytes:
    return etree.tostring(root, method="c14n")


def _effective_from(root: etree._Element, mapping: Mapping) -> datetime | None:
    text = root.findtext(f"{mapping.lock.element}/{mapping.effective}")
    return None if text is None else datetime.fromisoformat(text)
