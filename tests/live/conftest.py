"""Live events in one process: a world, a line of events of its own, and people who watch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import asyncio as aioredis
from starlette.requests import HTTPConnection

from backend.adapters.events import RedisEvents
from backend.adapters.hub import Hub
from backend.adapters.rate_limits import RateLimits
from backend.adapters.redis_client import open_redis
from backend.adapters.replies import Replies
from backend.adapters.store import ObjectStore
from backend.compiled.changes import ChangeReads
from backend.context import Context, Services, SessionIdentity
from backend.db.reading.pools import ReadPools
from backend.db.scope import unscoped
from backend.graph import schema
from backend.resolvers.live import outlet
from backend.services.relaying import Relay
from backend.services.watching import ended
from backend.settings import from_env
from tests.fixtures.world import ISSUER, World

SECONDS = 10
RECORDS = """
subscription Records($after: String) {
  recordChanges(after: $after) { cursor kind subjectId node { ... on Record { id pupilName state } } }
}"""
LOCKS = "subscription { lockStatus { cursor kind subjectId node { ... on LockPeriod { locksAt } } } }"


@dataclass
class Screen:
    """What somebody who watches has been shown."""

    login: str
    events: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    finished: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Closed, it keeps the client from taking anything."""

    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def show(self, text: bytes) -> None:
        await self.gate.wait()
        answer = orjson.loads(text)
        self.errors += answer.get("errors", [])
        self.events += [value for value in (answer["data"] or {}).values() if value]
        self._changed.set()

    @property
    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    @property
    def cursors(self) -> list[int]:
        return [int(event["cursor"]) for event in self.events if event["kind"] not in {"OPENED", "GAP"}]

    async def until(self, count: int = 0, *, finished: bool = False) -> None:
        """Wait for so many events, or for the end."""
        async with asyncio.timeout(SECONDS):
            while len(self.events) < count or (finished and not self.finished):
                self._changed.clear()
                await self._changed.wait()


@dataclass
class Live:
    """A process with its hub and relay; ``watch`` is one person's subscription."""

    world: World
    services: Services

    @asynccontextmanager
    async def watch(
        self, login: str, query: str = RECORDS, after: int | None = None
    ) -> AsyncIterator[Screen]:
        screen = Screen(login)
        screen.gate.set()
        task = asyncio.create_task(self._run(screen, query, None if after is None else str(after)))
        try:
            if after is None:
                await screen.until(1)
            yield screen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, screen: Screen, query: str, after: str | None) -> None:
        outlet.set(screen.show)
        context = Context(
            connection=HTTPConnection({"type": "http", "headers": []}),
            services=self.services,
            language="en",
            identity=SessionIdentity(ISSUER, screen.login, None),
        )
        async for result in await schema.stream(
            query, variable_values={"after": after}, context_value=context
        ):
            screen.errors += [error.formatted for error in result.errors or ()]
        screen.finished = True
        screen._changed.set()

    async def touch(self, *record_ids: int) -> None:
        """Change working revisions, one transaction for each, and pass the events on."""
        for record_id in record_ids:
            await self.world.owner.run(
                "UPDATE revision SET updated_at = now() FROM year_record y"
                " WHERE y.working_revision_id = revision.id AND y.id = $1",
                record_id,
            )
        await self.pass_on()

    async def pass_on(self) -> None:
        self.services.relay.wake()


@pytest.fixture
async def own_redis(redis_url: str) -> AsyncIterator[aioredis.Redis]:
    """A database of Redis that nobody else uses, emptied."""
    client = open_redis(f"{redis_url.rstrip('/')}/7")
    await client.flushdb()
    yield client
    await client.aclose()


async def _ended(holders):
    async with unscoped():
        return await ended(holders)


@pytest.fixture
async def live(
    world: World, own_redis: aioredis.Redis, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Live]:
    """Changes are read by statements, or by executing selections when a test asks for that."""
    names = [
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "DATABASE_WORKER_URL",
        "REDIS_URL",
        "OIDC_ISSUER",
        "PKI_TSA_URL",
    ]
    given = dict.fromkeys(
        (*names, "OIDC_CLIENT_SECRET", "PKI_TRUST_ROOTS", "SESSION_SECRET", "CITIZEN_NUMBER_KEYS"), "x"
    )
    settings = from_env(given | {"STORE_URL": tmp_path.as_uri()})
    services = Services(
        settings=settings,
        redis=own_redis,
        store=ObjectStore(settings.store_url),
        replies=Replies(own_redis),
        limits=RateLimits(own_redis, settings.rate_limit_factor),
        hub=Hub(own_redis, _ended),
        relay=Relay(RedisEvents(own_redis)),
    )
    pools = ReadPools(world.urls.app, pool=4)
    if getattr(request, "param", "statements") == "statements":
        services.changes = ChangeReads(schema._schema, pools)
    await world.owner.run("DELETE FROM live_event")
    services.hub.start()
    services.relay.start()
    yield Live(world, services)
    await services.relay.stop()
    await services.hub.stop()
    await pools.close()


class Screens(dict):
    """Screens by login; ``all`` also those of one login in several windows."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Screen] = []


@asynccontextmanager
async def many(live: Live, logins: tuple[str, ...], query: str = RECORDS) -> AsyncIterator[Screens]:
    """One window for each login."""
    screens = Screens()
    async with AsyncExitStack() as stack:
        for login in logins:
            screen = await stack.enter_async_context(live.watch(login, query))
            screens[login] = screen
            screens.all.append(screen)
        yield screens
