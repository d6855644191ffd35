"""A connection to the run's Redis."""

from collections.abc import AsyncIterator

import pytest
from redis import asyncio as aioredis

from backend.adapters.redis_client import open_redis


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[aioredis.Redis]:
    client = open_redis(redis_url)
    yield client
    await client.aclose()
