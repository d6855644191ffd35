"""Sessions on the server's side: the cookie holds a random key, Redis its hash and who signed in.

A session ends after an idle time and at an absolute time, and can be ended from here at once: by its key, by its
name, by the provider's name for it. Losing Redis loses sessions, not work.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from redis import asyncio as aioredis

PREFIX = "hocba:session:"
PERSON_PREFIX, PROVIDER_PREFIX = "hocba:sessions-of:", "hocba:sessions-at:"
"""Sets of session names: of one person, and of one session at a provider."""

ENDED_STREAM = "hocba:sessions-ended"
KEPT_ENDED = 10_000
"""What has been ended is told to every process, so that open streams end with their session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who signed in where, when and how strongly, and when the session ends whatever happens (seconds since 1970).

    ``provider_session`` is the provider's name for its session (``sid``), with which it ends ours; ``device`` says
    coarsely what it was begun on.
    """

    issuer: str
    subject: str
    id_token: str = field(repr=False)
    began_at: float
    ends_at: float
    authenticated_at: float
    acr: str = ""
    provider_session: str = ""
    device: str = ""
    assignment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner sees it; ``name`` names it and opens nothing."""

    name: str
    session: Session
    seen_at: float


async def create(redis: aioredis.Redis, session: Session, idle_seconds: int) -> str:
    """Begin a session and return the key for the cookie."""
    key = secrets.token_urlsafe(32)
    lasts = max(1, int(session.ends_at - time.time()))
    async with redis.pipeline() as pipe:
        pipe.set(name_of(key), orjson.dumps(asdict(session)), ex=idle_seconds)
        for index in _indexes(session):
            pipe.sadd(index, public_name(key))
            pipe.expire(index, lasts)
        await pipe.execute()
    return key


async def find(redis: aioredis.Redis, key: str, idle_seconds: int) -> Session | None:
    """The session of a cookie, its idle time begun anew; None when it has ended."""
    text = await redis.getex(name_of(key), ex=idle_seconds)
    return None if text is None else await living(redis, key, text)


async def living(redis: aioredis.Redis, key: str, text: bytes | str) -> Session | None:
    """The session that Redis holds as a text; None, and ended, when it is past its end."""
    session = read(text)
    if session.ends_at < time.time():
        await end(redis, key)
        return None
    return session


async def choose_assignment(redis: aioredis.Redis, key: str, assignment_id: int) -> None:
    """Remember the assignment a person acts in."""
    text = await redis.get(name_of(key))
    if text is not None:
        session = orjson.loads(text) | {"assignment_id": assignment_id}
        await redis.set(name_of(key), orjson.dumps(session), keepttl=True, xx=True)


async def of_person(redis: aioredis.Redis, issuer: str, subject: str, idle_seconds: int) -> list[Shown]:
    """A person's sessions, the newest first. When each was last used follows from the idle time that is left."""
    names = sorted(name.decode() for name in await _members(redis, _person(issuer, subject)))
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.get(PREFIX + name)
            pipe.pttl(PREFIX + name)
        answers = await pipe.execute()
    now = time.time()
    found = [
        Shown(name, read(text), now - max(0.0, idle_seconds - left / 1000))
        for name, text, left in zip(names, answers[::2], answers[1::2], strict=True)
        if text is not None
    ]
    living = [item for item in found if item.session.ends_at >= now]
    return sorted(living, key=lambda item: item.session.began_at, reverse=True)


async def end(redis: aioredis.Redis, key: str) -> None:
    """End a session, and tell every process."""
    await end_named(redis, [public_name(key)])


async def end_named(redis: aioredis.Redis, names: Iterable[str]) -> int:
    """End sessions by their names, and tell every process; returns how many there were."""
    ended = 0
    for name in names:
        text: Any = await redis.getdel(PREFIX + name)
        if text is None:
            continue
        ended += 1
        async with redis.pipeline() as pipe:
            for index in _indexes(read(text)):
                pipe.srem(index, name)
            pipe.xadd(ENDED_STREAM, {"session": name}, maxlen=KEPT_ENDED, approximate=True)
            await pipe.execute()
    return ended


async def end_at_provider(redis: aioredis.Redis, issuer: str, *, subject: str, provider_session: str) -> int:
    """End what a provider says has ended: one session of its own, or all of a person's when it names none."""
    index = _at_provider(issuer, provider_session) if provider_session else _person(issuer, subject)
    return await end_named(redis, [name.decode() for name in await _members(redis, index)])


async def newest_ended(redis: aioredis.Redis) -> bytes:
    """Where the stream of ended sessions ends now."""
    found: Any = await redis.xrevrange(ENDED_STREAM, count=1)
    return found[0][0] if found else b"0-0"


async def alive(redis: aioredis.Redis, names: Sequence[str]) -> list[bool]:
    """Which sessions, by ``public_name``, still are; asking does not renew them."""
    async with redis.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.exists(PREFIX + name)
        return [bool(answer) for answer in await pipe.execute()]


def public_name(key: str) -> str:
    """What names a session where its key may not stand."""
    return hashlib.sha256(key.encode()).hexdigest()


def name_of(key: str) -> str:
    """The name of a session in Redis."""
    return PREFIX + public_name(key)


def _indexes(session: Session) -> list[str]:
    indexes = [_person(session.issuer, session.subject)]
    if session.provider_session:
        indexes.append(_at_provider(session.issuer, session.provider_session))
    return indexes


def _person(issuer: str, subject: str) -> str:
    return PERSON_PREFIX + public_name(f"{issuer}\n{subject}")


def _at_provider(issuer: str, provider_session: str) -> str:
    return PROVIDER_PREFIX + public_name(f"{issuer}\n{provider_session}")


async def _members(redis: aioredis.Redis, index: str) -> set[bytes]:
    found: Any = await redis.smembers(index)
    return set(found)


def read(text: bytes | str) -> Session:
    """A session as Redis holds it."""
    return Session(**orjson.loads(text))
