"""The queue's patience: a job that fails is tried five times, then parked with its reason until somebody lets it go."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest

from backend.db.connection import close_database, open_database
from backend.db.repositories import queue
from backend.db.scope import scoped
from backend.domain.errors import TimestampUnavailableError
from backend.jobs import MAX_TRIES, Job, SignItem
from signing_worker import consuming
from signing_worker.handlers import Handlers
from tests.cli.commands import hocba
from tests.fixtures.world import World

SECONDS = 60
PLANTED = "Quach Thuy Bao Chau 022316009871"


class Stubborn:
    """Handlers that fail while told to, and count."""

    def __init__(self) -> None:
        self.failing = True
        self.tries: Counter[int] = Counter()
        self.done: list[int] = []

    async def handle(self, job: Job, tries: int) -> None:
        assert isinstance(job, SignItem)
        self.tries[job.item_id] += 1
        if self.failing:
            raise TimestampUnavailableError
        self.done.append(job.item_id)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of tries with pauses that a test can wait for."""
    monkeypatch.setattr(consuming, "FIRST_PAUSE", timedelta(milliseconds=10))
    monkeypatch.setattr(consuming, "PAUSE_GROWS", 1.0)
    monkeypatch.setattr(consuming, "POLL", timedelta(milliseconds=100))


@asynccontextmanager
async def _consuming(world: World, handlers: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(consuming.consume(world.urls.worker, handlers, concurrency=2))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():  # noqa: ASYNC110 - it watches a queue
            await asyncio.sleep(0.05)


async def _put(world: World, *item_ids: int) -> None:
    actor = world.own.actors["ht"]
    async with scoped(actor, write=True):
        await queue.put([SignItem(item_id) for item_id in item_ids])


async def _statuses(world: World) -> list[str]:
    found = await world.owner.run("SELECT status::text AS status FROM pgqueuer ORDER BY id")
    return [row["status"] for row in found]


@pytest.mark.usefixtures("impatient")
async def test_a_failing_job_is_parked_and_let_go_again(world: World) -> None:
    """Five tries, then parked with its reason in ``hocba jobs list``; ``hocba jobs retry`` runs it once more."""
    handlers = Stubborn()
    await _put(world, 11)
    async with _consuming(world, handlers):
        await _until(lambda: _is(world, ["failed"]))
        assert handlers.tries == {11: MAX_TRIES}
        listed = await hocba("jobs", "list", urls=world.urls)
        assert listed.code == 0, listed.output
        assert "TimestampUnavailableError" in listed.output
        handlers.failing = False
        retried = await hocba("jobs", "retry", urls=world.urls)
        assert "1 jobs" in retried.output
        await _until(lambda: _is(world, []))
    assert handlers.done == [11]


@pytest.mark.usefixtures("impatient")
async def test_one_bad_job_holds_up_no_other(world: World) -> None:
    """While one job fails again and again, those behind it are done."""

    class Picky(Stubborn):
        async def handle(self, job: Job, tries: int) -> None:
            assert isinstance(job, SignItem)
            self.failing = job.item_id == 1
            await super().handle(job, tries)

    handlers = Picky()
    await _put(world, *range(1, 9))
    async with _consuming(world, handlers):
        await _until(lambda: _is(world, ["failed"]))
    assert sorted(handlers.done) == list(range(2, 9))
    assert handlers.tries[1] == MAX_TRIES


@pytest.mark.usefixtures("impatient")
async def test_what_a_fault_quotes_is_not_kept(world: World) -> None:
    """A fault that quotes a row, or that led to a reason we know, leaves its kind and place in the queue, not its words."""

    class Quoting(Stubborn):
        async def handle(self, job: Job, tries: int) -> None:
            assert isinstance(job, SignItem)
            if job.item_id == 1:
                raise ValueError(PLANTED)
            raise TimestampUnavailableError from ValueError(PLANTED)

    await _put(world, 1, 2)
    async with _consuming(world, Quoting()):
        await _until(lambda: _is(world, ["failed", "failed"]))
    kept = await world.owner.run(
        "SELECT traceback::text AS t FROM pgqueuer_log WHERE traceback IS NOT NULL ORDER BY 1"
    )
    said = "\n".join(row["t"] for row in kept)
    assert len(kept) >= 2
    assert "builtins.ValueError at " in said
    assert "test_consuming.py" in said
    assert "TimestampUnavailableError" in said
    assert PLANTED not in said


async def test_a_job_is_in_the_queue_once(world: World) -> None:
    """A job whose key already waits is not put a second time."""
    await _put(world, 5)
    await _put(world, 5, 6)
    assert await _statuses(world) == ["queued", "queued"]


KEPT = (
    "INSERT INTO idempotent_request SELECT repeat(n::text, 64), 'asked', 'sealed', now() - n * interval '23 hours'"
    " FROM generate_series(1, 3) n"
)
MISSED = (
    "INSERT INTO pgqueuer_schedules (expression, entrypoint, next_run)"
    " SELECT '*/10 * * * *', 'requests.forget/1', now() - interval '1 hour'"
)


@pytest.mark.usefixtures("impatient")
async def test_kept_answers_go_by_themselves(world: World) -> None:
    """The worker itself puts the job that is due, one that was missed too, and what is a day old is gone."""
    await world.owner.run(KEPT)
    await world.owner.run(MISSED)
    await close_database()
    await open_database(world.urls.worker, pool=2)
    nothing: Any = Mock()

    async def only_the_newest() -> bool:
        left = await world.owner.run("SELECT id FROM idempotent_request")
        return [row["id"] for row in left] == ["1" * 64]

    async with _consuming(world, Handlers(*[nothing] * len(fields(Handlers)))):
        await _until(only_the_newest)
        await _until(lambda: _is(world, []))
    done = "SELECT 1 FROM pgqueuer_log WHERE entrypoint = 'requests.forget/1' AND status = 'successful'"
    assert len(await world.owner.run(done)) == 1


async def _is(world: World, statuses: list[str]) -> bool:
    return await _statuses(world) == statuses
