"""What passes through Redis and may be lost: live events, answers of the worker, uploads."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters import hub, uploads
from backend.adapters.events import RedisEvents
from backend.adapters.hub import Hub
from backend.adapters.redis_client import open_redis
from backend.adapters.replies import Replies
from backend.domain.live import ChangeKind, LiveEvent, Topic
from backend.domain.policy import Actor
from backend.embedded.ports import free_port

SECONDS = 5


async def _nobody(_holders: object) -> set[tuple[int, Actor]]:
    return set()


def _event(position: int, subject_id: int) -> LiveEvent:
    return LiveEvent(
        position=position, topic=Topic.CEREMONY, kind=ChangeKind.CHANGED, subject_id=subject_id, school_id=1
    )


@pytest.fixture
async def own_redis(redis_url: str) -> AsyncIterator[aioredis.Redis]:
    """A database of Redis that no server of this run uses, emptied."""
    client = open_redis(f"{redis_url.rstrip('/')}/6")
    await client.flushdb()
    yield client
    await client.aclose()


async def test_a_watcher_is_woken_by_its_subject_alone(
    own_redis: aioredis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches one ceremony hears of it at once and nothing of another."""
    monkeypatch.setattr(hub, "WAKE_SECONDS", 60.0)
    watch = Hub(own_redis, _nobody)
    watch.start()
    mine, other = watch.changes(Topic.CEREMONY, 1), watch.changes(Topic.CEREMONY, 2)
    await anext(mine)
    await anext(other)
    waiting = asyncio.create_task(anext(other))
    async with asyncio.timeout(SECONDS):
        await watch._ready.wait()
        hears = asyncio.create_task(anext(mine))
        await asyncio.sleep(0)
        await RedisEvents(own_redis).publish([_event(1, 1)])
        await hears
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await mine.aclose()
    await other.aclose()
    assert watch._woken == {}
    await watch.stop()


async def test_a_watcher_wakes_by_itself_when_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Redis a watcher still looks again, only later; whoever passes events on is told and keeps them."""
    monkeypatch.setattr(hub, "WAKE_SECONDS", 0.05)
    away = open_redis(f"redis://127.0.0.1:{free_port()}")
    watch = Hub(away, _nobody)
    watch.start()
    changes = watch.changes(Topic.CEREMONY, 1)
    async with asyncio.timeout(SECONDS):
        with pytest.raises(RedisError):
            await RedisEvents(away).publish([_event(1, 1)])
        await anext(changes)
        await anext(changes)
    await changes.aclose()
    await watch.stop()
    await away.aclose()


async def test_a_line_of_another_database_is_begun_anew(own_redis: aioredis.Redis) -> None:
    """A database that was set back counts from where it was; its events are told, not taken for known ones."""
    events = RedisEvents(own_redis)
    await events.publish([_event(position, 1) for position in (7, 8, 9)])
    await events.publish([_event(4, 2), _event(5, 2)])
    assert await events.newest() == 5
    found = await events.history(3, 5)
    assert found == [_event(4, 2), _event(5, 2)]


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
