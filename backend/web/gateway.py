"""GraphQL over HTTP and WebSocket, with a session behind the cookie.

Only JSON bodies are read and every cookie is ``SameSite``, so that a foreign page can neither send a mutation nor
open a socket in somebody's name; sockets are also refused by their Origin. An address (GET) runs queries only, and
where documents are trusted only those of the frontend.
"""

import json
import math
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter
from cross_web import HTTPException as ViewError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import SubscriptionExecutionResult

from backend.adapters import sessions
from backend.adapters.addresses import client_address, network_of
from backend.adapters.rate_limits import limited
from backend.context import Context, Services
from backend.domain.audit import Origin
from backend.domain.errors import (
    DomainError,
    OperationByGetError,
    RateLimitedError,
    RequestMalformedError,
    RequestTooLargeError,
    TooManyWatchersError,
)
from backend.domain.messages import Language, sentence
from backend.domain.rate_limits import Operation
from backend.graph import schema
from backend.web.answers import answered, language_named, refused
from backend.web.bearer import integrator_of
from backend.web.connections import Connection, Connections, current
from backend.web.devices import device_of
from backend.web.entrance import ENTERED, Entered, enter, identity_of
from backend.web.leaving import ends_with_its_client
from backend.web.negotiation import GRAPHQL_JSON, media_type, wants_stream
from backend.web.requests import read_request
from backend.web.streams import Socket, SocketHandler, with_outlet

COOKIE = "hocba_session"
BODY_MAX = 200_000
CONTEXT = "hocba.context"
"""Where the request keeps its context, for what stands around the gateway."""

INIT_SECONDS = 3
SUBSCRIPTIONS_MAX = 10


class Gateway(GraphQL[Context, None]):
    """The one GraphQL endpoint of a process."""

    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, services: Services) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=True,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=SUBSCRIPTIONS_MAX,
            allowed_origins=[services.settings.origin],
        )
        self._services = services
        self.connections = Connections(services.redis)
        services.hub.on_session_ended = self.connections.session_ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            socket = Socket(send)
            await self._stream(WebSocket(scope, receive, send), receive, socket.send, socket.close)
        elif wants_stream(Headers(scope=scope).get("accept")):
            await self._stream(Request(scope), _limited(receive), send, _not_yet)
        else:
            await self._serve(scope, _limited(receive), send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language, accept = language_of(request), request.headers.get("accept")
        try:
            return await ends_with_its_client(request, self.run(request))
        except DomainError as error:
            return refused(error, language, accept)
        except ViewError as error:
            # what Strawberry itself refuses: a mutation in an address, an operation that is not there
            by_get = request.method == "GET" and "GET" in error.reason
            told = OperationByGetError() if by_get else RequestMalformedError(reason=error.reason)
            return refused(told, language, accept)

    async def _stream(
        self,
        request: HTTPConnection,
        receive: Receive,
        send: Send,
        close: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Serve a stream that is counted while it is open, or refuse one too many."""
        key = request.cookies.get(COOKIE)
        identity = await identity_of(self._services, key)
        connection = Connection(
            address=address_of(self._services, request),
            person=(identity.issuer, identity.subject) if identity else None,
            session=sessions.public_name(key) if identity and key else None,
            close=close,
        )
        try:
            with self.connections.admitted(connection):
                current.set(connection)
                serve = super().__call__ if isinstance(request, WebSocket) else self._serve
                await serve(request.scope, receive, send)
        except TooManyWatchersError as error:
            answer = refusal(429, error.code, sentence(error.code, language_of(request)))
            if isinstance(request, WebSocket):
                await request.send_denial_response(answer)
            else:
                await answer(request.scope, receive, send)

    async def execute_operation(self, *args: Any, **kwargs: Any) -> Any:
        result = await super().execute_operation(*args, **kwargs)
        return with_outlet(result) if isinstance(result, SubscriptionExecutionResult) else result

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
        response: Response | WebSocket,
    ) -> Context:
        address = address_of(self._services, request)
        integrator = await integrator_of(self._services, request, address)
        # a program is its token alone, whatever cookie comes along
        key = None if integrator else request.cookies.get(COOKIE)
        entered = await self._entered(request, key)
        context = request.scope[CONTEXT] = Context(
            connection=request,
            services=self._services,
            language=language_of(request),
            identity=entered.identity,
            address=address,
            integrator=integrator,
            origin=Origin(
                "INTEGRATOR" if integrator else "WEB",
                network_of(address),
                device_of(request.headers.get("user-agent", "")),
            ),
            session_key=key,
            by_get=request.scope.get("method") == "GET",
        )
        if isinstance(request, Request) and isinstance(response, Response):
            response.media_type = media_type(request.headers.get("accept"))
            # before the body is read: whoever asks too often costs nothing more
            if entered.identity is None:
                await self._services.limits.require(Operation.QUERY, context.whose)
            elif entered.wait > 0:
                raise limited(Operation.QUERY, entered.wait)
        return context

    async def _entered(self, request: HTTPConnection, key: str | None) -> Entered:
        if isinstance(request, WebSocket):
            return Entered(await identity_of(self._services, key))  # its operations are counted one by one
        known: Entered | None = request.scope.get(ENTERED)
        return known or await enter(self._services, key)

    def should_render_graphql_ide(self, request: object) -> bool:  # noqa: ARG002 - Strawberry's signature
        return False

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        data = await read_request(request, self._services.trusted)
        if wants_stream(request.headers.get("accept")):
            data.protocol = "sse"
        return data

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        answer: dict[str, Any] = dict(response_data) if isinstance(response_data, dict) else {}
        response = answered(answer, sub_response.media_type or GRAPHQL_JSON)
        response.headers.raw.extend(sub_response.headers.raw)
        return response


async def _not_yet() -> None:
    """An event stream can be closed once its operation runs."""


def language_of(request: HTTPConnection) -> Language:
    """English when it is asked for first, else Vietnamese."""
    return language_named(request.headers.get("accept-language", ""))


def address_of(services: Services, request: HTTPConnection) -> str:
    """The address a request is counted by."""
    return address_in(services, request.scope)


def address_in(services: Services, scope: Scope) -> str:
    """The same, from what the server says of a request."""
    client = scope.get("client")
    forwarded_for = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    return client_address(client[0] if client else None, forwarded_for, services.settings.trusted_proxies)


def _limited(receive: Receive) -> Receive:
    """The same body, refused as soon as it has more than ``BODY_MAX`` bytes, whatever length was declared."""
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_MAX:
            raise RequestTooLargeError(max=BODY_MAX)
        return message

    return counted


def refusal(status: int, code: str, message: str) -> JSONResponse:
    """A plain error of a route that is not GraphQL."""
    return JSONResponse({"code": code, "message": message}, status)


def too_many(wait: float, language: Language) -> JSONResponse:
    """The refusal of a route that is not GraphQL to whoever asks too often."""
    seconds = str(max(1, math.ceil(wait)))
    answer = refusal(429, RateLimitedError.code, sentence(RateLimitedError.code, language, seconds=seconds))
    answer.headers["retry-after"] = seconds
    return answer
