"""The ASGI application of one API process."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.adapters.events import RedisEvents
from backend.adapters.hub import Hub
from backend.adapters.rate_limits import RateLimits
from backend.adapters.redis_client import open_redis
from backend.adapters.replies import Replies
from backend.adapters.store import ObjectStore
from backend.adapters.tokens import TokenKeys
from backend.compiled.acts import CompiledActs
from backend.compiled.changes import ChangeReads
from backend.compiled.reads import CompiledReads
from backend.context import Services
from backend.db.acting_pools import ActingPools
from backend.db.connection import close_database, open_database
from backend.db.health import ready
from backend.db.reading.pools import ReadPools
from backend.db.scope import unscoped
from backend.documents.trusted import read_trusted
from backend.domain.policy import Actor
from backend.graph import schema
from backend.observability import configure_logging, configure_telemetry, metered
from backend.services.auditing import Sealing
from backend.services.relaying import Relay
from backend.services.watching import ended
from backend.settings import Settings, from_env
from backend.web.files import Files
from backend.web.gateway import Gateway
from backend.web.ledger import LedgerFiles
from backend.web.lookups import Lookups
from backend.web.oauth import OAuth
from backend.web.observed import Observed
from backend.web.pages import Frontend
from backend.web.repeated import RepeatedReads
from backend.web.repeated_acts import RepeatedActs
from backend.web.sign_in import SignIn

SCHEMA_DIGEST = hashlib.sha256(schema.as_str().encode()).hexdigest()
SOCKET_PATH = "/graphql"
FLOW_SECONDS = 600
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (
        b"content-security-policy",
        b"default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; worker-src 'self' blob:;"
        b" connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ),
)


class SecurityHeaders:
    """Adds the headers that every answer carries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *SECURITY_HEADERS]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class SocketsApart:
    """Gives sockets to the gateway: what stands around an answer is not for them, and would stay for hours."""

    def __init__(self, app: ASGIApp, gateway: Gateway) -> None:
        self._app = app
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_ours = scope["type"] == "websocket" and scope["path"] == SOCKET_PATH
        await (self._gateway if is_ours else self._app)(scope, receive, send)


def create_app(settings: Settings) -> ASGIApp:
    """The application; its pools open with the server and close with it."""
    services = services_of(settings)
    gateway = Gateway(services)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        configure_logging(settings.log_level, "api")
        stop_telemetry = configure_telemetry("api", settings.otlp_endpoint, settings.metrics_address)
        _show_numbers(services.hub, gateway)
        await open_database(settings.database_url, pool=settings.database_pool, application_name="hocba-api")
        reads = ReadPools(settings.database_url, pool=settings.database_pool)
        compiled = CompiledReads(schema._schema, reads)  # noqa: SLF001 - Strawberry's own graphql-core schema
        services.compiled = repeated.reads = compiled
        services.changes = ChangeReads(schema._schema, reads)  # noqa: SLF001 - as above
        doors = ReadPools(settings.database_url, pool=settings.database_pool, writes=True)
        lookups.open(doors)
        acting = ActingPools(settings.database_url, pool=settings.database_pool)
        services.acts = repeated_acts.acts = CompiledActs(schema._schema, acting)  # noqa: SLF001 - as above
        living = (services.hub, services.relay, Sealing(), gateway.connections)
        for part in living:
            part.start()
        gateway.connections.garbage.start()
        yield
        for part in living:
            await part.stop()
        await reads.close()
        await doors.close()
        await acting.close()
        await close_database()
        await services.redis.aclose()
        await asyncio.to_thread(stop_telemetry)

    site = Starlette(
        routes=_routes(services, gateway),
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(
                SessionMiddleware,
                secret_key=settings.session_secret,
                session_cookie="hocba_flow",
                max_age=FLOW_SECONDS,
                same_site="lax",
                https_only=settings.is_production,
            ),
        ],
        lifespan=lifespan,
    )
    lookups = Lookups(site, services, schema._schema)  # noqa: SLF001 - as above
    repeated_acts = RepeatedActs(lookups, services)
    repeated = RepeatedReads(repeated_acts, services)
    return SocketsApart(Observed(repeated), gateway)


def _routes(services: Services, gateway: Gateway) -> list[BaseRoute]:
    ledger = LedgerFiles(services)
    sign_in, files, oauth = SignIn(services), Files(services), OAuth(services)
    return [
        Route("/graphql", gateway, methods=["GET", "POST"]),
        Route("/auth/login", sign_in.login),
        Route("/auth/step-up", sign_in.step_up),
        Route("/auth/callback", sign_in.callback),
        Route("/auth/callback/{provider}", sign_in.callback),
        Route("/auth/backchannel-logout", sign_in.backchannel_logout, methods=["POST"]),
        Route("/auth/logout", sign_in.logout, methods=["GET", "POST"]),
        Route("/oauth/token", oauth.token, methods=["POST"]),
        Route("/oauth/jwks", oauth.keys),
        Route("/.well-known/oauth-authorization-server", oauth.metadata),
        Route("/uploads", files.upload, methods=["POST"]),
        Route("/files/{token}", files.download),
        Route("/files/proofs/{token}", ledger.proof),
        Route("/ledger/heads/newest", ledger.newest),
        Route("/ledger/heads/{size}", ledger.head),
        Route("/previews/{token}", files.preview),
        Route("/healthz", _alive),
        Route("/readyz", _ready),
        Route("/version", _version),
        Mount("/", Frontend()),
    ]


def services_of(settings: Settings) -> Services:
    """What a process with these settings has; connections open at their first use."""
    redis = open_redis(settings.redis_url)
    return Services(
        settings,
        redis,
        ObjectStore(settings.store_url),
        Replies(redis),
        RateLimits(redis, settings.rate_limit_factor),
        Hub(redis, _ended),
        Relay(RedisEvents(redis)),
        tokens=_token_keys(settings),
        trusted=read_trusted(),
        takes_any_document=settings.takes_any_document,
        seconds_factor=settings.operation_seconds_factor,
    )


def _token_keys(settings: Settings) -> TokenKeys | None:
    """The keys of integrators' tokens; without a file there are no integrators."""
    return TokenKeys(Path(settings.oauth_keys), settings.origin) if settings.oauth_keys else None


async def _ended(holders: Mapping[Actor, Collection[int]]) -> Collection[tuple[int, Actor]]:
    async with unscoped():
        return await ended(holders)


def _show_numbers(hub: Hub, gateway: Gateway) -> None:
    metered("streams", "open sockets and event streams", lambda: gateway.connections.count)
    metered("watchers", "live subscriptions", lambda: hub.watchers)
    metered("channels", "scopes and selections that live subscriptions share", lambda: hub.channels)


async def _alive(_request: Request) -> Response:
    return JSONResponse({"alive": True})


async def _ready(_request: Request) -> Response:
    """Whether the database answers; Redis may be away without the service being useless."""
    answers = await ready()
    return JSONResponse({"ready": answers}, 200 if answers else 503)


async def _version(_request: Request) -> Response:
    """Which release runs, and which schema it serves."""
    return JSONResponse({"version": metadata.version("hocba"), "schema": SCHEMA_DIGEST})


def app() -> ASGIApp:
    """For ``uvicorn --factory``."""
    return create_app(from_env())
