"""``python -m tests.bench growth``: how much slower the same questions are in a database ten times as large.

The larger one holds later school years of the same schools, so that every answer is as long as before; each has an API
process of its own. Both are asked in turns, a few requests at a time over one connection, so that what else the machine
does meets both alike; besides the time, what API and PostgreSQL used of the processor is compared, which it does not
meet at all. The figures go to ``build/bench-growth.json``.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import islice
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from backend.embedded.postgres import PostgresUrls
from backend.embedded.stack import EmbeddedStack
from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Request, Target
from tests.bench.gateway.requests import OPERATIONS, Asking, repeated
from tests.bench.gateway.samples import draw
from tests.bench.gateway.sessions import cookies_of

SMALL, LARGE = 138_000, 1_400_000
CEILING = 1.2
READS = tuple(name for name in OPERATIONS if name != "mutation")
WARM_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Side:
    """A database with its API process and what is asked of it."""

    target: Target
    asking: Asking

    def requests(self, operation: str, count: int) -> list[Request]:
        questions = repeated(self.asking.questions(operation), count)
        return [self.asking.ours(operation, question) for question in questions]


@dataclass(slots=True)
class Spent:
    """One side's milliseconds: of each request, and of the processor for each request of a round."""

    times: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(0.99 * len(self.times))]

    @property
    def server(self) -> float:
        return statistics.median(self.api)

    @property
    def database(self) -> float:
        return statistics.median(self.postgres)


Pair = tuple[Spent, Spent]


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=120)
    with servers.database() as postgres, ExitStack() as running:
        small, large = (
            asyncio.run(ensure_database(postgres, records, console.print))
            for records in (options.small, options.large)
        )
        stack = running.enter_context(servers.stack(small))
        sides = [_side(running, stack, urls, place) for place, urls in enumerate((small, large))]
        found = {}
        for operation in options.only:
            found[operation] = _measure(operation, sides, options)
            console.print(_line(operation, found[operation]))
    _show(found, console)
    ratios = {
        f"{figure}_ratio_{name}": round(_ratio(figure, pair), 3)
        for name, pair in found.items()
        for figure in ("p50", "server", "database")
    }
    path = servers.ROOT / "build" / "bench-growth.json"
    path.write_text(json.dumps({**ratios, "load": processor.load()}, indent=2) + "\n")
    console.print(f"load {processor.load():.1f}; {path}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench growth")
    parser.add_argument("--only", nargs="+", choices=READS, default=READS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--requests", type=int, default=20, help="of each side in a round")
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    return parser.parse_args(arguments)


def _side(running: ExitStack, stack: EmbeddedStack, urls: PostgresUrls, place: int) -> Side:
    redis_url = f"{stack.settings['REDIS_URL'].rstrip('/')}/{place}"
    target = running.enter_context(servers.ours(stack, urls, f"api-{place}", redis_url=redis_url))
    samples = asyncio.run(draw(urls.owner))
    cookies = asyncio.run(cookies_of(redis_url, samples.everybody))
    return Side(target, Asking(samples, cookies, order=""))


def _measure(operation: str, sides: Sequence[Side], options: argparse.Namespace) -> Pair:
    """Rounds of both sides in turn; the first ones only warm caches and plans."""
    rounds = WARM_ROUNDS + options.rounds
    prepared = [iter(side.requests(operation, rounds * options.requests)) for side in sides]
    spent = (Spent(), Spent())
    with ExitStack() as opened:
        clients = [opened.enter_context(closing(connect(side.target))) for side in sides]
        for number in range(rounds):
            for side, client, requests, into in zip(sides, clients, prepared, spent, strict=True):
                noted = _round(side.target, client, list(islice(requests, options.requests)))
                if number >= WARM_ROUNDS:
                    into.times += noted.times
                    into.api += noted.api
                    into.postgres += noted.postgres
    return spent


def connect(target: Target) -> HTTPConnection:
    parts = urlsplit(target.url)
    return HTTPConnection(parts.hostname or "", parts.port)


def _round(target: Target, client: HTTPConnection, requests: Sequence[Request]) -> Spent:
    server, database = processor.family(target.processes[:1]), processor.family((servers.database_process(),))
    before = processor.running(server), processor.running(database)
    times = [ask(client, request) for request in requests]
    after = processor.running(server), processor.running(database)
    api, postgres = (1_000 * (end - start) / len(requests) for start, end in zip(before, after, strict=True))
    return Spent(times, [api], [postgres])


def ask(client: HTTPConnection, request: Request) -> float:
    """Milliseconds until the answer is there.

    Raises:
        RuntimeError: when it is no answer.
    """
    headers = {"content-type": "application/json", "accept": "application/json", **dict(request.headers)}
    body, began = request.body.encode(), time.perf_counter()
    client.request("POST", "/graphql", body, headers)
    with client.getresponse() as response:
        answer = response.read()
    took = 1_000 * (time.perf_counter() - began)
    if response.status != HTTPStatus.OK or b'"errors"' in answer:
        raise RuntimeError(answer[:200])
    return took


def _ratio(figure: str, pair: Pair) -> float:
    small, large = (getattr(side, figure) for side in pair)
    return float(large / small)


def _line(operation: str, pair: Pair) -> str:
    ratios = ", ".join(f"{figure} {_ratio(figure, pair):.2f}" for figure in ("p50", "server", "database"))
    return f"{operation}: {ratios} (load {processor.load():.1f})"


def _show(found: dict[str, Pair], console: Console) -> None:
    figures = ("p50", "p99", "server", "database")
    table = Table("operation", *(f"{figure} small | large" for figure in figures), "ratio of p50", box=None)
    for name, pair in found.items():
        ratio = _ratio("p50", pair)
        shown = [" | ".join(f"{getattr(side, figure):.2f}" for side in pair) for figure in figures]
        table.add_row(name, *shown, f"[{'green' if ratio <= CEILING else 'red'}]{ratio:.2f}[/]")
    console.print(table)
