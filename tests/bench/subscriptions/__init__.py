"""``python -m tests.bench subscriptions``: many sockets on one API process, and how soon each hears of a change.

A process beside the API commits changes and passes them on, as a worker does; the subscribers, each a person with an
assignment of their own, are in others. Each change is one record's; the time runs from the return of its commit to the
frame at the client, for everybody who may see that record: its school's people, its district's, the department's.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console

from backend.embedded.stack import EmbeddedStack
from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Target
from tests.bench.subscriptions.audience import SHARES, Seat, seats
from tests.bench.subscriptions.crowd import Crowd
from tests.bench.subscriptions.publishing import Change, Published, publish

REPORT = servers.ROOT / "build" / "bench-subscriptions.json"
CROWDS = 2
"""Processes of the crowd."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One crowd: latencies in milliseconds, memory in kilobytes for each subscriber, what was used in parts of a core.

    What the API and Redis used counts until everything has been heard, over the seconds of the changes.
    """

    mix: str
    subscribers: int
    rate: int
    events: int
    expected: int
    delivered: int
    lost: int
    p50: float
    p99: float
    longest: float
    kilobytes: float
    opening_seconds: float
    opening_processor: float
    api: float
    redis: float
    publisher: float
    crowds: tuple[float, ...]
    load: float


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=150)
    found = []
    with servers.database() as postgres:
        urls = asyncio.run(ensure_database(postgres, options.records, console.print))
        for count in options.subscribers:
            # a fresh process for each crowd: memory that a crowd has left would flatter the next one
            with servers.stack(urls) as stack, servers.ours(stack, urls, f"api-{count}") as ours:
                found.append(asyncio.run(_measure(options, stack, ours, count)))
                console.print(found[-1])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps([asdict(item) for item in found], indent=2))
    console.print(str(REPORT))
    return 0 if all(item.delivered == item.expected for item in found) else 1


async def _measure(options: argparse.Namespace, stack: EmbeddedStack, ours: Target, count: int) -> Figures:
    settings = stack.settings
    api, redis = ours.processes[:1], ours.processes[1:]
    async with seats(settings["DATABASE_OWNER_URL"], settings["REDIS_URL"], count, options.mix) as people:
        memory, opening, spent = processor.megabytes(api), time.monotonic(), processor.seconds(api)
        crowd = Crowd(ours.url, people, CROWDS)
        await asyncio.to_thread(crowd.opened)
        opening, opened = time.monotonic() - opening, processor.seconds(api) - spent
        memory = processor.megabytes(api) - memory
        spent, of_redis = processor.seconds(api), processor.seconds(redis)
        crowd.started()
        changes, published = await asyncio.to_thread(_publish, settings, options)
        heard = await asyncio.to_thread(crowd.heard, changes)
        spent, of_redis = processor.seconds(api) - spent, processor.seconds(redis) - of_redis
    times = sorted(1_000 * item for part in heard for item in part.latencies)
    return Figures(
        mix=options.mix,
        subscribers=count,
        rate=options.rate,
        events=len(changes),
        expected=_expected(people, changes),
        delivered=len(times),
        lost=sum(part.lost for part in heard),
        p50=round(statistics.median(times), 1),
        p99=round(times[int(0.99 * len(times))], 1),
        longest=round(times[-1], 1),
        kilobytes=round(1_024 * memory / count, 1),
        opening_seconds=round(opening, 1),
        opening_processor=round(opened, 1),
        api=round(spent / options.seconds, 2),
        redis=round(of_redis / options.seconds, 2),
        publisher=round(published / options.seconds, 2),
        crowds=tuple(round(part.processor / options.seconds, 2) for part in heard),
        load=processor.load(),
    )


def _publish(settings: dict[str, str], options: argparse.Namespace) -> Published:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        given = (settings["DATABASE_WORKER_URL"], settings["DATABASE_OWNER_URL"], settings["REDIS_URL"])
        published: Published = pool.apply(publish, (*given, options.rate, options.seconds))
    return published


def _expected(people: Sequence[Seat], changes: Sequence[Change]) -> int:
    return sum(seat.schools is None or change.school in seat.schools for change in changes for seat in people)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench subscriptions")
    parser.add_argument("--mix", choices=sorted(SHARES), default="mix", help="who watches")
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--rate", type=int, default=200, help="changes a second")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--records", type=int, default=10_000)
    return parser.parse_args(arguments)
