"""Signing in two steps, for keys that somebody must be asked for: prepare the files, and put the signatures in later.

The files are made with a blank in each signature's place, and what is to be signed is noted. When the signatures are there,
each is held to the registered certificate and to what was noted, the blanks are filled, the timestamp is added, and the file
is read once more before anybody stores it. Nothing here depends on how the files were made.
"""

import hashlib
import io
from base64 import b64encode
from collections.abc import Sequence

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

from backend.domain.errors import TimestampUnavailableError
from backend.domain.signing_errors import SignatureWrongError
from signing_worker.sign.keys.port import Made, SigningKey, is_signed
from signing_worker.sign.xml import as_in_xml


class BlankKey(SigningKey):
    """Stands for a key that is elsewhere: notes each digest, and signs it with a blank of the right length."""

    def __init__(self, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()) -> None:
        super().__init__(certificate, chain)
        self.digests: list[bytes] = []
        self.blank = _blank_of(certificate)

    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        self.digests += digests
        return [self.blank for _ in digests]


def _blank_of(certificate: x509.Certificate) -> bytes:
    public = certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return b"\x5a" * (public.key_size // 8)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    number = int.from_bytes(b"\x5a" * (public.key_size // 8), "big")
    return encode_dss_signature(number, number)


def fill_xml(data: bytes, key: BlankKey, signature: bytes) -> bytes:
    """The packet with a signature where its blank was.

    Raises:
        SignatureWrongError: when there is no such place.
    """
    blank, value = (b64encode(as_in_xml(key, item)) for item in (key.blank, signature))
    if data.count(blank) != 1:
        raise SignatureWrongError
    return data.replace(blank, value)


async def fill_pdf(data: bytes, signature: bytes, stamper: TimeStamper) -> bytes:
    """The PDF with a signature and its timestamp where the last signature's blank was.

    Raises:
        TimestampUnavailableError: when the timestamp service does not answer.
        SignatureWrongError: when the file's digest is not the one that was signed, or there is no room.
    """
    first, length, rest, _ = _range_of(data)
    gap = slice(first + length + 1, rest - 1)
    whole = cms.ContentInfo.load(bytes.fromhex(data[gap].decode()))
    signer = whole["content"]["signer_infos"][0]
    signer["signature"] = signature
    token = await _stamp(signature, stamper)
    signer["unsigned_attrs"] = cms.CMSAttributes([_attribute("signature_time_stamp_token", token)])
    made: bytes = whole.dump().hex().encode()
    room = gap.stop - gap.start
    if len(made) > room:
        raise SignatureWrongError
    return data[: gap.start] + made.ljust(room, b"0") + data[gap.stop :]


def require_signed(data: bytes, certificate: x509.Certificate) -> None:
    """See that the last signature of a PDF is the certificate's, over the file's own bytes.

    Raises:
        SignatureWrongError: otherwise.
    """
    signer = PdfFileReader(io.BytesIO(data)).embedded_signatures[-1].signer_info
    first, length, rest, tail = _range_of(data)
    covered = data[first : first + length] + data[rest : rest + tail]
    said = next(a["values"][0].native for a in signer["signed_attrs"] if a["type"].native == "message_digest")
    attributes = hashlib.sha256(signer["signed_attrs"].untag().dump()).digest()
    whole = rest + tail == len(data) and said == hashlib.sha256(covered).digest()
    if not whole or not is_signed(certificate, attributes, signer["signature"].native):
        raise SignatureWrongError


def _range_of(data: bytes) -> tuple[int, int, int, int]:
    """The byte range of a file's last signature."""
    found = PdfFileReader(io.BytesIO(data)).embedded_signatures
    if not found:
        raise SignatureWrongError
    first, length, rest, tail = (int(item) for item in found[-1].byte_range)
    return first, length, rest, tail


def _attribute(kind: str, value: core.Asn1Value) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


async def _stamp(signature: bytes, stamper: TimeStamper) -> cms.ContentInfo:
    try:
        return await stamper.async_timestamp(hashlib.sha256(signature).digest(), "sha256")
    except (TimestampRequestError, OSError, TimeoutError) as error:
        raise TimestampUnavailableError from error
