"""A database that was filled before the ledger had its form gets the ledger that its locks would have made."""

import importlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from backend.db.scope import scoped
from backend.domain.calendar import Window
from backend.domain.lifecycle import State
from backend.services import locking, submissions
from backend.services.records import edit
from tests.fixtures.world import World

MIGRATION = importlib.import_module("backend.db.migrations.0024_ledger")
TABLES = ("ledger_entry", "ledger_node", "tree_head", "lock_period")


async def _lock(world: World, window: Window) -> int:
    past = datetime.now(UTC) - timedelta(minutes=1)
    period_id = await world.lock_period(window, past)
    async with scoped(world.department, write=True):
        return (await locking.seal(world.department, period_id)).count


async def _ledger(connection: asyncpg.Connection) -> list[list[tuple[Any, ...]]]:
    """Everything the ledger says, without the ids and times of its rows."""
    statements = (
        "SELECT index, revision_id, lock_period_id, leaf, leaf_hash FROM ledger_entry ORDER BY index",
        "SELECT level, number, hash FROM ledger_node ORDER BY 1, 2",
        "SELECT size, root_hash, frontier FROM tree_head ORDER BY size",
        "SELECT id, root_hash FROM lock_period ORDER BY id",
    )
    return [[tuple(row) for row in await connection.fetch(statement)] for statement in statements]


@pytest.mark.parametrize("batch", [1, 2, 2_000])
async def test_the_migration_makes_the_ledger_of_the_locks(
    world: World, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Leaves, subtrees, heads and the periods' roots of two locks come back, whatever the batches."""
    teacher, principal = world.own.actors["gv.4A"], world.own.actors["ht"]
    rows = await world.records(teacher)
    async with scoped(teacher, write=True):
        await edit(teacher, rows[1].id, rows[1].working.version, {"reassessed": True})
    ids = [row.id for row in rows]
    await world.bring_to(State.ISSUED, *ids)
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids)
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids)
    assert [await _lock(world, window) for window in (Window.MAIN, Window.SUPPLEMENTARY)] == [2, 1]

    connection = await asyncpg.connect(world.urls.owner)
    before = await _ledger(connection)
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await connection.execute("DELETE FROM ledger_node")
    await connection.execute("UPDATE lock_period SET root_hash = NULL")
    for statement in MIGRATION.BEGIN_ANEW:
        await connection.execute(statement)
    assert await _ledger(connection) != before

    async def run(statement: str, binds: list[Any]) -> list[dict[str, Any]]:
        return [dict(row) for row in await connection.fetch(statement, *binds)]

    monkeypatch.setattr(MIGRATION, "BATCH", batch)
    await MIGRATION.fill(None, SimpleNamespace(client=SimpleNamespace(execute_query_dict=run)))
    assert await _ledger(connection) == before
    await connection.close()
