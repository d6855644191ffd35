"""Keys in a token (SoftHSM2): they sign by RSA and by elliptic curves, in several processes, and a PIN is never wasted."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from backend.domain.errors import DomainError, KeyUnavailableError
from backend.domain.signing_errors import KeyLockedError, SignatureWrongError
from backend.embedded.pki import DevelopmentPki
from signing_worker.sign.keys.pkcs11_keys import Tokens, pins_in
from signing_worker.sign.keys.port import SigningKey, is_signed
from tests.fixtures.servers import PRINCIPAL, SCHOOL_SEAL, TEACHER
from tests.fixtures.softhsm import PIN, TOKEN, SoftToken

DIGESTS = [bytes([number]) * 32 for number in range(1, 9)]


def certificate_of(pki: DevelopmentPki, label: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pki.certificate_file(label).read_bytes())


async def opened(
    token: SoftToken, pki: DevelopmentPki, label: str, tokens: Tokens | None = None
) -> SigningKey:
    used = tokens or Tokens(token.module, pins_in(token.pins))
    return await used.open(token.locator(label), certificate_of(pki, label))


@pytest.fixture
def right_pin(soft_token: SoftToken) -> Iterator[SoftToken]:
    yield soft_token
    soft_token.set_pin(PIN)


@pytest.mark.parametrize("label", [TEACHER.label, SCHOOL_SEAL.label])
async def test_a_token_signs(soft_token: SoftToken, pki: DevelopmentPki, label: str) -> None:
    """Each digest gets a signature of the registered key, in one session."""
    key = await opened(soft_token, pki, label)
    made = await key.sign_digests(DIGESTS)
    assert [is_signed(key.certificate, digest, item) for digest, item in zip(DIGESTS, made, strict=True)] == [
        True
    ] * len(DIGESTS)  # type: ignore[arg-type]


async def test_another_keys_signature_is_none(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """A locator that names another key than the certificate's gives no signature."""
    tokens = Tokens(soft_token.module, pins_in(soft_token.pins))
    key = await tokens.open(soft_token.locator(PRINCIPAL.label), certificate_of(pki, TEACHER.label))
    with pytest.raises(SignatureWrongError):
        await key.sign(b"data")


@pytest.mark.parametrize("locator", ["token=truong;object=nobody", "token=other;object=teacher"])
async def test_what_is_not_there_is_unavailable(
    soft_token: SoftToken, pki: DevelopmentPki, locator: str
) -> None:
    """No such token and no such key may pass."""
    key = await Tokens(soft_token.module, pins_in(soft_token.pins)).open(
        locator, certificate_of(pki, TEACHER.label)
    )
    with pytest.raises(KeyUnavailableError):
        await key.sign(b"data")


@pytest.mark.parametrize(
    "locator",
    ["", "teacher", "token=a", "object=a", "token=a;object=b;pin-value=1", "token=a;token=b;object=c"],
)
async def test_a_locator_says_where_a_key_is_and_nothing_else(
    soft_token: SoftToken, pki: DevelopmentPki, locator: str
) -> None:
    """A locator without token or key, or with a PIN, is refused."""
    with pytest.raises(KeyUnavailableError):
        await Tokens(soft_token.module, pins_in(soft_token.pins)).open(
            locator, certificate_of(pki, TEACHER.label)
        )


async def test_a_wrong_pin_is_tried_once(
    right_pin: SoftToken, pki: DevelopmentPki, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither this worker nor another tries again until somebody has logged in, and nobody logs the PIN."""
    right_pin.set_pin("998877")
    for _ in range(2):
        for _ in range(3):
            key = await opened(right_pin, pki, TEACHER.label)
            with pytest.raises(KeyLockedError) as caught:
                await key.sign(b"data")
            assert caught.value.__cause__ is None
    assert "998877" not in caplog.text
    right_pin.set_pin(PIN)
    with pytest.raises(KeyLockedError):
        await (await opened(right_pin, pki, TEACHER.label)).sign(b"data")
    # somebody looks at the token, and logs in
    right_pin.run(
        "--import", _some_key(right_pin.folder), "--token", TOKEN, "--label", "x", "--id", "ff", "--pin", PIN
    )
    key = await opened(right_pin, pki, TEACHER.label)
    assert await key.sign(b"data")


async def test_without_a_pin_nothing_is_tried(right_pin: SoftToken, pki: DevelopmentPki) -> None:
    """A missing file is said as what somebody has to look at."""
    (right_pin.pins / f"{TOKEN}.pin").unlink()
    with pytest.raises(KeyLockedError):
        await (await opened(right_pin, pki, TEACHER.label)).sign(b"data")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_token_that_was_taken_away_serves_again(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """While it is away the key is unavailable; put back, the same key signs with a new login."""
    tokens = Tokens(soft_token.module, pins_in(soft_token.pins))
    key = await opened(soft_token, pki, TEACHER.label, tokens)
    assert await key.sign(b"data")
    away = soft_token.folder / "away"
    shutil.move(soft_token.tokens, away)
    soft_token.tokens.mkdir()
    try:
        tokens._token(TOKEN, "").close()
        with pytest.raises(KeyUnavailableError):
            await key.sign(b"data")
    finally:
        soft_token.tokens.rmdir()
        shutil.move(away, soft_token.tokens)
    assert await key.sign(b"data")


# the library ends its search in the lost session once more, and complains
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_session_that_ended_is_opened_anew(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """A module that has forgotten the session costs nobody a signature."""
    tokens = Tokens(soft_token.module, pins_in(soft_token.pins))
    key = await opened(soft_token, pki, TEACHER.label, tokens)
    assert await key.sign(b"data")
    tokens._token(TOKEN, "")._session.close()
    assert await key.sign(b"data")


async def test_many_at_once_share_one_session(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """Jobs of one process wait for each other instead of logging in twice."""
    key = await opened(soft_token, pki, SCHOOL_SEAL.label)
    made = await asyncio.gather(*(key.sign(bytes([number])) for number in range(20)))
    assert len(set(made)) == 20


def _in_a_process(module: Path, pins: Path, pem: bytes) -> bytes | str:
    tokens = Tokens(module, pins_in(pins))
    locator = f"token={TOKEN};object={TEACHER.label}"
    key = asyncio.run(tokens.open(locator, x509.load_pem_x509_certificate(pem)))
    try:
        return asyncio.run(key.sign(b"data"))
    except DomainError as error:
        return f"{error.reason} {error.__cause__!r}"


def test_several_workers_use_one_token(soft_token: SoftToken, pki: DevelopmentPki) -> None:
    """Each process has its session; all sign at the same time."""
    assert os.environ["SOFTHSM2_CONF"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        pem = pki.certificate_file(TEACHER.label).read_bytes()
        waiting = [pool.submit(_in_a_process, soft_token.module, soft_token.pins, pem) for _ in range(4)]
        made = {item.result(60) for item in waiting}
    assert [type(item) for item in made] == [bytes], made


def _some_key(folder: Path) -> Path:
    file = folder / "some.pem"
    key = rsa.generate_private_key(65537, 2048)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file
