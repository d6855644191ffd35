"""A school that ends in mid-year: what it issued stays its own, what it had not is gone on with by its successor."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from backend.db.repositories import packets, people, records, transfers
from backend.db.repositories.records import RecordRow
from backend.db.scope import scoped, unscoped
from backend.domain.lifecycle import Action, State
from backend.domain.organisation import UnitAct, UnitChange
from backend.domain.policy import Actor
from backend.domain.transfer import TransferAction, TransferState
from backend.services import submissions, succession
from backend.services import transfers as cases
from backend.services.acting import refusal_for
from backend.services.reorganising import reorganise
from tests.fixtures.hand_overs import seal
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.moving import Parts, act
from tests.fixtures.world import ISSUER, PUPILS_PER_CLASS, SCHOOLS, World

HEIR, ENDED, FAR = (code for code, _, _ in SCHOOLS)


async def merge(world: World, code: str, into: str) -> None:
    """The school ended yesterday; the worker has seen it."""
    (row,) = await world.owner.run("SELECT today() + 1 AS day")
    day: date = row["day"]
    end = UnitChange(act=UnitAct.END, code=code, successor_code=into)
    async with scoped(world.department, write=True):
        await reorganise(world.department, day, [end])
    await world.owner.run("UPDATE org_unit SET valid_to = today() - 1 WHERE code = $1", code)
    await world.owner.run("SELECT bring_units_up_to_date()")


async def carry(world: World) -> int:
    await as_worker(world)
    moved = await succession.carry_over()
    await as_application(world)
    return moved


async def actor(login: str) -> Actor:
    """Somebody as they are at this moment, in the last of their assignments."""
    async with unscoped():
        found = await people.find_login(ISSUER, login)
    assert found is not None
    return found.assignments[-1].actor


async def content_of(head: Actor, row: RecordRow) -> dict[str, Any]:
    async with scoped(head, write=False):
        return (await records.contents([row.working.id]))[row.working.id]


def at(rows: Sequence[RecordRow], school_id: int) -> list[RecordRow]:
    return [row for row in rows if row.school_id == school_id]


async def test_the_successor_goes_on_with_classes_marks_and_teachers(world: World) -> None:
    """Every open year goes over once, under the successor's name and with the marks given so far; its teacher writes it."""
    ended, heir = world.schools[1], world.own
    before = {row.book_id: row for row in await world.records(ended.actors["ht"])}
    marks = {key: (await content_of(ended.actors["ht"], row))["subjects"] for key, row in before.items()}
    await merge(world, ENDED, HEIR)
    assert await carry(world) == 2 * PUPILS_PER_CLASS
    head = await actor(f"{HEIR}.ht")
    rows = [row for row in at(await world.records(head), heir.id) if row.book_id in before]
    assert {row.book_id for row in rows} == before.keys()
    for row in rows:
        content = await content_of(head, row)
        assert (content["school"]["code"], content["subjects"]) == (HEIR, marks[row.book_id])
        names = [entry["schoolName"] for entry in content["history"]]
        assert names == [ended.facts.name, heir.facts.name]
        assert content["className"] in {f"4A ({ENDED})", f"4B ({ENDED})"}
    teacher = await actor(f"{ENDED}.gv.4A")
    mine = await world.records(teacher)
    assert len(mine) == PUPILS_PER_CLASS
    assert [refusal_for(teacher, Action.EDIT, row) for row in mine] == [None] * PUPILS_PER_CLASS
    assert await _counted(world) == {heir.id: 4 * PUPILS_PER_CLASS, world.schools[2].id: 2 * PUPILS_PER_CLASS}
    assert await carry(world) == 0


async def _counted(world: World) -> dict[int, int]:
    found = await world.owner.run(
        "SELECT school_id, sum(count)::int AS n FROM school_count GROUP BY 1 HAVING sum(count) > 0"
    )
    return {row["school_id"]: row["n"] for row in found}


async def test_what_was_issued_stays_and_the_successor_submits_it(world: World) -> None:
    """An issued record keeps its school; the successor's head submits it and the packet is the managing school's."""
    ended = world.schools[1]
    first, second = (await world.records(ended.actors["gv.4A"]))[:2]
    await world.bring_to(State.ISSUED, first.id)
    await world.bring_to(State.TEACHER_SIGNED, second.id)
    await merge(world, ENDED, HEIR)
    assert await carry(world) == 2 * PUPILS_PER_CLASS - 1
    head = await actor(f"{HEIR}.ht")
    async with scoped(head, write=True):
        packet = await submissions.submit(head, [first.id])
    await as_worker(world)
    async with unscoped():
        (item,) = await packets.items(packet)
    assert (item.record_id, item.managed, item.twice) == (first.id, True, False)
    await as_application(world)
    rows = {row.book_id: row for row in at(await world.records(head), world.own.id)}
    assert first.book_id not in rows
    assert rows[second.book_id].state is State.DRAFT


async def test_a_seal_that_is_no_longer_in_use_is_followed_by_the_successors(world: World) -> None:
    """An ended school without a seal seals with its successor's; a school that has not ended has none."""
    await world.owner.run(
        "INSERT INTO signing_credential (unit_id, custody, locator, certificate, fingerprint, serial, not_before, not_after,"
        " active) VALUES ($1, 'PKCS12', 'heir', 'none', 'f', '1', now(), now(), true)",
        world.own.id,
    )
    await as_worker(world)
    async with unscoped():
        assert await people.find_credential_of_unit(world.schools[1].id) is None
    await as_application(world)
    await merge(world, ENDED, HEIR)
    await as_worker(world)
    async with unscoped():
        found = await people.find_credential_of_unit(world.schools[1].id)
    assert found is not None
    assert found.locator == "heir"


async def test_a_transfer_of_an_ended_school_is_its_successors(parts: Parts) -> None:
    """The receiving school ends after the release: its successor is asked for it, has it released anew, and accepts it."""
    asked = await parts.ask()
    await parts.release(asked.id)
    await merge(parts.world, FAR, ENDED)
    head = await actor(f"{ENDED}.ht")
    async with scoped(head, write=False):
        row = (await transfers.find([asked.id]))[asked.id]
    assert (row.state, row.to_school_id) == (TransferState.ASKED, parts.world.schools[1].id)
    await act(parts.old, TransferAction.RELEASE, asked.id)
    assert await seal(parts.world, asked.id)
    (class_id,) = parts.world.schools[1].actors["gv.4A"].class_ids
    async with scoped(head, write=True):
        await cases.accept(head, asked.id, class_id)
    assert await seal(parts.world, asked.id)
    assert (await parts.book())["managing_school_id"] == parts.world.schools[1].id


async def test_a_transfer_between_schools_that_become_one_is_over(parts: Parts) -> None:
    """Nothing is left to hand over: it is cancelled, and the book is managed by the one school."""
    asked = await parts.ask()
    await merge(parts.world, FAR, HEIR)
    head = await actor(f"{HEIR}.ht")
    async with scoped(head, write=False):
        row = (await transfers.find([asked.id]))[asked.id]
    assert row.state is TransferState.CANCELLED
    assert (await parts.book())["managing_school_id"] == parts.world.own.id
