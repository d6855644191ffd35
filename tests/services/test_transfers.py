"""Transfers: a book is asked for, released and accepted; what the old school wrote stays its own and readable."""

from dataclasses import replace
from datetime import date

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import records, transfers
from backend.db.scope import scoped
from backend.domain.content import RecordContent
from backend.domain.content_json import from_json
from backend.domain.errors import (
    BookBusyError,
    BookNotFoundError,
    ClassUnsuitableError,
    NotFoundError,
    NotPermittedError,
    ReasonRequiredError,
    SchoolHasBookError,
    TransferOpenError,
)
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Role
from backend.domain.school_year import SchoolYear
from backend.domain.transfer import OpenWork, TransferAction, TransferState
from backend.services import submissions
from backend.services import transfers as cases
from backend.services.acting import refusal_for
from backend.services.importing import import_file
from backend.services.lookup import Question, look_up
from tests.fixtures.hand_overs import seal
from tests.fixtures.moving import Parts, act, refused, seen
from tests.fixtures.world import World, parsed
from tests.strategies.records import YEAR

RELEASE, REFUSE, CANCEL, ASK = (
    TransferAction.RELEASE,
    TransferAction.REFUSE,
    TransferAction.CANCEL,
    TransferAction.ASK,
)


async def test_a_book_changes_schools(parts: Parts) -> None:
    """Asked, released with a flag for the open year, accepted: the book with its code goes, and a year begins there."""
    before = await parts.book()
    asked = await parts.ask()
    assert (asked.state, asked.open_work) == (TransferState.ASKED, (OpenWork.YEAR_OPEN,))
    assert await parts.book() == before
    assert (await act(parts.old, RELEASE, asked.id)).state is TransferState.RELEASING
    assert await seal(parts.world, asked.id)
    assert (await seen(parts.new, asked.id)).state is TransferState.RELEASED  # type: ignore[union-attr]
    assert (await parts.accept(asked.id)).state is TransferState.ACCEPTING
    assert await parts.book() == before
    assert await seal(parts.world, asked.id)
    done = await seen(parts.new, asked.id)
    assert done is not None
    assert (done.state, done.open_work) == (TransferState.ACCEPTED, (OpenWork.YEAR_OPEN,))
    after = await parts.book()
    assert after["lookup_code"] == before["lookup_code"]
    assert (after["managing_school_id"], after["school_class_id"]) == (parts.new.unit_id, parts.new_class)
    history = await parts.world.owner.run(
        "SELECT school_name FROM enrolment WHERE book_id = $1 ORDER BY id", parts.record.book_id
    )
    names = [parts.world.own.facts.name, parts.world.schools[2].facts.name]
    assert [row["school_name"] for row in history] == names


async def test_the_marks_of_the_open_year_are_kept_and_the_new_school_writes_its_own(parts: Parts) -> None:
    """The draft becomes a snapshot that both heads read; the new record has the pupil, both schools, and no marks."""
    done = await parts.move()
    for head in (parts.old, parts.new):
        async with scoped(head, write=False):
            (snapshot,) = (await transfers.snapshots([done.id]))[done.id]
        assert snapshot.revision_id == parts.record.working.id
        assert snapshot.content["subjects"]
    async with scoped(parts.new, write=False):
        rows = list((await records.find(await _records_of(parts))).values())
        (begun,) = [row for row in rows if row.school_id == parts.new.unit_id]
        content = (await records.contents([begun.working.id]))[begun.working.id]
    assert (begun.state, begun.school_class_id, begun.school_year) == (
        State.DRAFT,
        parts.new_class,
        YEAR.start,
    )
    assert not content.get("subjects")
    assert [entry["schoolName"] for entry in content["history"]] == [
        parts.world.own.facts.name,
        parts.world.schools[2].facts.name,
    ]
    for marks in (parts.world.district["193"], parts.world.department):
        async with scoped(marks, write=False):
            assert (await transfers.snapshots([done.id]))[done.id] == []


