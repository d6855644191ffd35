"""Transfers wait for seals: what may happen meanwhile, what is told, and what a changed book does to a sealed release."""

import pytest

from backend.db.scope import scoped
from backend.domain.calendar import Window
from backend.domain.errors import (
    NotPermittedError,
)
from backend.domain.lifecycle import State
from backend.domain.transfer import TransferAction, TransferState
from backend.domain.transfer_errors import HandOverOutdatedError
from backend.services import submissions
from tests.fixtures.hand_overs import seal
from tests.fixtures.ledger import lock
from tests.fixtures.moving import Parts, act, refused, seen

RELEASE, CANCEL = TransferAction.RELEASE, TransferAction.CANCEL


async def test_a_book_that_changes_after_its_release_is_released_anew(parts: Parts) -> None:
    """Neither accepted nor handed over under a seal, whichever comes first; the next release holds what the book holds."""
    asked, before = await parts.ask(), await parts.book()
    await parts.release(asked.id)
    await _rewrite(parts)
    with pytest.raises(HandOverOutdatedError):
        await parts.accept(asked.id)
    row = await seen(parts.old, asked.id)
    assert row is not None
    assert (row.state, row.outdated) == (TransferState.RELEASED, True)
    await parts.release(asked.id)
    await parts.accept(asked.id)
    await _rewrite(parts)
    assert await seal(parts.world, asked.id) is False
    row = await seen(parts.new, asked.id)
    assert row is not None
    assert (row.state, row.obstacle) == (TransferState.ASKED, "HAND_OVER_OUTDATED")
    assert await parts.book() == before
    await parts.release(asked.id)
    assert (await parts.take(asked.id)).state is TransferState.ACCEPTED


async def _rewrite(parts: Parts) -> None:
    """The old school goes on writing the year."""
    await parts.world.owner.run(
        "UPDATE revision SET content_digest = md5(content_digest) || md5('x'), version = version + 1 WHERE id = $1",
        parts.record.working.id,
    )


async def test_what_waits_for_a_seal_can_be_taken_back(parts: Parts) -> None:
    """Each head takes back what they have done while the seal is not there; a seal that comes later changes nothing."""
    asked, before = await parts.ask(), await parts.book()
    await act(parts.old, RELEASE, asked.id)
    await refused(parts.world, asked.id, NotPermittedError, parts.old, RELEASE)
    taken_back = await act(parts.old, CANCEL, asked.id, "Nhầm học sinh")
    assert taken_back.state is TransferState.CANCELLED
    again = await parts.ask()
    await parts.release(again.id)
    await parts.accept(again.id)
    await refused(parts.world, again.id, NotPermittedError, parts.old, CANCEL, "Đổi ý")
    assert (await act(parts.new, CANCEL, again.id, "Không đến nữa")).state is TransferState.CANCELLED
    assert await parts.book() == before


async def test_each_step_of_a_transfer_is_told_to_both_schools(parts: Parts) -> None:
    """Asking, releasing, its seal, accepting, its seal: an event each, addressed to both; followers hear of a locked book."""
    asked = await parts.ask()
    steps = [await _told(parts)]
    await act(parts.old, RELEASE, asked.id)
    steps.append(await _told(parts))
    await seal(parts.world, asked.id)
    steps.append(await _told(parts))
    await parts.accept(asked.id)
    steps.append(await _told(parts))
    await seal(parts.world, asked.id)
    steps.append(await _told(parts))
    assert steps == [1, 2, 3, 4, 5]
    rows = await parts.world.owner.run(
        "SELECT DISTINCT school_id, other_school_id FROM live_event WHERE topic = 'TRANSFER'"
    )
    assert [tuple(row) for row in rows] == [(parts.old.unit_id, parts.new.unit_id)]
    assert await parts.world.owner.run("SELECT 1 FROM registry_change") == []


async def _told(parts: Parts) -> int:
    (row,) = await parts.world.owner.run("SELECT count(*) AS n FROM live_event WHERE topic = 'TRANSFER'")
    count: int = row["n"]
    return count


async def test_followers_hear_that_a_locked_book_has_moved(parts: Parts) -> None:
    """The journal says MOVED once, by the newest locked revision, when the book changes hands and not before."""
    await parts.world.bring_to(State.ISSUED, parts.record.id)
    async with scoped(parts.old, write=True):
        await submissions.submit(parts.old, [parts.record.id])
    await lock(parts.world, Window.MAIN, parts.record.id)
    asked = await parts.ask()
    await parts.release(asked.id)
    kinds = "SELECT kind FROM registry_change ORDER BY position"
    assert [row["kind"] for row in await parts.world.owner.run(kinds)] == ["LOCKED"]
    await parts.take(asked.id)
    assert [row["kind"] for row in await parts.world.owner.run(kinds)] == ["LOCKED", "MOVED"]
