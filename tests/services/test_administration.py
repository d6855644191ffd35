"""Administration: who hands out which role where, two people for the weightier ones, ends, delegation, guardians."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import administration as rows
from backend.db.repositories import people
from backend.db.repositories.administration import NewUnit, Post
from backend.db.scope import scoped, unscoped
from backend.domain.errors import (
    AlreadyThereError,
    AssignmentInvalidError,
    CitizenNumberInvalidError,
    DomainError,
    NotFoundError,
    NotPermittedError,
    OwnMatterError,
    ProposalDecidedError,
    UnitInvalidError,
)
from backend.domain.identifiers import CitizenNumber
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Refusal, Role
from backend.services import administration
from backend.services.administration import Assigned, Person
from tests.fixtures.world import ISSUER, MARKS, PARENT, World

LAST = date(2100, 1, 1)
TODAY = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
"""As the database counts days."""


def person(subject: str = "moi") -> Person:
    return Person(ISSUER, subject, f"Người {subject}")


def post(unit_id: int, role: Role, **changes: Any) -> Post:
    known = {"staff_id": 0, "post": "Chức vụ", "valid_from": TODAY + timedelta(days=1)}
    return Post(unit_id=unit_id, role=role, **known | changes)


async def assign(actor: Actor, who: Person, wanted: Post) -> Assigned:
    async with scoped(actor, write=True):
        return await administration.assign(actor, who, wanted)


async def counts(world: World) -> tuple[int, ...]:
    """How much there is of everything that administration writes."""
    tables = ("assignment", "assignment_proposal", "org_unit", "guardian", "audit_event")
    return tuple([(await world.owner.run(f"SELECT count(*) AS n FROM {table}"))[0]["n"] for table in tables])


async def test_a_principal_hands_out_the_schools_roles_and_the_person_has_them(world: World) -> None:
    """A new homeroom teacher signs in and is one, of that class; the act is recorded with ids only."""
    principal = world.own.actors["ht"]
    [class_id] = world.own.actors["gv.4B"].class_ids
    wanted = post(world.own.id, Role.HOMEROOM_TEACHER, class_id=class_id, valid_from=TODAY + timedelta(1))
    done = await assign(principal, person(), wanted)
    assert (done.held.role, done.held.class_id, done.proposal) == (Role.HOMEROOM_TEACHER, class_id, None)
    await world.owner.run("UPDATE assignment SET valid_from = current_date WHERE id = $1", done.held.id)
    async with unscoped():
        login = await people.find_login(ISSUER, "moi")
    assert login.assignments[0].actor.class_ids == {class_id}
    [event] = await world.owner.run("SELECT * FROM audit_event WHERE action = 'ASSIGNMENT_CREATE'")
    assert (event["staff_id"], event["school_id"]) == (principal.staff_id, world.own.id)
    assert "moi" not in event["detail"]


async def test_a_principal_takes_two_people(world: World) -> None:
    """One officer proposes, another confirms; until then the person is nothing, and no one does both."""
    first, second = world.department, world.second
    proposed = await assign(first, person("ht.moi"), post(world.own.id, Role.PRINCIPAL))
    assert (proposed.held, proposed.proposal.decided_at) == (None, None)
    async with unscoped():
        assert (await people.find_login(ISSUER, "ht.moi")).assignments == ()
    before = await counts(world)
    with pytest.raises(OwnMatterError):
        async with scoped(first, write=True):
            await administration.decide(first, proposed.proposal.id, confirmed=True)
    assert await counts(world) == before
    async with scoped(second, write=True):
        assert [row.id for row in await administration.open_proposals(second)] == [proposed.proposal.id]
        done = await administration.decide(second, proposed.proposal.id, confirmed=True)
    assert (done.held.role, done.held.unit_id, done.proposal.confirmed) == (
        Role.PRINCIPAL,
        world.own.id,
        True,
    )
    with pytest.raises(ProposalDecidedError):
        async with scoped(second, write=True):
            await administration.decide(second, proposed.proposal.id, confirmed=True)
    deeds = await world.owner.run(
        "SELECT action FROM audit_event WHERE action LIKE 'ASSIGNMENT%' ORDER BY id"
    )
    assert [row["action"] for row in deeds] == ["ASSIGNMENT_PROPOSE", "ASSIGNMENT_CONFIRM"]


async def test_who_would_get_a_role_does_not_confirm_it(world: World) -> None:
    """Two people besides the one it is for; a rejection needs only one, and leaves nothing."""
    first, second = world.department, world.second
    wanted = post(first.unit_id, Role.DEPARTMENT_OFFICER)
    with pytest.raises(OwnMatterError):
        await assign(first, person("so"), wanted)
    district = (await assign(first, person("so3"), wanted)).proposal
    await world.owner.run(
        "UPDATE assignment_proposal SET staff_id = $2 WHERE id = $1", district.id, second.staff_id
    )
    with pytest.raises(OwnMatterError):
        async with scoped(second, write=True):
            await administration.decide(second, district.id, confirmed=True)
    async with scoped(first, write=True):
        done = await administration.decide(first, district.id, confirmed=False)
    assert (done.held, done.proposal.confirmed, done.proposal.decided_at is None) == (None, False, False)


async def test_the_database_itself_wants_two(world: World) -> None:
    """A principal without a proposal, or with one that nobody else confirmed, is refused below the use case too."""
    officer = world.department
    proposal = (await assign(officer, person("ht.moi"), post(world.own.id, Role.PRINCIPAL))).proposal
    wanted = post(world.own.id, Role.PRINCIPAL, staff_id=proposal.staff_id)
    before = await counts(world)
    for proposal_id in (None, proposal.id):
        with pytest.raises(BaseORMException, match="row-level security"):
            async with scoped(officer, write=True):
                await rows.assign(wanted, proposal_id)
    with pytest.raises(BaseORMException, match="takes_two"):
        async with scoped(officer, write=True):
            await rows.decide(proposal.id, officer.staff_id, confirmed=True)
    for role in (Role.PRINCIPAL, Role.DISTRICT_OFFICER):
        with pytest.raises(BaseORMException, match="row-level security"):
            async with scoped(world.own.actors["ht"], write=True):
                await rows.assign(post(world.own.id, role, staff_id=proposal.staff_id))
    assert await counts(world) == before


@pytest.mark.parametrize(
    ("login", "role", "where", "reason"),
    [
        ("ht", Role.PRINCIPAL, "own", Refusal.ROLE),
        ("ht", Role.DISTRICT_OFFICER, "own", Refusal.ROLE),
        ("ht", Role.CLERK, "sibling", Refusal.SCOPE),
        ("pht", Role.HOMEROOM_TEACHER, "own", Refusal.ROLE),
        ("vt", Role.CLERK, "own", Refusal.ROLE),
        ("gv.4A", Role.CLERK, "own", Refusal.ROLE),
        ("phong", Role.CLERK, "own", Refusal.ROLE),
        ("so", Role.GUARDIAN, "own", Refusal.ROLE),
        ("so", Role.PUBLIC, "own", Refusal.ROLE),
    ],
)
async def test_nobody_hands_out_beyond_their_right(
    world: World, login: str, role: Role, where: str, reason: Refusal
) -> None:
    """Roles and units outside the table are refused, a foreign unit like one that is not there; nothing is written."""
    actors = world.own.actors | {"phong": world.district["193"], "so": world.department}
    unit_id = world.own.id if where == "own" else world.schools[1].id
    before = await counts(world)
    with pytest.raises(NotFoundError if reason is Refusal.SCOPE else NotPermittedError) as refused:
        await assign(actors[login], person(), post(unit_id, role))
    assert refused.value.reason == reason
    assert await counts(world) == before


@pytest.mark.parametrize(
    ("role", "changes", "error"),
    [
        (Role.HOMEROOM_TEACHER, {}, AssignmentInvalidError),
        (Role.HOMEROOM_TEACHER, {"class_id": 999_999}, NotFoundError),
        (Role.HOMEROOM_TEACHER, {"class_id": "sibling"}, NotFoundError),
        (Role.CLERK, {"class_id": "own"}, AssignmentInvalidError),
        (Role.CLERK, {"valid_from": date(2020, 1, 1)}, AssignmentInvalidError),
        (Role.CLERK, {"valid_to": date(2020, 1, 1)}, AssignmentInvalidError),
        (Role.CLERK, {"who": "22193401.vt"}, AlreadyThereError),
        (Role.CLERK, {"who": "22193401.ht"}, OwnMatterError),
        (Role.CLERK, {"who": " "}, AssignmentInvalidError),
    ],
    ids=str,
)
async def test_what_does_not_go_together_is_refused(
    world: World, role: Role, changes: dict[str, Any], error: type[DomainError]
) -> None:
    """Class, dates and person must fit the role; nothing is written."""
    classes = {"own": world.own.actors["gv.4A"], "sibling": world.schools[1].actors["gv.4A"]}
    if (named := changes.get("class_id")) in classes:
        changes = changes | {"class_id": next(iter(classes[named].class_ids))}
    who = person(changes.pop("who", "moi") if "who" in changes else "moi")
    before = await counts(world)
    with pytest.raises(error):
        await assign(world.own.actors["ht"], who, post(world.own.id, role, **changes))
    assert await counts(world) == before


async def test_a_role_that_is_ended_is_gone_at_the_next_operation(world: World) -> None:
    """Yesterday as the last day ends it at once; further back nothing is rewritten; one's own is for others to end."""
    principal, clerk = world.own.actors["ht"], world.own.actors["vt"]
    yesterday = TODAY - timedelta(days=1)
    for refused, assignment, day in (
        (AssignmentInvalidError, clerk.assignment_id, date(2020, 1, 1)),
        (NotPermittedError, principal.assignment_id, yesterday),
        (NotFoundError, world.schools[1].actors["vt"].assignment_id, yesterday),
    ):
        with pytest.raises(refused):
            async with scoped(principal, write=True):
                await administration.end(principal, assignment, day)
    async with scoped(principal, write=True):
        await administration.end(principal, clerk.assignment_id, yesterday)
    async with unscoped():
        assert (await people.find_login(ISSUER, "22193401.vt")).assignments == ()
    with pytest.raises(OwnMatterError):
        async with scoped(world.department, write=True):
            await administration.end(world.department, world.department.assignment_id, yesterday)


