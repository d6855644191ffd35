"""Where signing keys come from: one port, and the development adapter that reads PKCS#12 files.

An RSA key is checked when it is loaded, which costs fifty times a signature; loaded keys are therefore kept
for the life of the process.
"""

from functools import lru_cache
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from backend.domain.errors import KeyUnavailableError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
SIGNATURE_BYTES_MAX = 512


class SigningKey(Protocol):
    """A key in somebody's custody."""

    @property
    def certificate(self) -> x509.Certificate: ...

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Issuing certificates that came with the key."""
        ...

    @property
    def private_key(self) -> PrivateKey: ...

    def sign(self, data: bytes) -> bytes:
        """A raw SHA-256 signature: PKCS#1 v1.5 with RSA, DER with elliptic curves."""
        ...


class Pkcs12Key:
    """A key from a PKCS#12 file."""

    def __init__(
        self, private_key: PrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        self.private_key = private_key
        self.certificate = certificate
        self.chain = chain

    def sign(self, data: bytes) -> bytes:
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))


class KeyRing:
    """The PKCS#12 files of one folder; development only."""

    def __init__(self, folder: Path, password: str, *, production: bool) -> None:
        if production:
            raise KeyUnavailableError(field="PKCS12")
        self._folder = folder
        self._password = password.encode()
        self.load = lru_cache(maxsize=1024)(self._load)

    def _load(self, locator: str) -> SigningKey:
        path = self._folder / f"{locator}.p12"
        try:
            private_key, certificate, chain = pkcs12.load_key_and_certificates(
                path.read_bytes(), self._password
            )
        except (OSError, ValueError) as error:
            raise KeyUnavailableError from error
        if certificate is None or not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnavailableError
        return Pkcs12Key(private_key, certificate, tuple(chain))


def to_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate as pyHanko's libraries have it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
