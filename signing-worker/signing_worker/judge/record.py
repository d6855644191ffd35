"""One record of a packet, judged by what its XML says and by what the registry knows of it and of its signers."""

import hashlib
from collections.abc import Iterator

from lxml import etree

from backend.domain.content_rules import incomplete, wrong
from backend.domain.submission import Finding, Objection, RecordFact, SignerFact
from signing_worker.judge.xml import signed_by
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.read import Packet, packet_of
from signing_worker.packet.shape import require_packet_shape
from signing_worker.packet.slots import find_signature, references


def judge_record(data: bytes, fact: RecordFact) -> list[Finding]:
    """Everything that bars a record, the weightiest first; empty when nothing does.

    Args:
        data: the record's XML, from anybody.
        fact: what the registry knows of it.
    """
    mapping = default_mapping()
    try:
        root = parse_packet(data)
        require_packet_shape(root)
        packet = packet_of(root, mapping)
    except PacketInvalidError:
        return [Finding(Objection.RECORD_UNREADABLE)]
    return [*_identity(data, packet, fact), *_signatures(root, fact), *_content(packet)]


def _identity(data: bytes, packet: Packet, fact: RecordFact) -> Iterator[Finding]:
    line, facts = fact.line, packet.facts
    if packet.content.school.code != fact.school_code:
        yield Finding(Objection.RECORD_OF_ANOTHER_SCHOOL, "school.code")
    if (facts.lookup_code.value, facts.revision) != line.key:
        yield Finding(Objection.RECORD_DIGEST_DIFFERS, "lookupCode")
    if facts.content_digest != line.content_digest:
        yield Finding(Objection.RECORD_DIGEST_DIFFERS, "contentDigest")
    if hashlib.sha256(data).hexdigest() != line.xml_digest:
        yield Finding(Objection.RECORD_DIGEST_DIFFERS, "xmlDigest")
    if packet.effective_from is not None:
        yield Finding(Objection.RECORD_UNREADABLE, "effectiveFrom")


def _signatures(root: etree._Element, fact: RecordFact) -> Iterator[Finding]:
    for signer in fact.signers:
        objection = _objection(root, signer)
        if objection is not None:
            yield Finding(objection, f"signatures.{signer.role}")


def _objection(root: etree._Element, signer: SignerFact) -> Objection | str | None:
    mapping = default_mapping()
    node = find_signature(root, signer.role, mapping)
    if node is None:
        return Objection.SIGNATURE_MISSING
    whole = signed_by(root, node, references(signer.role, mapping), signer.certificate)
    if whole is None:
        return "CERTIFICATE_OF_ANOTHER"
    if not whole:
        return Objection.SIGNATURE_BROKEN
    return None if signer.in_role else Objection.SIGNER_NOT_IN_ROLE


def _content(packet: Packet) -> Iterator[Finding]:
    for fault in (*wrong(packet.content), *incomplete(packet.content)):
        if not fault.is_warning:
            yield Finding(fault.code, fault.field)
