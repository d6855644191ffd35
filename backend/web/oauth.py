"""The token endpoint for integrators: OAuth 2.0 client credentials, by secret or by ``private_key_jwt``.

Authlib's authorization server is synchronous, so a small one is made for each request with the client already read.
Whatever is wrong with a client gets the same answer.
"""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import ClientMixin, InvalidScopeError, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.adapters.tokens import TokenKeys
from backend.context import Services
from backend.db.repositories import integrators
from backend.db.repositories.integrators import Credentials
from backend.db.scope import unscoped
from backend.domain.integrators import NOTICE_DAYS, TOKEN_SECONDS, Scope
from backend.domain.rate_limits import By, Operation
from backend.observability import log
from backend.services.integrators import may_come_from, secret_hash
from backend.web.gateway import address_of

BODY_MAX = 20_000
PRIVATE_KEY_JWT = "private_key_jwt"
METHODS = ["client_secret_basic", "client_secret_post", PRIVATE_KEY_JWT]
USED_ASSERTIONS = "hocba:assertion:"
ASSERTION_SECONDS = 3_700
"""An assertion may live an hour; its id is remembered longer."""

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
INVALID_CLIENT = {
    "error": "invalid_client",
    "error_description": "Unknown client, wrong proof, or not from here.",
}


class OAuth:
    """The routes under ``/oauth`` and their description."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def token(self, request: Request) -> Response:
        """Exchange a client's proof for an access token."""
        keys = self._services.tokens
        address = address_of(self._services, request)
        if keys is None:
            return JSONResponse({"error": "temporarily_unavailable"}, 503, NO_STORE)
        if await self._services.limits.take(Operation.SIGN_IN, {By.ADDRESS: address}) > 0:
            return JSONResponse({"error": "slow_down"}, 429, {**NO_STORE, "Retry-After": "60"})
        form = await _form(request)
        async with unscoped():
            client = await integrators.credentials(_claimed_id(request, form))
        if client is None or not client.active or not may_come_from(client, address):
            return _refused(client)
        server = _Server(client, keys)
        answer: Response = server.create_token_response(_Request(request, form))
        if answer.status_code != 200 and b"invalid_client" in answer.body:  # noqa: PLR2004 - HTTP's own number
            return _refused(client)
        if server.assertion_id and not await self._first_use(server.assertion_id):
            return _refused(client)
        return answer

    async def _first_use(self, assertion_id: str) -> bool:
        name = USED_ASSERTIONS + secret_hash(assertion_id)
        return bool(await self._services.redis.set(name, b"1", nx=True, ex=ASSERTION_SECONDS))

    async def keys(self, _request: Request) -> Response:
        """The public keys of tokens and webhooks."""
        tokens = self._services.tokens
        return JSONResponse(
            {"keys": []} if tokens is None else tokens.public(), headers={"Cache-Control": "max-age=300"}
        )

    async def metadata(self, _request: Request) -> Response:
        """RFC 8414."""
        origin = self._services.settings.origin
        return JSONResponse(
            {
                "issuer": origin,
                "token_endpoint": f"{origin}/oauth/token",
                "jwks_uri": f"{origin}/oauth/jwks",
                "scopes_supported": [str(scope) for scope in Scope],
                "response_types_supported": [],
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": METHODS,
                "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
            }
        )


def _refused(client: Credentials | None) -> Response:
    log.warning("token_refused", client=None if client is None else client.id)
    return JSONResponse(INVALID_CLIENT, 401, {**NO_STORE, "WWW-Authenticate": 'Basic realm="hocba"'})


async def _form(request: Request) -> dict[str, str]:
    """The body's fields; a repeated one is refused by leaving all out, as RFC 6749 3.2 wants it refused."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            return {}
    pairs = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    return dict(pairs) if len({name for name, _ in pairs}) == len(pairs) else {}


def _claimed_id(request: Request, form: dict[str, str]) -> str:
    """The client that a request says it comes from, not yet proven."""
    header = request.headers.get("authorization", "")
    try:
        if header.lower().startswith("basic "):
            return base64.b64decode(header[6:], validate=True).decode().split(":", 1)[0]
        if "client_assertion" in form:
            return str(orjson.loads(extract_compact(form["client_assertion"].encode()).payload)["sub"])
    except (ValueError, KeyError, TypeError, binascii.Error, JoseError):
        return ""
    return form.get("client_id", "")


class _Request(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @property
    def args(self) -> dict[str, str]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Client(ClientMixin):  # type: ignore[misc]
    """A client as Authlib asks about it."""

    def __init__(self, row: Credentials) -> None:
        self.row = row

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        wanted = set(scope.split()) if scope else set(self.row.scopes)
        return " ".join(sorted(wanted & self.row.scopes))

    def check_client_secret(self, secret: str) -> bool:
        return hmac.compare_digest(self.row.secret_hash or "", secret_hash(secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return (method == PRIVATE_KEY_JWT) == (self.row.public_keys is not None) and method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


class _Grant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def validate_token_request(self) -> None:
        super().validate_token_request()
        client: _Client = self.request.client
        if not client.get_allowed_scope(self.request.payload.scope):
            raise InvalidScopeError


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    CLIENT_AUTH_METHOD = PRIVATE_KEY_JWT

    def __init__(self, server: "_Server") -> None:
        super().__init__()
        self._server = server

    def get_audiences(self) -> list[str]:
        issuer = self._server.keys.issuer
        return [f"{issuer}/oauth/token", issuer]

    def resolve_client_public_key(self, client: _Client) -> KeySet:
        keys: Any = client.row.public_keys
        return KeySet.import_key_set(keys)

    def validate_jti(self, claims: dict[str, Any], jti: str) -> bool:  # noqa: ARG002
        # looked at after the answer is ready, because Redis must be awaited
        self._server.assertion_id = f"{self._server.client.row.id}:{jti}"
        return True


class _Server(AuthorizationServer):  # type: ignore[misc]
    """An authorization server for one request of one client."""

    def __init__(self, client: Credentials, keys: TokenKeys) -> None:
        super().__init__(scopes_supported=[str(scope) for scope in Scope])
        self.client = _Client(client)
        self.keys = keys
        self.assertion_id: str | None = None
        self.register_token_generator(
            "default", BearerTokenGenerator(self._issue, expires_generator=_lifetime)
        )
        self.register_client_auth_method(PRIVATE_KEY_JWT, _Assertion(self))
        self.register_grant(_Grant)

    def _issue(self, client: _Client, grant_type: str, user: None, scope: str) -> str:  # noqa: ARG002
        return self.keys.issue(client.get_client_id(), scope or client.get_allowed_scope(None))

    def query_client(self, client_id: str) -> _Client | None:
        return self.client if client_id == self.client.get_client_id() else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:  # noqa: ARG002
        log.info("token_issued", client=self.client.row.id)

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def handle_response(self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]) -> Response:
        if status == 200:  # noqa: PLR2004
            body = body | _notice(self.client.row)
        return JSONResponse(body, status, dict(headers))

    def send_signal(self, *_: Any, **__: Any) -> None:
        """Nobody listens."""


def _lifetime(client: _Client, grant_type: str) -> int:  # noqa: ARG001 - Authlib's signature
    return TOKEN_SECONDS


def _notice(client: Credentials) -> dict[str, Any]:
    """When the client itself ends, and a word about it in its last weeks."""
    left = (client.expires_at - datetime.now(UTC)).days
    ends = {"client_expires_at": client.expires_at.isoformat()}
    if left >= NOTICE_DAYS:
        return ends
    return ends | {"notice": f"This client ends in {left} days; ask the department for a new one."}