async def _records_of(parts: Parts) -> list[int]:
    found = await parts.world.owner.run("SELECT id FROM year_record WHERE book_id = $1", parts.record.book_id)
    return [row["id"] for row in found]


async def test_the_old_school_reads_its_years_and_writes_them_no_more(parts: Parts) -> None:
    """After the hand-over the head, the clerk and the teacher still see the year; policy and database refuse a change."""
    await parts.move()
    teacher = parts.world.own.actors["gv.4A"]
    for actor in (parts.old, parts.world.own.actors["vt"], teacher):
        async with scoped(actor, write=True):
            (row,) = (await records.find([parts.record.id])).values()
            assert refusal_for(actor, Action.VIEW, row) is None
            for action in (Action.EDIT, Action.SIGN_AS_TEACHER, Action.ISSUE, Action.SUBMIT, Action.WITHDRAW):
                assert refusal_for(actor, action, row) is not None, action
            changed = await sql.rows(
                "UPDATE revision SET version = version + 1 WHERE id = $1 RETURNING id", row.working.id
            )
            assert changed == []


async def test_both_sides_and_those_above_them_see_a_transfer(parts: Parts) -> None:
    """Heads and clerks of both schools, both districts, department and parent see it; the third school and teachers do not."""
    asked, world = await parts.ask(), parts.world
    for actor in (
        parts.old,
        parts.new,
        world.own.actors["vt"],
        *world.district.values(),
        world.department,
        world.guardian,
    ):
        assert actor is not None
        assert await seen(actor, asked.id) is not None, actor.role
    for actor in (world.schools[1].actors["ht"], world.own.actors["gv.4A"], world.schools[2].actors["gv.4A"]):
        assert await seen(actor, asked.id) is None, actor.role


async def test_a_family_asks_and_the_school_takes_the_request_up(parts: Parts) -> None:
    """A parent's request is seen by the receiving school, which asks; the parent may take it back until it is released."""
    parent = parts.world.guardian
    assert parent is not None
    await parts.world.bring_to(State.ISSUED, parts.record.id)
    async with scoped(parts.old, write=True):
        await submissions.submit(parts.old, [parts.record.id])
    await parts.world.checked()
    async with scoped(parts.world.department, write=True):
        await submissions.accept(parts.world.department, [parts.record.id])
    async with scoped(parent, write=True):
        wished = await cases.request(parent, parts.record.id, parts.new.unit_id or 0, "Chuyển nhà")
    assert wished.state is TransferState.REQUESTED
    asked = await parts.ask()
    assert (asked.id, asked.state, asked.open_work) == (
        wished.id,
        TransferState.ASKED,
        (OpenWork.YEAR_UNLOCKED,),
    )
    taken_back = await act(parent, CANCEL, asked.id, "Ở lại")
    assert (taken_back.state, taken_back.answer) == (TransferState.CANCELLED, "Ở lại")
    await parts.move()
    async with scoped(parent, write=False):
        assert len(await transfers.page(None, before_id=None, limit=10)) == 2
        assert (await records.find([parts.record.id]))[parts.record.id].state is State.ACCEPTED


async def test_each_step_is_the_turn_of_one_side(parts: Parts) -> None:
    """Nobody releases for the other side, accepts what is not released, or says no without a reason; nothing changes."""
    asked, world = await parts.ask(), parts.world
    await refused(world, asked.id, NotPermittedError, parts.new, RELEASE)
    await refused(world, asked.id, NotPermittedError, world.own.actors["vt"], RELEASE)
    await refused(world, asked.id, NotFoundError, world.schools[1].actors["ht"], RELEASE)
    await refused(world, asked.id, ReasonRequiredError, parts.old, REFUSE, " ")
    await refused(world, asked.id, NotPermittedError, parts.old, ASK)
    with pytest.raises(NotPermittedError):
        await parts.accept(asked.id)
    said_no = await act(parts.old, REFUSE, asked.id, "Chưa có đơn")
    assert (said_no.state, said_no.answer) == (TransferState.REFUSED, "Chưa có đơn")
    await refused(world, asked.id, NotPermittedError, parts.old, RELEASE)


