"""Signing in through an OpenID provider: authorization code with PKCE and nonce, checked issuer, own session.

The flow's state lives in Redis and a short-lived signed cookie; after it, the browser holds a new random session
key and nothing else. Roles never come from the token: they come from assignments.
"""

import time
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from redis import asyncio as aioredis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from backend.adapters import sessions
from backend.context import Services
from backend.observability import log
from backend.settings import Settings
from backend.web.gateway import COOKIE, refusal

FLOW_PREFIX = "hocba:oidc:"
PROVIDER_SEEN_SECONDS = 5
PROVIDER_TIMEOUT_SECONDS = 5


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


class SignIn:
    """The routes of signing in and out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._oauth = _client(services.settings, services.redis)
        self._provider_seen = -float(PROVIDER_SEEN_SECONDS)

    @property
    def _settings(self) -> Settings:
        return self._services.settings

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider."""
        request.session["next"] = request.query_params.get("next", "")
        try:
            await self._require_provider()
            answer: Response = await self._oauth.provider.authorize_redirect(
                request, f"{self._settings.origin}/auth/callback", ui_locales="vi"
            )
        except (httpx2.HTTPError, RedisError, OSError) as error:
            return _provider_away(error)
        return answer

    async def _require_provider(self) -> None:
        # its metadata are cached, so without this a browser would be sent to a server that does not answer
        if time.monotonic() - self._provider_seen < PROVIDER_SEEN_SECONDS:
            return
        async with httpx2.AsyncClient(timeout=PROVIDER_TIMEOUT_SECONDS) as client:
            (await client.get(_metadata_url(self._settings))).raise_for_status()
        self._provider_seen = time.monotonic()

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer and begin a session."""
        try:
            if not await self._is_from_provider(request):
                return refusal(400, "ISSUER_MISMATCH", "Phản hồi đăng nhập đến từ nơi khác.")
            token = await self._oauth.provider.authorize_access_token(request)
        except (httpx2.HTTPError, RedisError, OSError) as error:
            return _provider_away(error)
        except (OAuthError, JoseError) as error:
            log.warning("sign_in_refused", reason=type(error).__name__)
            return refusal(400, "SIGN_IN_FAILED", "Đăng nhập không thành công; hãy thử lại.")
        key = await sessions.create(
            self._services.redis,
            issuer=self._settings.oidc_issuer,
            subject=token["userinfo"]["sub"],
            id_token=token["id_token"],
            idle_seconds=self._settings.session_idle_minutes * 60,
            seconds=self._settings.session_hours * 3600,
        )
        answer = RedirectResponse(_local(request.session.pop("next", "")), 303)
        answer.set_cookie(
            COOKIE, key, httponly=True, samesite="lax", secure=self._settings.is_production, path="/"
        )
        return answer

    async def _is_from_provider(self, request: Request) -> bool:
        # RFC 9207: Authlib does not compare the issuer of the answer with the one that was asked
        issuer = request.query_params.get("iss")
        if issuer is not None:
            return issuer == self._settings.oidc_issuer
        metadata = await self._oauth.provider.load_server_metadata()
        return not metadata.get("authorization_response_iss_parameter_supported")

    async def logout(self, request: Request) -> Response:
        """End the session here and at the provider."""
        key = request.cookies.get(COOKIE, "")
        session = await sessions.find(self._services.redis, key, 60) if key else None
        if session is None:
            answer: Response = RedirectResponse("/", 303)
        else:
            await sessions.end(self._services.redis, key)
            answer = await self._oauth.provider.logout_redirect(
                request, f"{self._settings.origin}/", id_token_hint=session.id_token
            )
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _local(address: str) -> str:
    """Where to go after signing in: a path of this site, never another one."""
    elsewhere = not address.startswith("/") or address.startswith("//") or "\\" in address
    return "/" if elsewhere or not address.isprintable() else address


def _provider_away(error: Exception) -> Response:
    log.warning("sign_in_unavailable", reason=type(error).__name__)
    return refusal(503, "SIGN_IN_UNAVAILABLE", "Dịch vụ đăng nhập chưa trả lời; hãy thử lại sau ít phút.")


def _client(settings: Settings, redis: aioredis.Redis) -> OAuth:
    oauth = OAuth(cache=_FlowState(redis))
    oauth.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=_metadata_url(settings),
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "timeout": PROVIDER_TIMEOUT_SECONDS,
        },
    )
    return oauth


def _metadata_url(settings: Settings) -> str:
    return f"{settings.oidc_issuer}/.well-known/openid-configuration"
