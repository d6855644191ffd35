"""What every key can do and what bars it, wherever it is kept: one table of cases for all four kinds of custody."""

import asyncio
import os
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from hashlib import sha256
from threading import Thread
from typing import Any, Self

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from backend.domain.errors import DomainError
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import (
    EXPIRED,
    OTHER_PERSON,
    OUTSIDER,
    REVOKED,
    WRONG_USAGE,
    Kind,
    SignerSpec,
)
from backend.embedded.signing_service import DevelopmentSigningService
from sign_agent.server import Agent, Listener
from signing_worker.packet.build import build_packet
from signing_worker.sign.keys import KeyRing
from signing_worker.sign.keys.csc_keys import RemoteKeys
from signing_worker.sign.keys.csc_service import CscService
from signing_worker.sign.keys.pkcs11_keys import Tokens, pins_in
from signing_worker.sign.keys.port import Made, SigningKey, is_signed
from signing_worker.sign.trust import Owner, Trust
from signing_worker.sign.xml import sign_packet
from tests.fixtures.csc import setup_of
from tests.fixtures.servers import PUBLIC_TEACHER, SCHOOL_SEAL, TEACHER
from tests.fixtures.softhsm import SoftToken
from tests.strategies.records import complete_record
from tests.worker.packet.packets import facts_of

SITE = "https://hocba.example"
DIGESTS = [sha256(bytes([number])).digest() for number in range(7)]
Open = Callable[[str, x509.Certificate], Awaitable[SigningKey]]
CUSTODIES = ("PKCS12", "PKCS11", "CSC", "AGENT")


class AgentKey(SigningKey):
    """A key behind the agent, as a page of the site reaches it."""

    def __init__(self, port: int, session: aiohttp.ClientSession, certificate: x509.Certificate) -> None:
        super().__init__(certificate)
        self._port, self._session = port, session

    async def sign_digests(self, digests: Sequence[bytes]) -> list[Made]:
        asked = {
            "purpose": "thử",
            "certificate": self.certificate.public_bytes(Encoding.PEM).decode(),
            "digests": [b64encode(item).decode() for item in digests],
        }
        address = f"http://127.0.0.1:{self._port}/v1/sign"
        async with self._session.post(address, json=asked, headers={"origin": SITE}) as answer:
            said: dict[str, Any] = await answer.json()
        if "code" in said:
            raise ERRORS[said["code"]]
        return [b64decode(item) for item in said["signatures"]]


ERRORS = {kind.code: kind for kind in DomainError.__subclasses__() for kind in kind.__subclasses__()}


class Bench:
    """One custody with every signer's key in it."""

    def __init__(
        self, custody: str, pki: DevelopmentPki, token: SoftToken, csc: DevelopmentSigningService
    ) -> None:
        self.custody, self.pki, self.token, self.csc = custody, pki, token, csc
        self.says = True
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.session = await self._stack.enter_async_context(aiohttp.ClientSession())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def open(self, label: str, known_as: str = "") -> SigningKey:
        """The key of a signer with its certificate; ``known_as`` is what the custody would have to call it."""
        pem = self.pki.certificate_file(label).read_bytes()
        opens: dict[str, Open] = {
            "PKCS12": KeyRing(self.pki.keys_folder, self.pki.keys_password, production=False).open,
            "PKCS11": self._in_token,
            "CSC": RemoteKeys(CscService(setup_of(self.csc), self.session)).open,
            "AGENT": self._behind_agent,
        }
        return await opens[self.custody](known_as or label, x509.load_pem_x509_certificate(pem))

    async def _in_token(self, label: str, certificate: x509.Certificate) -> SigningKey:
        return await self._tokens().open(self.token.locator(label), certificate)

    async def _behind_agent(self, label: str, certificate: x509.Certificate) -> SigningKey:
        agent = Agent(SITE, self.token.locator(label), self._tokens(), lambda _: self.says)
        listener = self._stack.enter_context(Listener(agent, 0))
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(listener.shutdown)
        return AgentKey(listener.server_port, self.session, certificate)

    def _tokens(self) -> Tokens:
        return Tokens(self.token.module, pins_in(self.token.pins))


@pytest.fixture(params=CUSTODIES)
async def bench(
    request: pytest.FixtureRequest,
    pki: DevelopmentPki,
    soft_token: SoftToken,
    csc: DevelopmentSigningService,
) -> AsyncIterator[Bench]:
    async with Bench(request.param, pki, soft_token, csc) as made:
        yield made


