"""Signing in through an OpenID provider: authorization code with PKCE and nonce, checked issuer, own session.

The flow's state lives in Redis and a short-lived signed cookie; after it, the browser holds a new random session
key and nothing else. Roles never come from the token: they come from assignments, and for a guardian from the
children linked to the citizen number that the provider has verified.
"""

import time
from urllib.parse import parse_qs

import httpx2
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from backend.adapters import sessions
from backend.adapters.sessions import Session
from backend.context import Services
from backend.db.repositories import people
from backend.db.scope import unscoped
from backend.domain.identifiers import CitizenNumber
from backend.domain.rate_limits import By, Operation
from backend.observability import log
from backend.settings import Audience, Settings
from backend.web.devices import device_of
from backend.web.gateway import COOKIE, address_of, language_of, refusal, too_many
from backend.web.logout_tokens import verified_logout
from backend.web.providers import LEEWAY_SECONDS, Claims, ProviderClient, Providers

NEXT, STEP_UP = "next", "step_up"
"""What the flow's cookie remembers: where to go afterwards, and whose login is to be made again."""

LOGOUT_BODY_MAX = 20_000
AWAY = (httpx2.HTTPError, RedisError, OSError)
WRONG = (OAuthError, JoseError, ValueError, KeyError)


class SignIn:
    """The routes of signing in and out."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._providers = Providers(services.settings, services.redis)

    @property
    def _settings(self) -> Settings:
        return self._services.settings

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider that ``?provider=`` names, or to the staff's."""
        bucket = {By.ADDRESS: address_of(self._services, request)}
        if (wait := await self._services.limits.take(Operation.SIGN_IN, bucket)) > 0:
            return too_many(wait, language_of(request))
        client = self._providers.find(request.query_params.get("provider", self._providers.first))
        if client is None:
            return refusal(404, "NOT_FOUND", "Không có nơi đăng nhập này.")
        request.session.pop(STEP_UP, None)
        return await self._send(request, client)

    async def step_up(self, request: Request) -> Response:
        """Have whoever is signed in prove it again, as strongly as the provider is set to."""
        session = await self._session(request)
        client = None if session is None else self._providers.find_by_issuer(session.issuer)
        if session is None or client is None:
            return await self.login(request)
        request.session[STEP_UP] = {"issuer": session.issuer, "subject": session.subject, "at": time.time()}
        level = {"acr_values": client.provider.step_up_acr} if client.provider.step_up_acr else {}
        # some providers heed the one, some the other
        return await self._send(request, client, max_age="0", prompt="login", **level)

    async def callback(self, request: Request) -> Response:
        """Take the provider's answer and begin a session; the one that this browser had ends."""
        client = self._providers.find(request.path_params.get("provider", self._providers.first))
        if client is None:
            return refusal(404, "NOT_FOUND", "Không có nơi đăng nhập này.")
        try:
            if not await _is_from(client, request):
                return refusal(400, "ISSUER_MISMATCH", "Phản hồi đăng nhập đến từ nơi khác.")
            token = await client.authorize_access_token(request)
            return await self._begin(request, client, token["userinfo"], token["id_token"])
        except AWAY as error:
            return _provider_away(error)
        except WRONG as error:
            log.warning("sign_in_refused", reason=type(error).__name__)
            return refusal(400, "SIGN_IN_FAILED", "Đăng nhập không thành công; hãy thử lại.")

    async def logout(self, request: Request) -> Response:
        """End the session here and at the provider."""
        session = await self._session(request)
        answer: Response = RedirectResponse("/", 303)
        if session is not None:
            await sessions.end(self._services.redis, request.cookies[COOKIE])
            answer = await self._ended_at_provider(request, session) or answer
        answer.delete_cookie(COOKIE, path="/")
        return answer

    async def backchannel_logout(self, request: Request) -> Response:
        """End the sessions that a provider says have ended."""
        try:
            token = await _logout_token(request)
            issuer, subject, named = await verified_logout(token, self._providers, self._services.redis)
            ended = await sessions.end_at_provider(
                self._services.redis, issuer, subject=subject, provider_session=named
            )
        except AWAY as error:
            answer = _provider_away(error)
        except (JoseError, ValueError, KeyError) as error:
            log.warning("logout_token_refused", reason=type(error).__name__)
            answer = refusal(400, "LOGOUT_TOKEN_INVALID", "Yêu cầu đăng xuất không hợp lệ.")
        else:
            log.info("sessions_ended_by_provider", count=ended)
            answer = Response(status_code=200)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _send(self, request: Request, client: ProviderClient, **parameters: str) -> Response:
        request.session[NEXT] = request.query_params.get("next", "")
        try:
            await client.require_answering()
            answer: Response = await client.authorize_redirect(
                request, self._callback_address(client), ui_locales="vi", **parameters
            )
        except AWAY as error:
            return _provider_away(error)
        return answer

    def _callback_address(self, client: ProviderClient) -> str:
        # an address for each provider: an answer cannot be mistaken for that of another, whether it names itself or not
        provider = client.provider.id
        return f"{self._settings.origin}/auth/callback" + (
            "" if provider == self._providers.first else f"/{provider}"
        )

    async def _begin(
        self, request: Request, client: ProviderClient, claims: Claims, id_token: str
    ) -> Response:
        old = await self._session(request)
        expected = request.session.pop(STEP_UP, None)
        refused = _step_up_refusal(client, claims, expected)
        if refused is not None:
            return refused
        if client.provider.audience is Audience.GUARDIAN:
            number = CitizenNumber.parse(str(claims[client.provider.citizen_claim]))
            marks = self._settings.citizen_marks.of(number)
            async with unscoped():
                await people.remember_guardian(
                    client.provider.issuer, str(claims["sub"]), marks, str(claims.get("name", ""))
                )
        session = self._new_session(request, client, claims, id_token)
        if old is not None:
            await sessions.end(self._services.redis, request.cookies[COOKIE])
        idle = self._settings.session_idle_minutes * 60
        key = await sessions.create(self._services.redis, session, idle)
        if expected and old is not None and old.assignment_id is not None:
            await sessions.choose_assignment(self._services.redis, key, old.assignment_id)
        answer = RedirectResponse(_local(request.session.pop(NEXT, "")), 303)
        answer.set_cookie(
            COOKIE, key, httponly=True, samesite="lax", secure=self._settings.is_production, path="/"
        )
        return answer

    def _new_session(
        self, request: Request, client: ProviderClient, claims: Claims, id_token: str
    ) -> Session:
        now = time.time()
        return Session(
            issuer=client.provider.issuer,
            subject=str(claims["sub"]),
            id_token=id_token,
            began_at=now,
            ends_at=now + self._settings.session_hours * 3600,
            # a provider that does not say when may have known the browser for days: nothing fresh about that
            authenticated_at=min(now, float(claims.get("auth_time", 0))),
            acr=str(claims.get("acr", "")),
            provider_session=str(claims.get("sid", "")),
            device=device_of(request.headers.get("user-agent", "")),
        )

    async def _session(self, request: Request) -> Session | None:
        """The session of this browser; none while the session store is away."""
        key = request.cookies.get(COOKIE)
        idle = self._settings.session_idle_minutes * 60
        try:
            return await sessions.find(self._services.redis, key, idle) if key else None
        except (RedisError, OSError):
            return None

    async def _ended_at_provider(self, request: Request, session: Session) -> Response | None:
        client = self._providers.find_by_issuer(session.issuer)
        if client is None:
            return None
        try:
            answer: Response = await client.logout_redirect(
                request, f"{self._settings.origin}/", id_token_hint=session.id_token
            )
        except (*AWAY, RuntimeError):  # Authlib's word for a provider without such an address
            return None
        return answer


