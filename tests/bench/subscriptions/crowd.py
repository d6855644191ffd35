"""The crowd of subscribers in processes of its own, so that what they note costs the server's process nothing."""

import asyncio
import gc
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import uvloop

from tests.bench.subscriptions.audience import Seat
from tests.bench.subscriptions.publishing import Change
from tests.bench.subscriptions.sockets import Sockets

PROBED = 100
"""One seat in so many is the probe's."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one process of the crowd has heard: seconds from commit to client, frames, sockets lost, processor seconds."""

    latencies: list[float]
    frames: int
    lost: int
    processor: float


class Crowd:
    """So many processes with an equal part of the seats each, and before them the probe: one with a few seats.

    A process with thousands of sockets hears late what has long reached its sockets; the probe is idle in between.
    """

    def __init__(self, address: str, people: Sequence[Seat], processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._running = []
        many = [seat for place, seat in enumerate(people) if place % PROBED]
        parts = [people[::PROBED], *(many[place::processes] for place in range(processes))]
        for place, seated in enumerate(parts):
            ours, theirs = context.Pipe()
            part = [seat.cookie for seat in seated]
            process = context.Process(target=_run, args=(theirs, address, part, place), daemon=True)
            process.start()
            self._pipes.append(ours)
            self._running.append(process)

    def opened(self) -> None:
        """Wait until every stream has begun."""
        for pipe in self._pipes:
            pipe.recv()

    def started(self) -> None:
        """From now on what is heard, and the processor time, counts."""
        for pipe in self._pipes:
            pipe.send(None)

    def heard(self, changes: Sequence[Change]) -> list[Heard]:
        """What each process has heard of these changes, once it is quiet; then they leave."""
        for pipe in self._pipes:
            pipe.send(changes)
        heard = [pipe.recv() for pipe in self._pipes]
        for process in self._running:
            process.join()
        return heard


def _run(pipe: Connection, address: str, cookies: Sequence[str], place: int) -> None:
    uvloop.run(_watch(pipe, address, cookies, place))


async def _watch(pipe: Connection, address: str, cookies: Sequence[str], place: int) -> None:
    sockets = Sockets(address, first_address=1 + 40 * place)
    await sockets.open(cookies)
    # what is noted is kept to the end: looking through it for garbage would only make the listener deaf
    gc.freeze()
    gc.disable()
    pipe.send(None)
    await asyncio.to_thread(pipe.recv)
    sockets.forget()
    spent = time.process_time()
    changes = await asyncio.to_thread(pipe.recv)
    await sockets.quiet()
    spent = time.process_time() - spent
    frames, latencies = sockets.latencies(changes)
    pipe.send(Heard(latencies, frames, sockets.lost, spent))
    sockets.close()
