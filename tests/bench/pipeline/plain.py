"""The pipeline that a competent programmer writes with WeasyPrint, pyHanko and signxml, without measuring it.

The same form and the same styles; template, style sheet and typeface are loaded for each pupil, because nothing says
that they may be kept. Each signature loads its key with ``SimpleSigner``, has a ``ValidationContext`` of its own, is
time-stamped, and embeds its validation material; the last one closes the file with a document timestamp. The packet is
signed with XAdES at each stage as well.
"""

import io
from collections.abc import Iterator

from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import fields
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from weasyprint import Attachment

from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from signing_worker.packet.build import build_packet
from signing_worker.render.engine import VARIANT, Engine
from signing_worker.render.fonts import font_file
from signing_worker.render.form import PACKET_NAME, boxes_of
from signing_worker.render.guess import first_guess
from signing_worker.render.sheet import FormSheet, MarkBox
from signing_worker.render.view import form_view
from signing_worker.sign.keys import KeyRing
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.xml import sign_packet
from tests.bench.pipeline import pupils
from tests.bench.pipeline.ours import STAGE_OF
from tests.worker.making import LOCKED_AT, SIGNERS, at_once

MARK_POINTS = 8


class PlainEngine(Engine):
    """The same template and styles, without our check of the typeface, which nobody would do for each pupil."""

    def _require_typeface(self) -> None:
        """Trust it."""


def stages(pki: DevelopmentPki, pupil: int) -> Iterator[tuple[str, int]]:
    """Make one pupil's file; each stage yields its name and the file's bytes."""
    content, code, facts = pupils.pupil(pupil)
    xml = build_packet(content, facts)
    sheet = FormSheet(content=content, lookup_code=code, public_url=pupils.PUBLIC_URL, revision=1, packet=xml)
    document = PlainEngine().lay_out(form_view(sheet, first_guess(content)))
    packet = Attachment(file_obj=io.BytesIO(xml), name=PACKET_NAME, relationship="Source")
    pdf = document.write_pdf(pdf_variant=VARIANT, attachments=[packet])
    yield "draw", len(pdf)
    boxes = boxes_of(document)
    for role, stage in STAGE_OF.items():
        xml = _sign_xml(pki, role, xml)
        pdf = _sign_pdf(pki, role, pdf, boxes[role])
        yield stage, len(pdf)


def _sign_xml(pki: DevelopmentPki, role: SignatureRole, xml: bytes) -> bytes:
    key = KeyRing(pki.keys_folder, pki.keys_password, production=False).load(SIGNERS[role][0].label)
    locked_at = LOCKED_AT if role is SignatureRole.LOCK_SEAL else None
    return at_once(sign_packet(xml, role, key, effective_from=locked_at))


def _sign_pdf(pki: DevelopmentPki, role: SignatureRole, pdf: bytes, box: MarkBox) -> bytes:
    spec = SIGNERS[role][0]
    signer = SimpleSigner.load_pkcs12(str(pki.key_file(spec.label)), passphrase=pki.keys_password.encode())
    closes = role is SignatureRole.LOCK_SEAL
    context = ValidationContext(
        trust_roots=load_certificates(pki.trust_roots),
        other_certs=load_certificates(pki.intermediates),
        allow_fetching=True,
        revocation_mode="require",
    )
    metadata = PdfSignatureMetadata(
        field_name=role.value,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        use_pades_lta=closes,
        validation_context=context,
    )
    font = GlyphAccumulatorFactory(font_file(), font_size=MARK_POINTS)
    style = TextStampStyle(
        stamp_text=f"{spec.common_name}\nĐã ký số %(ts)s",
        text_box_style=TextBoxStyle(font=font, font_size=MARK_POINTS),
        background=None,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    corners = (round(box.x1), round(box.y1), round(box.x2), round(box.y2))
    fields.append_signature_field(writer, SigFieldSpec(role.value, on_page=box.page, box=corners))
    stamper = HTTPTimeStamper(pki.tsa_url)
    signed = PdfSigner(metadata, signer=signer, timestamper=stamper, stamp_style=style).sign_pdf(writer)
    return bytes(signed.getbuffer())
