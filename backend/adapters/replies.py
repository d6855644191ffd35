"""Questions that the worker answers within seconds: a short-lived mailbox in Redis for each.

An answer that is lost costs the asker a repeated question; nothing that matters is kept here.
"""

from typing import Any

import orjson
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.observability import log

KEPT_SECONDS = 300


class Replies:
    """Mailboxes by question id."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis

    async def send(self, question_id: str, answer: dict[str, Any]) -> None:
        """Put an answer into its mailbox."""
        try:
            async with self._redis.pipeline() as pipe:
                pipe.rpush(_box(question_id), orjson.dumps(answer))
                pipe.expire(_box(question_id), KEPT_SECONDS)
                await pipe.execute()
        except (RedisError, OSError):
            log.warning("reply_not_sent")

    async def wait(self, question_id: str, seconds: float) -> dict[str, Any] | None:
        """The answer, or None when none came in time."""
        found = await self._redis.blpop([_box(question_id)], timeout=seconds)
        return None if found is None else orjson.loads(found[1])


def _box(question_id: str) -> str:
    return f"hocba:reply:{question_id}"
