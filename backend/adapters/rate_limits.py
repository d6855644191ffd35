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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.adapters.scripts import Script, Scripts
from backend.domain.errors import DomainError, RateLimitedError, TooManyTriesError
from backend.domain.rate_limits import LIMITS, By, Limit, Operation, refill
from backend.observability import log

PREFIX = "hocba:limit:"
KEPT_MAX = 50_000
"""Buckets that a process keeps while Redis is away; the longest unused are forgotten first."""

# Times are seconds as text: Lua would cut a number to an integer on its way back. Four arguments for each bucket: its
# interval, its seconds, how many tokens, and whether they are kept or only tried.
_BUCKETS = """
local function take(first, given)
  local now = redis.call('TIME')
  now = tonumber(now[1]) + tonumber(now[2]) / 1000000
  local wait, after = 0, {}
  for place = first, #KEYS do
    local at = given + (place - first) * 4
    local full_at = math.max(tonumber(redis.call('GET', KEYS[place]) or '0'), now)
    after[place] = full_at + tonumber(ARGV[at + 2]) * tonumber(ARGV[at])
    wait = math.max(wait, after[place] - tonumber(ARGV[at + 1]) - now)
  end
  if wait > 0 then return tostring(wait) end
  for place = first, #KEYS do
    if ARGV[given + (place - first) * 4 + 3] == '1' then
      local left = math.ceil((after[place] - now) * 1000)
      if left > 0 then redis.call('SET', KEYS[place], string.format('%.6f', after[place]), 'PX', left)
      else redis.call('DEL', KEYS[place]) end
    end
  end
  return '0'
end
"""
_TAKE = Script(_BUCKETS + "return take(1, 1)")
# Whoever has no session takes nothing: its person's bucket is not a stranger's to empty.
_ENTER = Script(
    _BUCKETS
    + """
local session = redis.call('GETEX', KEYS[1], 'EX', ARGV[1])
if not session then return {false, '0'} end
return {session, take(2, 2)}
"""
)


@dataclass(frozen=True, slots=True)
class Counted:
    """An operation, in whose buckets it counts, and how often; ``kept`` is False to learn only whether it would be allowed."""

    operation: Operation
    whose: Mapping[By, str]
    tokens: int = 1
    kept: bool = True


@dataclass(frozen=True, slots=True)
class _Bucket:
    name: str
    limit: Limit
    tokens: int
    kept: bool


def _arguments(buckets: Sequence[_Bucket]) -> list[float]:
    return [
        argument
        for bucket in buckets
        for argument in (bucket.limit.interval, bucket.limit.seconds, bucket.tokens, int(bucket.kept))
    ]


class RateLimits:
    """The buckets of everybody; ``factor`` multiplies every limit, and 0 switches them off."""

    def __init__(self, redis: aioredis.Redis, factor: float = 1.0) -> None:
        self._scripts = Scripts(redis)
        self._factor = factor
        self._own: OrderedDict[str, float] = OrderedDict()
        self._persons: OrderedDict[str, Mapping[By, str]] = OrderedDict()

    async def take(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> float:
        """Count an operation in every bucket, or in none; the seconds to wait, 0 when it is allowed."""
        return await self.take_all(Counted(operation, whose, tokens))

    async def take_all(self, *counted: Counted) -> float:
        """Count several operations in every bucket of theirs, or none in any; the seconds to wait."""
        buckets = self._buckets(counted)
        if not buckets:
            return 0.0
        try:
            answer: Any = await self._scripts.run(
                _TAKE, [bucket.name for bucket in buckets], _arguments(buckets)
            )
        except (RedisError, OSError):
            log.warning("rate_limits_away")
            return self._take_here(buckets)
        return float(answer)

    async def enter(
        self,
        session: str,
        idle_seconds: int,
        operation: Operation,
        whose: Callable[[bytes], Mapping[By, str]],
    ) -> tuple[bytes | None, float]:
        """Read a session, begin its idle time anew and count an operation of its person.

        One round trip, once it is known whose the session is, which never changes; ``whose`` reads that from its text.

        Returns:
            the session's text and the seconds to wait; None, and nothing counted, when it has ended.

        Raises:
            RedisError, OSError: when Redis is away.
        """
        known = self._persons.get(session)
        counted = () if known is None else (Counted(operation, known),)
        buckets = self._buckets(counted)
        arguments = [idle_seconds, *_arguments(buckets)]
        text, wait = await self._scripts.run(_ENTER, [session, *(item.name for item in buckets)], arguments)
        if text is None:
            self._persons.pop(session, None)
            return None, 0.0
        if known is not None:
            return text, float(wait)
        person = self._persons[session] = whose(text)
        if len(self._persons) > KEPT_MAX:
            self._persons.popitem(last=False)
        return text, await self.take(operation, person)

    async def require(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> None:
        """Count an operation.

        Raises:
            TooManyTriesError: for a lookup try past its limit, with the minutes to wait.
            RateLimitedError: for any other operation past its limit, with the seconds to wait.
        """
        wait = await self.take(operation, whose, tokens)
        if wait > 0:
            raise limited(operation, wait)

    async def give_back(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> None:
        """Undo one count: the try was right."""
        await self.take(operation, whose, -tokens)

    def _take_here(self, buckets: Sequence[_Bucket]) -> float:
        now = time.time()
        after = [
            refill(self._own.get(bucket.name, 0.0), now, bucket.limit, bucket.tokens) for bucket in buckets
        ]
        wait = max(waiting for _, waiting in after)
        if wait > 0:
            return wait
        for bucket, (full_at, _) in zip(buckets, after, strict=True):
            if bucket.kept:
                self._own[bucket.name] = full_at
                self._own.move_to_end(bucket.name)
        while len(self._own) > KEPT_MAX:
            self._own.popitem(last=False)
        return 0.0

    def _buckets(self, counted: Sequence[Counted]) -> list[_Bucket]:
        if self._factor == 0:
            return []
        return [
            _Bucket(
                _name(item.operation, by, subject), self._limit(item.operation, by), item.tokens, item.kept
            )
            for item in counted
            for by, subject in item.whose.items()
            if by in LIMITS[item.operation]
        ]

    def _limit(self, operation: Operation, by: By) -> Limit:
        limit = LIMITS[operation][by]
        return Limit(max(1, round(limit.burst * self._factor)), limit.seconds)


def limited(operation: Operation, wait: float) -> DomainError:
    """The refusal of an operation past its limit; ``wait`` is in seconds."""
    if operation is Operation.LOOKUP_TRY:
        return TooManyTriesError(minutes=_at_least_one(wait / 60), seconds=_at_least_one(wait))
    return RateLimitedError(seconds=_at_least_one(wait))


def _name(operation: Operation, by: By, subject: str) -> str:
    return f"{PREFIX}{operation}:{by}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _at_least_one(number: float) -> int:
    return max(1, -int(-number // 1))
