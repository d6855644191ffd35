"""The two ways in which a subscription reaches a client: graphql-transport-ws, and server-sent events.

Changes come already written, to a socket straight to its transport; everything else, from the first check to the last
message, is Strawberry's.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Message, Send
from starlette.websockets import WebSocket
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types.execution import ExecutionResult, SubscriptionExecutionResult

from backend.adapters.channels import Batch
from backend.context import Context
from backend.domain.errors import DomainError
from backend.resolvers.live import line, outlet
from backend.schema.errors import shown_fault
from backend.web.connections import current
from backend.web.sockets import EXTENSION, SocketProtocol, framed, message_of, text_frame

UNSENT_MAX = 16
"""Results that wait for a slow reader of events before the hub keeps them."""

UNSENT_BYTES = 256 * 1024
"""What may wait for a slow socket; with its cursor the client comes back for the rest."""

SESSION_ENDED = 4401


class Socket:
    """The sending side of a socket: it can be closed from elsewhere, and then takes nothing more."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._closed = False

    async def send(self, message: Message) -> None:
        if self._closed:
            return
        self._closed = message["type"] == "websocket.close"
        await self._send(message)

    async def close(self) -> None:
        """Say that nobody is signed in any more."""
        await self.send({"type": "websocket.close", "code": SESSION_ENDED, "reason": "Session ended"})


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, with a line or an outlet for each operation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines: dict[str, SocketLine] = {}

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        websocket: Any = self.websocket
        protocol = websocket.ws.scope["extensions"].get(EXTENSION)
        if protocol is not None and protocol.takes_frames:
            line.set(SocketLine(self, protocol, operation))
        else:
            outlet.set(partial(_send, websocket.ws, operation))
        await super().run_operation(operation)

    async def cleanup_operation(self, operation_id: str) -> None:
        kept = self.lines.pop(operation_id, None)
        if kept is not None:
            kept.leave()
        await super().cleanup_operation(operation_id)


async def _send(websocket: WebSocket, operation: Operation[Context, None], text: bytes) -> None:
    if not operation.completed:
        await websocket.send_text(message_of(orjson.dumps(operation.id), text).decode())


class SocketLine:
    """``Line`` of one subscription of a socket; the operation stays open without a task of its own."""

    __slots__ = ("_handler", "_id", "_operation", "_protocol", "leave")

    def __init__(
        self, handler: SocketHandler, protocol: SocketProtocol, operation: Operation[Context, None]
    ) -> None:
        self._handler, self._protocol, self._operation = handler, protocol, operation
        # not by orjson, whose bytes keep the room in which they were written: kilobytes for a few letters
        self._id = json.dumps(operation.id).encode()
        self.leave: Callable[[], None] = _nothing

    @property
    def is_behind(self) -> bool:
        return self._protocol.unsent > UNSENT_BYTES

    def give(self, batch: Batch) -> None:
        self._protocol.write_frames(framed(batch, self._id))

    def end(self, reason: DomainError) -> None:
        """Say why nothing more will come, and that it has ended; a client that reads slowly is told after the rest."""
        told = shown_fault(GraphQLError("", original_error=reason), self._handler.context.language)
        answer = {"data": None, "errors": [told.formatted]}
        name = self._operation.id
        self._protocol.write_frames(
            text_frame({"id": name, "type": "next", "payload": answer})
            + text_frame({"id": name, "type": "complete"})
        )
        self._handler.lines.pop(name, None)
        self._handler.operations.pop(name, None)
        self.leave()

    async def drained(self) -> None:
        await self._protocol.drained()

    def keep(self, leave: Callable[[], None]) -> None:
        self.leave = leave
        # Strawberry says nothing more on a completed operation, and counts it until it is taken off its socket
        self._operation.completed = True
        self._handler.lines[self._operation.id] = self


def _nothing() -> None:
    """Before a subscription is kept there is nothing to leave."""


async def with_outlet(source: SubscriptionExecutionResult) -> AsyncGenerator[Any, None]:
    """The results of an event stream: those of its operation, and those that come through the outlet."""
    queue: asyncio.Queue[Any] = asyncio.Queue(UNSENT_MAX)
    ended = asyncio.Event()

    async def take(text: bytes) -> None:
        await queue.put(_read(text))

    async def run() -> None:
        outlet.set(take)
        try:
            async for result in source:
                await queue.put(result)
        finally:
            ended.set()

    task = asyncio.create_task(run(), name="event-stream")

    async def close() -> None:
        task.cancel()

    current.get().close = close
    try:
        async for result in _until(ended, queue):
            yield result
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until(ended: asyncio.Event, queue: asyncio.Queue[Any]) -> AsyncGenerator[Any, None]:
    """What comes through a queue until nothing more will."""
    ending = asyncio.create_task(ended.wait())
    try:
        while not (ended.is_set() and queue.empty()):
            getting = asyncio.create_task(queue.get())
            await asyncio.wait({getting, ending}, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                yield getting.result()
            else:
                getting.cancel()
    finally:
        ending.cancel()


def _read(text: bytes) -> ExecutionResult:
    written: dict[str, Any] = orjson.loads(text)
    errors = [
        GraphQLError(item["message"], path=item.get("path"), extensions=item.get("extensions"))
        for item in written.get("errors", ())
    ]
    return ExecutionResult(data=written["data"], errors=errors or None)
