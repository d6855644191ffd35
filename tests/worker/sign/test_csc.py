"""Remote signing: one confirmation for many digests, split at the service's limit; what fails fails alone."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator

import aiohttp
import httpx2
import pytest
from cryptography import x509

from backend.domain.errors import CertificateOfAnotherError, DomainError, KeyUnavailableError
from backend.domain.signing_errors import AuthorisationExpiredError, KeyRefusedError
from backend.embedded.pki import DevelopmentPki
from backend.embedded.signing_service import DevelopmentSigningService
from signing_worker.sign.keys.csc_keys import CscKey, RemoteKeys
from signing_worker.sign.keys.csc_service import CscService
from signing_worker.sign.keys.port import is_signed
from tests.fixtures.csc import CODE, LIMIT, OTP, PAGE, setup_of
from tests.fixtures.servers import PRINCIPAL, SCHOOL_SEAL, TEACHER

DIGESTS = [bytes([number]) * 32 for number in range(1, 13)]


@pytest.fixture
async def keys(csc: DevelopmentSigningService) -> AsyncIterator[RemoteKeys]:
    async with aiohttp.ClientSession() as session:
        yield RemoteKeys(CscService(setup_of(csc), session))


async def opened(keys: RemoteKeys, pki: DevelopmentPki, name: str, label: str = "") -> CscKey:
    pem = pki.certificate_file(label or name).read_bytes()
    return await keys.open(name, x509.load_pem_x509_certificate(pem))


def counts(csc: DevelopmentSigningService, method: str) -> int:
    return sum(line["method"] == method for line in csc.journal())


def codes(made: list[bytes | DomainError]) -> list[str]:
    return [item.reason if isinstance(item, DomainError) else "" for item in made]


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("label", [TEACHER.label, SCHOOL_SEAL.label])
async def test_both_versions_sign_with_one_confirmation_for_as_many_as_the_service_allows(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki, label: str, version: str
) -> None:
    """Twelve digests at a limit of five take three confirmations; every signature is the certificate's."""
    csc.behave({"versions": [version]})
    key = await opened(keys, pki, label)
    made = await key.sign_digests(DIGESTS)
    pairs = zip(DIGESTS, made, strict=True)
    assert all(isinstance(item, bytes) and is_signed(key.certificate, digest, item) for digest, item in pairs)
    assert counts(csc, "authorize") == -(-len(DIGESTS) // LIMIT)


async def test_a_digest_that_is_refused_fails_alone(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """The service refuses the whole call; the others are signed, each once."""
    csc.behave({"refuse": [b64encode(DIGESTS[1]).decode()]})
    made = await (await opened(keys, pki, TEACHER.label)).sign_digests(DIGESTS[:4])
    assert codes(made) == ["", "KEY_REFUSED", "", ""]
    signed = [item for line in csc.journal() if line["method"] == "signHash" for item in line["hashes"]]  # type: ignore[attr-defined]
    assert sorted(signed) == sorted(b64encode(DIGESTS[place]).decode() for place in (0, 2, 3))


async def test_an_authorisation_that_runs_out_leaves_its_digests_unsigned(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """Each says so and may be tried again; nothing was signed."""
    csc.behave({"expiresIn": 0})
    made = await (await opened(keys, pki, TEACHER.label)).sign_digests(DIGESTS[:3])
    assert codes(made) == [AuthorisationExpiredError.code] * 3
    assert counts(csc, "signHash") == 0


@pytest.mark.parametrize("when", ["BEFORE", "AFTER"])
async def test_a_lost_answer_is_no_signature_and_is_not_asked_for_again(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki, when: str
) -> None:
    """Nobody knows whether the service has signed: the digests wait for the next try, which is somebody else's decision."""
    csc.behave({"drop": when})
    made = await (await opened(keys, pki, TEACHER.label)).sign_digests(DIGESTS[:2])
    assert codes(made) == [KeyUnavailableError.code] * 2
    assert counts(csc, "signHash") == (when == "AFTER")


async def test_the_owner_confirms_on_the_services_page(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """Until then nothing is signed; one confirmation signs all of them."""
    key = await opened(keys, pki, PAGE, TEACHER.label)
    signing = asyncio.create_task(key.sign_digests(DIGESTS[:4]))
    await _answer(csc, "yes")
    assert codes(await signing) == [""] * 4
    assert counts(csc, "authorize") == 1


async def test_an_owner_who_declines_has_signed_nothing(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """Each digest says that it was refused."""
    key = await opened(keys, pki, PAGE, TEACHER.label)
    signing = asyncio.create_task(key.sign_digests(DIGESTS[:2]))
    await _answer(csc, "no")
    assert codes(await signing) == [KeyRefusedError.code] * 2
    assert counts(csc, "signHash") == 0


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_one_time_code_confirms(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki, version: str
) -> None:
    """The right code signs; a wrong one, or none, signs nothing."""
    csc.behave({"versions": [version]})
    key = await opened(keys, pki, OTP, PRINCIPAL.label)
    assert codes(await key.sign_digests(DIGESTS[:2], {"OTP": "000000"})) == [KeyRefusedError.code] * 2
    assert codes(await key.sign_digests(DIGESTS[:2])) == [KeyRefusedError.code] * 2
    assert counts(csc, "signHash") == 0
    assert codes(await key.sign_digests(DIGESTS[:2], {"OTP": CODE})) == ["", ""]


async def test_a_credential_of_another_is_refused(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """The service's certificate must be the registered one."""
    with pytest.raises(CertificateOfAnotherError):
        await opened(keys, pki, TEACHER.label, PRINCIPAL.label)


async def test_a_disabled_or_unknown_credential_signs_nothing(
    csc: DevelopmentSigningService, keys: RemoteKeys, pki: DevelopmentPki
) -> None:
    """One may come back, the other is refused."""
    csc.behave({"disabled": [TEACHER.label]})
    with pytest.raises(KeyUnavailableError):
        await opened(keys, pki, TEACHER.label)
    with pytest.raises(KeyRefusedError):
        await opened(keys, pki, "nobody", TEACHER.label)


async def _answer(csc: DevelopmentSigningService, answer: str) -> None:
    """Press a button on the page as soon as it is there."""
    async with httpx2.AsyncClient() as browser:
        while 'name="handle"' not in (page := (await browser.get(csc.confirm_url)).text):  # noqa: ASYNC110 - another process is waited for
            await asyncio.sleep(0.02)
        handle = page.split('name="handle" value="')[1].split('"')[0]
        assert (await browser.post(csc.confirm_url, data={"handle": handle, "answer": answer})).is_redirect
