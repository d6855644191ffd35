"""The XML's form of a signature: XAdES-B over the part of the packet each signer answers for.

The homeroom teacher signs the pupil's data, the principal and the school the whole data, the department the
data together with the effective date; each signature stands outside what it references. Canonical XML 1.0 is
used throughout: with exclusive canonicalisation signxml makes signatures that nobody can verify.
"""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
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


def sign_packet(
    data: bytes, role: SignatureRole, key: SigningKey, *, effective_from: datetime | None = None
) -> bytes:
    """The packet with one more signature; the lock seal comes with the part that carries ``effective_from``.

    Raises:
        PacketInvalidError: when the bytes are no packet or the role has signed already.
    """
    mapping = default_mapping()
    root = parse_packet(data)
    require_packet_shape(root)
    if role is SignatureRole.LOCK_SEAL:
        if effective_from is None:
            raise ValueError("a lock without its instant")
        add_lock_part(root, effective_from, mapping)
    signature = sign_element(root, references(role, mapping), role.value, key)
    insert_signature(root, role, signature, mapping)
    return packet_bytes(root)


def sign_element(
    root: etree._Element, references: tuple[str, ...], role: str, key: SigningKey
) -> etree._Element:
    """A detached ``ds:Signature`` over elements of a document, by their Ids.

    The document's own elements carry no namespace, so the signature stays valid wherever it is put.
    """
    is_rsa = isinstance(key.private_key, rsa.RSAPrivateKey)
    signer = XAdESSigner(
        claimed_roles=[role],
        data_object_format=XAdESDataObjectFormat(Description="Học bạ số", MimeType="application/xml"),
        method=SignatureConstructionMethod.detached,
        signature_algorithm=SignatureMethod.RSA_SHA256 if is_rsa else SignatureMethod.ECDSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    return signer.sign(
        root,
        key=key.private_key,
        cert=[key.certificate, *key.chain],
        reference_uri=[SignatureReference(URI=f"#{item}") for item in references],
        id_attribute="Id",
        always_add_key_value=False,
    )
