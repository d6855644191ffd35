"""A receipt is written anew once the ledger proves what it speaks of."""

from datetime import UTC, datetime, timedelta

from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.merkle import root_from_inclusion
from backend.domain.submission import SubmissionStage
from backend.jobs import ProveSubmission
from backend.services import locking, packets
from signing_worker.packet.sheets import SheetKind, parse_sheet
from tests.fixtures.ledger import as_application, as_worker, put_head
from tests.fixtures.world import PUPILS_PER_CLASS
from tests.worker.submitted import Stage


async def _lock_and_sign_head(stage: Stage) -> int:
    """Lock what is accepted and keep a head over it, as the worker does; the size of the ledger."""
    world = stage.world
    await as_application(world)
    period = await world.lock_period(Window.MAIN, datetime.now(UTC) - timedelta(minutes=1))
    async with scoped(world.department, write=True):
        await locking.seal(world.department, period)
    return await put_head(world)


async def test_after_the_lock_the_receipt_proves_each_record(stage: Stage) -> None:
    """The signed head asks for it; it is stamped, its paths lead to the head's root, and it is made once."""
    await stage.submit()
    await stage.go_through()
    first = await stage.row()
    assert (first.proven_count, first.final_receipt_digest) == (0, None)
    size = await _lock_and_sign_head(stage)
    jobs = await stage.world.owner.run(
        "SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'submission.prove/1'"
    )
    assert [job["dedupe_key"] for job in jobs] == [f"submission-prove:{stage.submission_id}"]
    await as_worker(stage.world)
    await stage.submitting().do(ProveSubmission(stage.submission_id))
    row = await stage.row()
    assert row.proven_count == PUPILS_PER_CLASS
    assert (row.receipt_digest, row.stage) == (first.receipt_digest, SubmissionStage.ANSWERED)
    assert row.final_receipt_digest is not None
    assert row.final_timestamp_digest is not None
    _, receipt = parse_sheet(SheetKind.RECEIPT, await stage.store.get(row.final_receipt_digest))
    leaves = await stage.world.owner.run("SELECT index, leaf_hash FROM ledger_entry")
    (head,) = await stage.world.owner.run("SELECT root_hash FROM tree_head WHERE size = $1", size)
    hashes = {leaf["index"]: bytes.fromhex(leaf["leaf_hash"]) for leaf in leaves}
    for item in receipt.rows:
        index, path = int(item["leafIndex"]), [bytes.fromhex(step) for step in item["inclusionPath"].split()]
        root = root_from_inclusion(hashes[index], index, int(item["treeSize"]), path)
        assert root == bytes.fromhex(head["root_hash"])
    before = await stage.world.owner.run("SELECT s::text FROM submission s")
    await stage.submitting().do(ProveSubmission(stage.submission_id))
    assert await stage.world.owner.run("SELECT s::text FROM submission s") == before
    kept = await stage.world.owner.run("SELECT receipt_digest, timestamp_digest FROM proven_receipt")
    assert [tuple(receipt.values()) for receipt in kept] == [
        (row.final_receipt_digest, row.final_timestamp_digest)
    ]


async def test_a_receipt_that_came_second_stays_known(stage: Stage) -> None:
    """Two jobs may write the same proofs at once: the packet shows the first, and both are registered files."""
    await stage.submit()
    await stage.go_through()
    await _lock_and_sign_head(stage)
    await as_worker(stage.world)
    async with unscoped():
        task = await packets.begin_proving(stage.submission_id)
    assert task is not None
    await stage.submitting().do(ProveSubmission(stage.submission_id))
    shown = await stage.row()
    async with unscoped():
        await packets.finish_proving(task, "a" * 64, "b" * 64)
    assert await stage.row() == shown
    kept = await stage.world.owner.run("SELECT receipt_digest FROM proven_receipt ORDER BY id")
    assert [receipt["receipt_digest"] for receipt in kept] == [shown.final_receipt_digest, "a" * 64]
