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
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
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
from backend.domain.signing_errors import CertificateUsageError
from backend.domain.text import clean
from signing_worker.sign.keys import SigningKey, to_asn1
from signing_worker.sign.keys.setup import TrustedSpan

ANSWER_SECONDS = 60
DOCUMENT_USAGES = frozenset(
    {
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing, RFC 9336
        x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # the same by Microsoft
        x509.ObjectIdentifier("1.2.840.113583.1.1.5"),  # the same by Adobe
    }
)
"""Extended usages with which a certificate may sign documents."""
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

    def __init__(
        self, roots: Sequence[Path], intermediates: Sequence[Path], spans: Sequence[TrustedSpan] = ()
    ) -> None:
        self.roots = load_certificates(roots)
        self._spans = {span.fingerprint: span for span in spans}
        self.intermediates = load_certificates(intermediates)
        self.chain = tuple(x509.load_der_x509_certificate(item.dump()) for item in self.intermediates)
        """The same for keys that bring no issuing certificates along."""
        self._answered: dict[bytes, float] = {}

    def trusted_at(self, moment: datetime) -> list[asn1_x509.Certificate]:
        """The roots that may vouch for a signature of that moment, by configuration."""
        return [root for root in self.roots if self._holds(root, moment)]

    def _holds(self, root: asn1_x509.Certificate, moment: datetime) -> bool:
        span = self._spans.get(root.sha256.hex())
        return span is None or span.begins <= moment < span.ends

    def context(self, session: aiohttp.ClientSession, moment: datetime | None = None) -> ValidationContext:
        """A fresh context that fetches revocation answers and requires them, with the roots of now or of that moment."""
        return ValidationContext(
            trust_roots=self.trusted_at(moment or datetime.now(UTC)),
            other_certs=self.intermediates,
            allow_fetching=True,
            revocation_mode="require",
            fetchers=AIOHttpFetcherBackend(session=session).get_fetchers(),
        )

    async def require(self, key: SigningKey, owner: Owner, session: aiohttp.ClientSession) -> None:
        """See that a key may sign for its registered owner now.

        Raises:
            CertificateOfAnotherError, CertificateExpiredError, CertificateRevokedError,
            CertificateUntrustedError, CertificateUsageError: for good.
            RevocationUnavailableError: until the authority answers.
        """
        certificate = key.certificate
        require_owner(certificate, owner)
        require_usage(certificate)
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
            await self._validate(certificate, (), session, moment)
        except CertificateRevokedError as error:
            cause = error.__cause__
            later = isinstance(cause, RevokedError) and cause.revocation_dt > moment
            return "" if later else error.code
        except CertificateUntrustedError as error:
            return CertificateExpiredError.code if isinstance(error.__cause__, ExpiredError) else error.code
        self._answered[fingerprint] = time.monotonic()
        return ""

    async def _validate(
        self,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate],
        session: aiohttp.ClientSession,
        moment: datetime | None = None,
    ) -> None:
        validator = CertificateValidator(
            to_asn1(certificate),
            intermediate_certs=[to_asn1(item) for item in chain],
            validation_context=self.context(session, moment),
        )
        try:
            await validator.async_validate_usage(set())
        except RevokedError as error:
            raise CertificateRevokedError from error
        except UNANSWERED as error:
            raise RevocationUnavailableError from error
        except (PathError, ValidationError) as error:
            raise CertificateUntrustedError from error


def require_owner(certificate: x509.Certificate, owner: Owner) -> None:
    """See that the certificate names the registered person or unit.

    A person is named by the common name. A unit is named by the common name, or by the organisation when the common name is
    as much of the unit's name as has room there (64 bytes, RFC 5280, ub-common-name): a teacher's certificate, which names
    the school as its organisation, is no seal of the school.

    Raises:
        CertificateOfAnotherError: when it is another's.
    """
    name = _plain(owner.name)
    commons, organisations = (
        [_plain(str(item.value)) for item in certificate.subject.get_attributes_for_oid(kind)]
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    )
    shortened = owner.is_unit and name in organisations and any(name.startswith(item) for item in commons)
    if name not in commons and not shortened:
        raise CertificateOfAnotherError


def require_usage(certificate: x509.Certificate) -> None:
    """See that the certificate was issued for signing documents: by its key usage, and by its extended one if it has any.

    Raises:
        CertificateUsageError: otherwise.
    """
    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as error:
        raise CertificateUsageError from error
    if not (usage.digital_signature or usage.content_commitment) or usage.key_cert_sign:
        raise CertificateUsageError
    try:
        extended = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return
    if extended.isdisjoint(DOCUMENT_USAGES):
        raise CertificateUsageError


def _plain(name: str) -> str:
    return clean(name).casefold()
