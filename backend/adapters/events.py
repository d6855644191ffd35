"""Live events through a Redis stream: readable from any point, so a watcher who reconnects misses nothing.

Redis holds no truth. When it is away, events are lost and watchers read again by themselves.
"""

from redis import asyncio as aioredis
from redis.exceptions import RedisError

from backend.observability import log
from backend.ports import LiveEvent

STREAM = "hocba:events"
KEPT_EVENTS = 100_000


class RedisEvents:
    """``EventBus`` over one stream."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis

    async def publish(self, event: LiveEvent) -> None:
        fields = {"topic": event.topic, "subject": event.subject_id, "school": event.school_id}
        try:
            await self._redis.xadd(STREAM, fields, maxlen=KEPT_EVENTS, approximate=True)  # type: ignore[arg-type]
        except (RedisError, OSError):
            log.warning("event_not_published", topic=event.topic)
