"""Sessions of everybody who asks, in Redis as a sign-in leaves them."""

import time
from collections.abc import Iterable

from backend.adapters import sessions
from backend.adapters.redis_client import open_redis
from backend.adapters.sessions import Session
from backend.web.gateway import COOKIE
from tests.bench.data.province import ISSUER
from tests.bench.gateway.samples import Person

A_DAY = 86_400


async def cookies_of(redis_url: str, people: Iterable[Person]) -> dict[str, str]:
    """The cookie header of each person, by login."""
    redis = open_redis(redis_url)
    try:
        return {
            person.login: f"{COOKIE}={await sessions.create(redis, _session(person.login), idle_seconds=A_DAY)}"
            for person in people
        }
    finally:
        await redis.aclose()


def _session(login: str) -> Session:
    now = time.time()
    return Session(
        issuer=ISSUER, subject=login, id_token="", began_at=now, ends_at=now + A_DAY, authenticated_at=now
    )
