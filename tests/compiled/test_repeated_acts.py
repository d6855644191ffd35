"""An act whose document was asked before: carried out by its statement alone, under the session and the limits of now."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from strawberry.relay import to_base64

from backend.adapters import sessions
from backend.adapters.rate_limits import RateLimits
from backend.compiled.acts import CompiledActs
from backend.context import Services
from backend.db.acting_pools import ActingPools
from backend.domain.lifecycle import State
from backend.domain.rate_limits import LIMITS, By, Operation
from backend.graph import schema
from backend.settings import from_env
from backend.web.app import services_of
from backend.web.gateway import COOKIE
from backend.web.repeated_acts import RepeatedActs
from tests.compiled.test_repeated import Counting
from tests.fixtures.world import ISSUER, World

RETURN = """mutation ($id: ID!, $reason: String!) { recordReturn(recordId: $id, reason: $reason) {
  record { id state workingRevision { number } } userErrors { code } } }"""
RETURNS = "SELECT network, device FROM audit_event WHERE action = 'RETURN' ORDER BY id"


@dataclass
class Front:
    """The front, the gateway behind it, and signed records."""

    world: World
    services: Services
    app: RepeatedActs
    behind: Counting
    ids: list[str]

    async def session(self, login: str = "22193401.ht") -> str:
        now = time.time()
        begun = sessions.Session(
            issuer=ISSUER, subject=login, id_token="", began_at=now, ends_at=now + 600, authenticated_at=now
        )
        return await sessions.create(self.services.redis, begun, 600)

    async def give_back(self, key: str, place: int, **headers: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app, client=("192.0.2.77", 4000))
        sent = {"cookie": f"{COOKIE}={key}", "user-agent": "Firefox/130.0 (Windows)", **headers}
        variables = {"id": self.ids[place], "reason": "Sai điểm."}
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/graphql", json={"query": RETURN, "variables": variables}, headers=sent)


@pytest.fixture
async def front(world: World, redis_url: str, tmp_path: Path) -> AsyncIterator[Front]:
    services = services_of(
        from_env(
            {
                "DATABASE_URL": world.urls.app,
                "DATABASE_OWNER_URL": world.urls.app,
                "DATABASE_WORKER_URL": world.urls.app,
                "REDIS_URL": redis_url,
                "STORE_URL": tmp_path.as_uri(),
                "OIDC_ISSUER": ISSUER,
                "OIDC_CLIENT_SECRET": "x",
                "SESSION_SECRET": "x",
                "CITIZEN_NUMBER_KEYS": "x",
                "PKI_TRUST_ROOTS": "none.pem",
                "PKI_TSA_URL": "http://127.0.0.1:9/tsa",
            }
        )
    )
    pools = ActingPools(world.urls.app, pool=2)
    behind = Counting(services)
    app = RepeatedActs(behind, services)
    services.acts = app.acts = CompiledActs(schema._schema, pools)
    ids = [record.id for record in await world.records(world.own.actors["ht"])]
    await world.bring_to(State.ISSUED, *ids)
    yield Front(world, services, app, behind, [to_base64("Record", record_id) for record_id in ids])
    await pools.close()
    await services.redis.flushdb()
    await services.redis.aclose()


def _answer(response: httpx2.Response) -> Any:
    return response.json()["data"]["recordReturn"]


async def test_the_second_time_only_the_statement_runs(front: Front) -> None:
    """The same answer about another record, the same headers, the same line in the audit, without the gateway."""
    key = await front.session()
    first, second = await front.give_back(key, 0), await front.give_back(key, 1)
    assert front.behind.asked == 1
    assert second.content == first.content.replace(front.ids[0].encode(), front.ids[1].encode())
    assert _answer(second)["record"]["workingRevision"] == {"number": 2}
    assert dict(second.headers) == dict(first.headers)
    acts = [tuple(row) for row in await front.world.owner.run(RETURNS)]
    assert acts == [("192.0.2.0/24", "Firefox · Windows")] * 2


async def test_a_refusal_goes_the_whole_way(front: Front) -> None:
    """What has been returned is a draft: the gateway says so, and nothing is done twice."""
    key = await front.session()
    await front.give_back(key, 0)
    again = await front.give_back(key, 0)
    assert (_answer(again)["userErrors"], front.behind.asked) == ([{"code": "STATE_FORBIDS"}], 2)
    assert len(await front.world.owner.run(RETURNS)) == 1


@pytest.mark.parametrize("login", ["22193402.ht", "22193401.vt", "22193401.gv.4A", "so"])
async def test_others_gain_nothing(front: Front, login: str) -> None:
    """A document that one person was answered opens no record to another."""
    await front.give_back(await front.session(), 0)
    answer = _answer(await front.give_back(await front.session(login), 1))
    assert answer["record"] is None
    assert len(await front.world.owner.run(RETURNS)) == 1


async def test_an_ended_session_does_nothing(front: Front) -> None:
    """What was planned serves nobody who is not signed in any more."""
    key = await front.session()
    await front.give_back(key, 0)
    await sessions.end(front.services.redis, key)
    answer = _answer(await front.give_back(key, 1))
    assert answer["userErrors"] == [{"code": "NOT_SIGNED_IN"}]
    assert len(await front.world.owner.run(RETURNS)) == 1


async def test_an_ended_right_does_nothing(front: Front) -> None:
    """The next act after an assignment has ended is refused, however lately the last one was allowed."""
    key = await front.session()
    await front.give_back(key, 0)
    await front.world.owner.run(
        "UPDATE assignment SET valid_to = current_date - 1 WHERE id = $1",
        front.world.own.actors["ht"].assignment_id,
    )
    answer = _answer(await front.give_back(key, 1))
    assert answer["userErrors"] == [{"code": "SIGNER_UNKNOWN"}]
    assert len(await front.world.owner.run(RETURNS)) == 1


async def test_the_limit_holds(front: Front) -> None:
    """A repeated act counts like any other and is refused in the same words."""
    key = await front.session()
    # two acts in a minute, so that nothing is refilled while the test looks
    front.services.limits = RateLimits(front.services.redis, 2 / LIMITS[Operation.MUTATION][By.PERSON].burst)
    for place in range(2):
        assert _answer(await front.give_back(key, place))["userErrors"] == []
    refused = await front.give_back(key, 2)
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert len(await front.world.owner.run(RETURNS)) == 2


async def test_a_key_goes_the_whole_way(front: Front) -> None:
    """With an idempotency key the same request is carried out once."""
    key, once = await front.session(), "0b7c2c4e-6c0a-4d5b-9a57-d3f5f7f3c001"
    await front.give_back(key, 0)
    answers = [await front.give_back(key, 1, **{"idempotency-key": once}) for _ in range(2)]
    assert front.behind.asked == 3
    assert orjson.dumps(_answer(answers[0])) == orjson.dumps(_answer(answers[1]))
    assert len(await front.world.owner.run(RETURNS)) == 2


async def test_an_act_that_may_have_been_done_is_not_tried_again(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the connection ends after the statement was sent, the answer is a fault, whatever became of it."""
    key = await front.session()
    await front.give_back(key, 0)
    carry_out = ActingPools.row

    async def lost(self: ActingPools, *arguments: Any) -> None:
        await carry_out(self, *arguments)
        raise ConnectionResetError

    monkeypatch.setattr(ActingPools, "row", lost)
    answer = await front.give_back(key, 1)
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert front.behind.asked == 1
    assert len(await front.world.owner.run(RETURNS)) == 2
