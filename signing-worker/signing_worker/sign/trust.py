"""Whether a certificate may sign now: right owner, valid, issued under a trusted root, not revoked.

Revocation is asked for and must be answered: without an answer nothing is signed ("hard fail"), because a
soft failure accepts what the authority has withdrawn. A good answer counts for one minute.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.x509.oid import NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    ExpiredError,
    InsufficientPOEError,
    InsufficientRevinfoError,
    PathError,
    RevokedError,
    StaleRevinfoError,
    ValidationError,
)
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend

from backend.domain.errors import (
    CertificateExpiredError,
    CertificateOfAnotherError,
    CertificateRevokedError,
    CertificateUntrustedError,
    RevocationUnavailableError,
)
from backend.domain.text import clean
from signing_worker.sign.keys import SigningKey, to_asn1

ANSWER_SECONDS = 60
UNANSWERED = (InsufficientRevinfoError, StaleRevinfoError, InsufficientPOEError)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose certificate it must be, by the register."""

    name: str
    is_unit: bool


def load_certificates(paths: Sequence[Path]) -> list[asn1_x509.Certificate]:
    """Every certificate of PEM files."""
    found = []
    for path in paths:
        for _, _, der in pem.unarmor(path.read_bytes(), multiple=True):
            found.append(asn1_x509.Certificate.load(der))
    return found


class Trust:
    """The trusted roots, and the revocation answers of the last minute."""

    def __init__(self, roots: Sequence[Path], intermediates: Sequence[Path]) -> None:
        self.roots = load_certificates(roots)
        self.intermediates = load_certificates(intermediates)
        self._answered: dict[bytes, float] = {}

    def context(self, session: aiohttp.ClientSession) -> ValidationContext:
        """A fresh context that fetches revocation answers and requires them."""
        return ValidationContext(
            trust_roots=self.roots,
            other_certs=self.intermediates,
            allow_fetching=True,
            revocation_mode="require",
            fetchers=AIOHttpFetcherBackend(session=session).get_fetchers(),
        )

    async def require(self, key: SigningKey, owner: Owner, session: aiohttp.ClientSession) -> None:
        """See that a key may sign for its registered owner now.

        Raises:
            CertificateOfAnotherError, CertificateExpiredError, CertificateRevokedError,
            CertificateUntrustedError: for good.
            RevocationUnavailableError: until the authority answers.
        """
        certificate = key.certificate
        require_owner(certificate, owner)
        now = datetime.now(UTC)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise CertificateExpiredError
        fingerprint = to_asn1(certificate).sha256
        if time.monotonic() - self._answered.get(fingerprint, float("-inf")) < ANSWER_SECONDS:
            return
        await self._validate(certificate, key.chain, session)
        self._answered[fingerprint] = time.monotonic()

    async def held(self, pem: str, moment: datetime, session: aiohttp.ClientSession) -> str:
        """What bars a certificate from having signed at a past moment, as a code; empty when nothing does.

        A later revocation bars nothing; without an answer about revocation nothing is said at all. A certificate that
        has expired since is barred: authorities no longer answer for it.

        Raises:
            RevocationUnavailableError: until the authority answers.
        """
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if not certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc:
            return CertificateExpiredError.code
        fingerprint = to_asn1(certificate).sha256
        if time.monotonic() - self._answered.get(fingerprint, float("-inf")) < ANSWER_SECONDS:
            return ""
        try:
            await self._validate(certificate, (), session)
        except CertificateRevokedError as error:
            cause = error.__cause__
            later = isinstance(cause, RevokedError) and cause.revocation_dt > moment
            return "" if later else error.code
        except CertificateUntrustedError as error:
            return CertificateExpiredError.code if isinstance(error.__cause__, ExpiredError) else error.code
        self._answered[fingerprint] = time.monotonic()
        return ""

    async def _validate(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate], session: aiohttp.ClientSession
    ) -> None:
        validator = CertificateValidator(
            to_asn1(certificate),
            intermediate_certs=[to_asn1(item) for item in chain],
            validation_context=self.context(session),
        )
        try:
            await validator.async_validate_usage({"digital_signature"})
        except RevokedError as error:
            raise CertificateRevokedError from error
        except UNANSWERED as error:
            raise RevocationUnavailableError from error
        except (PathError, ValidationError) as error:
            raise CertificateUntrustedError from error


def require_owner(certificate: x509.Certificate, owner: Owner) -> None:
    """See that the certificate names the registered person or unit.

    A person is named by the common name. A unit may also be named by the organisation, because a common name
    has 64 bytes (RFC 5280, ub-common-name) and many a school's name has more.

    Raises:
        CertificateOfAnotherError: when it is another's.
    """
    attributes = (NameOID.COMMON_NAME, *((NameOID.ORGANIZATION_NAME,) if owner.is_unit else ()))
    names = [
        clean(str(name.value)).casefold()
        for attribute in attributes
        for name in certificate.subject.get_attributes_for_oid(attribute)
    ]
    if clean(owner.name).casefold() not in names:
        raise CertificateOfAnotherError
