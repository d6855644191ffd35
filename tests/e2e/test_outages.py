"""A service that is away delays work and says so; when it is back, everything ends signed exactly once.

Each test takes a class of its own through its first signature.
"""

import asyncio

import httpx2
from redis import asyncio as aioredis

from backend.embedded.identity import DevelopmentIdentity
from backend.embedded.redis_server import EmbeddedRedis
from tests.e2e.small import CLASSES, PUPILS_PER_CLASS, Small, until


async def test_the_pki_away_delays_and_says_so(small: Small) -> None:
    """Without timestamps and revocation answers records wait with that reason, and are signed afterwards."""
    school_class = small.school.classes[0]
    async with small.teacher(school_class) as teacher:
        await asyncio.to_thread(small.stack.pki.stop)
        ceremony = await small.start(teacher)
        await small.until_waiting("TIMESTAMP_UNAVAILABLE", "REVOCATION_UNAVAILABLE")
        shown = await teacher.ask(
            "query ($id: ID!) { ceremonyItems(ceremonyId: $id) { edges { node { state message } } } }",
            id=ceremony,
        )
        items = [edge["node"] for edge in shown["ceremonyItems"]["edges"]]
        assert any("tự thử lại" in (item["message"] or "") for item in items)
        await asyncio.to_thread(small.stack.pki.start)
        await small.until_signed(school_class)


async def test_redis_away_loses_no_signature(small: Small) -> None:
    """Redis stopped in the middle of a ceremony costs live news, nothing else; sessions are there afterwards."""
    school_class = small.school.classes[1]
    redis = small.stack.redis
    async with small.teacher(school_class) as teacher:
        await small.start(teacher)
        await asyncio.to_thread(redis.stop)
        await small.until_signed(school_class)
        answer = await teacher.raw("{ viewer { name } }")
        assert answer["data"]["viewer"]["name"] is None
        await asyncio.to_thread(redis.start)
        answer = await teacher.raw("{ viewer { name } }")
        assert answer["data"]["viewer"]["name"] == school_class.teacher.full_name


async def test_redis_emptied_loses_no_signature(small: Small) -> None:
    """Everything in Redis deleted in the middle of a ceremony: people sign in again, the work goes on."""
    school_class = small.school.classes[2]
    async with small.teacher(school_class) as teacher:
        await small.start(teacher)
        await _flush(small.stack.redis)
        await small.until_signed(school_class)
    async with small.teacher(school_class) as teacher:
        assert (await teacher.ask("{ viewer { name } }"))["viewer"]["name"] == school_class.teacher.full_name


async def _flush(redis: EmbeddedRedis) -> None:
    client = aioredis.from_url(redis.url)
    await client.flushall()
    await client.aclose()


async def test_the_store_away_delays_and_says_so(small: Small) -> None:
    """A store that refuses to write delays the signature; no registration names a file that is not there."""
    school_class = small.school.classes[3]
    artefacts = small.stack.data_dir / "store" / "artefacts"
    aside = artefacts.with_name("aside")
    async with small.teacher(school_class) as teacher:
        artefacts.rename(aside)
        artefacts.write_text("in the way")
        await small.start(teacher)
        await small.until_waiting("STORE_UNAVAILABLE")
        artefacts.unlink()
        aside.rename(artefacts)
        await small.until_signed(school_class)
    registered = {row["digest"] for row in await small.rows("SELECT digest FROM artefact")}
    assert registered <= {file.name for file in artefacts.rglob("*") if file.is_file()}


async def test_the_provider_away_ends_no_session(small: Small) -> None:
    """Without the identity provider nobody can sign in, and whoever is signed in goes on working."""
    school_class = small.school.classes[4]
    provider: DevelopmentIdentity = small.stack.identity
    async with small.teacher(school_class) as teacher:
        await asyncio.to_thread(provider.stop)
        async with httpx2.AsyncClient() as stranger:

            async def refused() -> bool:
                answer = await stranger.get(f"{small.origin}/auth/login")
                return answer.status_code == 503 and answer.json()["code"] == "SIGN_IN_UNAVAILABLE"

            await until(refused)
        await small.start(teacher)
        await small.until_signed(school_class)
        await asyncio.to_thread(provider.start)
    async with small.teacher(school_class) as teacher:
        assert (await teacher.ask("{ viewer { name } }"))["viewer"]["name"] == school_class.teacher.full_name


async def test_afterwards_every_signature_is_accounted_for(small: Small) -> None:
    """After all of it each signature has an intent, none is there twice, and no job is parked."""
    counted = (
        await small.rows(
            "SELECT (SELECT count(*) FROM signature) AS made, (SELECT count(*) FROM signing_intent) AS meant,"
            " (SELECT count(*) FROM (SELECT FROM signature GROUP BY revision_id, role HAVING count(*) > 1) d) AS twice,"
            " (SELECT count(*) FROM pgqueuer WHERE status = 'failed') AS parked"
        )
    )[0]
    assert (counted["twice"], counted["parked"]) == (0, 0)
    assert counted["meant"] >= counted["made"] == PUPILS_PER_CLASS * CLASSES
