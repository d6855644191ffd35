"""The schema run in process, once by compiled reads and once by resolvers alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from backend.compiled.reads import CompiledReads
from backend.context import Context, Services, SessionIdentity
from backend.db.reading.pools import ReadPools
from backend.db.scope import scoped
from backend.domain.lifecycle import Action, State
from backend.graph import schema
from backend.services import submissions
from backend.services.records import send_back
from backend.settings import from_env
from backend.web.app import services_of
from backend.web.gateway import Gateway
from tests.fixtures.world import ISSUER, World


class Counting:
    """The gateway, and how often it was asked."""

    def __init__(self, services: Services) -> None:
        self._gateway = Gateway(services)
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self._gateway(scope, receive, send)


def services_over(world: World, redis_url: str, folder: Path) -> Services:
    """What a process over the world's database has."""
    given = {
        "DATABASE_URL": world.urls.app,
        "DATABASE_OWNER_URL": world.urls.app,
        "DATABASE_WORKER_URL": world.urls.app,
        "REDIS_URL": redis_url,
        "STORE_URL": folder.as_uri(),
        "OIDC_ISSUER": ISSUER,
        "OIDC_CLIENT_SECRET": "x",
        "SESSION_SECRET": "x",
        "CITIZEN_NUMBER_KEYS": "x",
        "PKI_TRUST_ROOTS": "none.pem",
        "PKI_TSA_URL": "http://127.0.0.1:9/tsa",
    }
    return services_of(from_env(given))


class Watched:
    """Compiled reads that count what they answered."""

    def __init__(self, reads: CompiledReads) -> None:
        self._reads = reads
        self.answered = 0

    async def answer(self, *arguments: Any) -> bytes | None:
        data = await self._reads.answer(*arguments)
        self.answered += data is not None
        return data


@dataclass
class BothWays:
    """Runs a query as somebody, both ways."""

    world: World
    compiled: Watched

    async def run(self, login: str | None, query: str, variables: dict[str, Any], *, compiled: bool) -> bytes:
        services = Services(*[cast(Any, None)] * 7, compiled=self.compiled if compiled else None)
        context = Context(
            connection=HTTPConnection({"type": "http", "headers": []}),
            services=services,
            language="vi",
            identity=None if login is None else SessionIdentity(ISSUER, login, None),
        )
        result = await schema.execute(query, variable_values=variables, context_value=context)
        return orjson.dumps(
            {"data": result.data, "errors": [error.formatted for error in result.errors or ()]}
        )

    async def same(self, login: str | None, query: str, **variables: Any) -> bytes:
        """The answer, which must be the same to the byte."""
        ordinary = await self.run(login, query, variables, compiled=False)
        assert await self.run(login, query, variables, compiled=True) == ordinary
        return ordinary


async def mix(world: World) -> None:
    """Bring records of the own school into many states."""
    principal = world.own.actors["ht"]
    ids = [record.id for record in await world.records(principal)]
    await world.bring_to(State.TEACHER_SIGNED, ids[0])
    await world.bring_to(State.ISSUED, *ids[1:5])
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids[1:3])
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids[1:3])
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, ids[1], 'Bổ sung "ngay"\\ — 1/2.')


@pytest.fixture
async def both(world: World) -> AsyncIterator[BothWays]:
    pools = ReadPools(world.urls.app, pool=2)
    yield BothWays(world, Watched(CompiledReads(schema._schema, pools)))
    await pools.close()
