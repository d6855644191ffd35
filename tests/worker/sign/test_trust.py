"""Who may sign now: the right owner, with a valid certificate, from a trusted root, not revoked, and we can ask."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from backend.domain.errors import (
    CertificateExpiredError,
    CertificateOfAnotherError,
    CertificateRevokedError,
    CertificateUntrustedError,
    DomainError,
    KeyUnavailableError,
    RevocationUnavailableError,
)
from backend.domain.signing_errors import CertificateUsageError, CustodyForbiddenError
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import (
    EXPIRED,
    NOT_YET_VALID,
    OTHER_PERSON,
    OUTSIDER,
    REVOKED,
    WRONG_USAGE,
    Kind,
    SignerSpec,
)
from signing_worker.sign.keys import KeyRing
from signing_worker.sign.keys.setup import TrustedSpan
from signing_worker.sign.trust import Owner, Trust, load_certificates
from tests.fixtures.servers import DEPARTMENT_SEAL, PUBLIC_TEACHER, SCHOOL_SEAL, TEACHER


@pytest.fixture
def keys(pki: DevelopmentPki) -> KeyRing:
    return KeyRing(pki.keys_folder, pki.keys_password, production=False)


@pytest.fixture
def trust(pki: DevelopmentPki) -> Trust:
    return Trust(pki.trust_roots, pki.intermediates)


async def _require(trust: Trust, keys: KeyRing, spec: SignerSpec, owner: Owner | None = None) -> None:
    named = owner or Owner(spec.common_name, spec.kind is Kind.ORGANISATION)
    async with aiohttp.ClientSession() as session:
        await trust.require(keys.load(spec.label), named, session)


@pytest.mark.parametrize(
    "spec", [TEACHER, SCHOOL_SEAL, DEPARTMENT_SEAL, PUBLIC_TEACHER], ids=lambda spec: spec.label
)
async def test_good_certificates_of_both_branches_may_sign(
    trust: Trust, keys: KeyRing, spec: SignerSpec
) -> None:
    """A valid certificate of the government's or a public authority passes."""
    await _require(trust, keys, spec)


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        (EXPIRED, CertificateExpiredError),
        (NOT_YET_VALID, CertificateExpiredError),
        (REVOKED, CertificateRevokedError),
        (OUTSIDER, CertificateUntrustedError),
        (WRONG_USAGE, CertificateUsageError),
    ],
    ids=lambda value: getattr(value, "label", getattr(value, "code", "")),
)
async def test_bad_certificates_are_named(
    trust: Trust, keys: KeyRing, spec: SignerSpec, error: type[DomainError]
) -> None:
    """Expired, not yet valid, revoked and untrusted each get their own reason."""
    with pytest.raises(error):
        await _require(trust, keys, spec)


async def test_another_persons_certificate_is_refused(trust: Trust, keys: KeyRing) -> None:
    """A certificate that names somebody else does not sign for the registered person."""
    with pytest.raises(CertificateOfAnotherError):
        await _require(trust, keys, OTHER_PERSON, Owner(TEACHER.common_name, is_unit=False))


async def test_a_unit_may_be_named_by_its_organisation_and_a_person_may_not(
    trust: Trust, keys: KeyRing
) -> None:
    """The organisation counts for a seal; a teacher is not the school they work for."""
    await _require(trust, keys, SCHOOL_SEAL, Owner(SCHOOL_SEAL.organisation, is_unit=True))
    with pytest.raises(CertificateOfAnotherError):
        await _require(trust, keys, TEACHER, Owner(TEACHER.organisation, is_unit=False))


async def test_a_teachers_certificate_is_no_seal_of_the_school(trust: Trust, keys: KeyRing) -> None:
    """It names the school as its organisation, but the teacher as its holder; a name that was cut for room still counts."""
    with pytest.raises(CertificateOfAnotherError):
        await _require(trust, keys, TEACHER, Owner(TEACHER.organisation, is_unit=True))
    await _require(trust, keys, SCHOOL_SEAL, Owner(SCHOOL_SEAL.organisation, is_unit=True))


@pytest.mark.parametrize(("days", "trusted"), [((-10, 10), True), ((-10, -1), False), ((1, 10), False)])
async def test_a_root_vouches_between_its_dates(
    keys: KeyRing, pki: DevelopmentPki, days: tuple[int, int], trusted: bool
) -> None:
    """Outside the configured dates nothing under it signs; the other branch's root is not touched."""
    now = datetime.now(UTC)
    government, public = load_certificates(pki.trust_roots)
    begins, ends = (now + timedelta(days=day) for day in days)
    dated = Trust(
        pki.trust_roots, pki.intermediates, [TrustedSpan(government.sha256.hex(), begins, ends)]
    )  # fmt: skip
    expected = [government, public] if trusted else [public]
    assert [root.sha256 for root in dated.trusted_at(now)] == [root.sha256 for root in expected]
    await _require(dated, keys, PUBLIC_TEACHER)
    if trusted:
        await _require(dated, keys, TEACHER)
    else:
        with pytest.raises(CertificateUntrustedError):
            await _require(dated, keys, TEACHER)


async def test_without_an_answer_nothing_is_signed(trust: Trust, keys: KeyRing, pki: DevelopmentPki) -> None:
    """When the revocation service is away the certificate is not trusted, and is again when it is back."""
    pki.stop()
    try:
        with pytest.raises(RevocationUnavailableError):
            await _require(trust, keys, TEACHER)
    finally:
        pki.start()
    await _require(trust, keys, TEACHER)


def test_a_key_that_cannot_be_read_is_unavailable(pki: DevelopmentPki, tmp_path: Path) -> None:
    """A missing file, a broken file and a wrong password are one passing reason."""
    (tmp_path / "broken.p12").write_bytes(b"not a key")
    for ring, label in (
        (KeyRing(pki.keys_folder, pki.keys_password, production=False), "nobody"),
        (KeyRing(tmp_path, "x", production=False), "broken"),
        (KeyRing(pki.keys_folder, "wrong", production=False), TEACHER.label),
    ):
        with pytest.raises(KeyUnavailableError):
            ring.load(label)


def test_key_files_are_refused_in_production(pki: DevelopmentPki) -> None:
    """PKCS#12 files are for development."""
    with pytest.raises(CustodyForbiddenError):
        KeyRing(pki.keys_folder, pki.keys_password, production=True).load(TEACHER.label)
