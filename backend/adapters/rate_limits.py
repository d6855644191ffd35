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
from redis.exceptions import NoScriptError, RedisError

from backend.adapters.together import Together
from backend.domain.errors import DomainError, RateLimitedError, TooManyTriesError
from backend.domain.rate_limits import LIMITS, By, Limit, Operation, refill
from backend.observability import log

PREFIX = "hocba:limit:"
KEPT_MAX = 50_000
"""Buckets that a process keeps while Redis is away; the longest unused are forgotten first."""

# One call for everybody who asks at the same time. An argument is what one of them asks: the idle time of its session or
# -, then for each bucket its interval, its seconds, how many tokens, and whether they are kept or only tried. The keys
# are theirs in the same order. Times are seconds as text: Lua would cut a number to an integer on its way back. Whoever
# has no session any more takes nothing: its person's bucket is not a stranger's to empty.
_ASK = """
local now = redis.call('TIME')
now = tonumber(now[1]) + tonumber(now[2]) / 1000000
local key = 0

local function take(words, count)
  local wait, after = 0, {}
  for place = 1, count do
    local at = place * 4 - 2
    local full_at = math.max(tonumber(redis.call('GET', KEYS[key + place]) or '0'), now)
    after[place] = full_at + tonumber(words[at + 2]) * tonumber(words[at])
    wait = math.max(wait, after[place] - tonumber(words[at + 1]) - now)
  end
  if wait > 0 then return wait end
  for place = 1, count do
    if words[place * 4 + 1] == '1' then
      local left = math.ceil((after[place] - now) * 1000)
      if left > 0 then redis.call('SET', KEYS[key + place], string.format('%.6f', after[place]), 'PX', left)
      else redis.call('DEL', KEYS[key + place]) end
    end
  end
  return 0
end

local answers = {}
for asker = 1, #ARGV do
  local words, session, wait = {}, false, 0
  for word in string.gmatch(ARGV[asker], '%S+') do words[#words + 1] = word end
  if words[1] ~= '-' then
    key = key + 1
    session = redis.call('GETEX', KEYS[key], 'EX', words[1])
  end
  local count = (#words - 1) / 4
  if session or words[1] == '-' then wait = take(words, count) end
  key = key + count
  answers[asker] = words[1] == '-' and tostring(wait) or {session, tostring(wait)}
end
return answers
"""
_DIGEST = hashlib.sha1(_ASK.encode(), usedforsecurity=False).hexdigest()
ASKED_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Counted:
    """An operation, in whose buckets it counts, and how often; ``kept`` is False to learn only whether it would be allowed."""

    operation: Operation
    whose: Mapping[By, str]
    tokens: int = 1
    kept: bool = True


Asked = tuple[list[str], str]
"""The keys and the argument of one who asks."""

Told = tuple[bytes | None, float]
"""A session's text and the seconds to wait."""


class RateLimits:
    """The buckets of everybody; ``factor`` multiplies every limit, and 0 switches them off."""

    def __init__(self, redis: aioredis.Redis, factor: float = 1.0) -> None:
        self._redis = redis
        self._factor = factor
        self._together: Together[Asked, Told] = Together(self._ask_all, most=ASKED_TOGETHER)
        self._words: dict[tuple[Operation, By, int, bool], str] = {}
        self._own: OrderedDict[str, float] = OrderedDict()
        self._persons: OrderedDict[str, Mapping[By, str]] = OrderedDict()

    async def take(self, operation: Operation, whose: Mapping[By, str], tokens: int = 1) -> float:
        """Count an operation in every bucket, or in none; the seconds to wait, 0 when it is allowed."""
        return await self.take_all(Counted(operation, whose, tokens))

    async def take_all(self, *counted: Counted) -> float:
        """Count several operations in every bucket of theirs, or none in any; the seconds to wait."""
        keys, words = self._asked(counted)
        if not keys:
            return 0.0
        try:
            return (await self._together.ask((keys, f"-{words}")))[1]
        except (RedisError, OSError):
            log.warning("rate_limits_away")
            return self._take_here(counted)

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
        keys, words = self._asked(() if known is None else (Counted(operation, known),))
        text, wait = await self._together.ask(([session, *keys], f"{idle_seconds}{words}"))
        if text is None:
            self._persons.pop(session, None)
            return None, 0.0
        if known is not None:
            return text, wait
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

    async def _ask_all(self, askers: Sequence[Asked]) -> Sequence[Told]:
        keys = [key for names, _ in askers for key in names]
        arguments = [words for _, words in askers]
        try:
            answers: Any = await self._redis.evalsha(_DIGEST, len(keys), *keys, *arguments)
        except NoScriptError:
            answers = await self._redis.eval(_ASK, len(keys), *keys, *arguments)
        return [
            (answer[0], float(answer[1])) if isinstance(answer, list) else (None, float(answer))
            for answer in answers
        ]

    def _asked(self, counted: Sequence[Counted]) -> tuple[list[str], str]:
        """The buckets' keys, and what the script must know of each."""
        keys, words = [], ""
        for item in counted if self._factor else ():
            for by, subject in item.whose.items():
                if by in LIMITS[item.operation]:
                    keys.append(_name(item.operation, by, subject))
                    words += self._said(item, by)
        return keys, words

    def _said(self, item: Counted, by: By) -> str:
        key = (item.operation, by, item.tokens, item.kept)
        known = self._words.get(key)
        if known is None:
            limit = self._limit(item.operation, by)
            known = self._words[key] = f" {limit.interval!r} {limit.seconds!r} {item.tokens} {int(item.kept)}"
        return known

    def _take_here(self, counted: Sequence[Counted]) -> float:
        now, wait = time.time(), 0.0
        after: dict[str, float] = {}
        for item in counted:
            for by, subject in item.whose.items():
                if by in LIMITS[item.operation]:
                    name, limit = _name(item.operation, by, subject), self._limit(item.operation, by)
                    full_at, waiting = refill(self._own.get(name, 0.0), now, limit, item.tokens)
                    wait = max(wait, waiting)
                    if item.kept:
                        after[name] = full_at
        if wait > 0:
            return wait
        for name, full_at in after.items():
            self._own[name] = full_at
            self._own.move_to_end(name)
        while len(self._own) > KEPT_MAX:
            self._own.popitem(last=False)
        return 0.0

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
