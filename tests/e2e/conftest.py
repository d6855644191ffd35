"""A stack as ``hocba run`` has it, and one school's year played on it through the API."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from backend.cli import running
from backend.cli.demo import province as demo
from backend.cli.demo.playing import play_large_school
from backend.cli.demo.province import DemoProvince
from backend.cli.demo.school import Outcome
from backend.cli.processes import Processes
from backend.embedded.ports import free_port
from backend.embedded.stack import EmbeddedStack
from tests.e2e.small import Small, small_stack
from tests.fixtures.servers import fast_folder

PUPILS = 300


@dataclass(frozen=True, slots=True)
class Played:
    """What a played year left behind, its servers still running."""

    stack: EmbeddedStack
    province: DemoProvince
    outcome: Outcome

    @property
    def origin(self) -> str:
        return running.origin_of(self.stack)

    async def rows(self, statement: str, *binds: object) -> list[asyncpg.Record]:
        """Run a statement as the owner."""
        connection = await asyncpg.connect(self.stack.settings["DATABASE_OWNER_URL"])
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *binds)
            return found
        finally:
            await connection.close()

    def stored(self, digest: str) -> Path:
        """A file in the store."""
        return self.stack.data_dir / "store" / "artefacts" / digest[:2] / digest[2:4] / digest


@pytest.fixture(scope="session")
def stack_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hocba-e2e-", dir=fast_folder()))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def played(stack_folder: Path) -> Iterator[Played]:
    """A school of 300 pupils, from its export file to its locked records."""
    given = {"HOCBA_PORT": str(free_port())}
    with EmbeddedStack(stack_folder / "data", given, preferred_port=0) as stack:
        running.migrate(stack.settings["DATABASE_OWNER_URL"], stack.settings["CITIZEN_NUMBER_KEYS"])
        province = demo.plan_province(5, PUPILS)
        asyncio.run(demo.set_up(stack, province))
        with Processes(stack.data_dir, stack.settings):
            outcome = asyncio.run(play_large_school(stack, province))
            yield Played(stack, province, outcome)


@pytest.fixture(scope="session")
def cores() -> int:
    return os.cpu_count() or 2


@pytest.fixture(scope="session")
def small() -> Iterator[Small]:
    with small_stack() as started:
        yield started
