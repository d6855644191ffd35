"""Verifying the ledger finds what a superuser changed, removed or forked, and names the leaf."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from backend.db.repositories import ledger as tables
from backend.db.scope import unscoped
from backend.domain.calendar import Window
from backend.domain.ledger import Leaf, SignedNote
from backend.domain.merkle import Frontier, leaf_hash
from backend.services import ledger_verifying
from backend.services.ledger_verifying import Digests, Fault, LedgerFault, Verdict
from tests.fixtures.ledger import as_worker, give_department_key, lock, put_head, submit_own
from tests.fixtures.world import World


async def _everything(_head: SignedNote) -> bool:
    return True


async def _verify(world: World, kept: Sequence[SignedNote] = ()) -> Verdict:
    await as_worker(world)
    return await ledger_verifying.verify(None, _everything, kept)


def _said(verdict: Verdict) -> list[tuple[LedgerFault, int]]:
    return [(fault.kind, fault.place) for fault in verdict.faults]


@pytest.fixture
async def ledger(world: World) -> World:
    """Three leaves under a signed head, then two more under the next."""
    ids = await submit_own(world)
    await give_department_key(world)
    await lock(world, Window.MAIN, *ids[:3])
    await put_head(world)
    await lock(world, Window.SUPPLEMENTARY, *ids[3:5])
    await put_head(world)
    return world


async def _as_superuser(world: World, *statements: str) -> None:
    """Whoever owns the tables also switches their triggers off and on."""
    tables_ = (
        "revision",
        "ledger_entry",
        "ledger_node",
        "tree_head",
        "signed_head",
        "record_book",
        "lock_period",
    )
    for mode in ("DISABLE", "ENABLE"):
        for table in tables_:
            await world.owner.run(f"ALTER TABLE {table} {mode} TRIGGER USER")
        if mode == "DISABLE":
            for statement in statements:
                await world.owner.run(statement)


@pytest.mark.parametrize("batch", [1, 2, 500])
async def test_an_untouched_ledger_has_no_fault(
    ledger: World, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Whatever the batches: size, root and what is signed."""
    monkeypatch.setattr(ledger_verifying, "BATCH", batch)
    monkeypatch.setattr(ledger_verifying, "HEADS", 1)
    verdict = await _verify(ledger)
    assert (_said(verdict), verdict.count, verdict.size, verdict.signed_size) == ([], 0, 5, 5)
    (row,) = await ledger.owner.run("SELECT root_hash FROM tree_head WHERE size = 5")
    assert verdict.root == row["root_hash"]


OF_LEAF = "(SELECT revision_id FROM ledger_entry WHERE index = 1)"
RECORDS = {
    f"UPDATE revision SET content = content || '{{\"completed\": false}}' WHERE id = {OF_LEAF}": ["CONTENT_CHANGED"],
    f"UPDATE revision SET content_digest = repeat('a', 64) WHERE id = {OF_LEAF}": ["RECORD_CHANGED", "CONTENT_CHANGED"],
    f"UPDATE revision SET effective_from = effective_from - interval '1 day' WHERE id = {OF_LEAF}": ["RECORD_CHANGED"],
    f"UPDATE revision SET state = 'WITHDRAWN', effective_from = NULL WHERE id = {OF_LEAF}": ["RECORD_CHANGED"],
    f"UPDATE record_book SET lookup_code = '00000000000040008000000000000000' WHERE id ="
    f" (SELECT book_id FROM revision WHERE id = {OF_LEAF})": ["RECORD_CHANGED"],
}  # fmt: skip


@pytest.mark.parametrize("act", RECORDS)
async def test_a_changed_record_is_found_by_its_leaf(ledger: World, act: str) -> None:
    """A superuser changes a locked record; the leaf's number is named, and nobody's data."""
    await _as_superuser(ledger, act)
    assert _said(await _verify(ledger)) == [(LedgerFault(kind), 1) for kind in RECORDS[act]]


async def test_a_removed_leaf_is_found(ledger: World) -> None:
    """The entry is gone: its number is missing and its record has no leaf; with its hash gone the roots differ too."""
    (row,) = await ledger.owner.run(f"SELECT {OF_LEAF} AS id")
    await _as_superuser(ledger, "DELETE FROM ledger_entry WHERE index = 1")
    assert _said(await _verify(ledger)) == [(LedgerFault.MISSING, 1), (LedgerFault.UNLEDGERED, row["id"])]
    await _as_superuser(ledger, "DELETE FROM ledger_node WHERE level = 0 AND number = 1")
    found = _said(await _verify(ledger))
    assert found[0] == (LedgerFault.MISSING, 1)
    assert {kind for kind, _ in found} >= {LedgerFault.SUBTREE_CHANGED, LedgerFault.SIGNED_HEAD}


async def test_the_last_leaf_removed_is_found(ledger: World) -> None:
    """Even when its hash went with it: heads remember the size."""
    await _as_superuser(
        ledger,
        "DELETE FROM ledger_entry WHERE index = 4",
        "DELETE FROM ledger_node WHERE level = 0 AND number = 4",
    )
    found = _said(await _verify(ledger))
    assert (LedgerFault.MISSING, 4) in found
    assert (LedgerFault.SIGNED_HEAD, 5) in found


