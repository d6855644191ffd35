"""Files people send, kept for a quarter of an hour under a random id until somebody has looked at them."""

import secrets
from pathlib import PurePosixPath
from typing import Any

from redis import asyncio as aioredis

KEPT_SECONDS = 900
PREFIX = "hocba:upload:"


async def keep(redis: aioredis.Redis, data: bytes, filename: str) -> str:
    """Keep a file and return its id."""
    upload_id = secrets.token_urlsafe(24)
    suffix = PurePosixPath(filename).suffix.lower()[:8]
    async with redis.pipeline() as pipe:
        pipe.hset(PREFIX + upload_id, mapping={"data": data, "name": f"upload{suffix}"})
        pipe.expire(PREFIX + upload_id, KEPT_SECONDS)
        await pipe.execute()
    return upload_id


async def find(redis: aioredis.Redis, upload_id: str) -> tuple[bytes, str] | None:
    """The bytes and a harmless name with the file's own suffix, or None when it is no longer kept."""
    kept: list[Any] = await redis.hmget(PREFIX + upload_id, ["data", "name"])
    data, name = kept
    return None if data is None or name is None else (bytes(data), name.decode())
