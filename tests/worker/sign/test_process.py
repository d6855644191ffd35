"""One signing process: four signatures after each other, judged by pyHanko offline; and what it refuses."""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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

from backend.domain.errors import SigningClockWrongError
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import REVOKED
from signing_worker.render.sheet import RenderedForm
from signing_worker.sign import clock, process
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.work import HeadWork, Refused, SignedWork
from tests.fixtures.servers import DEPARTMENT_SEAL, PRINCIPAL
from tests.worker.making import SIGNERS, draw, setup, sign_all, signing, work_for

REQUIRED = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED


@pytest.fixture(scope="module")
def form() -> tuple[bytes, RenderedForm]:
    return draw()


@pytest.fixture
def signer(pki: DevelopmentPki) -> Iterator[None]:
    with signing(pki):
        yield


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
    final = await asyncio.to_thread(sign_all, pki, form)
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
    stages = await asyncio.to_thread(sign_all, pki, form)
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
    work = replace(work_for(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1]), **change)
    if "locator" in change and code != "KEY_UNAVAILABLE":
        work = replace(work, certificate=pki.certificate_file(work.locator).read_text())
    assert await asyncio.to_thread(process.sign, work) == Refused(code)


@pytest.mark.usefixtures("signer")
async def test_a_certificate_other_than_the_registered_one_is_refused(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm]
) -> None:
    """A ceremony keeps the certificate it began with: a renewed one needs a new ceremony."""
    work = work_for(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1])
    other = replace(work, certificate=pki.certificate_file(PRINCIPAL.label).read_text())
    assert await asyncio.to_thread(process.sign, other) == Refused("CERTIFICATE_OF_ANOTHER")


@pytest.mark.usefixtures("signer")
@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_two_hours_off_signs_nothing(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm], monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Neither a person's signature, a receipt nor a head; the reason is the clock, and it may go away."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(hours=hours))
    work = work_for(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1])
    assert process.sign(work) == Refused("SIGNING_CLOCK_WRONG")
    seal = {
        "locator": DEPARTMENT_SEAL.label,
        "certificate": pki.certificate_file(DEPARTMENT_SEAL.label).read_text(),
        "owner_name": DEPARTMENT_SEAL.common_name,
    }
    assert process.sign_head(HeadWork(note=b"note", **seal)) == Refused("SIGNING_CLOCK_WRONG")
    assert SigningClockWrongError.transient
    monkeypatch.undo()
    assert isinstance(process.sign(work), SignedWork)


def test_without_a_timestamp_no_signature_is_made(
    pki: DevelopmentPki, form: tuple[bytes, RenderedForm]
) -> None:
    """When the timestamp service is away the answer says so and no file comes out."""
    process.start(setup(pki, tsa_url="http://127.0.0.1:9/tsa"))
    try:
        work = work_for(pki, SignatureRole.HOMEROOM_TEACHER, form[0], form[1].pdf, form[1])
        assert process.sign(work) == Refused("TIMESTAMP_UNAVAILABLE")
    finally:
        process.stop()
