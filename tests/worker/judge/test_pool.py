"""The judging process: a document may end it, and the next document is judged as if nothing had been."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from backend.embedded.pki import DevelopmentPki
from signing_worker.judge.judgement import NOTHING
from signing_worker.judge.pool import JudgePool
from tests.worker.making import draw, sign_all, signing

MEGABYTE = 1_048_576
BOMB_MEGABYTES = 3_000


@pytest.fixture(scope="module")
async def pool(pki: DevelopmentPki) -> AsyncIterator[JudgePool]:
    judges = JudgePool(pki.trust_roots, pki.intermediates)
    yield judges
    judges.close()


def _deflated_zeros(megabytes: int) -> bytes:
    """Zeros as deflate has them: one block, repeated, since a full flush forgets everything before it."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS)
    head = deflate.compress(b"\0") + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(bytes(MEGABYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return head + block * megabytes


def _bomb() -> bytes:
    """A PDF whose cross-reference stream fills the memory when it is read."""
    stream = _deflated_zeros(BOMB_MEGABYTES)
    head = b"%PDF-1.7\n"
    table = (
        b"1 0 obj\n<</Type/XRef/Size 2/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>\nstream\n"
        % len(stream)
    )
    return head + table + stream + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


async def test_a_bomb_ends_at_its_limit_and_hurts_nobody(pool: JudgePool, pki: DevelopmentPki) -> None:
    """Three gigabytes packed into three megabytes are unknown within seconds; the next document is judged."""
    whole = await asyncio.to_thread(_signed, pki)
    assert await pool.judge(_bomb()) == NOTHING
    judged = await pool.judge(whole)
    assert [item.intact for item in judged.signatures] == [True] * 4, judged


def _signed(pki: DevelopmentPki) -> bytes:
    with signing(pki):
        return sign_all(pki, draw())[-1].pdf


async def test_a_judge_that_is_killed_is_replaced(pool: JudgePool) -> None:
    """Whatever ends the process, its question is answered as unknown and the next one by a new process."""
    (worker,) = await _processes(pool)
    worker.kill()
    assert await pool.judge(b"<HOC_BA_SO/>") == NOTHING
    assert (await pool.judge(b"<HOC_BA_SO/>")).verdict == "CHANGED"


async def _processes(pool: JudgePool) -> list:
    await pool.judge(b"nothing")
    return list(pool._executor._processes.values())
