"""How both processes open Redis: a connection that a restart has broken is replaced before anybody notices.

Every pooled connection breaks with a restart, and without a second try each would cost one request its answer.
"""

from redis import asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

TRIES = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
CONNECT_SECONDS = 2.0


def open_redis(url: str) -> aioredis.Redis:
    """A client for a URL; it connects at its first use."""
    client: aioredis.Redis = aioredis.from_url(
        url,
        retry=Retry(ExponentialBackoff(cap=LONGEST_PAUSE, base=FIRST_PAUSE), TRIES),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
        socket_connect_timeout=CONNECT_SECONDS,
    )
    return client