async def test_a_book_is_found_only_by_code_and_birth_date_and_handed_over_once(parts: Parts) -> None:
    """A wrong birth date finds nothing, the own book is no transfer, and a second transfer waits for the first."""
    code, born = await parts.found()
    async with scoped(parts.new, write=True):
        with pytest.raises(BookNotFoundError):
            await cases.open_transfer(parts.new, code, date(2000, 1, 1), "")
    async with scoped(parts.old, write=True):
        with pytest.raises(SchoolHasBookError):
            await cases.open_transfer(parts.old, code, born, "")
    assert await parts.world.owner.run("SELECT * FROM transfer") == []
    await parts.ask()
    with pytest.raises(TransferOpenError):
        await parts.ask()
    assert len(await parts.world.owner.run("SELECT * FROM transfer")) == 1


async def test_what_is_on_its_way_bars_the_hand_over(parts: Parts) -> None:
    """While a packet waits for its verdict the book is not accepted, nor handed over under a seal; it stays where it is."""
    asked, before = await parts.ask(), await parts.book()
    await parts.release(asked.id)
    await parts.world.bring_to(State.ISSUED, parts.record.id)
    async with scoped(parts.old, write=True):
        await submissions.submit(parts.old, [parts.record.id])
    with pytest.raises(BookBusyError):
        await parts.accept(asked.id)
    assert (await seen(parts.new, asked.id)).state is TransferState.RELEASED  # type: ignore[union-attr]
    await parts.world.owner.run("UPDATE transfer SET state = 'ACCEPTING', to_class_id = $1", parts.new_class)
    with pytest.raises(BookBusyError):
        await seal(parts.world, asked.id)
    assert await parts.book() == before


async def test_a_book_goes_only_into_a_class_of_the_receiving_school(parts: Parts) -> None:
    """A class of another school is refused, and the book stays."""
    asked, before = await parts.ask(), await parts.book()
    await parts.release(asked.id)
    async with scoped(parts.new, write=True):
        with pytest.raises(ClassUnsuitableError):
            await cases.accept(parts.new, asked.id, parts.record.school_class_id)
    assert await parts.book() == before


async def test_the_database_keeps_the_life_of_a_transfer(parts: Parts) -> None:
    """Whatever the code does: a school cannot accept by writing, nor release for the other side."""
    asked = await parts.ask()
    for actor, state in (
        (parts.new, "RELEASED"),
        (parts.new, "ACCEPTED"),
        (parts.old, "RELEASED"),
        (parts.old, "ACCEPTED"),
    ):
        with pytest.raises((BaseORMException, asyncpg.PostgresError)):
            async with scoped(actor, write=True):
                await sql.rows("UPDATE transfer SET state = $2 WHERE id = $1", asked.id, state)
    assert (await seen(parts.new, asked.id)).state is TransferState.ASKED  # type: ignore[union-attr]


async def test_a_pupil_comes_back(parts: Parts) -> None:
    """Handed over there and back again, the first school writes once more what it had begun."""
    await parts.move()
    code, born = await parts.found()
    async with scoped(parts.old, write=True):
        asked = await cases.open_transfer(parts.old, code, born, "")
    await act(parts.new, RELEASE, asked.id)
    assert await seal(parts.world, asked.id)
    async with scoped(parts.old, write=True):
        await cases.accept(parts.old, asked.id, parts.record.school_class_id)
    assert await seal(parts.world, asked.id)
    async with scoped(parts.old, write=True):
        (row,) = (await records.find([parts.record.id])).values()
        assert refusal_for(parts.world.own.actors["vt"], Action.EDIT, row) is None
        changed = await sql.rows("SELECT left_behind FROM year_record WHERE id = $1", parts.record.id)
    assert changed == [{"left_behind": False}]


