"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the provider says that a session has ended."""

import hashlib
from base64 import urlsafe_b64decode
from typing import Any

import orjson
from joserfc.errors import InvalidClaimError
from redis import asyncio as aioredis

from backend.web.providers import LEEWAY_SECONDS, ProviderClient, Providers

EVENT = "http://schemas.openid.net/event/backchannel-logout"
SEEN_PREFIX = "hocba:logout-token:"
SEEN_SECONDS = 3600
LIFETIME_MAX = SEEN_SECONDS - 2 * LEEWAY_SECONDS
"""A token may hold no longer than its id is remembered, or it could be used twice."""

ESSENTIAL = {"essential": True}


def issuer_of(text: str) -> str:
    """Who a token says it is from, unverified: only to choose whose keys to verify it with.

    Raises:
        ValueError: when it is no token.
    """
    try:
        part = text.split(".")[1]
        claims = orjson.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return str(claims["iss"])
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("no token") from error


async def verified_logout(text: str, providers: Providers, redis: aioredis.Redis) -> tuple[str, str, str]:
    """Issuer, subject and provider's session of a logout token; the last two may be empty, not both.

    Raises:
        JoseError, ValueError: when anything about it is wrong, or it was used before.
    """
    client = providers.find_by_issuer(issuer_of(text))
    if client is None:
        raise InvalidClaimError("iss")
    claims = await client.verified(text, jti=ESSENTIAL, events=ESSENTIAL)
    subject, session = claims.get("sub", ""), claims.get("sid", "")
    if not isinstance(claims["events"], dict) or not isinstance(claims["events"].get(EVENT), dict):
        raise InvalidClaimError("events")
    if "nonce" in claims:
        # else an ID token that somebody got hold of could end sessions
        raise InvalidClaimError("nonce")
    if not (isinstance(subject, str) and isinstance(session, str) and (subject or session)):
        raise InvalidClaimError("sub")
    await _use_once(client, claims, redis)
    return client.provider.issuer, subject, session


async def _use_once(client: ProviderClient, claims: dict[str, Any], redis: aioredis.Redis) -> None:
    if claims["exp"] - claims["iat"] > LIFETIME_MAX:
        raise InvalidClaimError("exp")
    named = hashlib.sha256(f"{client.provider.issuer}\n{claims['jti']}".encode()).hexdigest()
    if not await redis.set(SEEN_PREFIX + named, 1, nx=True, ex=SEEN_SECONDS):
        raise InvalidClaimError("jti")
