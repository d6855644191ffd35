"""A small stack, its drafts imported, whose parts a test may stop and start again."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from backend.cli import running
from backend.cli.demo import operations as graph
from backend.cli.demo import province as demo
from backend.cli.demo.client import Person, until_answering
from backend.cli.demo.province import DemoProvince
from backend.cli.processes import Processes
from backend.domain.policy import Role
from backend.embedded.ports import free_port
from backend.embedded.stack import DEMO_PASSWORD, EmbeddedStack
from backend.synthetic.plan import ClassPlan, SchoolPlan
from backend.synthetic.schools import generate_province
from tests.fixtures.servers import fast_folder

PUPILS_PER_CLASS = 3
CLASSES = 5
SECONDS = 90


class Small:
    """A stack with two small schools, their drafts imported."""

    def __init__(self, stack: EmbeddedStack, province: DemoProvince) -> None:
        self.stack = stack
        self.province = province
        self.origin = running.origin_of(stack)

    @property
    def school(self) -> SchoolPlan:
        """The school whose classes are signed while something is away."""
        return self.province.small.schools[0]

    @property
    def other(self) -> SchoolPlan:
        """A school in which nobody signs."""
        return self.province.large_school

    async def rows(self, statement: str, *binds: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.stack.settings["DATABASE_OWNER_URL"])
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *binds)
            return found
        finally:
            await connection.close()

    @asynccontextmanager
    async def signed_in(self, login: str) -> AsyncIterator[Person]:
        async with Person(self.origin) as person:
            await person.sign_in(login, DEMO_PASSWORD)
            yield person

    def teacher(self, school_class: ClassPlan) -> AbstractAsyncContextManager[Person]:
        return self.signed_in(school_class.teacher.login)

    def leader(self, school: SchoolPlan, role: Role) -> AbstractAsyncContextManager[Person]:
        return self.signed_in(next(person.login for person in school.staff if person.role is role))

    async def start(self, teacher: Person) -> str:
        """Begin the first signature of a class; returns the ceremony's id."""
        data = await teacher.ask(graph.SCHOOL, filter={"states": ["DRAFT"]}, after=None)
        ids = [edge["node"]["id"] for edge in data["records"]["edges"]]
        assert len(ids) == PUPILS_PER_CLASS
        started = await teacher.ask(graph.SIGN, role="HOMEROOM_TEACHER", recordIds=ids)
        return str(started["ceremonyStart"]["ceremony"]["id"])

    async def until_waiting(self, *codes: str) -> None:
        """Wait until a record says what it waits for."""
        await until(lambda: self._has(codes))

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

        await until(signed)
        counted = (await self.rows(statement, school_class.name))[0]
        assert (counted["n"], counted["revisions"]) == (PUPILS_PER_CLASS, PUPILS_PER_CLASS)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():  # noqa: ASYNC110 - it watches another process
            await asyncio.sleep(0.1)


@contextmanager
def small_stack() -> Iterator[Small]:
    """Two small schools; both have drafts, the first also a class for each test of an outage."""
    folder = Path(tempfile.mkdtemp(prefix="hocba-outage-", dir=fast_folder()))
    given = {"HOCBA_PORT": str(free_port())}
    plan = generate_province(7, schools=1, pupils=PUPILS_PER_CLASS * CLASSES, school_year=demo.YEAR)
    other = generate_province(
        8, schools=1, pupils=5, school_year=demo.YEAR, first_ordinal=900, first_serial=90
    )
    province = DemoProvince(plan, other)
    with EmbeddedStack(folder / "data", given, preferred_port=0) as stack:
        running.migrate(stack.settings["DATABASE_OWNER_URL"], stack.settings["CITIZEN_NUMBER_KEYS"])
        asyncio.run(demo.set_up(stack, province))
        for part in (plan, other):
            asyncio.run(demo.import_drafts(stack, part.schools, part))
        with Processes(stack.data_dir, stack.settings):
            asyncio.run(until_answering(running.origin_of(stack)))
            yield Small(stack, province)
    shutil.rmtree(folder, ignore_errors=True)
