"""Role × operation × object, played through the real schema on real PostgreSQL."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import orjson
import pytest
from graphql import get_named_type

from backend.compiled.reads import CompiledReads
from backend.db.connection import close_database, open_database
from backend.db.reading.pools import ReadPools
from backend.embedded.postgres import EmbeddedPostgres
from backend.graph import schema
from tests.fixtures.asking import Api, open_gateway
from tests.fixtures.world import World
from tests.graph.acting import ACTS, NOBODY_DOES, TRIED_ELSEWHERE, Said, everything_said
from tests.graph.operations import READS, ROWS
from tests.graph.role_matrix import GOLDEN, PEOPLE, WITHIN, Matrix, play, text
from tests.graph.rows import ABSENT, Row
from tests.graph.stage import Stage, build_stage


@dataclass(frozen=True, slots=True)
class Played:
    """The answers, a digest of every table before and after all of them, the answers of compiled reads, and what each
    thing says may be done to it.
    """

    stage: Stage
    matrix: Matrix
    before: dict[str, str]
    after: dict[str, str]
    compiled: Matrix
    said: dict[tuple[str, str, str, str, str], Said | None]


@pytest.fixture(scope="module")
async def played(
    postgres: EmbeddedPostgres,
    world_template: World,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Played]:
    name = f"matrix_{os.getpid()}"
    urls = postgres.create_database(name, urlsplit(world_template.urls.owner).path.lstrip("/"))
    await open_database(urls.app, pool=4)
    stage = await build_stage(replace(world_template, urls=urls))
    api = Api(open_gateway(redis_url, tmp_path_factory.mktemp("store")))
    before = await _digests(stage)
    matrix = await play(api, stage)
    after = await _digests(stage)
    announced = await everything_said(api, stage)
    compiled = await _compiled(api, stage)
    await api.close()
    await close_database()
    yield Played(stage, matrix, before, after, compiled, announced)
    postgres.drop_database(name)


async def _compiled(api: Api, stage: Stage) -> Matrix:
    """The same reads, where one statement answers whatever it can."""
    pools = ReadPools(stage.world.urls.app, pool=2)
    api.services.compiled = CompiledReads(schema._schema, pools)
    answers = await play(api, stage, [row for row in READS if "files" not in row.name])
    await pools.close()
    return {place: orjson.loads(orjson.dumps(answer)) for place, answer in answers.items()}


async def _digests(stage: Stage) -> dict[str, str]:
    owner = stage.world.owner
    tables = await owner.run(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    # where a look leaves its trace
    tables = [table for table in tables if table["name"] not in {"access_event", "integrator_usage"}]
    digest = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS md5 FROM {} t"
    return {table["name"]: (await owner.run(digest.format(table["name"])))[0]["md5"] for table in tables}


def test_the_matrix_is_the_committed_one(played: Played) -> None:
    """What each role gets for each object from each operation: a change of it is seen in review."""
    assert text(played.stage, played.matrix) == GOLDEN.read_text("utf-8")


def _foreign(row: Row, role: str) -> list[str]:
    """The objects of a row that lie outside the role's scope; none where the object is nobody's secret."""
    if row.is_public or ABSENT not in row.objects:
        return []
    return [place for place in row.objects if place not in {ABSENT, *WITHIN[role]}]


@pytest.mark.parametrize("role", PEOPLE)
def test_a_foreign_thing_is_answered_like_an_absent_one(played: Played, role: str) -> None:
    """The whole answer is the same, not only its code: nobody learns that something exists elsewhere."""
    compared = 0
    for row in ROWS:
        for place in _foreign(row, role):
            answers = played.matrix[row.name, role, place], played.matrix[row.name, role, ABSENT]
            assert answers[0] == answers[1], (row.name, place)
            compared += 1
    assert compared or role == "DEPARTMENT_OFFICER"


def test_what_is_refused_changes_nothing(played: Played) -> None:
    """Refusals were committed and acts undone, so every table is as it was: no refusal leaves a trace."""
    assert played.after == played.before
    assert len(played.before) > 20


def test_compiled_reads_keep_the_same_scope(played: Played) -> None:
    """One statement in place of resolvers shows everybody the same and hides the same; links alone have their time."""
    assert len(played.compiled) > 100
    assert played.compiled == {place: played.matrix[place] for place in played.compiled}


NOT_THEIRS = {"ROLE_MAY_NOT", "NOT_FOUND", "SCHOOL_UNKNOWN", "SIGNER_UNKNOWN", "NOT_SIGNED_IN"}
"""Refusals for good, which a thing does not speak of."""


def test_a_thing_says_what_its_mutations_then_do(played: Played) -> None:
    """For each act, role and object: announced and done, or refused by the mutation with the announced code."""
    differing, seen = [], set()
    for (kind, action, name, role, place), announced in played.said.items():
        if announced is None:
            continue
        allowed, refused = announced
        seen.add((kind, action, "allowed" if action in allowed else "refused"))
        payload = next(iter(played.matrix[name, role, place]["data"].values()))
        codes = {error["code"] for error in payload["userErrors"]}
        expected = set() if action in allowed else {refused[action]} if action in refused else NOT_THEIRS
        agrees = codes == expected if action in allowed or action in refused else bool(codes & expected)
        if not agrees:
            differing.append((kind, action, role, place, sorted(codes), sorted(allowed), refused))
    assert differing == []
    played_acts = {(kind, action) for kind, acts in ACTS.items() for action, rows in acts.items() if rows}
    assert {(kind, action) for kind, action, _ in seen} == played_acts


def test_every_act_is_played() -> None:
    """Whatever a type can announce is tried, here or where the table says; a new act is one line there."""
    kinds = {
        name: kind
        for name, kind in schema._schema.type_map.items()
        if "viewerActions" in getattr(kind, "fields", {})
    }
    assert set(kinds) == set(ACTS) | set(TRIED_ELSEWHERE)
    for name, acts in ACTS.items():
        of = get_named_type(kinds[name].fields["viewerActions"].type)
        assert set(of.values) == set(acts) | NOBODY_DOES.get(name, set()), name


def test_no_answer_is_a_fault(played: Played) -> None:
    """Whoever asks whatever, the system has an answer."""
    faults = [place for place, answer in played.matrix.items() if "INTERNAL" in str(answer)]
    assert faults == []
