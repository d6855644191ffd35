"""Ends the work for a client that has gone: its operation is cancelled, and with it the statement in PostgreSQL."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

LOOK_SECONDS = 0.25
"""Between two looks. Whoever is answered before the first, which is nearly everybody, costs a timer."""

GONE = 499
"""Nobody reads it; the name that proxies have for it."""


async def ends_with_its_client(request: Request, answering: Awaitable[Response]) -> Response:
    """The answer; the work for it is cancelled when the client leaves before it is there."""
    look = _Look(request, asyncio.current_task())
    try:
        return await answering
    except asyncio.CancelledError:
        if not look.has_left:
            raise
        look.forgive()
        return Response(status_code=GONE)
    finally:
        look.stop()


class _Look:
    """Looks now and then whether the client is still there, and cancels a task when it is not."""

    def __init__(self, request: Request, task: asyncio.Task[Any] | None) -> None:
        self._request = request
        self._task = task
        self._looking: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._begin)
        self.has_left = False

    def stop(self) -> None:
        self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def forgive(self) -> None:
        """The task has ended what it was cancelled for and lives on."""
        if self._task is not None:
            self._task.uncancel()

    def _begin(self) -> None:
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        # a body that is still coming belongs to who reads it
        while not self._is_read() or not await self._request.is_disconnected():  # noqa: ASYNC110 - a server's message
            await asyncio.sleep(LOOK_SECONDS)
        self.has_left = True
        if self._task is not None:
            self._task.cancel()

    def _is_read(self) -> bool:
        return self._request.method == "GET" or self._request._stream_consumed  # noqa: SLF001
