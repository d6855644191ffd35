"""Every request has an id, a span and a measure; the id stands in the answer and in whatever is logged meanwhile."""

import secrets

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.observability import measured, traced

PLACES = frozenset(
    {
        "graphql",
        "auth",
        "oauth",
        "uploads",
        "files",
        "previews",
        "healthz",
        "readyz",
        "version",
        ".well-known",
    }
)
"""First words of paths that are shown; every other address is a page, and what follows may name somebody."""


class Observed:
    """The outermost layer of the site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        place, method = place_of(scope["path"]), scope["method"]
        with traced("request", place=place, method=method, request_id=request_id) as span:
            with measured("request", place=place, method=method, status="500") as labels:

                async def with_id(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        labels["status"] = str(message["status"])
                        message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
                    await send(message)

                await self._app(scope, receive, with_id)
            span.set_attribute("status", int(labels["status"]))


def place_of(path: str) -> str:
    """The first word of a path, when it is one of ours."""
    first = path.removeprefix("/").partition("/")[0]
    return first if first in PLACES else "page"
