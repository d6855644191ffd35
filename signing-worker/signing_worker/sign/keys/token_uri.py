"""Where a key is in a token, as RFC 7512 writes it: ``pkcs11:token=…;object=…;id=…``.

A PIN never stands there: locators are in the database, PINs in files that only the worker reads.
"""

from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from backend.domain.errors import KeyUnavailableError


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """A token by its label or serial number, and a private key in it by label, identifier, or both."""

    token: str = ""
    serial: str = ""
    object: str = ""
    id: bytes = b""


def parse(locator: str) -> TokenPlace:
    """A place from the path of a PKCS#11 URI, with or without its scheme.

    Raises:
        KeyUnavailableError: when it names no token or no key, or says more than where the key is.
    """
    found: dict[str, bytes] = {}
    for part in locator.removeprefix("pkcs11:").split(";"):
        name, separator, value = part.partition("=")
        if not separator or name not in TokenPlace.__slots__ or name in found:
            raise KeyUnavailableError
        found[name] = unquote_to_bytes(value)
    words = {name: value.decode(errors="replace") for name, value in found.items() if name != "id"}
    place = TokenPlace(**words, id=found.get("id", b""))
    if not (place.token or place.serial) or not (place.object or place.id):
        raise KeyUnavailableError
    return place
