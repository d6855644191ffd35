"""Class packets: all or none, one class, only what may be sent, and nothing accepted before its check."""

import asyncio
import contextvars

import pytest
from asyncpg import PostgresError

from backend.db import sql
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
from backend.services import packets, submissions
from backend.services.packets import DEPARTMENT
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
    await world.checked()
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


async def _sent(world: World, school: int = 0) -> list[tuple[int, int]]:
    """Every record of a school in a packet of its own: (packet, record)."""
    principal = world.schools[school].actors["ht"]
    ids = [record.id for record in await world.records(principal)]
    await world.bring_to(State.ISSUED, *ids)
    async with scoped(principal, write=True):
        return [(await submissions.submit(principal, [record_id]), record_id) for record_id in ids]


async def _states(world: World) -> list[tuple[str, str, str]]:
    found = await world.owner.run(
        "SELECT m.stage, i.verdict, r.state FROM submission m JOIN submission_item i ON i.submission_id = m.id"
        " JOIN revision r ON r.id = i.revision_id ORDER BY m.id"
    )
    return [(row["stage"], row["verdict"], row["state"]) for row in found]


@pytest.mark.parametrize("stage", ["SEALING", "CHECKING"])
async def test_nothing_is_accepted_before_its_check(world: World, stage: str) -> None:
    """Neither the packet nor a record of it, whatever the officer asks; the answer says that it is being checked."""
    (packet, record), *_ = await _sent(world)
    await world.owner.run("UPDATE submission SET stage = $1", stage)
    before = await _states(world)
    for act in (
        submissions.accept_packet(world.department, packet),
        submissions.accept(world.department, [record]),
    ):
        with pytest.raises(NotPermittedError) as refused:
            async with scoped(world.department, write=True):
                await act
        assert refused.value.refusal is Refusal.CHECKING
    assert await _states(world) == before
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept_packet(world.department, packet)
    assert (await _states(world))[0] == ("DECIDING", "ACCEPTED", "ACCEPTED")


async def test_the_database_accepts_nothing_unchecked_either(world: World) -> None:
    """A program of the department that passes by every rule of ours is refused by the table itself."""
    await _sent(world)
    before = await _states(world)
    with pytest.raises(PostgresError, match="is being checked"):
        async with scoped(world.department, write=True):
            await sql.rows("UPDATE revision SET state = 'ACCEPTED' WHERE state = 'SUBMITTED'")
    assert await _states(world) == before


async def test_an_officer_and_the_check_at_once(world: World) -> None:
    """Eighteen races: the officer is told to wait, or comes after the check; never is anything accepted unchecked."""
    for place in range(len(world.schools)):
        sent = await _sent(world, place)
        await world.owner.run("UPDATE submission SET stage = 'CHECKING' WHERE stage = 'SEALING'")
        told = [await _race(world, packet, late=number / 1000) for number, (packet, _) in enumerate(sent)]
        assert set(told) <= {None, Refusal.CHECKING}
        for refusal, (stage, verdict, state) in zip(told, (await _states(world))[-len(sent) :], strict=True):
            expected = ("PENDING", "SUBMITTED") if refusal else ("ACCEPTED", "ACCEPTED")
            assert (stage, verdict, state) == ("DECIDING", *expected)


async def _race(world: World, packet: int, late: float) -> Refusal | None:
    """The check ends while an officer accepts; what the officer was told."""

    async def check() -> None:
        async with scoped(DEPARTMENT, write=True):
            assert await packets.finish_check(packet, {}, accepts=False)

    async def officer() -> Refusal | None:
        await asyncio.sleep(late)
        try:
            async with scoped(world.department, write=True):
                await submissions.accept_packet(world.department, packet)
        except NotPermittedError as error:
            return error.refusal
        return None

    apart = [asyncio.create_task(side(), context=contextvars.copy_context()) for side in (check, officer)]
    _, told = await asyncio.gather(*apart)
    return told
