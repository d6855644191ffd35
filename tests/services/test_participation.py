"""Taking part: declared by the school, proposed by the district, approved by the department, and counted."""

import asyncio
import contextvars
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import participation as rows
from backend.db.repositories import participation_reports, preparing
from backend.db.repositories.preparing import Member
from backend.db.scope import scoped
from backend.domain.errors import (
    ConditionsIncompleteError,
    ConditionsNotMetError,
    DayInvalidError,
    NotFoundError,
    NotPermittedError,
    ProposalAnsweredError,
    ReasonRequiredError,
)
from backend.domain.participation import (
    Answer,
    Condition,
    ParticipationAction,
    ParticipationState,
    ReportKind,
)
from backend.domain.policy import Actor
from backend.services import participation
from backend.services import participation_reports as reports
from backend.services import preparing as cases
from tests.fixtures.world import School, World
from tests.graph.taking_part import ANSWERS, DAY
from tests.strategies.records import YEAR

PROPOSE, APPROVE = ParticipationAction.PROPOSE, ParticipationAction.APPROVE
LACKING = [
    Answer(condition=item, met=item is not Condition.SIGNATURES, evidence="Biên bản") for item in Condition
]


async def declare(school: School, answers: Sequence[Answer] = ANSWERS) -> int:
    actor = school.actors["ht"]
    async with scoped(actor, write=True):
        made, _ = await participation.declare(actor, YEAR, answers)
    return made.id


async def act(actor: Actor, action: ParticipationAction, *ids: int, reason: str = "") -> None:
    async with scoped(actor, write=True):
        await participation.act(actor, action, ids, reason)


async def state_of(world: World, key: int) -> str:
    return (await world.owner.run("SELECT state FROM participation WHERE id = $1", key))[0]["state"]


async def test_a_school_takes_part_when_three_have_agreed(world: World) -> None:
    """The district proposes, the department approves, and the count of its district follows each step at once."""
    district, department = world.district["193"], world.department
    key = await declare(world.own)
    await act(district, PROPOSE, key)
    await act(department, APPROVE, key)
    async with scoped(department, write=False):
        counted = {row.unit_id: row for row in await participation.progress(department, YEAR)}
        absent = await rows.missing([(district.unit_id, YEAR.start)])
    row = counted[district.unit_id]
    assert (row.schools, row.declared, row.proposed, row.approved) == (2, 0, 0, 1)
    assert absent == {(district.unit_id, YEAR.start): [world.schools[1].id]}
    deeds = await world.owner.run(
        "SELECT action FROM audit_event WHERE action LIKE 'PARTICIPATION%' ORDER BY id"
    )
    assert [deed["action"] for deed in deeds] == [
        "PARTICIPATION_DECLARE",
        "PARTICIPATION_PROPOSE",
        "PARTICIPATION_APPROVE",
    ]


async def test_a_district_counts_its_own_schools_only(world: World) -> None:
    """What other districts do is not shown as if nobody there took part."""
    district = world.district["193"]
    async with scoped(district, write=False):
        counted = await participation.progress(district, YEAR)
    assert [(row.unit_id, row.schools) for row in counted] == [(district.unit_id, 2)]


async def test_an_unmet_condition_keeps_a_school_out(world: World) -> None:
    """Neither the district nor a statement past the rules gets a school on without all four conditions."""
    district = world.district["193"]
    key = await declare(world.own, LACKING)
    with pytest.raises(ConditionsNotMetError) as refused:
        await act(district, PROPOSE, key)
    assert refused.value.params == {"conditions": "SIGNATURES"}
    with pytest.raises(BaseORMException, match="condition is not met"):
        async with scoped(district, write=True):
            await sql.rows("UPDATE participation SET state = 'PROPOSED' WHERE id = $1", key)
    assert await state_of(world, key) == "DECLARED"


async def test_the_database_lets_no_declaration_jump(world: World) -> None:
    """From declared to approved leads no way, whoever writes."""
    key = await declare(world.own)
    with pytest.raises(BaseORMException, match="cannot go from DECLARED to APPROVED"):
        async with scoped(world.department, write=True):
            await sql.rows("UPDATE participation SET state = 'APPROVED' WHERE id = $1", key)
    assert await state_of(world, key) == "DECLARED"


