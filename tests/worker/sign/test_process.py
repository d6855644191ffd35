"""One signing process: four signatures after each other, judged by pyHanko offline; and what it refuses."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from backend.domain.canonical import content_digest
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import REVOKED
from signing_worker.packet.build import PacketFacts, build_packet
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormSheet, RenderedForm
from signing_worker.sign import process
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.work import Refused, SignedWork, SignerSetup, SignWork
from tests.fixtures.servers import DEPARTMENT_SEAL, PRINCIPAL, SCHOOL_SEAL, TEACHER
from tests.strategies.records import complete_record

LOCKED_AT = datetime(2025, 6, 30, 17, tzinfo=UTC)
SIGNERS = {
    SignatureRole.HOMEROOM_TEACHER: (TEACHER, "Giáo viên"),
    SignatureRole.PRINCIPAL: (PRINCIPAL, "Hiệu trưởng"),
    SignatureRole.SCHOOL_SEAL: (SCHOOL_SEAL, ""),
    SignatureRole.LOCK_SEAL: (DEPARTMENT_SEAL, ""),
}
REQUIRED = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED


@pytest.fixture(scope="module")
def form() -> tuple[bytes, RenderedForm]:
    """A packet and the form drawn with it."""
    content, code = complete_record(), LookupCode.new()
    facts = PacketFacts(lookup_code=code, revision=1, content_digest=content_digest(to_json(content)))
    packet = build_packet(content, facts)
    sheet = FormSheet(
        content=content, lookup_code=code, public_url="https://hocba.example", revision=1, packet=packet
    )
    return packet, render_form(sheet)


def _setup(pki: DevelopmentPki, tsa_url: str = "") -> SignerSetup:
    return SignerSetup(
        trust_roots=pki.trust_roots,
        intermediates=pki.intermediates,
        tsa_url=tsa_url or pki.tsa_url,
        keys_folder=pki.keys_folder,
        keys_password=pki.keys_password,
        production=False,
    )


@pytest.fixture
def signer(pki: DevelopmentPki) -> Iterator[None]:
    """This process as a signing process."""
    process.start(_setup(pki))
    yield
    process.stop()


def _work(
    pki: DevelopmentPki, role: SignatureRole, xml: bytes, pdf: bytes, form: RenderedForm | None
) -> SignWork:
    spec, post = SIGNERS[role]
    return SignWork(
        role=role,
        xml=xml,
        pdf=pdf,
        boxes=None if form is None else dict(form.boxes),
        custody="PKCS12",
        locator=spec.label,
        certificate=pki.certificate_file(spec.label).read_text(),
        owner_name=spec.common_name,
        signer_name=spec.common_name,
        post=post,
        unit_name=spec.organisation,
        effective_from=LOCKED_AT if role is SignatureRole.LOCK_SEAL else None,
    )


def _sign_all(pki: DevelopmentPki, form: tuple[bytes, RenderedForm]) -> list[SignedWork]:
    xml, pdf, drawn = form[0], form[1].pdf, form[1]
    stages = []
    for role in SignatureRole:
        signed = process.sign(_work(pki, role, xml, pdf, drawn if not stages else None))
        assert isinstance(signed, SignedWork), (role, signed)
        stages.append(signed)
        xml, pdf = signed.xml, signed.pdf
    return stages


def _offline(pki: DevelopmentPki) -> PdfSignatureValidationSpec:
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(load_certificates(pki.trust_roots)),
        revinfo_policy=CertRevTrustPolicy(
            RevocationCheckingPolicy(ee_certificate_rule=REQUIRED, intermediate_ca_cert_rule=REQUIRED)
        ),
    )
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=gathering)
    )


@pytest.mark.usefixtures("signer")
async def test_a_closed_file_proves_itself_without_asking_anybody(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm]
) -> None:
    """With all services off, pyHanko's AdES-LTA validation passes every signature by the file's own evidence."""
    final = await asyncio.to_thread(_sign_all, pki, form)
    pki.stop()
    try:
        reader = PdfFileReader(io.BytesIO(final[-1].pdf), strict=True)
        assert len(reader.embedded_regular_signatures) == len(SIGNERS)
        assert len(reader.embedded_timestamp_signatures) == 1
        for signature in reader.embedded_regular_signatures:
            result = await ades.ades_lta_validation(signature, _offline(pki))
            assert str(result.ades_subindic) == "AdESPassed.OK", signature.field_name
            assert result.api_status.bottom_line, signature.field_name
            assert result.api_status.docmdp_ok, signature.field_name
    finally:
        pki.start()


@pytest.mark.usefixtures("signer")
async def test_each_signature_only_appends(pki: DevelopmentPki, form: tuple[bytes, RenderedForm]) -> None:
    """A later signature leaves every byte of the file before it as it was."""
    stages = await asyncio.to_thread(_sign_all, pki, form)
    before = form[1].pdf
    for stage in stages:
        assert stage.pdf.startswith(before)
        before = stage.pdf


@pytest.mark.usefixtures("signer")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"locator": "nobody"}, "KEY_UNAVAILABLE"),
        ({"owner_name": "Người Khác"}, "CERTIFICATE_OF_ANOTHER"),
        ({"locator": REVOKED.label, "owner_name": REVOKED.common_name}, "CERTIFICATE_REVOKED"),
        ({"xml": b"<not-a-packet/>"}, "RENDER_FAILED"),
        ({"pdf": b"%PDF-1.7 nothing"}, "UNEXPECTED_FAILURE"),
    ],
)
async def test_what_cannot_be_signed_is_refused_with_its_reason(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm], change: dict[str, object], code: str
) -> None:
    """A missing key, a foreign or revoked certificate and broken files come back as codes."""
    work = replace(_work(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1]), **change)
    if "locator" in change and code != "KEY_UNAVAILABLE":
        work = replace(work, certificate=pki.certificate_file(work.locator).read_text())
    assert await asyncio.to_thread(process.sign, work) == Refused(code)


@pytest.mark.usefixtures("signer")
async def test_a_certificate_other_than_the_registered_one_is_refused(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm]
) -> None:
    """A ceremony keeps the certificate it began with: a renewed one needs a new ceremony."""
    work = _work(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1])
    other = replace(work, certificate=pki.certificate_file(PRINCIPAL.label).read_text())
    assert await asyncio.to_thread(process.sign, other) == Refused("CERTIFICATE_OF_ANOTHER")


def test_without_a_timestamp_no_signature_is_made(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm]
) -> None:
    """When the timestamp service is away the answer says so and no file comes out."""
    process.start(_setup(pki, tsa_url="http://127.0.0.1:9/tsa"))
    try:
        work = _work(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1])
        assert process.sign(work) == Refused("TIMESTAMP_UNAVAILABLE")
    finally:
        process.stop()
