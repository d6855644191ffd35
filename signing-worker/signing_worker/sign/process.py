"""One signing process: loaded keys, one event loop, one HTTP session, for as long as it lives.

``sign`` is what the pool calls; it answers with the signed files or the reason why there are none, never with
an exception of a library, because those do not survive the way back.
"""

import asyncio
import io
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import RevokedError, ValidationError

from backend.domain.errors import (
    CertificateOfAnotherError,
    CertificateRevokedError,
    DomainError,
    RenderFailedError,
    RevocationUnavailableError,
    UnexpectedFailureError,
)
from backend.domain.signing import SignatureRole
from backend.domain.signing_errors import SignatureWrongError
from backend.observability import configure_logging, log
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.render.fonts import font_file
from signing_worker.sign.clock import ClockedStamper
from signing_worker.sign.custodians import open_desk
from signing_worker.sign.deferred import BlankKey, fill_pdf, fill_xml, require_signed
from signing_worker.sign.evidence import Evidence
from signing_worker.sign.head import sign_note
from signing_worker.sign.keys import SigningKey, to_asn1
from signing_worker.sign.keys.desk import KeyDesk
from signing_worker.sign.keys.port import is_signed
from signing_worker.sign.mark import mark_lines, mark_style, said_at
from signing_worker.sign.mark_font import MarkFace
from signing_worker.sign.pdf import PdfSigning, sign_pdf
from signing_worker.sign.revisions import Revisions
from signing_worker.sign.ring_signer import RingSigner
from signing_worker.sign.sheet import seal_acceptance, seal_sheet, stamp
from signing_worker.sign.trust import Owner, Trust
from signing_worker.sign.work import (
    FillWork,
    HeadWork,
    PreparedWork,
    Refused,
    SheetWork,
    SignedHead,
    SignedSheet,
    SignedWork,
    SignerSetup,
    SignWork,
    Vetted,
    VetWork,
)
from signing_worker.sign.xml import sign_packet

Signed = TypeVar("Signed")

HTTP_SECONDS = 10
IDLE_SECONDS = 1
"""After which a connection is not used again; web servers keep one for two to five seconds at least."""
SIGNERS_KEPT = 1024
SignerOf = Callable[..., RingSigner]
"""A key, and whether the roots are embedded."""
SEALS = frozenset({SignatureRole.SCHOOL_SEAL, SignatureRole.LOCK_SEAL})


@dataclass(slots=True)
class _Process:
    runner: asyncio.Runner
    session: aiohttp.ClientSession
    keys: KeyDesk
    trust: Trust
    evidence: Evidence
    setup: SignerSetup
    face: MarkFace
    signer: SignerOf
    revisions: Revisions = field(default_factory=Revisions)


_process: list[_Process] = []
"""The state of this process: empty before ``start``, then one."""


def start(setup: SignerSetup) -> None:
    """Prepare this process; the pool calls it once in each."""
    configure_logging("warning", "signer")
    runner = asyncio.Runner()
    trust = Trust(setup.trust_roots, setup.intermediates, setup.custody.spans)
    session = runner.run(_open_session())
    _process.append(
        _Process(
            runner,
            session,
            open_desk(setup, session),
            trust,
            Evidence(),
            setup,
            MarkFace(font_file()),
            _signers(trust),
        )
    )


def _signers(trust: Trust) -> SignerOf:
    """Signers by key and by whether the roots are embedded; each keeps its template."""

    @lru_cache(SIGNERS_KEPT)
    def signer(key: SigningKey, embed_roots: bool) -> RingSigner:
        return RingSigner(key, trust.intermediates, embed_roots=embed_roots)

    return signer


def stop() -> None:
    """Close what ``start`` opened."""
    here = _process.pop()
    here.runner.run(here.session.close())
    here.runner.close()


def sign(work: SignWork) -> SignedWork | Refused:
    """Make one signature on both files."""
    return _guarded(_sign(_process[0], work), work.role)


def prepare(work: SignWork) -> PreparedWork | Refused:
    """Make both files with blanks in the signature's place."""
    return _guarded(_prepare(_process[0], work), work.role)


def fill(work: FillWork) -> SignedWork | Refused:
    """Put signatures that were made elsewhere into prepared files."""
    return _guarded(_fill(_process[0], work), "FILL")


def sign_head(work: HeadWork) -> SignedHead | Refused:
    """Sign one head of the ledger and have it time-stamped."""
    return _guarded(_sign_head(_process[0], work), "HEAD")


def sign_sheet(work: SheetWork) -> SignedSheet | Refused:
    """Sign a manifest or a receipt with a unit's key."""
    return _guarded(_sign_sheet(_process[0], work), work.kind)


def vet(work: VetWork) -> Vetted | Refused:
    """Say which of the certificates could not sign when they did."""
    return _guarded(_vet(_process[0], work), "VET")


def _guarded(making: Coroutine[None, None, Signed], role: str) -> Signed | Refused:
    try:
        # Runner.run would set a signal handler each time, and in doing so write out whatever the last task returned
        return _process[0].runner.get_loop().run_until_complete(making)
    except DomainError as error:
        return Refused(error.reason)
    except RevokedError:
        return Refused(CertificateRevokedError.code)
    except (aiohttp.ClientError, TimeoutError, ValidationError):
        return Refused(RevocationUnavailableError.code)
    except PacketInvalidError:
        return Refused(RenderFailedError.code)
    except Exception:  # noqa: BLE001 - what a library raises cannot travel back; the log keeps it
        log.exception("signing_fault", role=role)
        return Refused(UnexpectedFailureError.code)