async def test_a_returned_declaration_says_why_and_is_declared_anew(world: World) -> None:
    """Without a reason nothing is given back; with one the school reads it and answers."""
    district = world.district["193"]
    key = await declare(world.own, LACKING)
    with pytest.raises(ReasonRequiredError):
        await act(district, ParticipationAction.RETURN, key)
    assert await state_of(world, key) == "DECLARED"
    await act(district, ParticipationAction.RETURN, key, reason="Thiếu  chữ ký số")
    async with scoped(world.own.actors["ht"], write=False):
        given_back = (await rows.find([key]))[key]
    assert (given_back.state, given_back.reason) == (ParticipationState.RETURNED, "Thiếu chữ ký số")
    assert await declare(world.own) == key
    await act(district, PROPOSE, key)
    assert await state_of(world, key) == "PROPOSED"


async def test_all_or_none_of_a_selection_moves(world: World) -> None:
    """One school that is not ready, or not the district's, leaves all where they were."""
    keys = [await declare(school) for school in world.schools]
    with pytest.raises(NotFoundError) as refused:
        await act(world.district["193"], PROPOSE, *keys)
    assert refused.value.field == "participationIds.2"
    assert [await state_of(world, key) for key in keys] == ["DECLARED"] * 3


async def test_a_declaration_answers_each_condition_once(world: World) -> None:
    """Three answers, or one twice, are no declaration; a dry run says what is missing and writes nothing."""
    actor = world.own.actors["ht"]
    for answers in (ANSWERS[:3], [*ANSWERS[:3], ANSWERS[0]]):
        with pytest.raises(ConditionsIncompleteError):
            await declare(world.own, answers)
    async with scoped(actor, write=True):
        standing, missing = await participation.declare(actor, YEAR, LACKING, dry_run=True)
    assert (standing, missing) == (None, (Condition.SIGNATURES,))
    assert await world.owner.run("SELECT 1 FROM participation") == []


async def test_trained_teachers_are_counted_once_and_by_their_school(world: World) -> None:
    """Attendance is the school's to write, replaces what was written, and shows as its share of teachers."""
    actor, district = world.own.actors["ht"], world.district["193"]
    teachers = [world.own.actors[name].assignment_id for name in ("gv.4A", "gv.4B")]
    async with scoped(district, write=True):
        training = await cases.hold_training(district, YEAR, DAY, "Ký số", "Hạ Long")
    for present in (teachers, teachers[:1], teachers[:1]):
        async with scoped(actor, write=True):
            await cases.record_attendance(actor, training.id, present)
    async with scoped(district, write=False):
        known = await rows.readiness([(world.own.id, YEAR.start), (world.schools[2].id, YEAR.start)])
    assert list(known) == [(world.own.id, YEAR.start)]
    assert (known[world.own.id, YEAR.start].teachers, known[world.own.id, YEAR.start].teachers_trained) == (
        2,
        1,
    )
    stranger = world.schools[1].actors["gv.4A"].assignment_id
    with pytest.raises(NotFoundError):
        async with scoped(actor, write=True):
            await cases.record_attendance(actor, training.id, [stranger])
    assert len(await world.owner.run("SELECT 1 FROM training_attendance")) == 1


async def test_a_proposal_is_answered_once_and_by_the_other_side(world: World) -> None:
    """Who proposed does not answer; a second answer does not overwrite the first."""
    actor, district = world.own.actors["ht"], world.district["193"]
    async with scoped(district, write=True):
        visit = await cases.record_visit(district, world.own.id, YEAR, DAY, "Thiếu máy tính")
        asked = await cases.propose(district, visit.id, "Bổ sung hai máy")
        with pytest.raises(ProposalAnsweredError):
            await cases.answer(district, asked.id, "Vâng")
    async with scoped(actor, write=True):
        await cases.answer(actor, asked.id, "Sẽ bổ sung trong tháng")
    with pytest.raises(ProposalAnsweredError):
        async with scoped(actor, write=True):
            await cases.answer(actor, asked.id, "Không")
    async with scoped(actor, write=False):
        [kept] = (await preparing.proposals_of([visit.id]))[visit.id]
    assert (kept.answer, kept.by_school) == ("Sẽ bổ sung trong tháng", False)


