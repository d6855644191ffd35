"""Where the worker asks for a key: the registered custody names the adapter, the locator the key within it."""

from collections.abc import Mapping
from typing import Protocol

from cryptography import x509

from backend.domain.errors import KeyUnavailableError
from backend.domain.organisation import KeyCustody
from signing_worker.sign.keys.port import SigningKey

KEYS_KEPT = 4096


class Custodian(Protocol):
    """One way of keeping keys."""

    async def open(self, locator: str, certificate: x509.Certificate) -> SigningKey:
        """The key that belongs to a registered certificate.

        Raises:
            SigningFailedError: by its leaf.
        """
        ...


class KeyDesk:
    """Every custodian that this process has, and the keys that it has opened."""

    def __init__(self, custodians: Mapping[KeyCustody, Custodian]) -> None:
        self._custodians = custodians
        self._opened: dict[tuple[str, str, str], SigningKey] = {}

    async def open(self, custody: str, locator: str, pem: str) -> SigningKey:
        """The key of a registered certificate (PEM); the same one whenever it is asked for.

        Raises:
            KeyUnavailableError: when its custodian is not configured, or by the custodian.
        """
        name = (custody, locator, pem)
        if name not in self._opened:
            custodian = self._custodians.get(KeyCustody(custody))
            if custodian is None:
                raise KeyUnavailableError
            if len(self._opened) >= KEYS_KEPT:
                self._opened.clear()
            self._opened[name] = await custodian.open(locator, x509.load_pem_x509_certificate(pem.encode()))
        return self._opened[name]
