"""The two ways in which a subscription reaches a client: graphql-transport-ws, and server-sent events.

Both open the outlet through which changes come already written; everything else, from the first check to the
last message, is Strawberry's.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Message, Send
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types.execution import ExecutionResult, SubscriptionExecutionResult

from backend.context import Context
from backend.resolvers.live import outlet
from backend.web.connections import current

UNSENT_MAX = 16
"""Results that wait for a slow reader of events before the hub keeps them."""

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
    """Strawberry's handler, with an outlet for each operation."""

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        head = f'{{"id":{orjson.dumps(operation.id).decode()},"type":"next","payload":'

        async def send(text: str) -> None:
            if not operation.completed:
                await self.websocket.ws.send_text(f"{head}{text}}}")  # type: ignore[attr-defined]

        outlet.set(send)
        await super().run_operation(operation)


async def with_outlet(source: SubscriptionExecutionResult) -> AsyncGenerator[Any, None]:
    """The results of an event stream: those of its operation, and those that come through the outlet."""
    queue: asyncio.Queue[Any] = asyncio.Queue(UNSENT_MAX)
    ended = asyncio.Event()

    async def take(text: str) -> None:
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


def _read(text: str) -> ExecutionResult:
    written: dict[str, Any] = orjson.loads(text)
    errors = [
        GraphQLError(item["message"], path=item.get("path"), extensions=item.get("extensions"))
        for item in written.get("errors", ())
    ]
    return ExecutionResult(data=written["data"], errors=errors or None)
