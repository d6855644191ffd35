"""Sessions on the server's side: the cookie holds a random key, Redis its hash and who signed in.

A session ends after an idle time and at an absolute time, and can be ended from here at once. Losing Redis
loses sessions, not work.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass

import orjson
from redis import asyncio as aioredis

PREFIX = "hocba:session:"


@dataclass(frozen=True, slots=True)
class Session:
    """Who signed in, and when the session ends whatever happens (seconds since 1970)."""

    issuer: str
    subject: str
    assignment_id: int | None
    id_token: str
    ends_at: float


async def create(
    redis: aioredis.Redis, *, issuer: str, subject: str, id_token: str, idle_seconds: int, seconds: int
) -> str:
    """Begin a session and return the key for the cookie."""
    key = secrets.token_urlsafe(32)
    session = {
        "issuer": issuer,
        "subject": subject,
        "assignment_id": None,
        "id_token": id_token,
        "ends_at": time.time() + seconds,
    }
    await redis.set(_name(key), orjson.dumps(session), ex=idle_seconds)
    return key


async def find(redis: aioredis.Redis, key: str, idle_seconds: int) -> Session | None:
    """The session of a cookie, its idle time begun anew; None when it has ended."""
    text = await redis.getex(_name(key), ex=idle_seconds)
    if text is None:
        return None
    session = Session(**orjson.loads(text))
    if session.ends_at < time.time():
        await end(redis, key)
        return None
    return session


async def choose_assignment(redis: aioredis.Redis, key: str, assignment_id: int) -> None:
    """Remember the assignment a person acts in."""
    text = await redis.get(_name(key))
    if text is not None:
        session = orjson.loads(text) | {"assignment_id": assignment_id}
        await redis.set(_name(key), orjson.dumps(session), keepttl=True)


async def end(redis: aioredis.Redis, key: str) -> None:
    await redis.delete(_name(key))


def _name(key: str) -> str:
    return PREFIX + hashlib.sha256(key.encode()).hexdigest()
