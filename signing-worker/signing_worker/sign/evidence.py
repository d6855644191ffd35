"""Evidence for decades: what proves, without asking anybody, that each certificate was good when it signed.

Before the lock seal closes the file, the paths of every earlier signature and timestamp are walked in one
validation context; pyHanko then embeds all that the context has seen. A certificate revoked since it signed
is no reason to stop: its timestamp says that it signed before, and the answer saying so is embedded too.

A class has the same signers throughout, so a context is kept for a few minutes for each set of certificates: the
answers inside are younger than their own next update, and the file's document timestamp comes after them.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError

KEPT_SECONDS, KEPT_SETS = 300, 64
_SIGNATURE = re.compile(rb"/Contents <([0-9A-Fa-f]+)>")

Certificates = list[x509.Certificate]


class Evidence:
    """Contexts by the set of certificates whose paths they hold."""

    def __init__(self) -> None:
        self._kept: OrderedDict[frozenset[bytes], tuple[float, ValidationContext]] = OrderedDict()
        self._signed: OrderedDict[tuple[tuple[bytes, ...], ...], frozenset[bytes]] = OrderedDict()

    def known(self, pdf: bytes, own: x509.Certificate) -> ValidationContext | None:
        """The kept context for a file of ours, without reading it as a PDF.

        Each of its signatures must hold the certificates of one that was read before, in the same order; whoever else
        judges the file reads it.
        """
        signatures = [bytes.fromhex(digits.decode()) for digits in _SIGNATURE.findall(pdf)]
        for certificates, key in reversed(self._signed.items()):
            kept = self._kept.get(key)
            if kept is None or own.sha256 not in key or len(certificates) != len(signatures):
                continue
            held = zip(certificates, signatures, strict=True)
            if time.monotonic() - kept[0] < KEPT_SECONDS and all(
                certificate in signature for wanted, signature in held for certificate in wanted
            ):
                return kept[1]
        return None

    async def context_for(
        self, reader: PdfFileReader, own: x509.Certificate, fresh: Callable[[], ValidationContext]
    ) -> ValidationContext:
        """A context that has walked the certificates of every signature and timestamp in a file.

        Args:
            reader: the file, with the signatures it has so far.
            own: the certificate that is about to sign.
            fresh: makes an empty context.

        Raises:
            pyhanko_certvalidator.errors.ValidationError: when a path cannot be built or an answer is missing.
        """
        signers = list(_signers(reader))
        by_signature = tuple(
            tuple(
                certificate.dump()
                for certificate in (signature.signer_cert, *map(_first, _stampers(signature)))
            )
            for signature in reader.embedded_regular_signatures
        )
        key = frozenset([own.sha256, *(certificate.sha256 for certificate, _ in signers)])
        self._signed[by_signature] = key
        while len(self._signed) > KEPT_SETS:
            self._signed.popitem(last=False)
        kept = self._kept.get(key)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        context = fresh()
        for certificate, others in signers:
            await _walk(certificate, others, context)
        self._keep(key, context)
        return context

    def _keep(self, key: frozenset[bytes], context: ValidationContext) -> None:
        self._kept[key] = (time.monotonic(), context)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_SETS:
            self._kept.popitem(last=False)


def _first(found: tuple[x509.Certificate, Certificates]) -> x509.Certificate:
    return found[0]


def _signers(reader: PdfFileReader) -> Iterator[tuple[x509.Certificate, Certificates]]:
    """Every certificate that signed or stamped something, with those that came along."""
    for signature in reader.embedded_regular_signatures:
        yield signature.signer_cert, list(signature.other_embedded_certs)
        yield from _stampers(signature)


def _stampers(signature: EmbeddedPdfSignature) -> Iterator[tuple[x509.Certificate, Certificates]]:
    for token in extract_tst_data_iter(signature.signer_info, signed=False):
        certificates = [choice.chosen for choice in token["certificates"]]
        serial = token["signer_infos"][0]["sid"].chosen["serial_number"].native
        for certificate in certificates:
            if certificate.serial_number == serial:
                yield certificate, certificates


async def _walk(certificate: x509.Certificate, others: Certificates, context: ValidationContext) -> None:
    validator = CertificateValidator(certificate, intermediate_certs=others, validation_context=context)
    try:
        await validator.async_validate_path()
    except RevokedError:
        return
