"""Frames of sockets: made once for everybody, written without a task or a wait for each of them.

A result goes to many sockets in the same words, but for the id that each client has given its subscription. So what
stands around that id is made once for ids of one length, and a socket's bytes are these pieces joined by its id.
"""

from typing import Any

import orjson
from uvicorn._types import WebSocketScope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from backend.adapters.channels import Batch

EXTENSION = "hocba.socket"
"""Where a socket's scope has its protocol."""

SHORT, LONG = 126, 1 << 16
OPENING, CLOSING = b'{"id":', b"}"
MIDDLE = b',"type":"next","payload":'


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol; the application also reaches the transport, for frames that were made for many sockets."""

    scope: WebSocketScope

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:  # noqa: PLR2004 - switching protocols
            extensions: Any = self.scope["extensions"]
            extensions[EXTENSION] = self

    @property
    def takes_frames(self) -> bool:
        """Whether a frame is sent as it is made: nobody compresses it on the way."""
        return not self.conn.extensions

    @property
    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Return when the client has taken most of what it was given, or has gone."""
        await self.writable.wait()

    def write_frames(self, frames: bytes) -> None:
        """Write whole frames, unless the socket is closing."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(frames)


def head(size: int) -> bytes:
    """The head of an unmasked text frame (RFC 6455, 5.2)."""
    if size < SHORT:
        return bytes((0x81, size))
    if size < LONG:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


def joints(batch: Batch, id_size: int) -> list[bytes]:
    """What stands before, between and after the ids of a batch's frames, for ids of one length."""
    made: list[bytes] | None = batch.made.get(id_size)
    if made is None:
        made, tail = [], b""
        for _, text in batch.frames:
            size = len(OPENING) + id_size + len(MIDDLE) + len(text) + len(CLOSING)
            made.append(tail + head(size) + OPENING)
            tail = MIDDLE + text + CLOSING
        made.append(tail)
        batch.made[id_size] = made
    return made


def framed(batch: Batch, operation_id: bytes) -> bytes:
    """The frames of a batch for a subscription, whose id is JSON."""
    return operation_id.join(joints(batch, len(operation_id)))


def message_of(operation_id: bytes, text: bytes) -> bytes:
    """One result as a message, without its frame."""
    return OPENING + operation_id + MIDDLE + text + CLOSING


def text_frame(message: object) -> bytes:
    """One message as a frame."""
    text = orjson.dumps(message)
    return head(len(text)) + text
