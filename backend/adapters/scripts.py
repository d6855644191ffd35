"""Scripts that Redis runs, those of many requests sent together."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis import asyncio as aioredis
from redis.exceptions import NoScriptError

from backend.adapters.together import Together

TOGETHER_MAX = 200


class Script:
    """A script by its digest, which Redis remembers until it is restarted."""

    __slots__ = ("digest", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class _Call:
    script: Script
    keys: Sequence[str]
    arguments: Sequence[Any]


class Scripts:
    """Runs scripts over one client."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis
        self._together: Together[_Call, Any] = Together(self._run_all, most=TOGETHER_MAX)

    async def run(self, script: Script, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """What a script answers.

        Raises:
            RedisError, OSError: when Redis is away.
        """
        call = _Call(script, keys, arguments)
        try:
            return await self._together.ask(call)
        except NoScriptError:
            return await self._redis.eval(script.text, len(keys), *keys, *arguments)

    async def _run_all(self, calls: Sequence[_Call]) -> Sequence[Any]:
        pipe = self._redis.pipeline(transaction=False)
        for call in calls:
            pipe.evalsha(call.script.digest, len(call.keys), *call.keys, *call.arguments)
        return await pipe.execute(raise_on_error=False)
