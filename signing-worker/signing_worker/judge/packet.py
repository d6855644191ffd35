"""A whole packet against the facts: manifest, then record by record. Pure: bytes and facts in, findings out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backend.domain.submission import Finding, ManifestLine, Objection, PacketFacts, RecordFact
from signing_worker.judge.manifest import ManifestRefusedError, judge_manifest
from signing_worker.judge.record import judge_record

Key = tuple[str, int]
"""Lookup code and revision number."""

SIGNATURES = 3
"""Teacher, principal and school: a record is submitted with all of them."""


@dataclass(frozen=True, slots=True)
class CheckedPacket:
    """What bars the packet, if anything, and what bars each record that was expected or listed."""

    packet: Finding | None
    records: Mapping[Key, list[Finding]]

    @property
    def is_clean(self) -> bool:
        return self.packet is None and not any(self.records.values())


def check_packet(manifest: bytes, files: Mapping[str, bytes], facts: PacketFacts) -> CheckedPacket:
    """Judge a packet made anywhere.

    Args:
        manifest: the sealed manifest.
        files: the records' XML by SHA-256 as whoever sent them names it.
        facts: what the registry knows.
    """
    try:
        lines = judge_manifest(manifest, facts)
    except ManifestRefusedError as error:
        return CheckedPacket(error.finding, {fact.line.key: [error.finding] for fact in facts.records})

    def judged(fact: RecordFact) -> list[Finding]:
        data = files.get(fact.line.xml_digest)
        return [Finding(Objection.RECORD_UNREADABLE)] if data is None else judge_record(data, fact)

    return CheckedPacket(None, compare_lines(lines, facts, judged))


def compare_lines(
    lines: tuple[ManifestLine, ...], facts: PacketFacts, judged: Callable[[RecordFact], list[Finding]]
) -> dict[Key, list[Finding]]:
    """What bars each record, by comparing what is listed with what is known; ``judged`` opens a record's file."""
    known, listed = {fact.line.key: fact for fact in facts.records}, {line.key: line for line in lines}
    found = {key: [Finding(Objection.RECORD_OF_ANOTHER_SCHOOL)] for key in listed.keys() - known.keys()}
    for key, fact in known.items():
        barred = line_findings(listed.get(key), fact)
        found[key] = barred or judged(fact)
    return found


def line_findings(line: ManifestLine | None, fact: RecordFact) -> list[Finding]:
    """What bars a record before its file is opened."""
    if line is None:
        return [Finding(Objection.RECORD_NOT_LISTED)]
    if len(fact.signers) < SIGNATURES:
        return [Finding(Objection.SIGNATURE_MISSING)]
    return [
        Finding(Objection.RECORD_DIGEST_DIFFERS, field)
        for field, said, known in (
            ("contentDigest", line.content_digest, fact.line.content_digest),
            ("xmlDigest", line.xml_digest, fact.line.xml_digest),
            ("pdfDigest", line.pdf_digest, fact.line.pdf_digest),
        )
        if said != known
    ]
