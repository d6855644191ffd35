"""Who asks, and whether they may ask now: the session is read and the question counted in one round trip."""

from dataclasses import dataclass

from redis.exceptions import RedisError

from backend.adapters import sessions
from backend.adapters.sessions import Session
from backend.context import Services, SessionIdentity, bucket_of
from backend.domain.rate_limits import By, Operation
from backend.observability import log

ENTERED = "hocba.entered"
"""Where a request keeps that it has entered, so that it is counted once, whoever answers it."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A person with a session, or nobody; ``wait`` is in seconds, 0 when they may ask (nobody is not counted here)."""

    identity: SessionIdentity | None
    wait: float = 0.0


NOBODY = Entered(None)


async def enter(services: Services, key: str | None) -> Entered:
    """Read the session of a key and count a query of its person; nobody when it has ended or its store is away."""
    if not key:
        return NOBODY
    name, idle = sessions.name_of(key), services.settings.session_idle_minutes * 60
    try:
        text, wait = await services.limits.enter(name, idle, Operation.QUERY, _bucket)
        session = None if text is None else await sessions.living(services.redis, key, text)
    except (RedisError, OSError):
        log.warning("session_store_away")
        return NOBODY
    return NOBODY if session is None else Entered(identity_in(session), wait)


async def identity_of(services: Services, key: str | None) -> SessionIdentity | None:
    """Who a session key belongs to, nothing counted; nobody when it has ended or the session store is away."""
    if not key:
        return None
    idle = services.settings.session_idle_minutes * 60
    try:
        session = await sessions.find(services.redis, key, idle)
    except (RedisError, OSError):
        log.warning("session_store_away")
        return None
    return None if session is None else identity_in(session)


def identity_in(session: Session) -> SessionIdentity:
    return SessionIdentity(
        session.issuer, session.subject, session.assignment_id, session.authenticated_at, session.acr
    )


def _bucket(text: bytes) -> dict[By, str]:
    return bucket_of(identity_in(sessions.read(text)))
