"""A service that is away delays work and says so; when it is back, everything ends signed exactly once.

One small stack serves all of these tests; each takes a class of its own through its first signature.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx2
import pytest
from redis import asyncio as aioredis

from backend.cli import running
from backend.cli.demo import operations as graph
from backend.cli.demo import province as demo
from backend.cli.demo.client import Person, until_answering
from backend.cli.demo.province import DemoProvince
from backend.cli.processes import Processes
from backend.embedded.identity import DevelopmentIdentity
from backend.embedded.ports import free_port
from backend.embedded.redis_server import EmbeddedRedis
from backend.embedded.stack import DEMO_PASSWORD, EmbeddedStack
from backend.synthetic.plan import ClassPlan, SchoolPlan
from backend.synthetic.schools import generate_province
from tests.fixtures.servers import _fast_folder

PUPILS_PER_CLASS = 3
SECONDS = 90


class Small:
    """A stack with one small school, its drafts imported."""

    def __init__(self, stack: EmbeddedStack, province: DemoProvince) -> None:
        self.stack = stack
        self.province = province
        self.origin = running.origin_of(stack)

    @property
    def school(self) -> SchoolPlan:
        return self.province.small.schools[0]

    async def rows(self, statement: str, *binds: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.stack.settings["DATABASE_OWNER_URL"])
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *binds)
            return found
        finally:
            await connection.close()

    @asynccontextmanager
    async def teacher(self, school_class: ClassPlan) -> AsyncIterator[Person]:
        async with Person(self.origin) as person:
            await person.sign_in(school_class.teacher.login, DEMO_PASSWORD)
            yield person

    async def start(self, teacher: Person) -> str:
        """Begin the first signature of a class; returns the ceremony's id."""
        data = await teacher.ask(graph.SCHOOL, filter={"states": ["DRAFT"]}, after=None)
        ids = [edge["node"]["id"] for edge in data["records"]["edges"]]
        assert len(ids) == PUPILS_PER_CLASS
        started = await teacher.ask(graph.SIGN, role="HOMEROOM_TEACHER", recordIds=ids)
        return str(started["ceremonyStart"]["ceremony"]["id"])

    async def until_waiting(self, *codes: str) -> None:
        """Wait until a record says what it waits for."""
        await _until(lambda: self._has(codes))

    async def _has(self, codes: tuple[str, ...]) -> bool:
        return bool(await self.rows("SELECT 1 FROM ceremony_item WHERE code = ANY ($1)", list(codes)))

    async def until_signed(self, school_class: ClassPlan) -> None:
        """Wait until every record of the class is signed, and see that each was signed once."""
        statement = (
            "SELECT count(*) AS n, count(DISTINCT s.revision_id) AS revisions FROM signature s"
            " JOIN revision r ON r.id = s.revision_id JOIN school_class c ON c.id = r.school_class_id WHERE c.name = $1"
        )

        async def signed() -> bool:
            return (await self.rows(statement, school_class.name))[0]["n"] == PUPILS_PER_CLASS

        await _until(signed)
        counted = (await self.rows(statement, school_class.name))[0]
        assert (counted["n"], counted["revisions"]) == (PUPILS_PER_CLASS, PUPILS_PER_CLASS)


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():  # noqa: ASYNC110 - it watches another process
            await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    folder = Path(tempfile.mkdtemp(prefix="hocba-outage-", dir=_fast_folder()))
    given = {"HOCBA_HOST": "127.0.0.1", "HOCBA_PORT": str(free_port())}
    plan = generate_province(7, schools=1, pupils=PUPILS_PER_CLASS * 5, school_year=demo.YEAR)
    other = generate_province(
        8, schools=1, pupils=5, school_year=demo.YEAR, first_ordinal=900, first_serial=90
    )
    province = DemoProvince(plan, other)
    with EmbeddedStack(folder / "data", given, preferred_port=0) as stack:
        running.migrate(stack.settings["DATABASE_OWNER_URL"])
        asyncio.run(demo.set_up(stack, province))
        asyncio.run(demo.import_drafts(stack, plan.schools, plan))
        with Processes(stack.data_dir, stack.settings):
            asyncio.run(until_answering(running.origin_of(stack)))
            yield Small(stack, province)
    shutil.rmtree(folder, ignore_errors=True)


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

            await _until(refused)
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
    assert counted["meant"] >= counted["made"] == PUPILS_PER_CLASS * 5