def _step_up_refusal(
    client: ProviderClient, claims: Claims, expected: dict[str, object] | None
) -> Response | None:
    """Why a login made again does not count, or None."""
    if expected is None:
        return None
    if (expected["issuer"], expected["subject"]) != (client.provider.issuer, claims["sub"]):
        return refusal(403, "OTHER_PERSON", "Người xác thực lại không phải là người đang đăng nhập.")
    is_fresh = float(claims.get("auth_time", 0)) >= float(str(expected["at"])) - LEEWAY_SECONDS
    level = client.provider.step_up_acr
    if not is_fresh or (level and claims.get("acr") not in level.split()):
        return refusal(403, "STEP_UP_INSUFFICIENT", "Nơi đăng nhập chưa xác thực lại ở mức cần thiết.")
    return None


async def _is_from(client: ProviderClient, request: Request) -> bool:
    # RFC 9207: Authlib does not compare the issuer of the answer with the one that was asked
    issuer = request.query_params.get("iss")
    if issuer is not None:
        return issuer == client.provider.issuer
    return not await client.names_itself()


async def _logout_token(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LOGOUT_BODY_MAX:
            raise ValueError("body too large")
    return parse_qs(body.decode("ascii"))["logout_token"][0]


def _local(address: str) -> str:
    """Where to go after signing in: a path of this site, never another one."""
    elsewhere = not address.startswith("/") or address.startswith("//") or "\\" in address
    return "/" if elsewhere or not address.isprintable() else address


def _provider_away(error: Exception) -> Response:
    log.warning("sign_in_unavailable", reason=type(error).__name__)
    return refusal(503, "SIGN_IN_UNAVAILABLE", "Dịch vụ đăng nhập chưa trả lời; hãy thử lại sau ít phút.")
