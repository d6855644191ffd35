"""A document asked before: answered by its statement alone, and still in the scope, the session and the limits of now."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from redis import asyncio as aioredis

from backend.adapters import sessions
from backend.adapters.rate_limits import RateLimits
from backend.compiled.reads import CompiledReads
from backend.db.reading.pools import ReadPools
from backend.domain.lifecycle import State
from backend.domain.rate_limits import LIMITS, By, Operation
from backend.graph import schema
from backend.web.gateway import COOKIE
from backend.web.repeated import RepeatedReads
from tests.compiled.conftest import Counting, services_over
from tests.fixtures.world import ISSUER, World

LIST = "{ records(first: 50) { edges { node { id state viewerActions } } } }"


@dataclass
class Front:
    """The front, the gateway behind it, and people with sessions."""

    world: World
    redis: aioredis.Redis
    app: RepeatedReads
    behind: Counting

    async def session(self, login: str) -> str:
        now = time.time()
        begun = sessions.Session(
            issuer=ISSUER, subject=login, id_token="", began_at=now, ends_at=now + 600, authenticated_at=now
        )
        return await sessions.create(self.redis, begun, 600)

    async def ask(self, key: str, query: str = LIST, **variables: object) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(
                "/graphql",
                json={"query": query, "variables": variables},
                headers={"cookie": f"x=1; {COOKIE}={key}"},
            )


@pytest.fixture
async def front(world: World, redis_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    services = services_over(world, redis_url, tmp_path)
    pools = ReadPools(world.urls.app, pool=2)
    behind = Counting(services)
    app = RepeatedReads(behind, services)
    services.compiled = app.reads = CompiledReads(schema._schema, pools)
    yield Front(world, services.redis, app, behind)
    await pools.close()
    await services.redis.flushdb()
    await services.redis.aclose()


async def test_the_second_time_only_the_statement_runs(front: Front) -> None:
    """Same bytes, same headers, without the gateway; and what has changed in between is there."""
    key = await front.session("22193401.ht")
    first, second = await front.ask(key), await front.ask(key)
    assert (first.status_code, front.behind.asked) == (200, 1)
    assert (second.content, dict(second.headers)) == (first.content, dict(first.headers))
    record = (await front.world.records(front.world.own.actors["ht"]))[0]
    await front.world.bring_to(State.TEACHER_SIGNED, record.id)
    third = await front.ask(key)
    assert b"TEACHER_SIGNED" in third.content
    assert b"TEACHER_SIGNED" not in second.content
    assert front.behind.asked == 1


async def test_everybody_gets_their_own(front: Front) -> None:
    """Another of the same role gets what they may see; another role goes the whole way first."""
    first = await front.ask(await front.session("22193401.ht"))
    second = await front.ask(await front.session("22194401.ht"))
    assert front.behind.asked == 1
    assert second.content != first.content
    teacher = await front.ask(await front.session("22193401.gv.4A"))
    assert front.behind.asked == 2
    assert len(teacher.json()["data"]["records"]["edges"]) == 3


async def test_the_same_document_with_other_variables(front: Front) -> None:
    """Variables are those of the request; wrong ones are told by the ordinary way."""
    key = await front.session("22193401.ht")
    query = "query ($first: Int) { records(first: $first) { edges { cursor } } }"
    for place, first in enumerate((2, 4)):
        answer = await front.ask(key, query, first=first)
        assert (len(answer.json()["data"]["records"]["edges"]), front.behind.asked) == (first, 1), place
    wrong = await front.ask(key, query, first="many")
    assert wrong.json()["errors"]
    assert front.behind.asked == 2


async def test_an_ended_session_gets_nothing(front: Front) -> None:
    """What was kept serves nobody who is not signed in any more."""
    key = await front.session("22193401.ht")
    await front.ask(key)
    await sessions.end(front.redis, key)
    answer = await front.ask(key)
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_SIGNED_IN"
    assert front.behind.asked == 2


async def test_the_limit_holds(front: Front) -> None:
    """A repeated request counts like any other and is refused in the same words."""
    key = await front.session("22193401.ht")
    # one request in a minute, so that nothing is refilled while the test looks
    front.app._services.limits = RateLimits(front.redis, 1 / LIMITS[Operation.QUERY][By.PERSON].burst)
    assert (await front.ask(key)).status_code == 200
    refused = await front.ask(key)
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_whoever_answers_a_request_is_counted_once(front: Front) -> None:
    """A document that is known for another role goes on to the gateway, already counted."""
    front.app._services.limits = RateLimits(front.redis, 1 / LIMITS[Operation.QUERY][By.PERSON].burst)
    assert (await front.ask(await front.session("22193401.ht"))).status_code == 200
    assert (await front.ask(await front.session("22193401.gv.4A"))).status_code == 200
    assert front.behind.asked == 2


@pytest.mark.parametrize(
    "query",
    ["{ viewer { name } }", 'mutation { recordReturn(recordId: "x", reason: "") { userErrors { code } } }'],
)
async def test_what_no_statement_answers_is_not_kept(front: Front, query: str) -> None:
    """Resolvers and mutations are asked each time."""
    key = await front.session("22193401.ht")
    await front.ask(key, query)
    await front.ask(key, query)
    assert front.behind.asked == 2


@pytest.mark.parametrize(
    "body",
    ["", "[]", "nonsense", '{"query": "{ viewer { name } }", "extensions": ' + "[" * 400 + "]" * 400 + "}"],
)
async def test_an_odd_body_is_the_gateways_to_refuse(front: Front, body: str) -> None:
    """Nothing that somebody sends is a fault here, however deeply it nests."""
    key = await front.session("22193401.ht")
    transport = httpx2.ASGITransport(app=front.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        headers = {"cookie": f"{COOKIE}={key}", "content-type": "application/json"}
        answer = await client.post("/graphql", content=body, headers=headers)
    assert (answer.status_code, front.behind.asked) == (400, 1)
