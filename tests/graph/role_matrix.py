"""Role × operation × object, as the API answers: a table for reviewers, played through the real schema.

``python -m tests.graph.role_matrix`` writes ``tests/golden/role_matrix.txt`` anew.
"""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from unittest.mock import patch

from backend import graph
from backend.db.connection import close_database
from backend.db.migrate import bring_up_to_date
from backend.db.scope import savepoint
from backend.embedded.postgres import EmbeddedPostgres
from backend.embedded.redis_server import EmbeddedRedis
from backend.resolvers import answering
from tests.fixtures.asking import PROGRAM, Answer, Api, open_gateway
from tests.fixtures.world import PARENT_LOGIN, SCHOOLS, build_world
from tests.graph.operations import ROWS, send_files
from tests.graph.rows import Row
from tests.graph.stage import SEATS, Stage, build_stage

GOLDEN = Path(__file__).parents[1] / "golden" / "role_matrix.txt"

_OWN = SCHOOLS[0][0]
PEOPLE: dict[str, str | None] = {
    "HOMEROOM_TEACHER": f"{_OWN}.gv.4A",
    "PRINCIPAL": f"{_OWN}.ht",
    "DEPUTY_PRINCIPAL": f"{_OWN}.pht",
    "CLERK": f"{_OWN}.vt",
    "DISTRICT_OFFICER": "phong.193",
    "DEPARTMENT_OFFICER": "so",
    "GUARDIAN": PARENT_LOGIN,
    "INTEGRATOR": PROGRAM,
    "PUBLIC": None,
}
"""Who asks: the login of one person of each role. A new role is one line here and one in ``WITHIN``."""

_SCHOOL = frozenset({"own", "next class", "moved away", "moved here"})
WITHIN: dict[str, frozenset[str]] = {
    "HOMEROOM_TEACHER": frozenset({"own", "moved away"}),
    "PRINCIPAL": _SCHOOL,
    "DEPUTY_PRINCIPAL": _SCHOOL,
    "CLERK": _SCHOOL,
    "DISTRICT_OFFICER": frozenset({"own", "next class", "sibling", "moved away", "moved here"})
    - {"moved here"},
    "DEPARTMENT_OFFICER": frozenset({*SEATS, "moved away", "moved here", "there"}),
    "GUARDIAN": frozenset({"own"}),
    "INTEGRATOR": frozenset(),
    "PUBLIC": frozenset(),
}
"""What lies within whose scope; everything else must be answered like what does not exist."""

Matrix = dict[tuple[str, str, str], Answer]
"""Answers by row, role and object."""


class Trial:
    """Lets every mutation run its course and then undoes it, unless it was refused: a refusal is really committed."""

    def __init__(self) -> None:
        self.succeeded = False

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        async with savepoint():
            yield
        self.succeeded = True

    def roll_back_if(self, failed: bool) -> None:
        succeeded, self.succeeded = self.succeeded, False
        self._original(failed or succeeded)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self._original = graph._roll_back_if
        with (
            patch.object(graph, "_roll_back_if", self.roll_back_if),
            patch.object(answering, "savepoint", self.savepoint),
        ):
            yield


async def play(api: Api, stage: Stage, rows: Sequence[Row] = ROWS) -> Matrix:
    """Ask every operation about every object as everybody."""
    await send_files(api, stage)
    matrix: Matrix = {}
    with Trial().under_way():
        for row in rows:
            for role, login in PEOPLE.items():
                for place in row.objects:
                    variables = row.variables(stage, place, login)
                    matrix[row.name, role, place] = await api.ask(login, row.document, **variables)
    return matrix


def verdict(row: Row, stage: Stage, place: str, answer: Answer) -> str:
    """An answer in a word: yes, nothing, or the codes of what was refused."""
    if errors := answer.get("errors"):
        return " ".join(
            sorted({error.get("extensions", {}).get("code", error["message"]) for error in errors})
        )
    value = next(iter(answer["data"].values()))
    if row.field.startswith("Mutation"):
        return " ".join(sorted({error["code"] for error in value["userErrors"]})) or "yes"
    return "yes" if row.shows(value, stage, place) else "nothing"


def text(stage: Stage, matrix: Matrix) -> str:
    """The matrix as lines: for each operation and role, the objects behind each answer."""
    lines = []
    for row in ROWS:
        lines.append(f"\n{row.name}")
        for role in PEOPLE:
            by_verdict: dict[str, list[str]] = {}
            for place in row.objects:
                word = verdict(row, stage, place, matrix[row.name, role, place])
                by_verdict.setdefault(word, []).append(place)
            lines.append(
                f"  {role}: " + "; ".join(f"{word}: {', '.join(at)}" for word, at in by_verdict.items())
            )
    return "\n".join(lines).lstrip("\n") + "\n"


async def _write(folder: Path, postgres: EmbeddedPostgres, redis_url: str) -> None:
    urls = postgres.create_database("matrix")
    await bring_up_to_date(urls.owner)
    stage = await build_stage(await build_world(urls))
    api = Api(open_gateway(redis_url, folder / "store"))
    GOLDEN.write_text(text(stage, await play(api, stage)), "utf-8")
    await api.close()
    await close_database()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="hocba-matrix-") as name:
        folder = Path(name)
        postgres, redis = EmbeddedPostgres(folder / "data", durable=False), EmbeddedRedis(folder / "data")
        postgres.start()
        try:
            asyncio.run(_write(folder, postgres, redis.start()))
        finally:
            redis.stop()
            postgres.stop()


if __name__ == "__main__":
    sys.exit(main())
