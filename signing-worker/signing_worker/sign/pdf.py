"""The PDF's form of a signature: PAdES B-T for people and the school, B-LTA for the lock seal.

All four fields are laid in the same revision of the file as the first signature, so that no later signature
adds one. The lock seal's field forbids every further change but validation material and timestamps.
"""

import io
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext

from backend.domain.errors import TimestampUnavailableError
from backend.domain.signing import SignatureRole
from signing_worker.render.sheet import MarkBox
from signing_worker.sign.clock import ClockedStamper
from signing_worker.sign.mark import Said
from signing_worker.sign.revision import first_revision
from signing_worker.sign.revisions import Revisions
from signing_worker.sign.ring_signer import RingSigner

FIELD_NAME: dict[SignatureRole, str] = {
    SignatureRole.HOMEROOM_TEACHER: "GiaoVienChuNhiem",
    SignatureRole.PRINCIPAL: "HieuTruong",
    SignatureRole.SCHOOL_SEAL: "DauNhaTruong",
    SignatureRole.LOCK_SEAL: "DauChot",
}
_READABLE: dict[SignatureRole, str] = {
    SignatureRole.HOMEROOM_TEACHER: "Chữ ký của giáo viên chủ nhiệm",
    SignatureRole.PRINCIPAL: "Chữ ký của hiệu trưởng",
    SignatureRole.SCHOOL_SEAL: "Dấu của nhà trường",
    SignatureRole.LOCK_SEAL: "Dấu chốt của Sở Giáo dục và Đào tạo",
}
# Hexadecimal digits kept free for a signature with its certificates and timestamp. A dry run that measures would double
# the work, and every digit kept free is read again by whoever opens the file; a chain that needs more is measured.
CMS_DIGITS = 11_264
CLOSED = "closed"
# all evidence, also that of the last timestamp, before that timestamp: then it covers the file to its last byte
CLOSED_BY_TIMESTAMP = DSSContentSettings(include_vri=False)


@dataclass(frozen=True, slots=True)
class PdfSigning:
    """One signature to put on a PDF; ``context`` holds the evidence that the lock seal closes the file with.

    Without ``tsa_url`` there is no timestamp yet.
    """

    pdf: bytes
    role: SignatureRole
    boxes: Mapping[SignatureRole, MarkBox] | None
    signer: RingSigner
    style: TextStampStyle
    said: Said
    tsa_url: str
    context: ValidationContext | None = None


async def sign_pdf(work: PdfSigning, session: aiohttp.ClientSession, revisions: Revisions) -> bytes:
    """The PDF with one more signature, appended to its bytes.

    Raises:
        TimestampUnavailableError: when the timestamp service does not answer.
        SigningClockWrongError: when its time is far from this machine's.
    """
    if not work.tsa_url:
        return await _by_pyhanko(work, session)
    boxes = None if work.boxes is None else tuple(_rectangle(work.boxes[role]) for role in FIELD_NAME)
    signer = (work.role, work.signer, work.said.rest, work.said.width, boxes, work.context)
    stamper = ClockedStamper(work.tsa_url, session)
    try:
        signed = await _by_template(work, stamper, revisions, signer)
        if signed is not None and work.role is SignatureRole.LOCK_SEAL:
            signed = await _closed(signed, stamper, revisions, (signer, CLOSED))
    except TimestampRequestError as error:
        raise TimestampUnavailableError from error
    if signed is not None:
        return revisions.hand_out(signed)
    signed = await _by_pyhanko(work, session)
    first = first_revision(work.pdf, signed)
    revisions.learn(signer, work.pdf, first, work.said.operators)
    if first != signed:
        revisions.learn((signer, CLOSED), first, signed, b"")
    return signed


async def _by_template(
    work: PdfSigning, stamper: ClockedStamper, revisions: Revisions, signer: Hashable
) -> bytes | None:
    """The file with the signature's revision from a template; None when there is none that fits."""
    found = revisions.find(signer, work.pdf)
    if found is None:
        return None
    template, tail = found
    opened = template.open(work.pdf, tail, work.said.operators, _now())
    signature = await work.signer.signed_bytes(opened.digest(), stamper)
    return opened.closed(signature) if signature is not None and opened.takes(signature) else None


async def _closed(
    signed: bytes, stamper: ClockedStamper, revisions: Revisions, signer: Hashable
) -> bytes | None:
    """The file with its evidence and the timestamp over all of it."""
    found = revisions.find(signer, signed)
    if found is None:
        return None
    template, tail = found
    opened = template.open(signed, tail, b"", _now())
    token = (await stamper.async_timestamp(opened.digest(), "sha256")).dump()
    return opened.closed(token) if opened.takes(token) else None


def _now() -> tuple[datetime, datetime]:
    here = datetime.now().astimezone()
    return here, here


def _rectangle(box: MarkBox) -> tuple[int, int, int, int, int]:
    return box.page, round(box.x1), round(box.y1), round(box.x2), round(box.y2)


async def _by_pyhanko(work: PdfSigning, session: aiohttp.ClientSession) -> bytes:
    try:
        return await _sign_pdf(work, session, CMS_DIGITS)
    except SigningError:
        return await _sign_pdf(work, session, None)


async def _sign_pdf(work: PdfSigning, session: aiohttp.ClientSession, digits: int | None) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(work.pdf))
    if work.boxes is not None:
        _lay_fields(writer, work.boxes)
    pdf_signer = PdfSigner(
        _metadata(work),
        signer=work.signer,
        timestamper=ClockedStamper(work.tsa_url, session) if work.tsa_url else None,
        stamp_style=work.style,
    )
    try:
        signed = await pdf_signer.async_sign_pdf(writer, bytes_reserved=digits)
    except (TimestampRequestError, SigningError) as error:
        if isinstance(error, TimestampRequestError) or isinstance(error.__cause__, TimestampRequestError):
            raise TimestampUnavailableError from error
        raise
    return bytes(signed.getbuffer())


def _metadata(work: PdfSigning) -> PdfSignatureMetadata:
    seals_lock = work.role is SignatureRole.LOCK_SEAL
    return PdfSignatureMetadata(
        field_name=FIELD_NAME[work.role],
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=seals_lock,
        use_pades_lta=seals_lock,
        validation_context=work.context,
        dss_settings=CLOSED_BY_TIMESTAMP,
        docmdp_permissions=MDPPerm.NO_CHANGES if seals_lock else MDPPerm.FILL_FORMS,
    )


def _lay_fields(writer: IncrementalPdfFileWriter, boxes: Mapping[SignatureRole, MarkBox]) -> None:
    for role, name in FIELD_NAME.items():
        box = boxes[role]
        seals_lock = role is SignatureRole.LOCK_SEAL
        spec = SigFieldSpec(
            name,
            on_page=box.page,
            box=_rectangle(box)[1:],
            readable_field_name=_READABLE[role],
            empty_field_appearance=True,
            field_mdp_spec=FieldMDPSpec(FieldMDPAction.ALL) if seals_lock else None,
            doc_mdp_update_value=MDPPerm.NO_CHANGES if seals_lock else None,
        )
        fields.append_signature_field(writer, spec)