async def _open_session() -> aiohttp.ClientSession:
    # between two signatures nothing here runs that would see a service hang up on an idle connection
    connector = aiohttp.TCPConnector(keepalive_timeout=IDLE_SECONDS)
    return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=HTTP_SECONDS))


async def _sign(here: _Process, work: SignWork) -> SignedWork:
    key = await here.keys.open(work.custody, work.locator, work.certificate)
    _require_registered(key, work.certificate)
    await here.trust.require(key, Owner(work.owner_name, work.role in SEALS), here.session)
    signed_at = datetime.now(UTC)
    serial = f"{key.certificate.serial_number:x}"
    xml = await sign_packet(work.xml, work.role, key, effective_from=work.effective_from)
    seals_lock = work.role is SignatureRole.LOCK_SEAL
    lines = mark_lines(work, signed_at, serial)
    pdf = await sign_pdf(
        PdfSigning(
            pdf=work.pdf,
            role=work.role,
            boxes=work.boxes,
            signer=here.signer(key, seals_lock),
            style=mark_style(lines, here.face),
            said=said_at(lines, here.face),
            tsa_url=here.setup.tsa_url,
            context=await _evidence(here, work.pdf, key) if seals_lock else None,
        ),
        here.session,
        here.revisions,
    )
    return SignedWork(
        xml=xml,
        pdf=pdf,
        signed_at=signed_at,
        certificate_serial=serial,
        certificate_issuer=key.certificate.issuer.rfc4514_string(),
    )


async def _prepare(here: _Process, work: SignWork) -> PreparedWork:
    key = BlankKey(x509.load_pem_x509_certificate(work.certificate.encode()), here.trust.chain)
    await here.trust.require(key, Owner(work.owner_name, work.role in SEALS), here.session)
    signed_at = datetime.now(UTC)
    lines = mark_lines(work, signed_at, f"{key.certificate.serial_number:x}")
    xml = await sign_packet(work.xml, work.role, key)
    pdf = await sign_pdf(
        PdfSigning(
            pdf=work.pdf,
            role=work.role,
            boxes=work.boxes,
            signer=RingSigner(key, here.trust.intermediates, embed_roots=False),
            style=mark_style(lines, here.face),
            said=said_at(lines, here.face),
            tsa_url="",
        ),
        here.session,
        here.revisions,
    )
    return PreparedWork(
        xml=xml, pdf=pdf, xml_digest=key.digests[0], pdf_digest=key.digests[-1], signed_at=signed_at
    )


async def _fill(here: _Process, work: FillWork) -> SignedWork:
    key = BlankKey(x509.load_pem_x509_certificate(work.certificate.encode()), here.trust.chain)
    await here.trust.require(key, Owner(work.owner_name, work.is_unit), here.session)
    made = work.prepared
    pairs = ((made.xml_digest, work.xml_signature), (made.pdf_digest, work.pdf_signature))
    if not all(is_signed(key.certificate, *pair) for pair in pairs):
        raise SignatureWrongError
    stamper = ClockedStamper(here.setup.tsa_url, here.session)
    pdf = await fill_pdf(made.pdf, work.pdf_signature, stamper)
    require_signed(pdf, key.certificate)
    return SignedWork(
        xml=fill_xml(made.xml, key, work.xml_signature),
        pdf=pdf,
        signed_at=made.signed_at,
        certificate_serial=f"{key.certificate.serial_number:x}",
        certificate_issuer=key.certificate.issuer.rfc4514_string(),
    )


async def _sign_head(here: _Process, work: HeadWork) -> SignedHead:
    key = await here.keys.open(work.custody, work.locator, work.certificate)
    _require_registered(key, work.certificate)
    await here.trust.require(key, Owner(work.owner_name, is_unit=True), here.session)
    return await sign_note(
        work.note,
        here.signer(key, False),
        here.setup.tsa_url,
        here.session,
    )


async def _sign_sheet(here: _Process, work: SheetWork) -> SignedSheet:
    key = await here.keys.open(work.custody, work.locator, work.certificate)
    _require_registered(key, work.certificate)
    await here.trust.require(key, Owner(work.owner_name, is_unit=True), here.session)
    seal = seal_acceptance(work.data, key) if work.counter else seal_sheet(work.data, work.kind, key)
    xml = await seal
    token = await stamp(xml, here.setup.tsa_url, here.session) if work.stamped else None
    return SignedSheet(xml, token)


async def _vet(here: _Process, work: VetWork) -> Vetted:
    codes = [await here.trust.held(pem, moment, here.session) for pem, moment in work.certificates]
    return Vetted(tuple(codes))


async def _evidence(here: _Process, pdf: bytes, key: SigningKey) -> ValidationContext:
    own = to_asn1(key.certificate)
    return here.evidence.known(pdf, own) or await here.evidence.context_for(
        PdfFileReader(io.BytesIO(pdf)), own, lambda: here.trust.context(here.session)
    )


def _require_registered(key: SigningKey, certificate: str) -> None:
    """The key's certificate must be the registered one: a ceremony keeps one certificate throughout."""
    registered = x509.load_pem_x509_certificate(certificate.encode())
    if registered.public_bytes(Encoding.DER) != key.certificate.public_bytes(Encoding.DER):
        raise CertificateOfAnotherError
