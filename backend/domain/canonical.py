"""One byte sequence for one content: what is digested, signed and compared.

Keys sorted by code point, no white space, UTF-8, whole numbers only: the subset of RFC 8785 on which every
language agrees without its number rules.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_PLAIN = frozenset({type(None), bool, int, str})
"""Nearly every value is of one of these very types, which is seen faster than by asking what it is an instance of."""


def canonical_bytes(value: Json) -> bytes:
    """Canonical UTF-8 JSON.

    Raises:
        TypeError: for a float or anything JSON does not know.
    """
    _require_exact(value)
    return _ENCODER.encode(value).encode()


def content_digest(value: Json) -> str:
    """SHA-256 of the canonical bytes, 64 lower-case hexadecimal characters."""
    return digest_of(canonical_bytes(value))


def digest_of(canonical: bytes) -> str:
    """The same of bytes that are already made."""
    return hashlib.sha256(canonical).hexdigest()


def _require_exact(value: Json) -> None:
    if type(value) in _PLAIN:
        return
    match value:
        case None | bool() | int() | str():
            return
        case Mapping():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError(type(key).__name__)
                _require_exact(item)
        case list() | tuple():
            for item in value:
                _require_exact(item)
        case _:
            raise TypeError(type(value).__name__)
