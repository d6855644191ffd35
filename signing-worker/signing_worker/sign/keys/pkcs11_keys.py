"""Keys in tokens and hardware security modules, over PKCS#11: the private key never leaves them.

The digest is made here and the token does the one thing that only it can do (``CKM_RSA_PKCS`` over a DigestInfo,
``CKM_ECDSA``): every token has these two, and a seal's kilobytes need not travel through a smart card.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Mechanism

from signing_worker.sign.keys import token_uri
from signing_worker.sign.keys.pkcs11_token import Token
from signing_worker.sign.keys.port import Made, SigningKey, checked
from signing_worker.sign.keys.token_uri import TokenPlace

SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What stands before a SHA-256 digest in a PKCS#1 v1.5 signature (RFC 8017, 9.2)."""


class Pkcs11Key(SigningKey):
    """A private key in a token, with its registered certificate."""

    def __init__(self, token: Token, place: TokenPlace, certificate: x509.Certificate) -> None:
        super().__init__(certificate)
        self._token, self._place = token, place

    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        made = await asyncio.to_thread(self._token.use, self._place, lambda key: self._all(key, digests))
        return [
            checked(self.certificate, digest, signature)
            for digest, signature in zip(digests, made, strict=True)
        ]

    def _all(self, key: Any, digests: Sequence[bytes]) -> list[bytes]:
        if self.is_rsa:
            return [key.sign(SHA256_INFO + digest, mechanism=Mechanism.RSA_PKCS) for digest in digests]
        return [_as_der(key.sign(digest, mechanism=Mechanism.ECDSA)) for digest in digests]


def _as_der(raw: bytes) -> bytes:
    """Both numbers side by side, as PKCS#11 gives them, in DER."""
    half = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))


class Tokens:
    """The tokens of one module; ``pin_of`` gives the PIN of a token by its label, whenever it is logged in to."""

    def __init__(self, module: Path, pin_of: Callable[[str], bytes]) -> None:
        self._module, self._pin_of = module, pin_of
        self._lock = Lock()
        self._token = lru_cache(maxsize=64)(self._new)

    async def open(self, locator: str, certificate: x509.Certificate) -> SigningKey:
        """The key of a PKCS#11 URI; the token is asked when it signs.

        Raises:
            KeyUnavailableError: when the locator is no such URI.
        """
        place = token_uri.parse(locator)
        return Pkcs11Key(self._token(place.token, place.serial), place, certificate)

    def _new(self, label: str, serial: str) -> Token:
        place = TokenPlace(token=label, serial=serial)
        return Token(self._module, place, partial(self._pin_of, label or serial), self._lock)


def pins_in(folder: Path) -> Callable[[str], bytes]:
    """PINs in files ``<label>.pin`` of a folder.

    Raises:
        FileNotFoundError: (what it returns) when there is none, or the label would lead out of the folder.
    """

    def pin_of(label: str) -> bytes:
        if "/" in label or label.startswith("."):
            raise FileNotFoundError
        return (folder / f"{label}.pin").read_bytes().strip()

    return pin_of
