"""Evidence for decades: what proves, without asking anybody, that each certificate was good when it signed.

Before the lock seal closes the file, the paths of every earlier signature and timestamp are walked in one
validation context; pyHanko then embeds all that the context has seen. A certificate revoked since it signed
is no reason to stop: its timestamp says that it signed before, and the answer saying so is embedded too.
"""

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError


async def collect_evidence(reader: PdfFileReader, context: ValidationContext) -> None:
    """Walk the certificates of every signature in a file, and of its timestamp, in the context.

    Raises:
        pyhanko_certvalidator.errors.ValidationError: when a path cannot be built or an answer is missing.
    """
    for signature in reader.embedded_regular_signatures:
        await _walk(signature.signer_cert, signature.other_embedded_certs, context)
        await _walk_timestamps(signature, context)


async def _walk_timestamps(signature: EmbeddedPdfSignature, context: ValidationContext) -> None:
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        certificates = [choice.chosen for choice in token["certificates"]]
        serial = token["signer_infos"][0]["sid"].chosen["serial_number"].native
        for certificate in certificates:
            if certificate.serial_number == serial:
                await _walk(certificate, certificates, context)


async def _walk(
    certificate: x509.Certificate, others: list[x509.Certificate], context: ValidationContext
) -> None:
    validator = CertificateValidator(certificate, intermediate_certs=others, validation_context=context)
    try:
        await validator.async_validate_path()
    except RevokedError:
        return
