"""Sessions of everybody who asks, in Redis as a sign-in leaves them."""

from backend.adapters import sessions
from backend.adapters.redis_client import open_redis
from tests.bench.data.province import ISSUER
from tests.bench.gateway.samples import Samples


async def sign_in(redis_url: str, samples: Samples) -> dict[str, str]:
    """Cookies by login."""
    people = [*samples.principals.values(), *samples.officers, samples.department]
    redis = open_redis(redis_url)
    try:
        return {
            person.login: await sessions.create(
                redis, issuer=ISSUER, subject=person.login, id_token="", idle_seconds=86_400, seconds=86_400
            )
            for person in people
        }
    finally:
        await redis.aclose()
