"""Sessions: found by their key alone, ended by time or by command, and never readable as keys in Redis."""

import asyncio

import pytest
from redis import asyncio as aioredis

from backend.adapters import sessions

IDLE = 60


async def _create(redis: aioredis.Redis, seconds: int = 3600) -> str:
    return await sessions.create(
        redis, issuer="https://idp.example", subject="gv", id_token="t", idle_seconds=IDLE, seconds=seconds
    )


async def test_a_session_is_found_by_its_key_and_no_other(redis: aioredis.Redis) -> None:
    """Two people signed in are told apart; a guessed key is nobody."""
    first, second = await _create(redis), await _create(redis)
    found = await sessions.find(redis, first, IDLE)
    assert found is not None
    assert (found.issuer, found.subject, found.assignment_id) == ("https://idp.example", "gv", None)
    assert first != second
    assert await sessions.find(redis, first[:-1], IDLE) is None


async def test_redis_never_holds_a_key(redis: aioredis.Redis) -> None:
    """Whoever reads Redis cannot act as anybody: it holds hashes."""
    key = await _create(redis)
    names = [name async for name in redis.scan_iter("*")]
    assert [name for name in names if key.encode() in name] == []


async def test_use_renews_the_idle_time(redis: aioredis.Redis) -> None:
    """An idle session ends by itself; each use begins the time anew."""
    key = await _create(redis)
    name = sessions._name(key)
    await redis.expire(name, 5)
    await sessions.find(redis, key, IDLE)
    assert await redis.ttl(name) > IDLE - 5


async def test_a_session_ends_at_its_absolute_time(redis: aioredis.Redis) -> None:
    """However busy, and then it is gone from Redis too."""
    key = await _create(redis, seconds=0)
    await asyncio.sleep(0.01)
    assert await sessions.find(redis, key, IDLE) is None
    assert await redis.exists(sessions._name(key)) == 0


async def test_an_ended_session_is_nobody_at_once(redis: aioredis.Redis) -> None:
    """Ending one leaves the other."""
    ended, kept = await _create(redis), await _create(redis)
    await sessions.end(redis, ended)
    assert await sessions.find(redis, ended, IDLE) is None
    assert await sessions.find(redis, kept, IDLE) is not None


@pytest.mark.parametrize("ttl", [17, 3000])
async def test_choosing_an_assignment_does_not_lengthen_a_session(redis: aioredis.Redis, ttl: int) -> None:
    """What somebody acts as is remembered; the time that is left stays."""
    key = await _create(redis)
    await redis.expire(sessions._name(key), ttl)
    await sessions.choose_assignment(redis, key, 7)
    assert ttl - 2 <= await redis.ttl(sessions._name(key)) <= ttl
    found = await sessions.find(redis, key, IDLE)
    assert found is not None
    assert found.assignment_id == 7


async def test_an_ended_session_does_not_come_back(redis: aioredis.Redis) -> None:
    """Choosing an assignment in a session that has ended begins none."""
    key = await _create(redis)
    await sessions.end(redis, key)
    await sessions.choose_assignment(redis, key, 7)
    assert await redis.exists(sessions._name(key)) == 0
