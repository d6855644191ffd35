"""Thousands of sockets in one small process: just enough of the protocol to subscribe and to note what comes."""

import asyncio
import base64
import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from uuid import uuid4

from tests.bench.subscriptions.publishing import Change

QUERY = (
    "subscription { recordChanges { cursor kind subjectId"
    " node { ... on Record { id pupilName state workingRevision { number version } } } } }"
)
ADDRESSES = 40
"""Loopback addresses that the crowd comes from; the gateway counts each one's sockets."""

AT_ONCE = 60
QUIET_SECONDS = 3.0
PING, PING_SIZE = b"\x89\x04", 6
"""The head of uvicorn's ping, and its size with the four bytes that tell it from others."""

_SUBJECT = re.compile(rb'"subjectId":"([A-Za-z0-9+/=]+)"')


class Socket(asyncio.Protocol):
    """One subscriber: shakes hands, subscribes, and notes what comes with its time, to be read afterwards."""

    def __init__(self, host: str, origin: str, cookie: str) -> None:
        self._head = (
            f"GET /graphql HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n"
        ).encode()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.noted: list[tuple[float, bytes]] = []
        self.is_lost = False
        self._rest = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))

    def data_received(self, data: bytes) -> None:
        for ping in (data[:PING_SIZE], data[-PING_SIZE:]):
            if ping[:2] == PING:
                self._write(10, ping[2:])
                break
        if len(data) == PING_SIZE and data[:2] == PING:
            # noted, it would be taken for something heard, and the crowd would never be quiet
            return
        if self.opened.done():
            self.noted.append((time.monotonic(), data))
        else:
            self._open(data)

    def _open(self, data: bytes) -> None:
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
            self._send({"id": str(uuid4()), "type": "subscribe", "payload": {"query": QUERY}})
        if b'"OPENED"' in self._rest:
            self.opened.set_result(None)

    def heard(self) -> Iterator[tuple[bytes, float]]:
        """Subjects with the time at which the last byte of their frame came."""
        rest = b""
        for at, data in self.noted:
            rest += data
            while (size := _frame_size(rest)) and len(rest) >= size:
                found = _SUBJECT.search(rest[:size])
                rest = rest[size:]
                if found:
                    yield found[1], at

    def _send(self, message: dict[str, object]) -> None:
        self._write(1, json.dumps(message).encode())

    def _write(self, kind: int, data: bytes) -> None:
        size = bytes([128 | len(data)]) if len(data) < 126 else bytes([254]) + len(data).to_bytes(2, "big")
        self._transport.write(bytes([128 | kind]) + size + bytes(4) + data)

    def close(self) -> None:
        self._transport.abort()


def _frame_size(data: bytes) -> int:
    """How long the first frame is, head included; 0 while that is unknown."""
    if len(data) < 2 or ((data[1] & 127) == 126 and len(data) < 4):
        return 0
    size = data[1] & 127
    return 4 + int.from_bytes(data[2:4], "big") if size == 126 else 2 + size


class Sockets:
    """The subscribers of one process."""

    def __init__(self, address: str, first_address: int) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._origin = f"http://{self._host}:{self._port}"
        self._first = first_address
        self._sockets: list[Socket] = []

    @property
    def lost(self) -> int:
        return sum(socket.is_lost for socket in self._sockets)

    async def open(self, cookies: Sequence[str]) -> None:
        """Open a socket for each and wait until its stream has begun."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, cookie: str) -> None:
            async with room:
                local = (f"127.0.1.{self._first + number % ADDRESSES}", 0)
                _, socket = await asyncio.get_running_loop().create_connection(
                    lambda: Socket(f"{self._host}:{self._port}", self._origin, cookie),
                    self._host,
                    self._port,
                    local_addr=local,
                )
                self._sockets.append(socket)
                await asyncio.wait_for(socket.opened, 60)

        await asyncio.gather(*(one(number, cookie) for number, cookie in enumerate(cookies)))

    def forget(self) -> None:
        for socket in self._sockets:
            socket.noted.clear()

    async def quiet(self) -> None:
        """Wait until nothing comes any more."""
        count = -1
        while count != (count := sum(len(socket.noted) for socket in self._sockets)):  # noqa: ASYNC110 - silence is no event
            await asyncio.sleep(QUIET_SECONDS)

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()

    def latencies(self, changes: Sequence[Change]) -> tuple[int, list[float]]:
        """Frames, and seconds from the commit of each change to each client that was told of it."""
        at = {base64.b64encode(f"Record:{item.record}".encode()): item.at for item in changes}
        heard = [pair for socket in self._sockets for pair in socket.heard()]
        return len(heard), [now - at[subject] for subject, now in heard if subject in at]
