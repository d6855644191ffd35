"""What the PKI is for: PAdES B-LTA signatures whose every certificate was checked when they were made."""

import io
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.errors import InvalidCertificateError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.registry import SimpleTrustManager

from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import EXPIRED, NOT_YET_VALID, OUTSIDER, REVOKED
from tests.fixtures.servers import PRINCIPAL, PUBLIC_TEACHER, SCHOOL_SEAL, TEACHER

REQUIRED = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def blank_pdf() -> IncrementalPdfFileWriter:
    writer = PdfFileWriter()
    contents = writer.add_object(generic.StreamObject(stream_data=b""))
    box = generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 200)))
    writer.insert_page(PageObject(contents=contents, media_box=box))
    output = io.BytesIO()
    writer.write(output)
    return IncrementalPdfFileWriter(output)


async def sign(pki: DevelopmentPki, http: aiohttp.ClientSession, label: str) -> bytes:
    """A B-LTA signature, with revocation of the signer and the timestamper checked hard."""
    roots = [load_cert_from_pemder(str(path)) for path in pki.trust_roots]
    context = ValidationContext(
        trust_roots=roots,
        allow_fetching=True,
        revocation_mode="require",
        fetchers=AIOHttpFetcherBackend(session=http).get_fetchers(),
    )
    meta = signers.PdfSignatureMetadata(
        field_name="signature",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        embed_validation_info=True,
        use_pades_lta=True,
        validation_context=context,
    )
    signer = signers.SimpleSigner.load_pkcs12(str(pki.key_file(label)), passphrase=pki.keys_password.encode())
    timestamper = HTTPTimeStamper(pki.tsa_url, session=http)
    signed = await signers.PdfSigner(meta, signer=signer, timestamper=timestamper).async_sign_pdf(blank_pdf())
    return signed.getvalue()


async def judge(pki: DevelopmentPki, document: bytes):
    """The verdict from what is inside the file alone, with both roots trusted and revocation required."""
    roots = [load_cert_from_pemder(str(path)) for path in pki.trust_roots]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(roots),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(REQUIRED, REQUIRED)),
    )
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=gathering)
    )
    (signature,) = PdfFileReader(io.BytesIO(document)).embedded_regular_signatures
    return await ades.ades_lta_validation(signature, spec)


@pytest.mark.parametrize(
    "spec", [TEACHER, PRINCIPAL, SCHOOL_SEAL, PUBLIC_TEACHER], ids=lambda spec: spec.label
)
async def test_long_term_signature_validates_offline(pki, http, spec):
    """RSA and P-256, government and public branch: a B-LTA file proves itself without the PKI."""
    result = await judge(pki, await sign(pki, http, spec.label))
    assert result.ades_subindic is ades.AdESPassed.OK
    assert result.api_status.bottom_line
    assert result.best_signature_time is not None


@pytest.mark.parametrize("spec", [EXPIRED, NOT_YET_VALID, REVOKED, OUTSIDER], ids=lambda spec: spec.label)
async def test_bad_certificate_cannot_make_a_long_term_signature(pki, http, spec):
    """Checking the signer's own certificate already fails when signing."""
    with pytest.raises((SigningError, InvalidCertificateError)):
        await sign(pki, http, spec.label)
