"""What the department answers to each record of a packet, how far a packet is, and what its check can object to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.signing import SignatureRole


class Verdict(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class SubmissionStage(StrEnum):
    """How far a packet is; what it waits for, when something bars it, stands beside."""

    SEALING = "SEALING"
    CHECKING = "CHECKING"
    DECIDING = "DECIDING"
    ANSWERING = "ANSWERING"
    ANSWERED = "ANSWERED"


BEFORE_CHECK = frozenset({SubmissionStage.SEALING, SubmissionStage.CHECKING})
"""Stages in which nobody can accept anything: not even an officer has seen what the check has to say."""


class Objection(StrEnum):
    """What a packet's check objects to, beside faults of the content, certificates and deadlines.

    The first five concern the packet and with it every record.
    """

    MANIFEST_UNREADABLE = "MANIFEST_UNREADABLE"
    MANIFEST_UNSIGNED = "MANIFEST_UNSIGNED"
    MANIFEST_SIGNATURE_BROKEN = "MANIFEST_SIGNATURE_BROKEN"
    MANIFEST_OF_ANOTHER = "MANIFEST_OF_ANOTHER"
    PACKET_REPLAYED = "PACKET_REPLAYED"
    RECORD_UNREADABLE = "RECORD_UNREADABLE"
    RECORD_NOT_LISTED = "RECORD_NOT_LISTED"
    RECORD_OF_ANOTHER_SCHOOL = "RECORD_OF_ANOTHER_SCHOOL"
    RECORD_DIGEST_DIFFERS = "RECORD_DIGEST_DIFFERS"
    RECORD_SUBMITTED_TWICE = "RECORD_SUBMITTED_TWICE"
    SIGNATURE_MISSING = "SIGNATURE_MISSING"
    SIGNATURE_BROKEN = "SIGNATURE_BROKEN"
    SIGNER_NOT_IN_ROLE = "SIGNER_NOT_IN_ROLE"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a record cannot be accepted: a code of the catalogue and the field it concerns."""

    code: str
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """What a manifest says of one record; digests are SHA-256, hexadecimal."""

    lookup_code: str
    revision: int
    content_digest: str
    xml_digest: str
    pdf_digest: str

    @property
    def key(self) -> tuple[str, int]:
        return self.lookup_code, self.revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a school submits as one packet; ``nonce`` makes it good for one submission only."""

    school_code: str
    class_name: str
    school_year: str
    submission: int
    nonce: str
    lines: tuple[ManifestLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerFact:
    """Who signed a record by the registry: the certificate (PEM), when, and whether they held the role then."""

    role: SignatureRole
    certificate: str
    signed_at: datetime
    in_role: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFact:
    """What the registry knows of one record that a packet should hold."""

    line: ManifestLine
    school_code: str
    signers: tuple[SignerFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketFacts:
    """What the registry expects of a packet; ``seal`` is the school's registered certificate (PEM)."""

    school_code: str
    class_name: str
    school_year: str
    submission: int
    nonce: str
    seal: str
    records: tuple[RecordFact, ...]
