"""A session read and its person's question counted in one round trip: nobody else's bucket, no session kept alive."""

import time

import orjson
import pytest
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters import sessions
from backend.adapters.rate_limits import PREFIX, RateLimits
from backend.adapters.redis_client import open_redis
from backend.adapters.sessions import Session
from backend.domain.rate_limits import LIMITS, By, Operation
from backend.embedded.ports import free_port

IDLE = 600
BURST = LIMITS[Operation.QUERY][By.PERSON].burst


def _whose(text: bytes) -> dict[By, str]:
    return {By.PERSON: orjson.loads(text)["subject"]}


async def _begin(redis: aioredis.Redis, subject: str, seconds: float = 3600) -> str:
    now = time.time()
    session = Session(
        issuer="https://idp.example",
        subject=subject,
        id_token="",
        began_at=now,
        ends_at=now + seconds,
        authenticated_at=now,
    )
    return await sessions.create(redis, session, IDLE)


async def _enter(limits: RateLimits, key: str) -> tuple[Session | None, float]:
    text, wait = await limits.enter(sessions.name_of(key), IDLE, Operation.QUERY, _whose)
    return None if text is None else sessions.read(text), wait


async def test_each_question_of_a_person_counts_once_in_whichever_session(redis: aioredis.Redis) -> None:
    """The first time, when it is not yet known whose the session is, and every time after."""
    await redis.flushdb()
    limits = RateLimits(redis, 3 / BURST)
    one, other, strangers = await _begin(redis, "a"), await _begin(redis, "a"), await _begin(redis, "b")
    waits = [(await _enter(limits, key))[1] for key in (one, one, other)]
    assert waits == [0, 0, 0]
    session, wait = await _enter(limits, one)
    assert session is not None
    assert wait > 0
    assert (await _enter(RateLimits(redis, 3 / BURST), other))[1] > 0
    assert (await _enter(limits, strangers))[1] == 0


async def test_an_ended_session_counts_for_nobody(redis: aioredis.Redis) -> None:
    """Whoever keeps an old cookie can neither enter with it nor use its person's questions up."""
    await redis.flushdb()
    limits = RateLimits(redis, 2 / BURST)
    ended, living = await _begin(redis, "a"), await _begin(redis, "a")
    assert (await _enter(limits, ended))[1] == 0
    await sessions.end(redis, ended)
    for _ in range(5):
        assert await _enter(limits, ended) == (None, 0)
    assert (await _enter(limits, living))[1] == 0
    assert not await redis.exists(sessions.name_of(ended))


async def test_entering_begins_the_idle_time_anew(redis: aioredis.Redis) -> None:
    """As reading the session alone does, known or not; refused questions too are use."""
    await redis.flushdb()
    limits = RateLimits(redis, 1 / BURST)
    key = await _begin(redis, "a")
    for _ in range(3):
        await redis.expire(sessions.name_of(key), 5)
        await _enter(limits, key)
        assert await redis.ttl(sessions.name_of(key)) > IDLE - 10


async def test_the_absolute_end_holds(redis: aioredis.Redis) -> None:
    """A session that is read past its end is ended, however it is read."""
    await redis.flushdb()
    key = await _begin(redis, "a")
    session, _ = await _enter(RateLimits(redis), key)
    assert session is not None
    late = orjson.dumps({**orjson.loads(await redis.get(sessions.name_of(key))), "ends_at": time.time() - 1})
    assert await sessions.living(redis, key, late) is None
    assert not await redis.exists(sessions.name_of(key))


async def test_without_limits_a_session_is_read_all_the_same(redis: aioredis.Redis) -> None:
    """A factor of 0 counts nothing and lets in."""
    await redis.flushdb()
    limits, key = RateLimits(redis, 0), await _begin(redis, "a")
    for _ in range(3):
        session, wait = await _enter(limits, key)
        assert session is not None
        assert wait == 0
    assert [name async for name in redis.scan_iter(f"{PREFIX}*")] == []


async def test_without_redis_nobody_enters() -> None:
    """Sessions live in Redis alone; that it is away is the caller's to tell."""
    away = open_redis(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(RedisError):
        await _enter(RateLimits(away), "x")
    await away.aclose()
