"""``python -m tests.bench gateway``: our API against PostGraphile 5, one process each, on the same database.

Both answer the same questions under the same row security; a look that both give the same answers comes first.
Rounds of both sides follow each other in one run, so that a busy machine is busy for both; figures are medians.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence

from rich.console import Console

from tests.bench import processor, servers
from tests.bench.data.loading import ensure_database
from tests.bench.driving import Drive, Figures, Target, drive
from tests.bench.gateway import report
from tests.bench.gateway.checking import (
    CHECKED,
    AnswersDifferError,
    ask,
    compare,
    require_answers,
    require_changes,
)
from tests.bench.gateway.report import Outcome
from tests.bench.gateway.requests import (
    FIRST,
    OPERATIONS,
    SAME_FOR_US,
    Asking,
    Question,
    first_page,
    order_of,
    repeated,
)
from tests.bench.gateway.samples import draw, finish_audit, returnable, returned
from tests.bench.gateway.sessions import cookies_of

WARM_SECONDS = 2
CHANGING, KNOWN = "mutation", "lookup"
PER_SECOND_MAX = 4_000
"""More mutations than either side makes in a second."""


def run(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    console = Console(width=150)
    with servers.database() as postgres:
        urls = asyncio.run(ensure_database(postgres, options.records, console.print))
        with servers.stack(urls) as stack, servers.ours(stack, urls) as ours, servers.theirs(urls) as theirs:
            asyncio.run(servers.fill_tables(urls))
            measuring = Measuring(options, urls.owner, stack.settings["REDIS_URL"], ours, theirs)
            outcomes, load = {}, [processor.load()]
            for name in options.only:
                outcomes[name] = measuring.measure(name)
                load.append(processor.load())
                console.print(f"{name}: {outcomes[name].ratio:.2f} (load {load[-1]:.1f})")
            about = {
                "records": options.records,
                "connections": options.connections,
                "seconds": options.seconds,
            }
            path = report.write(options.records, outcomes, {**about, "load": max(load)})
    report.show(outcomes, console)
    console.print(f"load {min(load):.1f} to {max(load):.1f}, wrk and both servers included; {path}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench gateway")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=dict.fromkeys([*OPERATIONS, *SAME_FOR_US]),
        default=OPERATIONS,
        metavar="NAME",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--records", type=int, default=138_000)
    return parser.parse_args(arguments)


class Measuring:
    """The two servers and what is asked of them."""

    def __init__(
        self, options: argparse.Namespace, owner_url: str, redis_url: str, ours: Target, theirs: Target
    ) -> None:
        self._options = options
        self._owner_url = owner_url
        self._ours, self._theirs = ours, theirs
        self._database = servers.database_process()
        samples = asyncio.run(draw(owner_url))
        cookies = asyncio.run(cookies_of(redis_url, samples.everybody))
        self._asked_first = 2 * CHECKED
        self._asking = Asking(samples, cookies, order_of(ask(theirs, first_page(samples))))

    def measure(self, operation: str) -> Outcome:
        """Compare the answers, warm both sides, then rounds in turn."""
        leaves, size = self._check(operation)
        if operation == KNOWN:
            self._ask_each(operation)
        for target in (self._ours, self._theirs):
            self._round(operation, target, WARM_SECONDS, size)
        mine: list[Figures] = []
        others: list[Figures] = []
        for _ in range(self._options.rounds):
            mine.append(self._round(operation, self._ours, self._options.seconds, size))
            others.append(self._round(operation, self._theirs, self._options.seconds, size))
        return Outcome(leaves, mine, others)

    def _check(self, operation: str) -> tuple[int, int]:
        """Leaves of the longest answer, bytes of the shortest."""
        questions = self._questions(operation, 2 * CHECKED)
        if operation == CHANGING:
            pairs = list(zip(questions[::2], questions[1::2], strict=True))  # each record only once
        else:
            pairs = [(question, question) for question in questions[:CHECKED]]
        leaves, sizes = [], []
        for mine, other in pairs:
            answer = ask(self._ours, self._asking.ours(operation, mine))
            leaves.append(
                compare(operation, answer, ask(self._theirs, self._asking.theirs(operation, other)))
            )
            sizes.append(len(json.dumps(answer, ensure_ascii=False)))
        return max(leaves), min(sizes)

    def _round(self, operation: str, target: Target, seconds: int, size: int) -> Figures:
        changes = operation == CHANGING
        questions = self._questions(operation, seconds * PER_SECOND_MAX)
        if operation == FIRST:
            questions = questions[self._asked_first :]
        say = self._asking.ours if target is self._ours else self._asking.theirs
        how = Drive(seconds, self._options.connections, ordered=changes or operation == FIRST)
        before = asyncio.run(returned(self._owner_url)) if changes else 0
        if changes:
            asyncio.run(finish_audit(self._owner_url))
        figures = drive(target, self._database, [say(operation, item) for item in questions], how)
        require_answers(target, figures, size)
        if operation == FIRST and target is self._ours:
            self._note_first(figures, len(questions))
        if changes:
            done = asyncio.run(returned(self._owner_url)) - before
            require_changes(target, figures, done, self._options.connections)
        return figures

    def _note_first(self, figures: Figures, had: int) -> None:
        """What we have been asked is asked for the first time no more."""
        asked = figures.requests + self._options.connections
        if asked > had:
            raise AnswersDifferError(f"{FIRST}: {asked} asked, {had} codes left; fewer rounds or seconds")
        self._asked_first += asked

    def _ask_each(self, operation: str) -> None:
        """Ask us every question once."""
        left = [self._asking.ours(operation, item) for item in self._asking.questions(operation)]
        while left:
            figures = drive(
                self._ours, self._database, left, Drive(1, self._options.connections, ordered=True)
            )
            left = left[figures.requests :]

    def _questions(self, operation: str, count: int) -> list[Question]:
        if operation == FIRST:
            return self._asking.questions(operation)
        if operation == CHANGING:
            records = asyncio.run(returnable(self._owner_url, count))
            return self._asking.questions(operation, records)
        return repeated(self._asking.questions(operation), count)
