"""The PDF of a record in a packet, judged as strictly as its XML: the registered signers, nothing changed, in time.

A signature's time in the registry is this system's word; the timestamp in the PDF is another's. They must agree.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from asn1crypto import pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from backend.domain.submission import Finding, Objection, RecordFact, SignerFact
from signing_worker.judge.pdf import covers_everything, judge_signature
from signing_worker.sign.pdf import FIELD_NAME

BROKEN = (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
APART = timedelta(minutes=10)
"""How far the registered time of a signature and its timestamp may be apart."""


def judge_record_pdf(
    data: bytes,
    fact: RecordFact,
    roots: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
) -> list[Finding]:
    """Everything that bars a record because of its PDF; empty when nothing does.

    Args:
        data: the file, from anybody.
        fact: what the registry knows of the record.
        roots: whom timestamps must lead to.
        intermediates: the authorities between.
    """
    if hashlib.sha256(data).hexdigest() != fact.line.pdf_digest:
        return [Finding(Objection.RECORD_DIGEST_DIFFERS, "pdfDigest")]
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        signatures = list(reader.embedded_regular_signatures)
        covered = covers_everything(reader)
    except BROKEN:
        return [Finding(Objection.RECORD_UNREADABLE, "pdf")]
    if len(signatures) > len(fact.signers):
        return [Finding(Objection.RECORD_UNREADABLE, "pdf")]

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=list(roots),
            other_certs=list(intermediates),
            allow_fetching=False,
            revocation_mode="soft-fail",
        )

    return list(_findings(signatures, fact.signers, context, covered=covered))


def _findings(
    signatures: Sequence[EmbeddedPdfSignature],
    signers: Sequence[SignerFact],
    context: Callable[[], ValidationContext],
    *,
    covered: bool,
) -> Iterator[Finding]:
    by_field = {str(signature.field_name): signature for signature in signatures}
    for signer in signers:
        signature = by_field.get(FIELD_NAME[signer.role])
        if signature is None:
            yield Finding(Objection.SIGNATURE_MISSING, f"pdf.{signer.role}")
            continue
        objection = _objection(
            signature, signer, context(), last=signature is signatures[-1], covered=covered
        )
        if objection is not None:
            yield Finding(objection, f"pdf.{signer.role}")


def _objection(
    signature: EmbeddedPdfSignature,
    signer: SignerFact,
    context: ValidationContext,
    *,
    last: bool,
    covered: bool,
) -> Objection | str | None:
    try:
        certificate = signature.signer_cert.dump()
    except BROKEN:
        return Objection.SIGNATURE_BROKEN
    if certificate != pem.unarmor(signer.certificate.encode())[2]:
        return "CERTIFICATE_OF_ANOTHER"
    judged = judge_signature(signature, context, last=last, covered=covered)
    stamped = judged.signed_at is not None and abs(judged.signed_at - signer.signed_at) <= APART
    return None if judged.intact and stamped else Objection.SIGNATURE_BROKEN
