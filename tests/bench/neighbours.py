"""``python -m tests.bench neighbours``: what an ordinary question waits while somebody else sends hostile documents.

One API process. One connection asks the same ordinary operation again and again; in every second round another process,
with a connection and a session of its own, sends the documents of ``tests/documents`` without a pause, each made new by
a comment so that no answer is remembered. Limits of speed are out of reach, so nothing slows the sender but the server.
Rounds with and without follow each other, so that what else the machine does meets both alike. The goal: the 99th of a
hundred waits at most 50 ms longer. The figures go to ``build/bench-neighbours.json``.
"""

import argparse
import asyncio
import itertools
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from urllib.parse import urlsplit

from rich.console import Console

from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Request, Target
from tests.bench.gateway.requests import OPERATIONS, Asking, repeated
from tests.bench.gateway.samples import draw
from tests.bench.gateway.sessions import cookies_of
from tests.bench.growth import ask, connect
from tests.bench.hostile import BODY, WITHIN
from tests.documents.test_measuring import BOMBS

GOAL_MS = 50.0
WARM = 40
GARBAGE = (b'{"query":' * (BODY // 9), b"[" * BODY)


@dataclass(slots=True)
class Waited:
    """Milliseconds of each ordinary request of one kind of round."""

    times: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        return sorted(self.times)[min(len(self.times) - 1, int(share * len(self.times)))]

    def figures(self) -> dict[str, float]:
        return {name: round(self.at(share), 1) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


class Sender:
    """Another process that sends hostile documents while it is told to, and counts what was answered."""

    def __init__(self, target: Target, cookie: str) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._sends, self._ends = spawning.Event(), spawning.Event()
        self.answered = spawning.Value("i", 0)
        self._process = spawning.Process(
            target=_send, args=(target.url, cookie, self._sends, self._ends, self.answered), daemon=True
        )

    @contextmanager
    def started(self) -> Iterator["Sender"]:
        self._process.start()
        try:
            yield self
        finally:
            self._ends.set()
            self._sends.set()
            self._process.join()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Inside it hostile documents arrive; it begins when the first has been answered."""
        before = self.answered.value
        self._sends.set()
        while self.answered.value == before and self._process.is_alive():
            time.sleep(0.01)
        try:
            yield
        finally:
            self._sends.clear()


def bodies() -> Iterator[bytes]:
    """Every hostile body in turn, for ever; no document twice."""
    for number in itertools.count():
        for text in (BOMBS | WITHIN).values():
            yield json.dumps({"query": f"{text}\n#{number}"}).encode()
        yield from GARBAGE


def _send(
    url: str,
    cookie: str,
    sends: Event,
    ends: Event,
    answered: "Synchronized[int]",
) -> None:
    headers = {"content-type": "application/json", "cookie": cookie}
    parts = urlsplit(url)
    made = bodies()
    with closing(HTTPConnection(parts.hostname or "", parts.port)) as client:
        while sends.wait() and not ends.is_set():
            client.request("POST", "/graphql", next(made), headers)
            with client.getresponse() as response:
                response.read()
            answered.value += 1


def run(arguments: Sequence[str]) -> int:
    """Measure; 1 when hostile documents delay the 99th of a hundred by more than the goal."""
    options = _options(arguments)
    console = Console(width=120)
    with servers.database() as postgres:
        urls = asyncio.run(ensure_database(postgres, options.records, console.print))
        with servers.stack(urls) as stack, servers.ours(stack, urls, "neighbours") as target:
            samples = asyncio.run(draw(urls.owner))
            cookies = asyncio.run(cookies_of(stack.settings["REDIS_URL"], samples.everybody))
            asking = Asking(samples, cookies, order="")
            count = WARM + 2 * options.rounds * options.requests
            questions = repeated(asking.questions(options.operation), count)
            requests = iter([asking.ours(options.operation, question) for question in questions])
            found = _measure(target, requests, cookies[samples.department.login], options)
    path = servers.ROOT / "build" / "bench-neighbours.json"
    path.write_text(json.dumps({**found, "load": processor.load()}, indent=1) + "\n")
    console.print_json(data=found)
    console.print(f"load {processor.load():.1f}; {path}")
    return int(found["p99_delay"] > GOAL_MS)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench neighbours")
    parser.add_argument("--operation", choices=OPERATIONS, default="class_list", metavar="NAME")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--requests", type=int, default=20, help="ordinary ones in a round")
    parser.add_argument("--records", type=int, default=13_800)
    return parser.parse_args(arguments)


def _measure(
    target: Target, requests: Iterator[Request], cookie: str, options: argparse.Namespace
) -> dict[str, object]:
    alone, beside = Waited(), Waited()
    with closing(connect(target)) as client, Sender(target, cookie).started() as sender:
        for request in itertools.islice(requests, WARM):
            ask(client, request)
        for _ in range(options.rounds):
            alone.times += [ask(client, item) for item in itertools.islice(requests, options.requests)]
            with sender.sending():
                beside.times += [ask(client, item) for item in itertools.islice(requests, options.requests)]
        sent = sender.answered.value
    delay = beside.at(0.99) - alone.at(0.99)
    return {
        "alone": alone.figures(),
        "beside": beside.figures(),
        "p99_delay": round(delay, 1),
        "ordinary": len(beside.times),
        "hostile": sent,
    }
