"""Sealing the answer that is kept for a repeated request: only whoever holds the request's key can read it again.

An answer may hold a share code or a program's secret that is shown once, and it holds people's names. What the table
keeps is worth nothing by itself: opening it takes the client's key, which is kept nowhere, and this site's secret.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"hocba: answers to repeated requests"
_KEY_BYTES, _NONCE_BYTES = 32, 12


class AnswerUnreadableError(Exception):
    """What is kept was sealed with other keys, or has been changed."""


@dataclass(frozen=True, slots=True)
class RequestSeal:
    """The keys of one request: one marks what was asked, the other seals the answer."""

    _mark: bytes = field(repr=False)
    _seal: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str, key: str, *person: str) -> Self:
        """Keys made of the site's secret, the client's key and who sent it."""
        derived = HKDF(SHA256(), 2 * _KEY_BYTES, salt=secret.encode(), info=_PURPOSE)
        material = derived.derive("\0".join((*person, key)).encode())
        return cls(material[:_KEY_BYTES], material[_KEY_BYTES:])

    def mark(self, *parts: str) -> str:
        """What tells a request from another under the same key, as 64 hexadecimal digits.

        Keyed, because what is asked can be short enough to be guessed: a citizen number, a reason.
        """
        return hmac.new(self._mark, "\0".join(parts).encode(), hashlib.sha256).hexdigest()

    def close(self, answer: bytes) -> str:
        """An answer, sealed."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.b64encode(nonce + AESGCM(self._seal).encrypt(nonce, answer, None)).decode()

    def open(self, sealed: str) -> bytes:
        """An answer that was sealed with the same keys.

        Raises:
            AnswerUnreadableError: when it was not.
        """
        try:
            kept = base64.b64decode(sealed, validate=True)
            return AESGCM(self._seal).decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], None)
        except (ValueError, InvalidTag) as error:
            raise AnswerUnreadableError from error
