"""The XML's form of a signature: XAdES-B over the part of the packet each signer answers for.

The homeroom teacher signs the pupil's data, the principal and the school the whole data, the department the
data together with the effective date; each signature stands outside what it references. Canonical XML 1.0 is
used throughout: with exclusive canonicalisation signxml makes signatures that nobody can verify.
"""

from base64 import b64encode
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
    SignatureReference,
)
from signxml.xades import XAdESDataObjectFormat, XAdESSigner

from backend.domain.signing import SignatureRole
from signing_worker.packet.build import packet_bytes
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.shape import require_packet_shape
from signing_worker.packet.slots import add_lock_part, insert_signature, references
from signing_worker.sign.keys import SigningKey

SIGNATURE_VALUE = "{http://www.w3.org/2000/09/xmldsig#}SignatureValue"
BITS_OF_A_BYTE = 8


async def sign_packet(
    data: bytes, role: SignatureRole, key: SigningKey, *, effective_from: datetime | None = None
) -> bytes:
    """The packet with one more signature; the lock seal comes with the part that carries ``effective_from``.

    Raises:
        PacketInvalidError: when the bytes are no packet or the role has signed already.
        SigningFailedError: when the key does not sign.
    """
    mapping = default_mapping()
    root = parse_packet(data)
    require_packet_shape(root)
    if role is SignatureRole.LOCK_SEAL:
        if effective_from is None:
            raise ValueError("a lock without its instant")
        add_lock_part(root, effective_from, mapping)
    signature = await sign_element(root, references(role, mapping), role.value, key)
    insert_signature(root, role, signature, mapping)
    return packet_bytes(root)


async def sign_element(
    root: etree._Element, references: tuple[str, ...], role: str, key: SigningKey
) -> etree._Element:
    """A detached ``ds:Signature`` over elements of a document, by their Ids.

    The document's own elements carry no namespace, so the signature stays valid wherever it is put.

    Raises:
        SigningFailedError: when the key does not sign.
    """
    blank = _Blank(key)
    signature: etree._Element = _signer(role, is_rsa=key.is_rsa).sign(
        root,
        key=blank,
        cert=[key.certificate, *key.chain],
        reference_uri=[SignatureReference(URI=f"#{item}") for item in references],
        id_attribute="Id",
        always_add_key_value=False,
    )
    value = signature.find(SIGNATURE_VALUE)
    assert value is not None
    value.text = b64encode(as_in_xml(key, await key.sign(blank.data))).decode()
    return signature


class _Blank:
    """What signxml takes for a private key: notes what is to be signed, and signs nothing."""

    def __init__(self, key: SigningKey) -> None:
        public = key.certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)
        self.key_size = public.key_size
        self.data = b""

    def sign(self, data: bytes, **_: object) -> bytes:
        self.data = data
        return encode_dss_signature(1, 1)


def as_in_xml(key: SigningKey, signature: bytes) -> bytes:
    """A raw signature as XML has it: with elliptic curves both numbers side by side (RFC 9231, 2.3.6)."""
    public = key.certificate.public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey):
        return signature
    size = (public.key_size + BITS_OF_A_BYTE - 1) // BITS_OF_A_BYTE
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


def _signer(role: str, *, is_rsa: bool) -> Any:
    return XAdESSigner(
        claimed_roles=[role],
        data_object_format=XAdESDataObjectFormat(Description="Học bạ số", MimeType="application/xml"),
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
