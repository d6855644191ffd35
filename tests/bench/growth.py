"""``python -m tests.bench growth``: how much slower the same questions are in a database ten times as large.

The larger one holds later school years of the same schools, so that every answer is as long as before; each has an API
process of its own, asked in turns by a few connections. The figures go to ``build/bench-growth.json``.
"""

import argparse
import asyncio
import json
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from backend.embedded.postgres import PostgresUrls
from backend.embedded.stack import EmbeddedStack
from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Drive, Figures, Request, Target, drive
from tests.bench.gateway.requests import OPERATIONS, Asking, repeated
from tests.bench.gateway.samples import draw
from tests.bench.gateway.sessions import cookies_of

SMALL, LARGE = 138_000, 1_400_000
CEILING = 1.2
READS = tuple(name for name in OPERATIONS if name != "mutation")
PREPARED = 4_000


@dataclass(frozen=True, slots=True)
class Side:
    """A database with its API process and what is asked of it."""

    target: Target
    asking: Asking

    def requests(self, operation: str) -> list[Request]:
        questions = repeated(self.asking.questions(operation), PREPARED)
        return [self.asking.ours(operation, question) for question in questions]


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=120)
    with servers.database() as postgres, ExitStack() as running:
        small, large = (
            asyncio.run(ensure_database(postgres, records, console.print))
            for records in (options.small, options.large)
        )
        stack = running.enter_context(servers.stack(small))
        sides = [
            _side(running, stack, urls, name) for urls, name in ((small, "api-small"), (large, "api-large"))
        ]
        found = {}
        for operation in options.only:
            found[operation] = _measure(operation, sides, options)
            console.print(f"{operation}: {_ratio(*found[operation]):.2f} (load {processor.load():.1f})")
    _show(found, console)
    ratios = {f"latency_ratio_{name}": round(_ratio(*rounds), 3) for name, rounds in found.items()}
    path = servers.ROOT / "build" / "bench-growth.json"
    path.write_text(json.dumps({**ratios, "load": processor.load()}, indent=2) + "\n")
    console.print(f"load {processor.load():.1f}; {path}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench growth")
    parser.add_argument("--only", nargs="+", choices=READS, default=READS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    return parser.parse_args(arguments)


def _side(running: ExitStack, stack: EmbeddedStack, urls: PostgresUrls, name: str) -> Side:
    target = running.enter_context(servers.ours(stack, urls, name))
    samples = asyncio.run(draw(urls.owner))
    cookies = asyncio.run(cookies_of(stack.settings["REDIS_URL"], samples.everybody))
    return Side(target, Asking(samples, cookies, order=""))


def _measure(
    operation: str, sides: Sequence[Side], options: argparse.Namespace
) -> tuple[list[Figures], list[Figures]]:
    how = Drive(options.seconds, options.connections)
    prepared = [side.requests(operation) for side in sides]
    rounds: tuple[list[Figures], list[Figures]] = ([], [])
    for number in range(options.rounds + 1):
        for side, requests, figures in zip(sides, prepared, rounds, strict=True):
            measured = drive(side.target, servers.database_process(), requests, how)
            if number:  # the first round only warms caches and plans
                figures.append(measured)
    return rounds


def _ratio(small: Sequence[Figures], large: Sequence[Figures]) -> float:
    return statistics.median(one.p50 for one in large) / statistics.median(one.p50 for one in small)


def _show(found: dict[str, tuple[list[Figures], list[Figures]]], console: Console) -> None:
    table = Table(
        "operation",
        "p50 small",
        "p50 large",
        "ratio",
        "p99 small",
        "p99 large",
        "server ms",
        "database ms",
        box=None,
    )
    for name, (small, large) in found.items():
        p50, p99 = (
            [f"{statistics.median(getattr(one, at) for one in rounds):.2f}" for rounds in (small, large)]
            for at in ("p50", "p99")
        )
        server, database = (
            " | ".join(
                f"{statistics.median(getattr(one, at) for one in rounds):.2f}" for rounds in (small, large)
            )
            for at in ("server_cpu", "database_cpu")
        )
        ratio = _ratio(small, large)
        table.add_row(
            name, *p50, f"[{'green' if ratio <= CEILING else 'red'}]{ratio:.2f}[/]", *p99, server, database
        )
    console.print(table)
