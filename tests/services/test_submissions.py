"""Class packets: all or none, one class, and only what may be sent."""

import pytest

from backend.db.repositories import submissions as rows
from backend.db.scope import scoped
from backend.domain.errors import (
    EmptySelectionError,
    NotFoundError,
    NotPermittedError,
    SelectionMixedError,
    SelectionTooLargeError,
)
from backend.domain.lifecycle import State
from backend.domain.policy import Refusal
from backend.services import submissions
from tests.fixtures.world import PUPILS_PER_CLASS, World


async def _class_ids(world: World, name: str) -> list[int]:
    return [record.id for record in await world.records(world.own.actors[f"gv.{name}"])]


async def test_a_class_is_submitted_and_accepted_as_one_packet(world: World) -> None:
    """The packet holds every record; accepting them empties what waits."""
    principal, ids = world.own.actors["ht"], await _class_ids(world, "4A")
    await world.bring_to(State.ISSUED, *ids)
    async with scoped(principal, write=True):
        submission_id = await submissions.submit(principal, ids)
        packet = (await rows.find([submission_id]))[submission_id]
    assert (packet.pending, packet.accepted) == (PUPILS_PER_CLASS, 0)
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, await rows.pending_records(submission_id))
        packet = (await rows.find([submission_id]))[submission_id]
    assert (packet.pending, packet.accepted) == (0, PUPILS_PER_CLASS)


async def test_one_unready_record_stops_the_packet(world: World) -> None:
    """A draft among issued records is named by its place, and nothing is submitted."""
    principal, ids = world.own.actors["ht"], await _class_ids(world, "4A")
    await world.bring_to(State.ISSUED, *ids[:-1])
    with pytest.raises(NotPermittedError) as refused:
        async with scoped(principal, write=True):
            await submissions.submit(principal, ids)
    assert (refused.value.refusal, refused.value.field) == (Refusal.STATE, f"recordIds.{len(ids) - 1}")
    assert await world.owner.run("SELECT 1 FROM submission") == []


async def test_two_classes_do_not_share_a_packet(world: World) -> None:
    """A packet is one class's."""
    principal = world.own.actors["ht"]
    ids = [(await _class_ids(world, name))[0] for name in ("4A", "4B")]
    await world.bring_to(State.ISSUED, *ids)
    with pytest.raises(SelectionMixedError):
        async with scoped(principal, write=True):
            await submissions.submit(principal, ids)
    assert await world.owner.run("SELECT 1 FROM submission") == []


@pytest.mark.parametrize(
    ("ids", "error"),
    [([], EmptySelectionError), (range(1, 502), SelectionTooLargeError), ([9_999_999], NotFoundError)],
)
async def test_an_unusable_selection_is_refused(world: World, ids: list[int], error: type) -> None:
    """Nothing, too much and unknown records are told apart."""
    with pytest.raises(error):
        async with scoped(world.own.actors["ht"], write=True):
            await submissions.submit(world.own.actors["ht"], list(ids))


async def test_a_school_cannot_accept_its_own_records(world: World) -> None:
    """Accepting is the department's act."""
    principal, ids = world.own.actors["ht"], await _class_ids(world, "4A")
    await world.bring_to(State.ISSUED, *ids)
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids)
    with pytest.raises(NotPermittedError):
        async with scoped(principal, write=True):
            await submissions.accept(principal, ids)
    states = {record.state for record in await world.records(world.own.actors["gv.4A"])}
    assert states == {State.SUBMITTED}
