"""``python -m tests.bench subscriptions``: many sockets on one API process, and how soon each hears of a change.

A process beside the API commits changes and passes them on, as a worker does; the subscribers, each a person with an
assignment of their own, are in others. Each change is one record's; the time runs from the return of its commit to the
frame at the client, for everybody who may see that record: its school's people, its district's, the department's.
"""

import argparse
import asyncio
import json
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.request import urlopen

import orjson
from rich.console import Console
from rich.table import Table

from backend.embedded.stack import EmbeddedStack
from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Target
from tests.bench.subscriptions.audience import SHARES, Seat, seats
from tests.bench.subscriptions.crowd import Crowd, Heard
from tests.bench.subscriptions.hops import PATH, Hop, hops, spread
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
    heard: tuple[Hop, ...]
    hops: tuple[Hop, ...]
    kilobytes: float
    opening_seconds: float
    opening_processor: float
    api: float
    api_waited: float
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
            with (
                servers.stack(urls) as stack,
                servers.ours(stack, urls, f"api-{count}", observed=True) as ours,
            ):
                found.append(asyncio.run(_measure(options, stack, ours, count)))
            _show(found[-1], console)
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
        spent, of_redis, waited = processor.seconds(api), processor.seconds(redis), processor.waited(api)
        crowd.started()
        published = await asyncio.to_thread(_publish, settings, options)
        load = processor.load()
        changes = published.changes
        heard = await asyncio.to_thread(crowd.heard, changes)
        spent, of_redis = processor.seconds(api) - spent, processor.seconds(redis) - of_redis
        waited = processor.waited(api) - waited
        notes = await asyncio.to_thread(_notes, ours)
    return Figures(
        mix=options.mix,
        subscribers=count,
        rate=options.rate,
        events=len(changes),
        expected=_expected(people, changes),
        delivered=sum(len(part.latencies) for part in heard),
        lost=sum(part.lost for part in heard),
        heard=(_spread("probe", heard[:1]), _spread("crowd", heard[1:])),
        hops=tuple(hops(published, notes)),
        kilobytes=round(1_024 * memory / count, 1),
        opening_seconds=round(opening, 1),
        opening_processor=round(opened, 1),
        api=round(spent / options.seconds, 2),
        api_waited=round(waited / options.seconds, 2),
        redis=round(of_redis / options.seconds, 2),
        publisher=round(published.processor / options.seconds, 2),
        crowds=tuple(round(part.processor / options.seconds, 2) for part in heard),
        load=load,
    )


def _notes(ours: Target) -> dict[str, list[Any]]:
    with urlopen(ours.url.replace("/graphql", PATH)) as answer:
        notes: dict[str, list[Any]] = orjson.loads(answer.read())
    return notes


def _spread(name: str, parts: Sequence[Heard]) -> Hop:
    return spread(f"commit to {name}", ((item, 1) for part in parts for item in part.latencies))


def _show(figures: Figures, console: Console) -> None:
    table = Table("milliseconds", "p50", "p99", "longest", box=None)
    for hop in (*figures.hops, *figures.heard):
        table.add_row(hop.name, *(f"{item:.1f}" for item in (hop.p50, hop.p99, hop.longest)))
    console.print(table)
    console.print(replace(figures, hops=(), heard=()))


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
