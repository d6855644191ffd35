"""What stands before the gateway and may answer in its place: reading a small request, and keeping a copy of an answer."""

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

import orjson
from starlette.types import Message, Receive, Scope, Send

from backend.domain.messages import Language
from backend.web.answers import language_named

PATH = b"/graphql"
OK = 200
LENGTH = b"content-length"
DATA = b'{"data":'
BODY_MAX = 8_000
OF_ONE_REQUEST = frozenset({b"set-cookie", b"x-request-id", b"traceparent"})

Kept = TypeVar("Kept")


class Recorder:
    """Sends an answer on and keeps a copy."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [item for item in message["headers"] if item[0].lower() not in OF_ONE_REQUEST]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
        await self._send(message)


class Bounded(OrderedDict[bytes, Kept], Generic[Kept]):
    """Entries by the key of their request; the one that was kept first is forgotten first."""

    def __init__(self, kept: int) -> None:
        super().__init__()
        self._kept = kept

    def keep(self, key: bytes, entry: Kept) -> None:
        self[key] = entry
        if len(self) > self._kept:
            self.popitem(last=False)


def small_operation(scope: Scope) -> dict[bytes, bytes] | None:
    """The headers of a request that carries one small operation, else None."""
    if scope["type"] != "http" or scope["method"] != "POST" or scope["raw_path"] != PATH:
        return None
    headers = dict(scope["headers"])
    if len(headers) != len(scope["headers"]):
        return None  # of a header that comes twice, not everybody reads the same one
    length = headers.get(b"content-length", b"")
    return headers if length.isdigit() and int(length) <= BODY_MAX else None


async def whole_body(receive: Receive) -> tuple[bytes, Receive]:
    """The body, and the same messages again for whoever comes after."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return b"".join(message.get("body", b"") for message in messages), again


def key_of(headers: dict[bytes, bytes], body: bytes) -> bytes:
    """The same for two requests that ask the same, to the byte, in the same language and media type."""
    told = (
        language_in(headers).encode(),
        headers.get(b"accept", b""),
        headers.get(b"content-type", b""),
    )
    return hashlib.blake2b(b"\0".join((*told, body)), digest_size=32).digest()


def language_in(headers: dict[bytes, bytes]) -> Language:
    """The language of an answer, from the headers of its request."""
    return language_named(headers.get(b"accept-language", b"").decode("latin-1"))


def apart(body: bytes) -> tuple[bytes, object]:
    """What a request asks, and the variables that it asks with; what is odd is left whole for the gateway to refuse."""
    try:
        given = orjson.loads(body)
        if not isinstance(given, dict):
            return body, None
        variables = given.pop("variables", None)
        return orjson.dumps(given, option=orjson.OPT_SORT_KEYS), variables
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        # what nests too deeply can be read and not be written again
        return body, None


async def send_answer(send: Send, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
