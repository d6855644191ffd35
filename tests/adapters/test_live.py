"""What passes through Redis and may be lost: live events, answers of the worker, uploads."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis import asyncio as aioredis

from backend.adapters import uploads, watching
from backend.adapters.events import RedisEvents
from backend.adapters.redis_client import open_redis
from backend.adapters.replies import Replies
from backend.adapters.watching import Watching
from backend.embedded.ports import free_port
from backend.ports import LiveEvent

SECONDS = 5


@pytest.fixture
async def watch(redis: aioredis.Redis) -> AsyncIterator[Watching]:
    watcher = Watching(redis)
    watcher.start()
    await asyncio.sleep(0.05)
    yield watcher
    await watcher.stop()


def _event(subject_id: int) -> LiveEvent:
    return LiveEvent(topic="ceremony", subject_id=subject_id, school_id=1)


async def test_a_watcher_is_woken_by_its_subject_alone(
    watch: Watching, redis: aioredis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches one ceremony hears of it at once and nothing of another."""
    monkeypatch.setattr(watching, "WAKE_SECONDS", 60.0)
    mine, other = watch.changes("ceremony", 1), watch.changes("ceremony", 2)
    await anext(mine)
    await anext(other)
    waiting = asyncio.create_task(anext(other))
    async with asyncio.timeout(SECONDS):
        hears = asyncio.create_task(anext(mine))
        await asyncio.sleep(0)
        await RedisEvents(redis).publish(_event(1))
        await hears
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await mine.aclose()
    await other.aclose()
    assert watch._watchers == {}


async def test_a_watcher_wakes_by_itself_when_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Redis a watcher still looks again, only later; publishing is no fault."""
    monkeypatch.setattr(watching, "WAKE_SECONDS", 0.05)
    away = open_redis(f"redis://127.0.0.1:{free_port()}")
    watch = Watching(away)
    watch.start()
    changes = watch.changes("ceremony", 1)
    async with asyncio.timeout(SECONDS):
        await RedisEvents(away).publish(_event(1))
        await anext(changes)
        await anext(changes)
    await changes.aclose()
    await watch.stop()
    await away.aclose()


async def test_an_answer_reaches_the_question_that_it_answers(redis: aioredis.Redis) -> None:
    """Each question has its own mailbox; an answer that came first waits; none in time is none."""
    replies = Replies(redis)
    await replies.send("a", {"verdict": "UNKNOWN"})
    assert await replies.wait("b", 0.1) is None
    assert await replies.wait("a", 1) == {"verdict": "UNKNOWN"}
    assert await replies.wait("a", 0.1) is None


async def test_an_unread_answer_goes_away(redis: aioredis.Redis) -> None:
    """Nothing piles up when nobody asks any more."""
    await Replies(redis).send("c", {})
    assert 0 < await redis.ttl("hocba:reply:c") <= 300


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Nguyễn Văn An.PDF", "upload.pdf"),
        ("../../etc/passwd", "upload"),
        ("", "upload"),
        ("x.verylongsuffix", "upload.verylon"),
    ],
)
async def test_an_upload_keeps_bytes_and_suffix(redis: aioredis.Redis, name: str, kept: str) -> None:
    """The sender's own name of a file, which may be a pupil's, is not kept."""
    upload_id = await uploads.keep(redis, b"\x00\xff", name)
    assert await uploads.find(redis, upload_id) == (b"\x00\xff", kept)
    assert 0 < await redis.ttl(uploads.PREFIX + upload_id) <= uploads.KEPT_SECONDS
    assert await uploads.find(redis, upload_id[:-1]) is None


async def test_a_broken_connection_is_replaced_unnoticed(redis: aioredis.Redis) -> None:
    """A restart breaks every pooled connection; the next command works all the same."""
    await redis.set("hocba:test", b"1")
    async with aioredis.Redis(
        connection_pool=aioredis.ConnectionPool(**redis.connection_pool.connection_kwargs)
    ) as other:
        await other.client_kill_filter(_type="normal", skipme=True)
    assert await redis.get("hocba:test") == b"1"
