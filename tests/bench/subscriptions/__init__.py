"""``python -m tests.bench subscriptions``: many sockets on one API process, and how soon each hears of a change.

A process beside the API commits changes and passes them on, as a worker does. Each change is one record's; the
time runs from the return of its commit to the frame at the client, for everybody who may see that record: its
school's people, its district's, the department's.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console

from backend.embedded.stack import EmbeddedStack
from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Target
from tests.bench.subscriptions.audience import Seat, seats
from tests.bench.subscriptions.publishing import Change, publish
from tests.bench.subscriptions.sockets import Crowd

REPORT = servers.ROOT / "build" / "bench-subscriptions.json"


@dataclass(frozen=True, slots=True)
class Figures:
    """One crowd: latencies in milliseconds, memory in kilobytes for each subscriber."""

    subscribers: int
    events: int
    expected: int
    delivered: int
    p50: float
    p99: float
    longest: float
    kilobytes: float
    opening_seconds: float
    api_processor: float
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
    people = await seats(settings["DATABASE_OWNER_URL"], settings["REDIS_URL"], count)
    api = ours.processes[:1]
    before = processor.megabytes(api)
    crowd = Crowd(ours.url)
    opening = await crowd.open(people)
    after = processor.megabytes(api)
    spent = processor.seconds(api)
    changes = await asyncio.to_thread(_publish, settings, options)
    await crowd.quiet()
    spent = processor.seconds(api) - spent
    await crowd.close()
    times = [1_000 * item for item in crowd.latencies(changes)]
    return Figures(
        subscribers=count,
        events=len(changes),
        expected=_expected(people, changes),
        delivered=len(times),
        p50=round(statistics.median(times), 1),
        p99=round(sorted(times)[int(0.99 * len(times))], 1),
        longest=round(max(times), 1),
        kilobytes=round(1_024 * (after - before) / count, 1),
        opening_seconds=round(opening, 1),
        api_processor=round(spent / options.seconds, 2),
        load=processor.load(),
    )


def _publish(settings: dict[str, str], options: argparse.Namespace) -> list[Change]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        given = (settings["DATABASE_WORKER_URL"], settings["DATABASE_OWNER_URL"], settings["REDIS_URL"])
        changes: list[Change] = pool.apply(publish, (*given, options.rate, options.seconds))
    return changes


def _expected(people: Sequence[Seat], changes: Sequence[Change]) -> int:
    return sum(seat.schools is None or change.school in seat.schools for change in changes for seat in people)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench subscriptions")
    parser.add_argument("--subscribers", type=int, nargs="+", default=[1_000, 5_000])
    parser.add_argument("--rate", type=int, default=200, help="changes a second")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--records", type=int, default=10_000)
    return parser.parse_args(arguments)