NODES = {
    "UPDATE ledger_node SET hash = sha256('x') WHERE level = 0 AND number = 2": ("LEAF_CHANGED", 2),
    "UPDATE ledger_node SET hash = sha256('x') WHERE level = 1 AND number = 1": ("SUBTREE_CHANGED", 2),
    "DELETE FROM ledger_node WHERE level = 2": ("SUBTREE_CHANGED", 0),
    "UPDATE tree_head SET root_hash = repeat('0', 64) WHERE size = 3": ("HEAD", 3),
    "UPDATE lock_period SET root_hash = repeat('0', 64) WHERE \"window\" = 'MAIN'": ("PERIOD", 0),
}


@pytest.mark.parametrize("act", NODES)
async def test_a_changed_tree_is_found(ledger: World, act: str) -> None:
    """Subtrees and roots that are not those of the leaves."""
    await _as_superuser(ledger, act)
    kind, place = NODES[act]
    found = _said(await _verify(ledger))
    assert (LedgerFault(kind), place) in found
    assert {other for other, _ in found} <= {LedgerFault(kind), LedgerFault.PERIOD}


async def _forge(world: World) -> None:
    """A superuser changes a record and makes leaf, subtrees, roots and period agree with it."""
    await _as_superuser(
        world, f"UPDATE revision SET effective_from = effective_from - interval '1 day' WHERE id = {OF_LEAF}"
    )
    rows = await world.owner.run("SELECT leaf FROM ledger_entry ORDER BY index")
    leaves = [Leaf.parse(row["leaf"]) for row in rows]
    (changed,) = await world.owner.run(f"SELECT effective_from AS at FROM revision WHERE id = {OF_LEAF}")
    leaves[1] = replace(leaves[1], effective_from=changed["at"])
    acts = [
        f"UPDATE ledger_entry SET leaf = '{leaves[1].text}', leaf_hash = '{leaves[1].hash.hex()}' WHERE index = 1"
    ]
    edge, made = Frontier().grow([leaf.hash for leaf in leaves])
    acts += [
        f"UPDATE ledger_node SET hash = '\\x{node.hash.hex()}' WHERE level = {node.place.level}"
        f" AND number = {node.place.number}"
        for node in made
    ]
    for size in (3, 5):
        root = Frontier().append([leaf.hash for leaf in leaves[:size]]).root.hex()
        acts.append(f"UPDATE tree_head SET root_hash = '{root}' WHERE size = {size}")
        window = "MAIN" if size == 3 else "SUPPLEMENTARY"
        acts.append(f"UPDATE lock_period SET root_hash = '{root}' WHERE \"window\" = '{window}'")
    await _as_superuser(world, *acts)
    assert edge.size == 5


async def test_a_whole_forgery_stops_at_what_was_signed(ledger: World) -> None:
    """Everything agrees with the changed record but the roots that the department has signed."""
    await _forge(ledger)
    assert _said(await _verify(ledger)) == [(LedgerFault.SIGNED_HEAD, 3), (LedgerFault.SIGNED_HEAD, 5)]


async def test_a_forgery_without_signed_heads_stops_at_a_head_kept_elsewhere(ledger: World) -> None:
    """With every signed head removed too, somebody who kept one still finds it; one that was kept and holds, passes."""
    await as_worker(ledger)
    async with unscoped():
        (kept,) = [row.note for row in await tables.heads(below=5, limit=1)]
    assert _said(await _verify(ledger, [kept])) == []
    await _forge(ledger)
    await _as_superuser(ledger, "DELETE FROM signed_head")
    assert _said(await _verify(ledger)) == []
    assert _said(await _verify(ledger, [kept])) == [(LedgerFault.KEPT_HEAD, 3)]


async def test_a_kept_head_beyond_the_ledger_is_a_fault(ledger: World) -> None:
    """A ledger that was cut back behind a head that somebody keeps."""
    await as_worker(ledger)
    async with unscoped():
        newest = await tables.head()
    assert newest is not None
    beyond = replace(newest.note, note=replace(newest.note.note, size=9))
    assert _said(await _verify(ledger, [beyond])) == [(LedgerFault.KEPT_HEAD, 9)]


async def test_a_head_that_names_another_before_it_is_a_fault(ledger: World) -> None:
    """Heads are one line: each goes on from the one before."""
    await _as_superuser(ledger, "DELETE FROM signed_head WHERE size = 3")
    assert _said(await _verify(ledger)) == [(LedgerFault.SIGNATURE, 5)]


async def test_a_signature_that_does_not_hold_is_a_fault(ledger: World) -> None:
    """What judges signatures is asked for every head."""

    async def nothing(_head: SignedNote) -> bool:
        return False

    await as_worker(ledger)
    verdict = await ledger_verifying.verify(None, nothing)
    assert verdict.faults == [Fault(LedgerFault.SIGNATURE, 5), Fault(LedgerFault.SIGNATURE, 3)]


async def test_files_are_held_against_their_leaf(ledger: World) -> None:
    """Each leaf's files are judged, and what is wrong is named by the leaf."""

    class Files:
        async def judge(self, leaf: Leaf, digests: Digests) -> LedgerFault | None:
            assert digests == {}
            return LedgerFault.FILE_LOST if leaf_hash(leaf.text.encode()) == self.bad else None

        bad = b""

    files = Files()
    (row,) = await ledger.owner.run("SELECT leaf FROM ledger_entry WHERE index = 3")
    files.bad = leaf_hash(row["leaf"].encode())
    await as_worker(ledger)
    verdict = await ledger_verifying.verify(files, _everything)
    assert verdict.faults == [Fault(LedgerFault.FILE_LOST, 3)]
