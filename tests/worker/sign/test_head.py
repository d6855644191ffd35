"""A signed head: OpenSSL believes it, the handlers keep it, and without a timestamp it waits and says so."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.db.repositories import ledger as tables
from backend.db.scope import unscoped
from backend.embedded.pki import DevelopmentPki
from backend.jobs import SignHead
from signing_worker.handlers import Handlers
from signing_worker.production import Production
from signing_worker.sign import process
from signing_worker.sign.pool import ERROR_OF
from signing_worker.sign.work import HeadWork, Refused, SignedHead
from tests.fixtures.ledger import as_worker, give_department_key, lock_twice
from tests.fixtures.servers import DEPARTMENT_SEAL
from tests.fixtures.world import World
from tests.worker.making import setup

NOTE = b"hocba-ledger/22\n1\n" + b"A" * 43 + b"=\n"


class Here:
    """A pool whose one process is this one."""

    async def sign_head(self, work: HeadWork) -> SignedHead:
        answer = await asyncio.to_thread(process.sign_head, work)
        if isinstance(answer, Refused):
            raise ERROR_OF[answer.code]
        return answer


class _Relay:
    def wake(self) -> None:
        """Nobody listens."""


@asynccontextmanager
async def _signing(pki: DevelopmentPki, tsa_url: str = "") -> AsyncIterator[None]:
    await asyncio.to_thread(process.start, setup(pki, tsa_url))
    yield
    await asyncio.to_thread(process.stop)


def _work(pki: DevelopmentPki, **changes: Any) -> HeadWork:
    said = {
        "note": NOTE,
        "locator": DEPARTMENT_SEAL.label,
        "certificate": pki.certificate_file(DEPARTMENT_SEAL.label).read_text(),
        "owner_name": DEPARTMENT_SEAL.common_name,
    }
    return HeadWork(**{**said, **changes})


def _handlers() -> Handlers:
    nothing: Any = None
    pool, relay = (Here(), _Relay())
    production = Production(nothing, nothing, pool, "")  # type: ignore[arg-type]
    return Handlers(production, nothing, relay, *[nothing] * 9)  # type: ignore[arg-type]


async def _stage(world: World, pki: DevelopmentPki) -> None:
    await lock_twice(world)
    await world.owner.run(
        "UPDATE org_unit SET name = $1 WHERE kind = 'DEPARTMENT'", DEPARTMENT_SEAL.common_name
    )
    certificate = pki.certificate_file(DEPARTMENT_SEAL.label).read_text()
    await give_department_key(world, certificate, DEPARTMENT_SEAL.label)
    await as_worker(world)


def _openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


async def test_openssl_believes_a_head(pki: DevelopmentPki, tmp_path: Path) -> None:
    """``openssl cms -verify`` for the signature over the note, ``openssl ts -verify`` for the timestamp over it."""
    async with _signing(pki):
        signed = await asyncio.to_thread(process.sign_head, _work(pki))
    assert isinstance(signed, SignedHead)
    note, signature, stamp = (tmp_path / name for name in ("note", "note.p7s", "note.tst"))
    note.write_bytes(NOTE)
    signature.write_bytes(signed.signature)
    stamp.write_bytes(signed.timestamp)
    root, others = tmp_path / "root.pem", tmp_path / "others.pem"
    root.write_text("".join(path.read_text() for path in pki.trust_roots))
    others.write_text("".join(path.read_text() for path in pki.intermediates))
    verified = _openssl(
        "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", note, "-CAfile", root,
        "-purpose", "any",
    )  # fmt: skip
    assert NOTE.decode() in verified
    stamped = _openssl(
        "ts", "-verify", "-data", signature, "-in", stamp, "-token_in", "-CAfile", root, "-untrusted", others
    )
    assert "Verification: OK" in stamped
    note.write_bytes(NOTE.replace(b"1", b"2"))
    with pytest.raises(AssertionError):
        _openssl(
            "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", note, "-CAfile", root
        )


async def test_the_job_signs_the_newest_head_once(world: World, pki: DevelopmentPki) -> None:
    """The head of the whole ledger is kept with its time; doing the job again adds nothing."""
    await _stage(world, pki)
    async with _signing(pki):
        for _ in range(2):
            await _handlers().handle(SignHead(), 0)
    async with unscoped():
        heads = await tables.heads(below=None, limit=9)
        assert await tables.waiting() is None
    assert [(head.size, head.signer) for head in heads] == [(5, DEPARTMENT_SEAL.common_name)]


@pytest.mark.parametrize(
    ("away", "code"), [("tsa", "TIMESTAMP_UNAVAILABLE"), ("key", "CERTIFICATE_OF_ANOTHER")]
)
async def test_a_head_that_cannot_be_signed_waits_and_says_so(
    world: World, pki: DevelopmentPki, away: str, code: str
) -> None:
    """With the timestamp service away, or another's certificate, no head; the reason is kept and the job ends well."""
    await _stage(world, pki)
    if away == "key":
        await world.owner.run("UPDATE org_unit SET name = 'Sở khác' WHERE kind = 'DEPARTMENT'")
    async with _signing(pki, tsa_url="http://127.0.0.1:9/tsa" if away == "tsa" else ""):
        await _handlers().handle(SignHead(), 0)
    async with unscoped():
        waiting = await tables.waiting()
        assert await tables.head() is None
    assert waiting is not None
    assert (waiting.size, waiting.code) == (5, code)
    if away == "tsa":
        async with _signing(pki):
            await _handlers().handle(SignHead(), 0)
        async with unscoped():
            assert (await tables.waiting(), (await tables.heads(below=None, limit=9))[0].size) == (None, 5)
