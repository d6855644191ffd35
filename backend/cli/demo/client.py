"""A person at the API: signs in at the provider as a browser does, then speaks GraphQL over HTTP and WebSocket."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

import httpx2
import orjson
import websockets

REDIRECTS_MAX = 12
FOUND = {302, 303}
SESSION_COOKIE = "hocba_session"
STEP_UP = "STEP_UP_REQUIRED"


class ApiRefusedError(RuntimeError):
    """The API answered with errors; the message holds their codes and sentences."""


class Person:
    """One browser session."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._http = httpx2.AsyncClient(timeout=120, follow_redirects=False)
        self._form: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def sign_in(self, username: str, password: str, provider: str = "staff") -> None:
        """Go through a provider's login page and come back with a session."""
        self._form = {"login": username, "password": password}
        await self._prove(f"/auth/login?provider={provider}")

    async def _prove(self, path: str) -> None:
        page = await self._follow(await self._http.get(f"{self.origin}{path}"))
        answer = await self._follow(await self._http.post(str(page.url), data=self._form))
        signed_in = any(cookie.name == SESSION_COOKIE for cookie in self._http.cookies.jar)
        if not (signed_in and str(answer.url).startswith(self.origin)):
            raise ApiRefusedError(f"sign-in of {self._form['login']} ended at {answer.url.path}")

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run an operation and return its data; where it needs a fresh login, make one and go on.

        Raises:
            ApiRefusedError: when the answer has errors, or a payload has user errors.
        """
        answer = await self.raw(document, **variables)
        if STEP_UP in _codes(answer):
            await self._prove("/auth/step-up")
            answer = await self.raw(document, **variables)
        if answer.get("errors"):
            raise ApiRefusedError("; ".join(error["message"] for error in answer["errors"]))
        data: dict[str, Any] = answer["data"]
        for payload in data.values():
            if isinstance(payload, dict) and payload.get("userErrors"):
                raise ApiRefusedError(
                    "; ".join(f"{error['code']}: {error['message']}" for error in payload["userErrors"])
                )
        return data

    async def raw(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run an operation and return the whole answer."""
        body = {"query": document, "variables": variables}
        answer = await self._http.post(f"{self.origin}/graphql", json=body)
        result: dict[str, Any] = orjson.loads(answer.content)
        return result

    async def upload(self, data: bytes, name: str) -> str:
        """Send a file and return its upload id."""
        answer = await self._http.post(f"{self.origin}/uploads", content=data, params={"name": name})
        if answer.status_code != httpx2.codes.CREATED:
            raise ApiRefusedError(answer.text)
        return str(orjson.loads(answer.content)["upload"])

    async def download(self, url: str) -> bytes:
        """Fetch a file behind a short-lived link."""
        answer = await self._http.get(url)
        answer.raise_for_status()
        return bytes(answer.content)

    async def follow(self, document: str, **variables: Any) -> AsyncIterator[dict[str, Any]]:
        """Subscribe over graphql-transport-ws and yield each event's data."""
        address = urljoin(self.origin.replace("http", "ws", 1) + "/", "graphql")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        async with websockets.connect(
            address,
            subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
            additional_headers={"Cookie": cookies},
            origin=websockets.Origin(self.origin),
        ) as socket:
            await socket.send(orjson.dumps({"type": "connection_init"}).decode())
            await socket.recv()
            subscribe = {
                "id": "1",
                "type": "subscribe",
                "payload": {"query": document, "variables": variables},
            }
            await socket.send(orjson.dumps(subscribe).decode())
            async for text in socket:
                message = orjson.loads(text)
                if message["type"] == "complete":
                    return
                if message["type"] == "error":
                    raise ApiRefusedError(str(message["payload"]))
                if message["type"] == "next":
                    yield message["payload"]["data"]

    async def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        for _ in itertools.repeat(None, REDIRECTS_MAX):
            if answer.status_code not in FOUND:
                return answer
            answer = await self._http.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer


def _codes(answer: dict[str, Any]) -> set[str]:
    payloads = [item for item in (answer.get("data") or {}).values() if isinstance(item, dict)]
    return {error["code"] for item in payloads for error in item.get("userErrors") or () if "code" in error}


async def until_answering(origin: str, seconds: float = 30) -> None:
    """Wait until the API says that it is ready."""
    async with asyncio.timeout(seconds), httpx2.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"{origin}/readyz")).status_code == httpx2.codes.OK:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.2)