@pytest.mark.parametrize("day", [date(YEAR.start, 6, 30), datetime.now(UTC).date() + timedelta(days=2)])
async def test_a_visit_is_of_its_year_and_not_of_tomorrow(world: World, day: date) -> None:
    """A day outside the school year, or one that is still to come, is refused and nothing is kept."""
    district = world.district["193"]
    with pytest.raises(DayInvalidError):
        async with scoped(district, write=True):
            await cases.record_visit(district, world.own.id, YEAR, day, "Đủ")
    assert await world.owner.run("SELECT 1 FROM supervision_visit") == []


async def test_a_working_group_is_set_as_a_whole_by_its_own_unit(world: World) -> None:
    """The new group takes the old one's place; a teacher changes nothing."""
    actor, teacher = world.own.actors["ht"], world.own.actors["gv.4A"]
    for names in (("Bà A", "Ông B"), ("Bà C",)):
        async with scoped(actor, write=True):
            await cases.set_group(
                actor, YEAR, [Member(full_name=name, post="", duty="Tổ viên") for name in names]
            )
    with pytest.raises(NotPermittedError):
        async with scoped(teacher, write=True):
            await cases.set_group(teacher, YEAR, [])
    async with scoped(teacher, write=False):
        assert [item.full_name for item in await preparing.group_of(world.own.id, YEAR.start)] == ["Bà C"]


@pytest.mark.parametrize("kind", ReportKind)
async def test_every_report_is_a_whole_table_of_the_scope(world: World, kind: ReportKind) -> None:
    """Rows are as long as the heading, only the district's schools are in it, and the files are asked for."""
    district = world.district["193"]
    await declare(world.own)
    async with scoped(district, write=True):
        await cases.record_visit(district, world.own.id, YEAR, DAY, "Thiếu máy tính")
        report = await reports.make(district, YEAR, kind, DAY)
    assert report.table.rows
    assert {len(row) for row in report.table.rows} == {len(report.table.columns)}
    assert world.schools[2].facts.name not in str(report.table.rows)
    assert report.table.subtitle == "Phòng 193 · Năm học 2024-2025 · Tháng 10/2024"
    [job] = await world.owner.run(
        "SELECT convert_from(payload, 'UTF8') AS payload FROM pgqueuer WHERE entrypoint = 'participation.report/1'"
    )
    assert job["payload"] == f'{{"report_id": {report.id}}}'


async def test_a_report_keeps_what_it_said(world: World) -> None:
    """What happens afterwards changes no report that was made."""
    district = world.district["193"]
    async with scoped(district, write=True):
        report = await reports.make(district, YEAR, ReportKind.SURVEY, DAY)
    await declare(world.own)
    async with scoped(district, write=False):
        kept = (await participation_reports.find([report.id]))[report.id]
    assert kept.table == report.table
    assert "Chưa đăng ký" in kept.table.rows[0]


async def test_a_declaration_waits_for_the_district_and_then_comes_too_late(world: World) -> None:
    """Two acts at once: the school's comes after the proposal, is refused by the state and changes no answer."""
    actor, district = world.own.actors["ht"], world.district["193"]
    key = await declare(world.own)

    async def declare_anew() -> str:
        try:
            await declare(world.own, LACKING)
        except NotPermittedError as error:
            return error.reason
        return ""

    # a task of its own transaction, as another request has it
    elsewhere = contextvars.copy_context()
    async with scoped(district, write=True):
        await participation.act(district, PROPOSE, [key])
        late = asyncio.create_task(declare_anew(), context=elsewhere)
        await eventually_waits(world)
    assert await late == "STATE_FORBIDS"
    async with scoped(actor, write=False):
        kept = (await rows.find([key]))[key]
    assert (kept.state, kept.facts.unmet) == (ParticipationState.PROPOSED, ())


async def eventually_waits(world: World) -> None:
    """Until a session of the database waits for another's lock."""
    for _ in range(200):
        waiting = await world.owner.run("SELECT 1 FROM pg_locks WHERE NOT granted")
        if waiting:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")
