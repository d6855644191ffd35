"""From a record's content to its packet: the same content always gives the same bytes."""

from dataclasses import dataclass

from lxml import etree

from backend.domain.canonical import Json, content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from backend.domain.signing import SignatureRole
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import Mapping, default_mapping
from signing_worker.packet.nodes import write_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketFacts:
    """What the book and the revision add to the content."""

    lookup_code: LookupCode
    revision: int
    content_digest: str


def build_packet(content: RecordContent, facts: PacketFacts, mapping: Mapping | None = None) -> bytes:
    """The unsigned packet.

    Raises:
        PacketInvalidError: when the digest is not the content's, or the mapping lacks one of its codes.
    """
    root = packet_tree(packet_document(content, facts), mapping or default_mapping())
    return packet_bytes(root)


def packet_document(content: RecordContent, facts: PacketFacts) -> dict[str, Json]:
    """Everything a packet says, as the mapping's paths name it.

    Raises:
        PacketInvalidError: when the digest is not the content's.
    """
    document = to_json(content)
    if content_digest(document) != facts.content_digest:
        raise PacketInvalidError("the digest is not the content's")
    completion = content.completion
    return {
        "book": {
            "lookupCode": facts.lookup_code.value,
            "revision": facts.revision,
            "contentDigest": facts.content_digest,
        },
        "content": document,
        "derived": {"primaryCompleted": completion.primary_completed if completion else None},
    }


def packet_tree(document: dict[str, Json], mapping: Mapping) -> etree._Element:
    """The elements of an unsigned packet, with empty slots."""
    root = etree.Element(mapping.root, {mapping.version_attribute: mapping.version})
    data = etree.SubElement(root, mapping.data.element, {mapping.id_attribute: mapping.data.id})
    record = etree.SubElement(data, mapping.record.element, {mapping.id_attribute: mapping.record.id})
    try:
        write_fields(record, mapping.parts, document)
    except PacketInvalidError:
        raise
    except ValueError as error:
        # lxml's own refusal quotes the text
        raise PacketInvalidError("text that XML cannot carry") from error
    signing = etree.SubElement(data, mapping.signing)
    etree.SubElement(signing, mapping.subject_teachers)
    etree.SubElement(signing, mapping.slots[SignatureRole.HOMEROOM_TEACHER])
    issue = etree.SubElement(root, mapping.issue)
    etree.SubElement(issue, mapping.slots[SignatureRole.PRINCIPAL])
    etree.SubElement(issue, mapping.slots[SignatureRole.SCHOOL_SEAL])
    return root


def packet_bytes(root: etree._Element) -> bytes:
    """A packet as it is stored and embedded: UTF-8, no white space between elements."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
