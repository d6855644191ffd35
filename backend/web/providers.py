"""The OpenID providers of the settings, as clients that believe a token only when everything about it is right.

Authlib drives the flow. What a token says is judged here and not by the provider's own metadata: the algorithms
are fixed to signatures with a public key, the issuer and the audience are those of the settings.
"""

import time
from collections.abc import Mapping
from typing import Any

import httpx2
from authlib.integrations.starlette_client import StarletteOAuth2App
from authlib.integrations.starlette_client.integration import StarletteIntegration
from joserfc import jwt
from joserfc.errors import InvalidClaimError, InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from redis import asyncio as aioredis

from backend.settings import Provider, Settings

FLOW_PREFIX = "hocba:oidc:"
SEEN_SECONDS = 5
TIMEOUT_SECONDS = 5
LEEWAY_SECONDS = 60
KEYS_SECONDS = 60
"""How soon keys are asked for again: whoever sends tokens with unknown keys must not make us ask at their pace."""

ALGORITHMS = ("RS256", "PS256", "ES256")
Claims = dict[str, Any]


class _FlowState:
    """Authlib's cache protocol over Redis."""

    def __init__(self, redis: aioredis.Redis) -> None:
        self._redis = redis

    async def get(self, key: str) -> str | None:
        value: Any = await self._redis.get(FLOW_PREFIX + key)
        return None if value is None else value.decode()

    async def set(self, key: str, value: str, expires_in: int | None = None) -> None:
        await self._redis.set(FLOW_PREFIX + key, value, ex=expires_in)

    async def delete(self, key: str) -> None:
        await self._redis.delete(FLOW_PREFIX + key)


class ProviderClient(StarletteOAuth2App):  # type: ignore[misc]  # Authlib carries no types
    """The system as a client of one provider."""

    def __init__(self, provider: Provider, redis: aioredis.Redis) -> None:
        super().__init__(
            StarletteIntegration(provider.id, _FlowState(redis)),
            name=provider.id,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": provider.scope,
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
            },
        )
        self.provider = provider
        self._seen = -float(SEEN_SECONDS)
        self._keys_asked = -float(KEYS_SECONDS)

    async def require_answering(self) -> None:
        """See that the provider answers: its metadata are cached, and a browser must not be sent to nobody.

        Raises:
            httpx2.HTTPError: when it does not.
        """
        if time.monotonic() - self._seen < SEEN_SECONDS:
            return
        async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            (await client.get(self._server_metadata_url)).raise_for_status()
        self._seen = time.monotonic()

    async def names_itself(self) -> bool:
        """Whether its answers to the browser name their issuer (RFC 9207)."""
        metadata = await self.load_server_metadata()
        return bool(metadata.get("authorization_response_iss_parameter_supported"))

    async def parse_id_token(self, token: Mapping[str, Any], nonce: str, **_options: Any) -> Claims:
        """The claims of an ID token; called by Authlib with the nonce of the flow.

        Raises:
            JoseError: when anything about the token is wrong.
        """
        nonce_of_flow = {"essential": True, "value": nonce}
        claims = await self.verified(token["id_token"], nonce=nonce_of_flow, sub={"essential": True})
        audience = claims["aud"]
        needs_party = isinstance(audience, list) and len(audience) > 1
        if claims.get("azp", None if needs_party else self.client_id) != self.client_id:
            raise InvalidClaimError("azp")
        return claims

    async def verified(self, text: str, **required: Any) -> Claims:
        """The claims of a token that this provider signed for this client and that holds now.

        Raises:
            JoseError: when signature, algorithm, issuer, audience, time or a required claim is wrong.
        """
        metadata = await self.load_server_metadata()
        if metadata.get("issuer") != self.provider.issuer:
            raise InvalidClaimError("iss")
        token = await self._decoded(text)
        JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            **required,
        ).validate(token.claims)
        return token.claims

    async def _decoded(self, text: str) -> jwt.Token:
        keys = KeySet.import_key_set(await self.fetch_jwk_set())
        try:
            return jwt.decode(text, keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            # the provider may have changed its keys since
            if time.monotonic() - self._keys_asked < KEYS_SECONDS:
                raise
        self._keys_asked = time.monotonic()
        keys = KeySet.import_key_set(await self.fetch_jwk_set(force=True))
        return jwt.decode(text, keys, algorithms=ALGORITHMS)


class Providers:
    """Every provider of the settings, the staff's first."""

    def __init__(self, settings: Settings, redis: aioredis.Redis) -> None:
        self._clients = {item.id: ProviderClient(item, redis) for item in settings.providers}
        self.first = settings.providers[0].id

    def find(self, provider_id: str) -> ProviderClient | None:
        return self._clients.get(provider_id)

    def find_by_issuer(self, issuer: str) -> ProviderClient | None:
        return next((item for item in self._clients.values() if item.provider.issuer == issuer), None)
