"""The ledger's heads and proofs: what is signed goes on from what was signed, and proofs need a few reads only."""

import pytest

from backend.db import sql
from backend.db.repositories import ledger as tables
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.errors import CertificateMissingError, LedgerForkedError, TimestampUnavailableError
from backend.domain.ledger import HeadNote
from backend.domain.merkle import are_consistent, leaf_hash, root_from_inclusion
from backend.domain.policy import PUBLIC
from backend.services import ledger
from tests.fixtures.ledger import (
    as_application,
    as_worker,
    give_department_key,
    lock,
    lock_twice,
    put_head,
    submit_own,
)
from tests.fixtures.world import World


async def test_a_head_names_the_whole_ledger_and_the_head_before(world: World) -> None:
    """After each lock the newest size is due; the second head goes on from the first; then nothing is due."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    assert await put_head(world) == 3
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    assert await put_head(world) == 5
    async with scoped(PUBLIC, write=False):
        second, first = await tables.heads(below=None, limit=9)
        assert await ledger.root_at(5) == second.note.note.root
    assert second.note.note == HeadNote(
        origin="hocba-ledger/22",
        size=5,
        root=second.note.note.root,
        previous_size=3,
        previous_root=first.note.note.root,
    )
    assert (first.note.note.previous_root, first.note.note.origin) == (None, "hocba-ledger/22")
    await as_worker(world)
    async with unscoped():
        assert await ledger.begin_head() is None


async def test_each_lock_asks_for_a_head_once(world: World) -> None:
    """One job waits, however many locks there were since."""
    await lock_twice(world)
    jobs = await world.owner.run("SELECT entrypoint FROM pgqueuer WHERE entrypoint = 'ledger.sign/1'")
    assert len(jobs) == 1


async def test_proofs_are_made_for_anybody_from_a_few_rows(world: World) -> None:
    """The public, who sees no record, proves every leaf in every size and every size in a later one."""
    await lock_twice(world)
    leaves = await world.owner.run("SELECT leaf FROM ledger_entry ORDER BY index")
    hashes = [leaf_hash(row["leaf"].encode()) for row in leaves]
    async with scoped(PUBLIC, write=False):
        assert await sql.rows("SELECT leaf FROM ledger_entry") == []
        roots = {size: await ledger.root_at(size) for size in range(1, 6)}
        for size, root in roots.items():
            for index in range(size):
                steps = await tables.inclusion_path(index, size)
                assert steps is not None
                path = [bytes.fromhex(step) for step in steps]
                assert root_from_inclusion(hashes[index], index, size, path) == root
            for first in range(1, size + 1):
                path = await ledger.consistency_path(first, size)
                assert are_consistent(first, roots[first], size, root, path)


async def test_without_a_key_no_head_is_begun(world: World) -> None:
    """The department's seal must be registered."""
    await lock_twice(world)
    await as_worker(world)
    with pytest.raises(CertificateMissingError):
        async with unscoped():
            await ledger.begin_head()
    await as_application(world)
    assert await world.owner.run("SELECT FROM signed_head") == []


async def test_what_a_head_waits_for_is_told_until_it_comes(world: World) -> None:
    """The newest size with the reason and since when; a signed head clears it."""
    await lock_twice(world)
    await give_department_key(world)
    await as_worker(world)
    async with unscoped():
        await ledger.head_waits(CertificateMissingError())
    async with unscoped():
        await ledger.head_waits(TimestampUnavailableError())
    await as_application(world)
    async with scoped(PUBLIC, write=False):
        waiting = await tables.waiting()
    assert waiting is not None
    assert (waiting.size, waiting.code) == (5, "TIMESTAMP_UNAVAILABLE")
    await put_head(world)
    async with scoped(PUBLIC, write=False):
        assert await tables.waiting() is None


SUPERUSER = (
    "UPDATE ledger_node SET hash = sha256('another') WHERE level = 1 AND number = 0",
    "DELETE FROM ledger_node WHERE level = 1 AND number = 0",
    "UPDATE tree_head SET root_hash = repeat('0', 64) WHERE size = 5",
)


@pytest.mark.parametrize("act", SUPERUSER)
async def test_a_fork_is_never_signed(world: World, act: str) -> None:
    """When what was signed is no longer the beginning of the ledger, the next head is refused and says so."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    for table in ("ledger_node", "tree_head"):
        await world.owner.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await world.owner.run(act)
    await as_worker(world)
    with pytest.raises(LedgerForkedError):
        async with unscoped():
            await ledger.begin_head()
    await as_application(world)
    assert [row["size"] for row in await world.owner.run("SELECT size FROM signed_head")] == [3]