async def _counted(world: World) -> dict[int, int]:
    """Records that each school is waiting for, by the counters."""
    found = await world.owner.run(
        "SELECT s.school_id, sum(s.count)::int AS states, (SELECT sum(c.count)::int FROM school_count c"
        " WHERE c.school_id = s.school_id) AS school FROM state_count s GROUP BY s.school_id"
    )
    assert all(row["states"] == row["school"] for row in found)
    return {row["school_id"]: row["states"] for row in found}


async def test_a_year_that_stayed_behind_is_nobodys_unfinished_work(parts: Parts) -> None:
    """The counters pass one record from the old school to the new, and back with the pupil."""
    old, new = parts.old.unit_id or 0, parts.new.unit_id or 0
    before = await _counted(parts.world)
    await parts.move()
    moved = await _counted(parts.world)
    assert (moved[old], moved[new]) == (before[old] - 1, before[new] + 1)
    code, born = await parts.found()
    async with scoped(parts.old, write=True):
        asked = await cases.open_transfer(parts.old, code, born, "")
    await act(parts.new, RELEASE, asked.id)
    assert await seal(parts.world, asked.id)
    async with scoped(parts.old, write=True):
        await cases.accept(parts.old, asked.id, parts.record.school_class_id)
    assert await seal(parts.world, asked.id)
    assert await _counted(parts.world) == before


async def _lock(world: World, record_id: int) -> None:
    """Take a record's working revision to its lock as the owner, who must follow the lifecycle too."""
    (row,) = await world.owner.run(
        "SELECT working_revision_id AS id FROM year_record WHERE id = $1", record_id
    )
    for state in ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED", "SUBMITTED", "ACCEPTED"):
        await world.owner.run("UPDATE revision SET state = $2 WHERE id = $1", row["id"], state)
    await world.owner.run(
        "UPDATE year_record SET standing_revision_id = working_revision_id WHERE id = $1", record_id
    )
    await world.owner.run(
        "UPDATE revision SET state = 'LOCKED', effective_from = now() WHERE id = $1", row["id"]
    )


async def _write_next_year(parts: Parts, content: RecordContent) -> int:
    """The new school imports the pupil's next year; the id of its record."""
    clerk, year = parts.world.schools[2].actors["vt"], SchoolYear(YEAR.start + 1)
    following = replace(content, school_year=year, school=parts.world.schools[2].facts, class_name="4C")
    async with scoped(clerk, write=True):
        report = await import_file(clerk, parts.new.unit_id or 0, parsed([following]), dry_run=False)
        assert [row.faults for row in report.rows] == [()]
    (row,) = await parts.world.owner.run(
        "SELECT id FROM year_record WHERE book_id = $1 AND school_year = $2", parts.record.book_id, year.start
    )
    return row["id"]


async def test_a_book_with_years_locked_by_two_schools_is_read_as_one(parts: Parts) -> None:
    """Two years of one grade, the second a repeated one at the new school: code, head and parent read both."""
    parent = parts.world.guardian
    assert parent is not None
    async with scoped(parts.old, write=False):
        revision = parts.record.working.id
        content = from_json((await records.contents([revision]))[revision])
    await _lock(parts.world, parts.record.id)
    done = await parts.move()
    assert done.open_work == ()
    repeated = await _write_next_year(parts, content)
    await _lock(parts.world, repeated)
    both, (code, born) = {parts.record.id, repeated}, await parts.found()
    async with scoped(Actor(role=Role.PUBLIC, lookup_code=code), write=True):
        found = await look_up(Question(code=LookupCode(code), birth_date=born))
    assert found is not None
    assert [(year.shown.grade, year.shown.state) for year in found.years] == [(4, State.LOCKED)] * 2
    assert {year.document["school"]["name"] for year in found.years} == {
        parts.world.own.facts.name,
        parts.world.schools[2].facts.name,
    }
    for reader, seen_ids in ((parts.new, both), (parent, both), (parts.old, {parts.record.id})):
        async with scoped(reader, write=False):
            assert set(await records.find(sorted(both))) == seen_ids
