"""Rate limits over Redis: the same count for every process, one round trip, all buckets of a request or none.

How to use it, in a resolver or a route (``Context.services.limits`` is the process's own)::

    limits, address = info.context.services.limits, info.context.address
    buckets = {By.CODE: code.value, By.ADDRESS: address}
    await limits.require(Operation.LOOKUP_TRY, buckets)   # raises TooManyTriesError
    ...                                                   # the second factor was right:
    await limits.give_back(Operation.LOOKUP_TRY, buckets) # so only wrong tries count

A bucket that the table has no limit for is not counted. Redis knows buckets by a hash: neither a code nor an
address can be read there. When Redis is away, each process counts for itself by the same table: what is open stays
open, and nobody gains more tries than there are processes.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.domain.errors import RateLimitedError, TooManyTriesError
from backend.domain.rate_limits import LIMITS, By, Limit, Operation, refill
from backend.observability import log

PREFIX = "hocba:limit:"
KEPT_MAX = 50_000
"""Buckets that a process keeps while Redis is away; the longest unused are forgotten first."""

# Times are seconds as text: Lua would cut a number to an integer on its way back.
_TAKE = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local wait, after = 0, {}
for place, key in ipairs(KEYS) do
  local interval, seconds = tonumber(ARGV[place * 3 - 2]), tonumber(ARGV[place * 3 - 1])
  local full_at = math.max(tonumber(redis.call('GET', key) or '0'), now)
  after[place] = full_at + tonumber(ARGV[place * 3]) * interval
  wait = math.max(wait, after[place] - seconds - now)
end
if wait > 0 then return tostring(wait) end
for place, key in ipairs(KEYS) do
  local left = math.ceil((after[place] - now) * 1000)
  if left > 0 then redis.call('SET', key, string.format('%.6f', after[place]), 'PX', left)
  else redis.call('DEL', key) end
end
return '0'
"""


class RateLimits:
    """The buckets of everybody; ``factor`` multiplies every limit, and 0 switches them off."""

    def __init__(self, redis: aioredis.Redis, factor: float = 1.0) -> None:
        self._redis = redis
        self._factor = factor
        self._script = redis.register_script(_TAKE)
        self._own: OrderedDict[str, float] = OrderedDict()

    async def take(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> float:
        """Count an operation in every bucket, or in none; the seconds to wait, 0 when it is allowed."""
        buckets = [] if self._factor == 0 else list(_buckets(operation, whose, self._factor).items())
        if not buckets:
            return 0.0
        arguments = [text for _, limit in buckets for text in (limit.interval, limit.seconds, tokens)]
        try:
            answer: Any = await self._script(keys=[key for key, _ in buckets], args=arguments)
        except (RedisError, OSError):
            log.warning("rate_limits_away")
            return self._take_here(buckets, tokens)
        return float(answer)

    async def require(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> None:
        """Count an operation.

        Raises:
            TooManyTriesError: for a lookup try past its limit, with the minutes to wait.
            RateLimitedError: for any other operation past its limit, with the seconds to wait.
        """
        wait = await self.take(operation, whose, tokens)
        if wait > 0 and operation is Operation.LOOKUP_TRY:
            raise TooManyTriesError(minutes=_at_least_one(wait / 60), seconds=_at_least_one(wait))
        if wait > 0:
            raise RateLimitedError(seconds=_at_least_one(wait))

    async def allows(self, operation: Operation, whose: Mapping[By, str]) -> bool:
        """Whether one more would be allowed, which it is not counted as."""
        allowed = await self.take(operation, whose) == 0
        if allowed:
            await self.give_back(operation, whose)
        return allowed

    async def give_back(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> None:
        """Undo one count: the try was right."""
        await self.take(operation, whose, -tokens)

    def _take_here(self, buckets: list[tuple[str, Limit]], tokens: int) -> float:
        now = time.time()
        after = {key: refill(self._own.get(key, 0.0), now, limit, tokens) for key, limit in buckets}
        wait = max(waiting for _, waiting in after.values())
        if wait > 0:
            return wait
        for key, (full_at, _) in after.items():
            self._own[key] = full_at
            self._own.move_to_end(key)
        while len(self._own) > KEPT_MAX:
            self._own.popitem(last=False)
        return 0.0


def _buckets(operation: Operation, whose: Mapping[By, str], factor: float) -> dict[str, Limit]:
    limits = LIMITS[operation]
    return {
        _name(operation, by, subject): Limit(max(1, round(limits[by].burst * factor)), limits[by].seconds)
        for by, subject in whose.items()
        if by in limits
    }


def _name(operation: Operation, by: By, subject: str) -> str:
    return f"{PREFIX}{operation}:{by}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _at_least_one(number: float) -> int:
    return max(1, -int(-number // 1))
