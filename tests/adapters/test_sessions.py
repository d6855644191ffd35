"""Sessions: found by their key alone, ended by time or by command, and never readable as keys in Redis."""

import asyncio
import time
from typing import Any

import pytest
from redis import asyncio as aioredis

from backend.adapters import sessions
from backend.adapters.sessions import Session

IDLE = 60


async def _create(redis: aioredis.Redis, seconds: int = 3600, **changes: Any) -> str:
    now = time.time()
    known: dict[str, Any] = {
        "issuer": "https://idp.example",
        "subject": "gv",
        "provider_session": "s1",
        "id_token": "t",
        "began_at": now,
        "ends_at": now + seconds,
        "authenticated_at": now,
    }
    session = Session(**known | changes)
    return await sessions.create(redis, session, IDLE)


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
    name = sessions.name_of(key)
    await redis.expire(name, 5)
    await sessions.find(redis, key, IDLE)
    assert await redis.ttl(name) > IDLE - 5


async def test_a_session_ends_at_its_absolute_time(redis: aioredis.Redis) -> None:
    """However busy, and then it is gone from Redis too."""
    key = await _create(redis, seconds=0)
    await asyncio.sleep(0.01)
    assert await sessions.find(redis, key, IDLE) is None
    assert await redis.exists(sessions.name_of(key)) == 0


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
    await redis.expire(sessions.name_of(key), ttl)
    await sessions.choose_assignment(redis, key, 7)
    assert ttl - 2 <= await redis.ttl(sessions.name_of(key)) <= ttl
    found = await sessions.find(redis, key, IDLE)
    assert found is not None
    assert found.assignment_id == 7


async def test_an_ended_session_does_not_come_back(redis: aioredis.Redis) -> None:
    """Choosing an assignment in a session that has ended begins none."""
    key = await _create(redis)
    await sessions.end(redis, key)
    await sessions.choose_assignment(redis, key, 7)
    assert await redis.exists(sessions.name_of(key)) == 0


async def test_a_person_sees_their_sessions_and_nobody_elses(redis: aioredis.Redis) -> None:
    """The newest first, each with its last use; one that idled out or came to its end is gone."""
    older = await _create(redis, subject="own", began_at=time.time() - 100, device="Firefox · Linux")
    newer = await _create(redis, subject="own")
    await _create(redis, subject="own", seconds=0)
    idled = await _create(redis, subject="own")
    await _create(redis, subject="other")
    await _create(redis, subject="own", issuer="https://other.example")
    await redis.delete(sessions.name_of(idled))
    await redis.expire(sessions.name_of(older), IDLE - 20)
    await asyncio.sleep(0.01)
    shown = await sessions.of_person(redis, "https://idp.example", "own", IDLE)
    assert [item.name for item in shown] == [sessions.public_name(newer), sessions.public_name(older)]
    assert shown[1].session.device == "Firefox · Linux"
    assert 18 < time.time() - shown[1].seen_at < 23


async def test_a_session_ends_by_its_name(redis: aioredis.Redis) -> None:
    """The name that its owner sees ends it, and every process is told; it opens nothing."""
    key = await _create(redis, subject="named")
    name = sessions.public_name(key)
    assert await sessions.find(redis, name, IDLE) is None
    before = await redis.xlen(sessions.ENDED_STREAM)
    assert await sessions.end_named(redis, [name, "unknown"]) == 1
    assert await redis.xlen(sessions.ENDED_STREAM) == before + 1
    assert await sessions.find(redis, key, IDLE) is None
    assert await sessions.of_person(redis, "https://idp.example", "named", IDLE) == []


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"subject": "told", "provider_session": "a"}, {"b"}),
        ({"subject": "", "provider_session": "b"}, {"a"}),
        ({"subject": "told", "provider_session": ""}, set()),
        ({"subject": "other", "provider_session": ""}, {"a", "b"}),
        ({"subject": "told", "provider_session": "c"}, {"a", "b"}),
    ],
)
async def test_a_provider_ends_one_of_its_sessions_or_all_of_a_persons(
    redis: aioredis.Redis, told: dict[str, str], left: set[str]
) -> None:
    """By the provider's name for the session; by the person when it names none; never another provider's."""
    keys = {
        name: await _create(
            redis, subject="told", provider_session=name, issuer=f"https://{len(left)}.example"
        )
        for name in "ab"
    }
    await sessions.end_at_provider(redis, "https://elsewhere.example", **told)
    assert all([await sessions.find(redis, key, IDLE) for key in keys.values()])
    await sessions.end_at_provider(redis, f"https://{len(left)}.example", **told)
    found = {name: await sessions.find(redis, key, IDLE) for name, key in keys.items()}
    assert {name for name, session in found.items() if session} == left
    for key in keys.values():
        await sessions.end(redis, key)
