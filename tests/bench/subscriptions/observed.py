"""The API process with stamps on the way of an event, for the bench alone: where the time between commit and client goes.

The application is the ordinary one; what is noted lies around its own functions, and is read from an address of its own.
Times are of the monotonic clock, which all processes of one machine share.
"""

import asyncio
import gc
import time
from collections.abc import Callable
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.adapters import channels, hub, rights
from backend.adapters.events import position_of
from backend.compiled import changes
from backend.web.app import app as ordinary
from tests.bench.subscriptions.hops import PATH

TICK_SECONDS = 0.01

now = time.monotonic


class Notes:
    """What is noted; each list is one hop."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, float]] = []
        self.read: list[tuple[list[int], float, float]] = []
        self.given: list[tuple[list[int], float, float, int]] = []
        self.judged: list[tuple[float, float]] = []
        self.pauses: list[tuple[int, float, float]] = []
        self.late: list[tuple[float, float]] = []
        self._collecting = 0.0

    def around(self) -> None:
        """Lay the notes around the functions."""
        hub.Hub._take = self._noting_taken(hub.Hub._take)  # type: ignore[method-assign]
        changes.CompiledAudience.read = self._noting_read(changes.CompiledAudience.read)  # type: ignore[method-assign]
        channels.Channel._give = self._noting_given(channels.Channel._give)  # type: ignore[method-assign]
        rights.Rights._judge = self._noting_judged(rights.Rights._judge)  # type: ignore[method-assign]
        gc.callbacks.append(self._noting_pause)

    async def tick(self) -> None:
        """Note how late the loop comes back to somebody who asked for a moment's sleep."""
        while True:
            due = now() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self.late.append((due, now() - due))

    def written(self) -> bytes:
        return orjson.dumps({name: value for name, value in vars(self).items() if isinstance(value, list)})

    def _noting_taken(self, take: Callable[..., None]) -> Callable[..., None]:
        def noting(of: hub.Hub, entries: Any) -> None:
            at = now()
            self.taken += [(position_of(entry[0]), at) for entry in entries]
            take(of, entries)

        return noting

    def _noting_read(self, read: Callable[..., Any]) -> Callable[..., Any]:
        async def noting(of: Any, events: Any) -> Any:
            began = now()
            frames = await read(of, events)
            self.read.append(([event.position for event in events], began, now()))
            return frames

        return noting

    def _noting_given(self, give: Callable[..., Any]) -> Callable[..., Any]:
        async def noting(of: channels.Channel, batch: channels.Batch) -> None:
            began = now()
            await give(of, batch)
            # uvloop writes what has gathered at the end of its round
            await asyncio.sleep(0)
            self.given.append(([frame[0] for frame in batch.frames], began, now(), len(of.watchers)))

        return noting

    def _noting_judged(self, judge: Callable[..., Any]) -> Callable[..., Any]:
        async def noting(of: rights.Rights) -> None:
            began = now()
            await judge(of)
            self.judged.append((began, now() - began))

        return noting

    def _noting_pause(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._collecting = now()
        else:
            self.pauses.append((info["generation"], self._collecting, now() - self._collecting))


class Observed:
    """The application, and an address that answers with the notes."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner
        self._notes = Notes()
        self._notes.around()
        self._ticking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._notes.tick())
        if scope["type"] == "http" and scope["path"] == PATH:
            await Response(self._notes.written())(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


def app() -> ASGIApp:
    """For ``uvicorn --factory``."""
    return Observed(ordinary())