@pytest.mark.parametrize("spec", [TEACHER, SCHOOL_SEAL], ids=["RSA", "EC"])
async def test_it_signs_each_digest_in_its_order(bench: Bench, spec: SignerSpec) -> None:
    """Every answer is a signature of the registered certificate over that digest, more than fit into one call too."""
    key = await bench.open(spec.label)
    made = await key.sign_digests(DIGESTS)
    assert len(made) == len(DIGESTS)
    for digest, item in zip(DIGESTS, made, strict=True):
        assert isinstance(item, bytes)
        assert is_signed(key.certificate, digest, item)
        assert not is_signed(key.certificate, sha256(digest).digest(), item)


@pytest.mark.parametrize("spec", [TEACHER, SCHOOL_SEAL], ids=["RSA", "EC"])
async def test_it_signs_a_packet(bench: Bench, spec: SignerSpec) -> None:
    """The same XML signature whatever keeps the key."""
    record = complete_record()
    key = await bench.open(spec.label)
    signed = await sign_packet(build_packet(record, facts_of(record)), SignatureRole.HOMEROOM_TEACHER, key)
    assert b"SignatureValue>" in signed


@pytest.mark.parametrize(
    ("spec", "owner", "code"),
    [
        (TEACHER, None, ""),
        (SCHOOL_SEAL, None, ""),
        (PUBLIC_TEACHER, None, ""),
        (EXPIRED, None, "CERTIFICATE_EXPIRED"),
        (REVOKED, None, "CERTIFICATE_REVOKED"),
        (OUTSIDER, None, "CERTIFICATE_UNTRUSTED"),
        (WRONG_USAGE, None, "CERTIFICATE_USAGE"),
        (OTHER_PERSON, Owner(TEACHER.common_name, is_unit=False), "CERTIFICATE_OF_ANOTHER"),
        (TEACHER, Owner(TEACHER.organisation, is_unit=True), "CERTIFICATE_OF_ANOTHER"),
    ],
    ids=lambda value: getattr(value, "label", None),
)
async def test_a_certificate_is_judged_before_its_key_is_used(
    bench: Bench, spec: SignerSpec, owner: Owner | None, code: str
) -> None:
    """Dates, revocation, issuer, usage and owner bar a key in the same words wherever it is kept."""
    named = owner or Owner(spec.common_name, spec.kind is Kind.ORGANISATION)
    key = await bench.open(spec.label)
    trust = Trust(bench.pki.trust_roots, bench.pki.intermediates)
    said = ""
    try:
        await trust.require(key, named, bench.session)
    except DomainError as error:
        said = error.reason
    assert said == code


async def test_a_key_that_is_not_there_signs_nothing(bench: Bench) -> None:
    """It says that it is unavailable, which may pass; a service says that it knows no such credential."""
    with pytest.raises(DomainError) as caught:
        await (await bench.open(TEACHER.label, "nobody")).sign(b"data")
    assert caught.value.reason == ("KEY_REFUSED" if bench.custody == "CSC" else "KEY_UNAVAILABLE")


async def test_an_owner_who_says_no_has_signed_nothing(bench: Bench) -> None:
    """Where somebody is asked, a no is a reason of its own; a token or a file asks nobody."""
    bench.says = False
    bench.csc.behave({"declines": True})
    key = await bench.open(TEACHER.label)
    if bench.custody in {"PKCS12", "PKCS11"}:
        assert await key.sign(b"data")
        return
    with pytest.raises(DomainError) as caught:
        await key.sign(b"data")
    assert caught.value.reason == "KEY_REFUSED"
    assert not [line for line in bench.csc.journal() if line["method"] == "signHash"]


async def test_a_slow_key_keeps_nobody_waiting_but_its_own_job(bench: Bench) -> None:
    """While a key signs, the process goes on with other things; at the end each has its signature."""
    bench.csc.behave({"delay": 0.05})
    key = await bench.open(TEACHER.label)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    made = (
        await asyncio.gather(*(key.sign(os.urandom(8)) for _ in range(2)))
        if bench.custody != "AGENT"
        else [await key.sign(b"one"), await key.sign(b"two")]
    )
    ticking.cancel()
    assert len(set(made)) == 2
    assert ticks > 0 or bench.custody == "PKCS12"
