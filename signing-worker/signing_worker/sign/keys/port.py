"""What every key can do, wherever it is kept: sign SHA-256 digests.

A digest rather than the data, because that is all that travels to a token on somebody's desk or to a remote service,
and several at once, because one confirmation of a person covers them. A private key is nothing that the port knows.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import sha256

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from backend.domain.errors import DomainError
from backend.domain.signing_errors import SignatureWrongError

SIGNATURE_BYTES_MAX = 512
PREHASHED = Prehashed(hashes.SHA256())

Made = bytes | DomainError
"""A raw signature (PKCS#1 v1.5 with RSA, DER with elliptic curves), or why there is none."""


class SigningKey(ABC):
    """A key in somebody's custody, with the registered certificate and the issuing certificates that came along."""

    def __init__(self, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...] = ()) -> None:
        self.certificate = certificate
        self.chain = chain

    @property
    def is_rsa(self) -> bool:
        return isinstance(self.certificate.public_key(), rsa.RSAPublicKey)

    @abstractmethod
    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        """Sign SHA-256 digests: an answer for each, in their order. One that fails never takes the others along.

        Raises:
            SigningFailedError: when none could be signed.
        """

    async def sign(self, data: bytes) -> bytes:
        """Sign data, hashed by SHA-256.

        Raises:
            SigningFailedError: by its leaf.
        """
        (made,) = await self.sign_digests([sha256(data).digest()])
        if isinstance(made, DomainError):
            raise made
        return made


def checked(certificate: x509.Certificate, digest: bytes, signature: bytes) -> Made:
    """A signature that came from outside this process, if the certificate's key made it over this digest."""
    return signature if is_signed(certificate, digest, signature) else SignatureWrongError()


def is_signed(certificate: x509.Certificate, digest: bytes, signature: bytes) -> bool:
    """Whether the certificate's key has signed a SHA-256 digest."""
    public = certificate.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), PREHASHED)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(PREHASHED))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko's libraries have it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
