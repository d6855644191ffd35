"""Thousands of sockets in one small process: just enough of the protocol to subscribe and to note what comes."""

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from tests.bench.subscriptions.audience import Seat
from tests.bench.subscriptions.publishing import Change

QUERY = (
    "subscription { recordChanges { cursor kind subjectId"
    " node { ... on Record { id pupilName state workingRevision { number version } } } } }"
)
ADDRESSES = 40
"""Loopback addresses that the crowd comes from; the gateway counts each one's sockets."""

AT_ONCE = 50
QUIET_SECONDS = 2.0
_SUBJECT = re.compile(rb'"subjectId":"([A-Za-z0-9+/=]+)"')


class Socket(asyncio.Protocol):
    """One subscriber: shakes hands, subscribes, notes each change with its time."""

    def __init__(self, host: str, origin: str, cookie: str) -> None:
        self._head = (
            f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n"
        ).encode()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.seen: list[tuple[bytes, float]] = []
        self._rest = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._rest += data
        if not self._upgraded:
            head, found, rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.splitlines()[0]:
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")))
                self._transport.close()
                return
            self._upgraded, self._rest = True, rest
            self._send({"type": "connection_init"})
            subscribe = {"id": "1", "type": "subscribe", "payload": {"query": QUERY}}
            self._send(subscribe)
        self._frames(now)

    def _frames(self, now: float) -> None:
        while len(self._rest) >= 2:
            size, start = self._rest[1] & 127, 2
            if size == 126:
                if len(self._rest) < 4:
                    return
                size, start = int.from_bytes(self._rest[2:4], "big"), 4
            if len(self._rest) < start + size:
                return
            frame, kind = self._rest[start : start + size], self._rest[0] & 15
            self._rest = self._rest[start + size :]
            if kind == 1:
                self._take(frame, now)
            elif kind == 9:
                self._write(10, frame)

    def _take(self, text: bytes, now: float) -> None:
        if b'"OPENED"' in text and not self.opened.done():
            self.opened.set_result(None)
        elif found := _SUBJECT.search(text):
            self.seen.append((found[1], now))

    def _send(self, message: dict[str, object]) -> None:
        self._write(1, json.dumps(message).encode())

    def _write(self, kind: int, data: bytes) -> None:
        size = bytes([128 | len(data)]) if len(data) < 126 else bytes([254]) + len(data).to_bytes(2, "big")
        self._transport.write(bytes([128 | kind]) + size + bytes(4) + data)

    def close(self) -> None:
        self._transport.abort()


class Crowd:
    """All subscribers."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._origin = f"http://{self._host}:{self._port}"
        self.sockets: list[Socket] = []

    async def open(self, people: Sequence[Seat]) -> float:
        """Open a socket for each and wait until its stream has begun; the seconds that took."""
        began, room = time.monotonic(), asyncio.Semaphore(AT_ONCE)

        async def one(number: int, seat: Seat) -> None:
            async with room:
                local = (f"127.0.1.{1 + number % ADDRESSES}", 0)
                _, socket = await asyncio.get_running_loop().create_connection(
                    lambda: Socket(f"{self._host}:{self._port}", self._origin, seat.cookie),
                    self._host,
                    self._port,
                    local_addr=local,
                )
                self.sockets.append(socket)
                await asyncio.wait_for(socket.opened, 60)

        await asyncio.gather(*(one(number, seat) for number, seat in enumerate(people)))
        return time.monotonic() - began

    async def quiet(self) -> None:
        """Wait until nothing comes any more."""
        count = -1
        while count != (count := sum(len(socket.seen) for socket in self.sockets)):  # noqa: ASYNC110 - silence is no event
            await asyncio.sleep(QUIET_SECONDS)

    async def close(self) -> None:
        for socket in self.sockets:
            socket.close()

    def latencies(self, changes: Sequence[Change]) -> list[float]:
        """Seconds from the commit of each change to each client that was told of it."""
        at = {base64.b64encode(f"Record:{item.record}".encode()): item.at for item in changes}
        return [now - at[subject] for socket in self.sockets for subject, now in socket.seen if subject in at]
