"""A remote signing service over the API of the Cloud Signature Consortium, version 1 (1.0.4) or 2, whichever it speaks.

Both versions have the same methods and name some things differently; what differs stands in one table, ``WORDS``.
An answer that is none (no connection, no JSON, 5xx) says nothing about what was signed; an error (4xx) says that nothing was.
"""

import asyncio
import time
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from cryptography import x509

from backend.domain.errors import KeyUnavailableError
from backend.domain.signing_errors import AuthorisationExpiredError, KeyRefusedError
from signing_worker.sign.keys.setup import ServiceSetup

SHA256 = "2.16.840.1.101.3.4.2.1"
RSA, ECDSA = "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2"
POLL_SECONDS = 1.0
SAD_SECONDS = 3600
"""How long an authorisation lasts when the service does not say (1.0.4, 11.6)."""
MARGIN_SECONDS = 2
REFUSED, SERVER = 400, 500
EXPIRED = frozenset({"invalid_token", "invalid_sad", "expired_sad", "sad_expired"})
"""Errors by which a service says that an authorisation no longer holds."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a version calls things."""

    hashes: str
    algorithm: str


WORDS = {"v1": Words("hash", "hashAlgo"), "v2": Words("hashes", "hashAlgorithmOID")}


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as the service describes it; ``limit`` hashes have room in one authorisation."""

    id: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    limit: int
    is_enabled: bool


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What the owner has confirmed (SAD), and until when by this process's clock."""

    sad: str
    until: float

    @property
    def holds(self) -> bool:
        return time.monotonic() < self.until


class CscService:
    """One service."""

    def __init__(self, setup: ServiceSetup, session: aiohttp.ClientSession) -> None:
        self._setup, self._session = setup, session
        self._version = ""

    async def credential(self, credential_id: str) -> Credential:
        """What the service says of a credential.

        Raises:
            KeyUnavailableError: when it does not answer as it should. KeyRefusedError: when it knows no such credential.
        """
        asked = {"credentialID": credential_id, "certificates": "chain", "certInfo": False, "authInfo": True}
        said = await self._ask("credentials/info", asked)
        try:
            first, *others = [
                x509.load_der_x509_certificate(b64decode(item)) for item in said["cert"]["certificates"]
            ]
            limit, enabled = int(said["multisign"]), said["key"]["status"] == "enabled"
        except (KeyError, TypeError, ValueError) as error:
            raise KeyUnavailableError from error
        return Credential(credential_id, first, tuple(others), max(1, limit), enabled)

    async def authorise(
        self, credential_id: str, digests: Sequence[bytes], secrets: Mapping[str, str]
    ) -> Authorisation:
        """Ask the owner to confirm exactly these digests; waits for a push to be answered.

        ``secrets`` are a PIN or a one-time code by their names; none where the service asks its owner by itself.

        Raises:
            KeyRefusedError: when the owner says no. AuthorisationExpiredError: when nobody answers in time.
        """
        version = await self._speak()
        words = WORDS[version]
        asked: dict[str, Any] = {
            "credentialID": credential_id,
            "numSignatures": len(digests),
            words.hashes: [b64encode(item).decode() for item in digests],
        }
        if version == "v1":
            asked |= secrets
        else:
            asked["hashAlgorithmOID"] = SHA256
            asked["authData"] = [{"id": name, "value": value} for name, value in secrets.items()]
        began = time.monotonic()
        said = await self._ask("credentials/authorize", asked)
        while "SAD" not in said:
            if time.monotonic() - began > self._setup.seconds or "handle" not in said:
                raise AuthorisationExpiredError
            await asyncio.sleep(POLL_SECONDS)
            said = await self._ask("credentials/authorizeCheck", {"handle": said["handle"]}) | {
                "handle": said["handle"]
            }
        lasts = float(said.get("expiresIn", SAD_SECONDS))
        return Authorisation(str(said["SAD"]), time.monotonic() + lasts - MARGIN_SECONDS)

    async def sign_hashes(
        self, credential: Credential, authorisation: Authorisation, digests: Sequence[bytes], *, is_rsa: bool
    ) -> list[bytes]:
        """Raw signatures over the digests, in their order.

        Raises:
            AuthorisationExpiredError, KeyRefusedError: nothing was signed. KeyUnavailableError: nobody knows.
        """
        version = await self._speak()
        words = WORDS[version]
        asked = {
            "credentialID": credential.id,
            "SAD": authorisation.sad,
            words.hashes: [b64encode(item).decode() for item in digests],
            words.algorithm: SHA256,
            "signAlgo": RSA if is_rsa else ECDSA,
        }
        said = await self._ask("signatures/signHash", asked)
        try:
            made = [b64decode(item, validate=True) for item in said["signatures"]]
        except (KeyError, TypeError, ValueError) as error:
            raise KeyUnavailableError from error
        if len(made) != len(digests):
            raise KeyUnavailableError
        return made

    def _token(self) -> str:
        # read anew: whoever replaces it does not want to restart the worker
        return self._setup.token_file.read_text().strip()

    async def _speak(self) -> str:
        """The newest version that the service speaks; it is asked once."""
        if not self._version:
            for version in ("v2", "v1"):
                try:
                    await self._post(version, "info", {})
                except KeyRefusedError:
                    continue
                self._version = version
                break
            else:
                raise KeyUnavailableError
        return self._version

    async def _ask(self, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        return await self._post(await self._speak(), method, asked)

    async def _post(self, version: str, method: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        address = f"{self._setup.url}/csc/{version}/{method}"
        try:
            headers = {"authorization": f"Bearer {self._token()}"}
            wait = aiohttp.ClientTimeout(total=self._setup.seconds)
            async with self._session.post(
                address, json=asked, headers=headers, timeout=wait, allow_redirects=False
            ) as answer:
                said = await answer.json()
        except (OSError, aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise KeyUnavailableError from error
        if not isinstance(said, dict) or answer.status >= SERVER:
            raise KeyUnavailableError
        if answer.status >= REFUSED:
            raise AuthorisationExpiredError if said.get("error") in EXPIRED else KeyRefusedError
        return said