async def test_a_deputy_signs_for_the_principal_when_delegated(world: World) -> None:
    """Only the school's principal delegates, only to a deputy, and takes it back."""
    principal, deputy = world.own.actors["ht"], world.own.actors["pht"]
    for delegated in (True, False):
        async with scoped(principal, write=True):
            await administration.delegate(principal, deputy.assignment_id, delegated=delegated)
        async with unscoped():
            login = await people.find_login(ISSUER, "22193401.pht")
        assert login.assignments[0].actor.may_sign_for_principal is delegated
    for actor, assignment, error in (
        (principal, world.own.actors["vt"].assignment_id, AssignmentInvalidError),
        (principal, world.schools[1].actors["pht"].assignment_id, NotFoundError),
        (world.department, deputy.assignment_id, NotPermittedError),
        (deputy, deputy.assignment_id, NotPermittedError),
    ):
        with pytest.raises(error):
            async with scoped(actor, write=True):
                await administration.delegate(actor, assignment, delegated=True)


async def test_the_department_makes_and_ends_units(world: World) -> None:
    """A school below a district, ended with a successor of its kind; a code is given once; nobody else may."""
    officer = world.department
    district = world.district["193"].unit_id
    new = NewUnit(
        kind=UnitKind.SCHOOL, code="22193499", name="Trường Mới", parent_id=district, valid_from=TODAY
    )
    async with scoped(officer, write=True):
        unit_id = await administration.create_unit(officer, new)
        await administration.end_unit(officer, unit_id, LAST, world.own.id)
    [row] = await world.owner.run("SELECT valid_to, successor_id FROM org_unit WHERE id = $1", unit_id)
    assert (row["valid_to"], row["successor_id"]) == (LAST, world.own.id)
    before = await counts(world)
    for error, attempt in (
        (AlreadyThereError, new),
        (
            UnitInvalidError,
            NewUnit(kind=UnitKind.SCHOOL, code="1", name="T", parent_id=unit_id, valid_from=LAST),
        ),
        (
            UnitInvalidError,
            NewUnit(kind=UnitKind.SCHOOL, code="1", name=" ", parent_id=district, valid_from=LAST),
        ),
        (
            UnitInvalidError,
            NewUnit(kind=UnitKind.DEPARTMENT, code="1", name="S", parent_id=district, valid_from=LAST),
        ),
    ):
        with pytest.raises(error):
            async with scoped(officer, write=True):
                await administration.create_unit(officer, attempt)
    for unit, successor, day, error in (
        (officer.unit_id, None, LAST, NotPermittedError),
        (unit_id, district, LAST, UnitInvalidError),
        (unit_id, unit_id, LAST, UnitInvalidError),
        (unit_id, None, date(2020, 1, 1), UnitInvalidError),
    ):
        with pytest.raises(error):
            async with scoped(officer, write=True):
                await administration.end_unit(officer, unit, day, successor)
    with pytest.raises(NotPermittedError):
        async with scoped(world.own.actors["ht"], write=True):
            await administration.create_unit(world.own.actors["ht"], new)
    assert await counts(world) == before


