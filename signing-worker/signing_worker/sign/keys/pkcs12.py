"""Keys in PKCS#12 files, for development only.

An RSA key is checked when it is loaded, which costs fifty times a signature; loaded keys are therefore kept
for the life of the process.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from backend.domain.signing_errors import CustodyForbiddenError, KeyUnavailableError
from signing_worker.sign.keys.port import PREHASHED, Made, SigningKey

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Pkcs12Key(SigningKey):
    """A key from a PKCS#12 file."""

    def __init__(
        self, private_key: PrivateKey, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...]
    ) -> None:
        super().__init__(certificate, chain)
        self._private_key = private_key

    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        return [self._sign(digest) for digest in digests]

    def _sign(self, digest: bytes) -> bytes:
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(digest, padding.PKCS1v15(), PREHASHED)
        return self._private_key.sign(digest, ec.ECDSA(PREHASHED))


class KeyRing:
    """The PKCS#12 files of one folder."""

    def __init__(self, folder: Path, password: str, *, production: bool) -> None:
        self._folder = folder
        self._password = password.encode()
        self._production = production
        self.load = lru_cache(maxsize=1024)(self._load)

    async def open(self, locator: str, certificate: x509.Certificate) -> SigningKey:  # noqa: ARG002 - one of four adapters of one shape; the file brings its own
        """The key of a file by its label.

        Raises:
            CustodyForbiddenError: in production.
            KeyUnavailableError: when there is no such file, or it is not what it should be.
        """
        return self.load(locator)

    def _load(self, locator: str) -> Pkcs12Key:
        if self._production:
            raise CustodyForbiddenError
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
