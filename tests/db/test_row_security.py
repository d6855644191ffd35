"""Each scope sees exactly its rows, and a query outside a scope sees nothing at all."""

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import people, records
from backend.db.repositories.records import RecordFilter
from backend.db.scope import scoped, scoped_apart, unscoped
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Role, refusal
from backend.services.records import send_back
from tests.fixtures.world import CLASSES, PARENT_MARKS, PARENTS_ISSUER, PUPILS_PER_CLASS, World

PER_SCHOOL = len(CLASSES) * PUPILS_PER_CLASS


async def _schools_seen(actor: Actor) -> tuple[set[int], int]:
    async with scoped(actor, write=False):
        rows = await records.page(RecordFilter(), after=None, limit=100)
    return {row.school_id for row in rows}, len(rows)


async def test_a_school_sees_its_own_records_only(world: World) -> None:
    """A principal sees every record of the school and none of a sibling's."""
    assert await _schools_seen(world.own.actors["ht"]) == ({world.own.id}, PER_SCHOOL)


async def test_a_teacher_sees_their_class_only(world: World) -> None:
    """A homeroom teacher sees the class and not the one next door."""
    rows = await world.records(world.own.actors["gv.4A"])
    assert [row.class_name for row in rows] == ["4A"] * PUPILS_PER_CLASS


async def test_a_district_sees_its_schools(world: World) -> None:
    """A district officer sees the schools below the district in the tree of today."""
    assert await _schools_seen(world.district["193"]) == (
        {school.id for school in world.schools[:2]},
        2 * PER_SCHOOL,
    )


async def test_the_department_sees_everything(world: World) -> None:
    """A department officer sees every school of the province."""
    assert await _schools_seen(world.department) == (
        {school.id for school in world.schools},
        3 * PER_SCHOOL,
    )


async def test_the_public_sees_what_its_code_opens(world: World) -> None:
    """Without a code the public sees no record; with one, the records of that book."""
    target = (await world.records(world.own.actors["ht"]))[0]
    for code, expected in ((None, []), ("0" * 32, []), (target.lookup_code, [target.id])):
        async with scoped(Actor(role=Role.PUBLIC, lookup_code=code), write=False):
            seen = [row["id"] for row in await sql.rows("SELECT id FROM year_record")]
        assert seen == expected


async def _accept(world: World, record_ids: list[int]) -> None:
    """As the department has accepted them: their working revision stands."""
    await world.bring_to(State.ISSUED, *record_ids)
    for state in (State.SUBMITTED, State.ACCEPTED):
        await world.owner.run(
            "UPDATE revision SET state = $2 FROM year_record y WHERE y.working_revision_id = revision.id"
            " AND y.id = ANY ($1)",
            record_ids,
            state,
        )
    await world.owner.run(
        "UPDATE year_record SET state = 'ACCEPTED', standing_revision_id = working_revision_id WHERE id = ANY ($1)",
        record_ids,
    )


async def test_a_guardian_sees_what_stands_of_their_own_child(world: World) -> None:
    """Nothing while the school works on it; once accepted the one record, of many accepted ones."""
    everything = await world.records(world.department)
    own = [row.id for row in everything if row.book_id in world.guardian.book_ids]
    assert await world.records(world.guardian) == []
    await _accept(world, [row.id for row in everything])
    assert [row.id for row in await world.records(world.guardian)] == own
    assert len(own) == 1


async def test_a_guardian_is_shown_the_revision_that_stands(world: World) -> None:
    """While a replacement is open the accepted revision is the one at hand, and the draft is not there."""
    principal, child = world.own.actors["ht"], (await world.records(world.own.actors["gv.4A"]))[0]
    await _accept(world, [child.id])
    async with scoped(principal, write=True):
        replaced = await send_back(principal, Action.REPLACE, child.id, "Sai điểm")
    seen = (await world.records(world.guardian))[0]
    assert replaced.working.id != child.working.id
    assert (seen.working.id, seen.standing.id) == (child.working.id, child.working.id)
    async with scoped(world.guardian, write=False):
        history = (await records.revisions([child.id]))[child.id]
        contents = await records.contents([child.working.id, replaced.working.id])
    assert [row.id for row in history] == [child.working.id]
    assert set(contents) == {child.working.id}


async def test_a_link_that_ends_ends_the_sight(world: World) -> None:
    """Whose number is linked to no child sees none; the scope is read anew for each operation."""
    await world.owner.run("DELETE FROM guardian WHERE citizen_mark = $1", PARENT_MARKS[0])
    async with unscoped():
        login = await people.find_login(PARENTS_ISSUER, "ph")
    assert login.guardian == Actor(role=Role.GUARDIAN)


async def test_logins_of_guardians_are_behind_doors(world: World) -> None:
    """No scope reads whose number a login has verified, nor writes one."""
    for actor in (world.department, world.own.actors["ht"], world.guardian):
        with pytest.raises(BaseORMException, match="permission denied"):
            async with scoped(actor, write=True):
                await sql.rows("SELECT citizen_mark FROM guardian_login")
        with pytest.raises(BaseORMException, match="permission denied"):
            async with scoped(actor, write=True):
                await people.remember_guardian(PARENTS_ISSUER, "ph", PARENT_MARKS, "Kẻ khác")


