"""GraphQL over HTTP and WebSocket, with a session behind the cookie.

Only JSON bodies are read and every cookie is ``SameSite``, so that a foreign page can neither send a mutation nor
open a socket in somebody's name; sockets are also refused by their Origin.
"""

import json
from datetime import timedelta

import orjson
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from backend.adapters import sessions
from backend.adapters.addresses import client_address
from backend.context import Context, Services, SessionIdentity
from backend.domain.messages import Language
from backend.graph import schema
from backend.observability import log

COOKIE = "hocba_session"
BODY_MAX = 200_000
CONTEXT = "hocba.context"
"""Where the request keeps its context, for what stands around the gateway."""

INIT_SECONDS = 3
SUBSCRIPTIONS_MAX = 10


class Gateway(GraphQL[Context, None]):
    """The one GraphQL endpoint of a process."""

    def __init__(self, services: Services) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=SUBSCRIPTIONS_MAX,
            allowed_origins=[services.settings.origin],
        )
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, _limited(receive) if scope["type"] == "http" else receive, send)

    def decode_json(self, data: str | bytes) -> object:
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, error.doc, error.pos) from error

    def encode_json(self, data: object) -> str:
        # text, because a socket sends bytes as a binary message, which no GraphQL client reads
        return orjson.dumps(data).decode()

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - Strawberry's signature
    ) -> Context:
        key = request.cookies.get(COOKIE)
        context = request.scope[CONTEXT] = Context(
            connection=request,
            services=self._services,
            language=language_of(request),
            identity=await identity_of(self._services, key),
            address=address_of(self._services, request),
            session_key=key,
        )
        return context


def language_of(request: Request | WebSocket) -> Language:
    """English when it is asked for first, else Vietnamese."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "vi"


def address_of(services: Services, request: HTTPConnection) -> str:
    """The address a request is counted by."""
    peer = request.client.host if request.client else None
    forwarded_for = request.headers.getlist("x-forwarded-for")
    return client_address(peer, forwarded_for, services.settings.trusted_proxies)


async def identity_of(services: Services, key: str | None) -> SessionIdentity | None:
    """Who a session key belongs to; nobody when it has ended or the session store is away."""
    if not key:
        return None
    idle = services.settings.session_idle_minutes * 60
    try:
        session = await sessions.find(services.redis, key, idle)
    except (RedisError, OSError):
        log.warning("session_store_away")
        return None
    if session is None:
        return None
    return SessionIdentity(
        session.issuer, session.subject, session.assignment_id, session.authenticated_at, session.acr
    )


def _limited(receive: Receive) -> Receive:
    """The same body, refused as soon as it has more than ``BODY_MAX`` bytes, whatever length was declared."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_MAX:
            raise HTTPException(413, "body too large")
        return message

    return counted


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """A plain error of a route that is not GraphQL."""
    return JSONResponse({"code": code, "message": message}, status)
