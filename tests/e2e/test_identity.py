"""Who signs in at the running servers: a parent at their own provider, a principal whose login has grown old."""

import orjson
import pytest

from backend.adapters import sessions
from backend.adapters.redis_client import open_redis
from backend.cli.demo import operations as graph
from backend.cli.demo import province as demo
from backend.cli.demo.client import STEP_UP, ApiRefusedError, Person
from backend.domain.policy import Role
from backend.embedded.stack import DEMO_PASSWORD
from tests.e2e.small import Small

CHILDREN = "{ viewer { name role children { name lookupCode records { id } } } }"
HOUR = 3600


async def _age_every_login(small: Small) -> None:
    redis = open_redis(small.stack.settings["REDIS_URL"])
    async for name in redis.scan_iter(f"{sessions.PREFIX}*"):
        session = orjson.loads(await redis.get(name))
        session["authenticated_at"] -= HOUR
        await redis.set(name, orjson.dumps(session), keepttl=True)
    await redis.aclose()


async def test_a_parent_signs_in_at_their_own_provider(small: Small) -> None:
    """By the number that it vouches for they are the guardian of their child; nothing stands yet, so nothing is shown."""
    async with small.leader(small.other, Role.PRINCIPAL) as principal:
        listed = await principal.ask(graph.SCHOOL, filter={"states": ["DRAFT"]}, after=None)
        child = listed["records"]["edges"][0]["node"]
    login = await demo.link_parent(small.stack, child["lookupCode"])
    async with Person(small.origin) as parent:
        await parent.sign_in(login, DEMO_PASSWORD, "vneid")
        viewer = (await parent.ask(CHILDREN))["viewer"]
    assert (viewer["name"], viewer["role"]) == (demo.PARENT_NAME, "GUARDIAN")
    assert viewer["children"] == [
        {"name": child["pupilName"], "lookupCode": child["lookupCode"], "records": []}
    ]


async def test_a_long_day_takes_one_more_proof(small: Small) -> None:
    """After the time is up the act waits for a fresh login, which the person makes, and then goes its way."""
    async with small.leader(small.other, Role.PRINCIPAL) as principal:
        listed = await principal.ask(graph.SCHOOL, filter={"states": ["DRAFT"]}, after=None)
        draft = listed["records"]["edges"][0]["node"]["id"]
        await _age_every_login(small)
        refused = await principal.raw(graph.SIGN, role="PRINCIPAL", recordIds=[draft])
        assert [error["code"] for error in refused["data"]["ceremonyStart"]["userErrors"]] == [STEP_UP]
        with pytest.raises(ApiRefusedError, match="STATE_FORBIDS"):
            await principal.ask(graph.SIGN, role="PRINCIPAL", recordIds=[draft])