async def test_rows_agree_with_the_policy(world: World) -> None:
    """For every actor, the rows the database shows are the records the policy lets them view."""
    await _accept(world, [row.id for row in (await world.records(world.own.actors["gv.4A"]))[:2]])
    everything = await world.records(world.department)
    actors = [actor for school in world.schools for actor in school.actors.values()]
    for actor in [*actors, *world.district.values(), world.department, world.guardian]:
        seen = {row.id for row in await world.records(actor)}
        allowed = {
            row.id for row in everything if refusal(actor, Action.VIEW, row.facts(row.working)) is None
        }
        assert seen == allowed, actor.role


async def test_a_query_without_a_scope_is_refused(world: World) -> None:
    """The application's login role by itself may read no table."""
    with pytest.raises(BaseORMException, match="permission denied"):
        async with unscoped():
            await sql.rows("SELECT count(*) FROM revision")


async def test_a_scope_leaves_nothing_behind_in_the_pool(world: World) -> None:
    """A pooled connection carries neither role nor settings over to the next request."""
    for _ in range(6):
        await world.records(world.department)
    for _ in range(6):
        async with unscoped():
            row = await sql.one("SELECT current_user AS u, current_setting('app.schools', true) AS s")
        assert (row["u"], row["s"] or "") == ("hocba_app", "")


async def test_a_reading_scope_cannot_write(world: World) -> None:
    """A query runs read-only: even a statement that the role may run is refused."""
    record = (await world.records(world.own.actors["ht"]))[0]
    with pytest.raises(BaseORMException, match="read-only"):
        async with scoped(world.own.actors["ht"], write=False):
            await sql.rows("UPDATE revision SET version = 9 WHERE id = $1", record.working.id)
    assert (await world.records(world.own.actors["ht"]))[0].working.version == record.working.version


async def test_a_school_cannot_write_another_schools_rows(world: World) -> None:
    """An update across schools touches no row, an insert is refused."""
    foreign = (await world.records(world.schools[1].actors["ht"]))[0]
    async with scoped(world.own.actors["ht"], write=True):
        touched = await sql.rows(
            "UPDATE revision SET version = 9 WHERE id = $1 RETURNING id", foreign.working.id
        )
    assert touched == []
    with pytest.raises(BaseORMException, match="row-level security"):
        async with scoped(world.own.actors["ht"], write=True):
            await sql.rows(
                "INSERT INTO school_class (school_id, school_year, grade, name) VALUES ($1, 2024, 1, '1Z')",
                foreign.school_id,
            )


async def test_a_transaction_apart_has_its_own_scope(world: World) -> None:
    """A lookup inside a signed-in operation sees by its code, and the operation goes on as before."""
    target = (await world.records(world.schools[2].actors["ht"]))[0]
    async with scoped(world.own.actors["ht"], write=False):
        async with scoped_apart(Actor(role=Role.PUBLIC, lookup_code=target.lookup_code)):
            assert len(await sql.rows("SELECT id FROM year_record")) == 1
        assert len(await sql.rows("SELECT id FROM year_record")) == PER_SCHOOL


@pytest.mark.parametrize(
    "role",
    ["hocba_app", "hocba_worker", "hocba_school", "hocba_department", "hocba_public", "hocba_guardian"],
)
async def test_no_role_owns_or_bypasses(world: World, role: str) -> None:
    """No role of the running system owns a table, bypasses row security or is a superuser."""
    rows = await world.owner.run(
        "SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS mighty"
        " FROM pg_roles r WHERE rolname = $1",
        role,
    )
    assert [row["mighty"] for row in rows] == [False]


async def test_every_table_has_row_security(world: World) -> None:
    """Every table with people's data has row-level security, also for its owner."""
    open_tables = {"lifecycle_transition", "transfer_transition", "tortoise_migrations"}
    rows = await world.owner.run(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert {row["relname"] for row in rows if not row["relname"].startswith("pgqueuer")} <= open_tables


async def test_the_queue_is_closed_to_requests(world: World) -> None:
    """A request can put a job but never read the queue."""
    with pytest.raises(BaseORMException, match="permission denied"):
        async with scoped(world.department, write=True):
            await sql.rows("SELECT * FROM pgqueuer")


async def test_the_worker_becomes_the_department_or_a_school_and_nobody_else(world: World) -> None:
    """To lock what is due the worker takes the department's scope, to settle a book that changes schools the
    receiving school's; without them, it may do neither."""
    for role in ("hocba_district", "hocba_guardian", "hocba_public", "hocba_owner"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.worker.run(f"SET ROLE {role}")
    await world.worker.run("SET ROLE hocba_department")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.worker.run("UPDATE lock_period SET sealed_at = now()")
