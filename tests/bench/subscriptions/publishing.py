"""The process that changes records and passes the events on, at an even rate."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import uvloop
from redis import asyncio as aioredis

from backend.adapters.events import RedisEvents
from backend.adapters.redis_client import open_redis
from backend.db.connection import close_database, open_database
from backend.domain.live import LiveEvent
from backend.services.relaying import Relay

CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Change:
    """A record that was changed, its school, and when its commit returned, by the clock that all processes share."""

    record: int
    school: int
    at: float


@dataclass(frozen=True, slots=True)
class Published:
    """Changes; record, begin and end of the passing on by position; the processor seconds of the process."""

    changes: list[Change]
    passed: dict[int, tuple[int, float, float]]
    processor: float


class StampedEvents(RedisEvents):
    """Notes when it passes an event on."""

    def __init__(self, redis: aioredis.Redis) -> None:
        super().__init__(redis)
        self.passed: dict[int, tuple[int, float, float]] = {}

    async def publish(self, events: Sequence[LiveEvent]) -> None:
        began = time.monotonic()
        await super().publish(events)
        done = time.monotonic()
        self.passed |= {event.position: (event.subject_id, began, done) for event in events}


def publish(worker_url: str, owner_url: str, redis_url: str, rate: int, seconds: int) -> Published:
    """Commit ``rate`` changes a second, each of another record; runs in a process of its own."""
    return uvloop.run(_publish(worker_url, owner_url, redis_url, rate, seconds))


async def _publish(worker_url: str, owner_url: str, redis_url: str, rate: int, seconds: int) -> Published:
    await open_database(worker_url, pool=2, application_name="bench-publisher")
    redis = open_redis(redis_url)
    stamped = StampedEvents(redis)
    relay = Relay(stamped)
    relay.start()
    changes: list[Change] = []
    async with asyncpg.create_pool(owner_url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        records = await pool.fetch(
            "SELECT id, school_id, working_revision_id AS revision FROM year_record"
            " WHERE state <> 'LOCKED' ORDER BY md5(id::text) LIMIT $1",
            rate * seconds,
        )

        async def change(row: asyncpg.Record) -> None:
            await pool.execute("UPDATE revision SET updated_at = now() WHERE id = $1", row["revision"])
            changes.append(Change(row["id"], row["school_id"], time.monotonic()))
            relay.wake()

        began, spent, tasks = time.monotonic(), time.process_time(), []
        for number, row in enumerate(records):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.append(asyncio.create_task(change(row)))
        await asyncio.gather(*tasks)
        spent = time.process_time() - spent
    await asyncio.sleep(1)
    await relay.stop()
    await redis.aclose()
    await close_database()
    return Published(changes, stamped.passed, spent)
