"""What goes into a signing process and what comes out: plain values, because they cross a process boundary."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend.domain.organisation import KeyCustody
from backend.domain.signing import SignatureRole
from signing_worker.packet.sheets import SheetKind
from signing_worker.render.sheet import MarkBox
from signing_worker.sign.keys.setup import NOWHERE, CustodySetup


@dataclass(frozen=True, slots=True, kw_only=True)
class SignWork:
    """One signature to make, on the XML packet and on the PDF.

    ``boxes`` is given with a fresh PDF and lays all four signature fields; ``effective_from`` only with the
    lock seal. ``unit_name`` is printed in the mark, ``owner_name`` is what the certificate must say.
    """

    role: SignatureRole
    xml: bytes
    pdf: bytes
    boxes: Mapping[SignatureRole, MarkBox] | None
    custody: str
    locator: str
    certificate: str
    owner_name: str
    signer_name: str
    post: str
    unit_name: str
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedWork:
    """The files with the signature in them."""

    xml: bytes
    pdf: bytes
    signed_at: datetime
    certificate_serial: str
    certificate_issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedWork:
    """The files with blanks where signatures will be, and the SHA-256 digests to be signed for them."""

    xml: bytes
    pdf: bytes
    xml_digest: bytes
    pdf_digest: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FillWork:
    """Prepared files and the raw signatures for them."""

    prepared: PreparedWork
    xml_signature: bytes
    pdf_signature: bytes
    certificate: str
    owner_name: str
    is_unit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadWork:
    """A head of the ledger to sign: its note, and the department's key as it is registered."""

    note: bytes
    locator: str
    certificate: str
    owner_name: str
    custody: str = KeyCustody.PKCS12


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """The signature over a note (CMS, detached) and the timestamp over the signature, both DER."""

    signature: bytes
    timestamp: bytes
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Why no signature was made: the code of a ``SigningFailedError``."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerSetup:
    """What a signing process needs to know of its surroundings."""

    trust_roots: tuple[Path, ...]
    intermediates: tuple[Path, ...]
    tsa_url: str
    keys_folder: Path
    keys_password: str
    production: bool
    custody: CustodySetup = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetWork:
    """A sheet to sign with a unit's key; ``stamped`` asks for a timestamp over the whole file.

    ``counter`` says that it is the receiving school's seal on a hand-over.
    """

    data: bytes
    kind: SheetKind
    locator: str
    certificate: str
    owner_name: str
    stamped: bool
    custody: str = KeyCustody.PKCS12
    counter: bool = False


@dataclass(frozen=True, slots=True)
class SignedSheet:
    """The signed file, and the timestamp token over it (DER) when one was asked for."""

    xml: bytes
    timestamp: bytes | None


@dataclass(frozen=True, slots=True)
class VetWork:
    """Registered certificates (PEM), each with the instant at which it signed."""

    certificates: tuple[tuple[str, datetime], ...]


@dataclass(frozen=True, slots=True)
class Vetted:
    """For each certificate the code of what bars it, or nothing."""

    codes: tuple[str, ...]
