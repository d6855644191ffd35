"""The loop over the queue: PgQueuer's, with our names, payloads and patience.

A job that a dead worker held comes back after the heartbeat timeout. A job that raised runs again with growing
pauses; after its last try it is held with its reason until ``hocba jobs`` lets it go.
"""

import asyncio
import signal
from datetime import timedelta

import asyncpg
import orjson
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.models import Job as QueuedJob
from pgqueuer.models import Schedule

from backend.db.repositories import queue as jobs
from backend.db.scope import unscoped
from backend.domain.errors import DomainError
from backend.jobs import JOBS, MAX_TRIES, SCHEDULE, Job
from backend.observability.logs import fault
from signing_worker.handlers import Handlers

HEARTBEAT = timedelta(seconds=20)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
PAUSE_GROWS = 4.0
"""Pauses of 2, 8, 32 and 128 seconds: a service that is away for two minutes costs nobody a signature."""

POLL = timedelta(seconds=5)


class JobFailedError(Exception):
    """What a job met that it did not know: kinds of exceptions and places in the code, never what they quote."""


def _said(error: BaseException) -> str:
    return " < ".join(f"{item['kind']} at {item['at'][-1] if item['at'] else '?'}" for item in fault(error))


def _patient(parameters: EntrypointExecutorParameters) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(
        parameters,
        # PgQueuer counts retries, we count tries
        max_attempts=MAX_TRIES - 1,
        initial_delay=FIRST_PAUSE,
        backoff_multiplier=PAUSE_GROWS,
        max_delay=LONGEST_PAUSE,
    )


async def consume(database_url: str, handlers: Handlers, concurrency: int) -> None:
    """Take jobs until the process is asked to stop; what has begun is finished."""
    connection = await asyncpg.connect(database_url)
    queue = PgQueuer(AsyncpgDriver(connection))
    for name, kind in JOBS.items():
        _register(queue, name, kind, handlers, concurrency)
    for kind, cron in SCHEDULE.items():
        _schedule(queue, kind(), cron)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, queue.shutdown.set)
    try:
        await queue.run(
            dequeue_timeout=POLL,
            batch_size=concurrency,
            max_concurrent_tasks=2 * concurrency,
            heartbeat_timeout=HEARTBEAT,
        )
    finally:
        await connection.close()


def _register(queue: PgQueuer, name: str, kind: type, handlers: Handlers, concurrency: int) -> None:
    @queue.entrypoint(name, concurrency_limit=concurrency, on_failure="hold", executor_factory=_patient)
    async def run(job: QueuedJob) -> None:
        try:
            await handlers.handle(kind(**orjson.loads(job.payload or b"{}")), job.attempts)
        except DomainError as error:
            # the queue keeps what was raised with everything that led to it
            error.__cause__ = error.__context__ = None
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, what it quotes is not kept
            raise JobFailedError(_said(error)) from None


def _schedule(queue: PgQueuer, job: Job, cron: str) -> None:
    """Put the job whenever it is due; the queue then treats it like any other."""

    @queue.schedule(job.name, cron)
    async def put(_schedule: Schedule) -> None:
        async with unscoped():
            await jobs.put([job])
