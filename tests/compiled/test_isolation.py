"""One connection serves everybody in turn, and nobody sees anything of the one before."""

import asyncio

import asyncpg
import orjson
import pytest

from backend.compiled.reads import CompiledReads
from backend.db.reading.pools import ReadPools
from backend.domain.policy import Actor, Role
from backend.graph import schema
from tests.compiled.conftest import BothWays, Watched
from tests.fixtures.world import World

ALL = "{ records(first: 100) { edges { node { id } } } }"


async def test_each_statement_brings_its_own_scope(world: World) -> None:
    """Two schools, a teacher and the department through one connection of each role, mixed and at once."""
    pools = ReadPools(world.urls.app, pool=1)
    both = BothWays(world, Watched(CompiledReads(schema._schema, pools)))
    logins = ("22193401.ht", "22193402.ht", "22193401.gv.4A", "so", "phong.194") * 6
    try:
        answers = await asyncio.gather(*(both.run(login, ALL, {}, compiled=True) for login in logins))
    finally:
        await pools.close()
    counted = [len(orjson.loads(answer)["data"]["records"]["edges"]) for answer in answers]
    assert counted == [6, 6, 3, 18, 6] * 6
    assert both.compiled.answered == len(logins)


async def test_outside_a_scope_a_connection_shows_nothing_and_writes_nothing(world: World) -> None:
    """The settings end with their statement; the role alone reads no row and may change none."""
    pools = ReadPools(world.urls.app, pool=1)
    actor = Actor(role=Role.PRINCIPAL, school_ids=frozenset({world.own.id}))
    try:
        counted = "SELECT (SELECT count(*)::text FROM year_record)"
        entered = f"{counted} FROM enter_scope($1, $2, $3, $4)"
        assert await pools.value(actor, entered, ()) == "6"
        left = "SELECT (SELECT count(*)::text FROM year_record) WHERE $1 || $2 || $3 || $4 IS NOT NULL"
        assert await pools.value(actor, left, ()) == "0"
        change = "UPDATE year_record SET updated_at = now() WHERE $1 || $2 || $3 || $4 IS NOT NULL"
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await pools.value(actor, change, ())
    finally:
        await pools.close()