async def test_a_guardian_is_linked_and_unlinked_by_the_managing_school(world: World) -> None:
    """The link is what lets them see; ended, it is gone at once. Other schools and teachers may not."""
    clerk = world.own.actors["vt"]
    child = (await world.records(world.own.actors["gv.4B"]))[0]
    async with scoped(clerk, write=True):
        await administration.link_guardian(clerk, child.id, "Phụ huynh Hai", "cha", "022 185 000 025", MARKS)
    async with unscoped():
        await people.remember_guardian(
            "https://vneid.example", "ph2", MARKS.of(CitizenNumber("022185000025")), "Phụ huynh Hai"
        )
        linked = await people.find_login("https://vneid.example", "ph2")
    assert linked.guardian.book_ids == {child.book_id}
    before = await counts(world)
    foreign = (await world.records(world.schools[1].actors["vt"]))[0]
    for actor, record_id, number, error in (
        (clerk, child.id, "022185000025", AlreadyThereError),
        (clerk, child.id, "12", CitizenNumberInvalidError),
        (clerk, foreign.id, PARENT, NotFoundError),
        (world.own.actors["gv.4B"], child.id, PARENT, NotPermittedError),
        (world.department, child.id, PARENT, NotPermittedError),
    ):
        with pytest.raises(error):
            async with scoped(actor, write=True):
                await administration.link_guardian(actor, record_id, "X", "cha", number, MARKS)
    assert await counts(world) == before
    async with scoped(clerk, write=True):
        await administration.unlink_guardian(clerk, child.id, "022185000025", MARKS)
    async with unscoped():
        linked = await people.find_login("https://vneid.example", "ph2")
    assert linked.guardian.book_ids == frozenset()
    with pytest.raises(BaseORMException, match="row-level security"):
        async with scoped(clerk, write=True):
            await sql.rows(
                "INSERT INTO guardian (pupil_id, full_name, relation, citizen_mark)"
                " VALUES ((SELECT max(id) FROM pupil) + 1, 'X', 'cha', $1)",
                MARKS.of(CitizenNumber("022185000025"))[0],
            )


async def test_who_administers_a_unit_sees_what_is_held_there(world: World) -> None:
    """A principal their own school, the department every unit, nobody else any."""
    principal = world.own.actors["ht"]
    async with scoped(principal, write=False):
        held = await administration.held_in(principal, world.own.id)
        assert {row.unit_id for row in held} == {world.own.id}
        assert len(held) == 5
        with pytest.raises(NotFoundError):
            await administration.held_in(principal, world.schools[1].id)
    async with scoped(world.department, write=False):
        assert len(await administration.held_in(world.department, world.schools[1].id)) == 5
    for actor in (world.own.actors["vt"], world.district["193"], world.guardian):
        with pytest.raises(NotPermittedError):
            async with scoped(actor, write=False):
                await administration.held_in(actor, world.own.id)
        with pytest.raises(NotPermittedError):
            async with scoped(actor, write=False):
                await administration.open_proposals(actor)
