"""Keys with a remote signing service: one confirmation of the owner covers as many digests as the service allows.

A service refuses a whole call when it refuses one digest in it; the call is then halved until the one stands alone, so that
it fails by itself. An authorisation that runs out leaves the remaining digests unsigned, each with that reason.
"""

from collections.abc import Mapping, Sequence

from cryptography import x509

from backend.domain.errors import CertificateOfAnotherError, DomainError, KeyUnavailableError
from backend.domain.signing_errors import AuthorisationExpiredError, KeyRefusedError
from signing_worker.sign.keys.csc_service import Authorisation, Credential, CscService
from signing_worker.sign.keys.port import Made, SigningKey, checked

CALL_MAX = 100
"""Digests in one call of an authorisation: what is lost with a connection is never more than this."""


class CscKey(SigningKey):
    """A credential of a service, with its registered certificate."""

    def __init__(self, service: CscService, credential: Credential, certificate: x509.Certificate) -> None:
        super().__init__(certificate, credential.chain)
        self._service, self._credential = service, credential

    async def sign_digests(
        self, digests: Sequence[bytes], secrets: Mapping[str, str] | None = None
    ) -> list[Made]:
        made: list[Made] = []
        for start in range(0, len(digests), self._credential.limit):
            made += await self._confirmed(digests[start : start + self._credential.limit], secrets or {})
        return made

    async def _confirmed(self, digests: Sequence[bytes], secrets: Mapping[str, str]) -> list[Made]:
        """Signatures after one confirmation; without one, that reason for each."""
        try:
            given = await self._service.authorise(self._credential.id, digests, secrets)
        except DomainError as error:
            return [error for _ in digests]
        made: list[Made] = []
        for start in range(0, len(digests), CALL_MAX):
            made += await self._call(given, digests[start : start + CALL_MAX])
        return made

    async def _call(self, given: Authorisation, digests: Sequence[bytes]) -> list[Made]:
        if not given.holds:
            return [AuthorisationExpiredError() for _ in digests]
        try:
            signed = await self._service.sign_hashes(self._credential, given, digests, is_rsa=self.is_rsa)
        except KeyRefusedError as error:
            if len(digests) == 1:
                return [error]
            half = len(digests) // 2
            return await self._call(given, digests[:half]) + await self._call(given, digests[half:])
        except DomainError as error:
            return [error for _ in digests]
        return [checked(self.certificate, *pair) for pair in zip(digests, signed, strict=True)]


class RemoteKeys:
    """The credentials of one service."""

    def __init__(self, service: CscService) -> None:
        self._service = service

    async def open(self, locator: str, certificate: x509.Certificate) -> CscKey:
        """The key of a credential, which must have the registered certificate.

        Raises:
            CertificateOfAnotherError: when the service has another certificate for it.
            KeyUnavailableError: when the service does not answer, or has the key disabled.
        """
        credential = await self._service.credential(locator)
        if credential.certificate != certificate:
            raise CertificateOfAnotherError
        if not credential.is_enabled:
            raise KeyUnavailableError
        return CscKey(self._service, credential, certificate)
