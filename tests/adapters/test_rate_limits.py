"""Rate limits: counted together by every process, all or none, and never lost with Redis."""

import asyncio
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import asyncio as aioredis

from backend.adapters.rate_limits import PREFIX, Counted, RateLimits
from backend.adapters.redis_client import open_redis
from backend.domain.errors import RateLimitedError, TooManyTriesError
from backend.domain.rate_limits import LIMITS, By, Limit, Operation, refill
from backend.embedded.ports import free_port

TRIES = LIMITS[Operation.LOOKUP_TRY][By.CODE].burst


@pytest.fixture
def code() -> str:
    return secrets.token_hex(16)


async def _spent(limits: RateLimits, code: str) -> int:
    """How many tries were allowed before the first refusal."""
    allowed = 0
    while await limits.take(Operation.LOOKUP_TRY, {By.CODE: code}) == 0:
        allowed += 1
    return allowed


async def test_processes_count_together(redis: aioredis.Redis, code: str) -> None:
    """Two processes allow as many tries as one, and each tells how long to wait."""
    one, other = RateLimits(redis), RateLimits(redis)
    for _ in range(TRIES // 2):
        assert await one.take(Operation.LOOKUP_TRY, {By.CODE: code}) == 0
    assert await _spent(other, code) == TRIES - TRIES // 2
    wait = await one.take(Operation.LOOKUP_TRY, {By.CODE: code})
    interval = LIMITS[Operation.LOOKUP_TRY][By.CODE].interval
    assert interval - 60 < wait <= interval


async def test_a_refused_try_counts_in_no_bucket(redis: aioredis.Redis, code: str) -> None:
    """Somebody at an exhausted code does not use their address up."""
    limits, address = RateLimits(redis), secrets.token_hex(8)
    await _spent(limits, code)
    for _ in range(LIMITS[Operation.LOOKUP_TRY][By.ADDRESS].burst * 2):
        assert await limits.take(Operation.LOOKUP_TRY, {By.CODE: code, By.ADDRESS: address}) > 0
    assert await limits.take(Operation.LOOKUP_TRY, {By.ADDRESS: address}) == 0


async def test_a_right_try_is_given_back(redis: aioredis.Redis, code: str) -> None:
    """Only wrong tries count, and giving back never saves up more than the limit."""
    limits, bucket = RateLimits(redis), {By.CODE: code}
    for _ in range(TRIES * 3):
        await limits.require(Operation.LOOKUP_TRY, bucket)
        await limits.give_back(Operation.LOOKUP_TRY, bucket)
    for _ in range(TRIES * 3):
        await limits.give_back(Operation.LOOKUP_TRY, bucket)
    assert await _spent(limits, code) == TRIES


async def test_what_is_only_tried_counts_nowhere(redis: aioredis.Redis, code: str) -> None:
    """It waits where one more would wait, and whoever is counted beside it is counted only when both may."""
    limits, address = RateLimits(redis), secrets.token_hex(8)
    tried = Counted(Operation.LOOKUP_TRY, {By.CODE: code}, kept=False)
    beside = Counted(Operation.LOOKUP_TRY, {By.ADDRESS: address})
    for _ in range(TRIES * 2):
        assert await limits.take_all(tried) == 0
    assert await _spent(limits, code) == TRIES
    burst = LIMITS[Operation.LOOKUP_TRY][By.ADDRESS].burst
    for _ in range(burst):
        assert await limits.take_all(beside, tried) > 0
    for _ in range(burst):
        assert await limits.take_all(beside) == 0


async def test_who_asks_at_the_same_time_is_told_apart(redis: aioredis.Redis, code: str) -> None:
    """Askers share a round trip, each with buckets of its own, also when Redis has been restarted."""
    limits = RateLimits(redis)
    await redis.script_flush()
    await _spent(limits, code)
    asked = [limits.take(Operation.LOOKUP_TRY, {By.CODE: f"{code}{place % 3 or ''}"}) for place in range(9)]
    waits = await asyncio.gather(*asked)
    assert [wait > 0 for wait in waits] == [True, False, False] * 3


async def test_the_errors_say_how_long_to_wait(redis: aioredis.Redis, code: str) -> None:
    """A try has its own code; everything else is a limited rate."""
    limits = RateLimits(redis)
    await _spent(limits, code)
    with pytest.raises(TooManyTriesError) as tries:
        await limits.require(Operation.LOOKUP_TRY, {By.CODE: code})
    assert 1 <= int(tries.value.params["minutes"]) <= 60
    sign_ins = LIMITS[Operation.SIGN_IN][By.ADDRESS].burst
    with pytest.raises(RateLimitedError) as rate:
        await limits.require(Operation.SIGN_IN, {By.ADDRESS: code}, tokens=sign_ins + 1)
    assert int(rate.value.params["seconds"]) >= 1


async def test_redis_can_read_neither_code_nor_address(redis: aioredis.Redis, code: str) -> None:
    """Buckets are known by a hash and vanish when they are full again."""
    await RateLimits(redis).take(Operation.LOOKUP_TRY, {By.CODE: code, By.ADDRESS: "203.0.113.77"})
    names = [name async for name in redis.scan_iter(f"{PREFIX}*")]
    assert names
    assert all(code.encode() not in name and b"203.0" not in name for name in names)
    assert all([await redis.ttl(name) > 0 for name in names])


async def test_without_redis_each_process_counts_for_itself(code: str) -> None:
    """An outage opens no door: the same number of tries, and somebody else's are untouched."""
    away = open_redis(f"redis://127.0.0.1:{free_port()}")
    limits = RateLimits(away)
    assert await _spent(limits, code) == TRIES
    assert await limits.take(Operation.LOOKUP_TRY, {By.CODE: f"{code}0"}) == 0
    await away.aclose()


async def test_a_factor_moves_every_limit(redis: aioredis.Redis, code: str) -> None:
    """Twice as many with 2; none is counted with 0."""
    assert await _spent(RateLimits(redis, 2.0), code) == TRIES * 2
    off = RateLimits(redis, 0)
    assert await off.take(Operation.LOOKUP_TRY, {By.CODE: code}, tokens=1000) == 0


async def test_a_bucket_without_a_limit_is_not_counted(redis: aioredis.Redis, code: str) -> None:
    """Whoever names more than the table knows is not stopped by it."""
    assert await RateLimits(redis).take(Operation.LOOKUP, {By.PERSON: code}, tokens=100_000) == 0


@given(
    st.lists(st.tuples(st.floats(0, 100), st.integers(1, 5)), max_size=60),
    st.integers(1, 20),
    st.floats(1, 100),
)
def test_no_window_lets_more_than_twice_the_burst_through(steps, burst, seconds):
    """Whatever the pace: in any window of the limit's length at most the burst and what has refilled."""
    limit, full_at, now, allowed = Limit(burst, seconds), 0.0, 1000.0, []
    for pause, tokens in steps:
        now += pause
        full_at, wait = refill(full_at, now, limit, tokens)
        if wait == 0:
            allowed += [now] * tokens
    for begin in allowed:
        assert sum(begin <= moment < begin + seconds for moment in allowed) <= 2 * burst
