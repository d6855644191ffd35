"""PostGraphile's fields and functions do what our use cases do, whatever has become of the schema."""

import asyncpg
import pytest

from backend.db.repositories import records
from backend.db.scope import scoped
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Role
from backend.services.acting import refusal_for
from tests.bench import servers
from tests.bench.gateway.samples import DATABASE_ROLE, Person
from tests.fixtures.world import World

ROLES = (Role.PRINCIPAL, Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER)


@pytest.fixture
async def equipped(world: World) -> World:
    servers.add_fields(world.urls)
    await servers.fill_tables(world.urls)
    return world


def person_of(actor: Actor) -> Person:
    return Person("", actor.role, actor.staff_id, actor.assignment_id, tuple(actor.school_ids))


async def as_postgraphile(world: World, actor: Actor, statement: str, *binds: object) -> list[asyncpg.Record]:
    """Run a statement as PostGraphile does: settings of the transaction, then the role."""
    connection = await asyncpg.connect(world.urls.app)
    try:
        async with connection.transaction():
            for name, value in person_of(actor).settings().items():
                await connection.execute("SELECT set_config($1, $2, true)", name, value)
            return await connection.fetch(statement, *binds)
    finally:
        await connection.close()


async def test_a_return_writes_what_our_use_case_writes(equipped: World) -> None:
    """State, successor, counters and audit of a record that PostGraphile's function returned."""
    principal = equipped.own.actors["ht"]
    record = (await equipped.records(principal))[0]
    await equipped.bring_to(State.TEACHER_SIGNED, record.id)
    await as_postgraphile(equipped, principal, "SELECT record_return($1, $2)", record.id, "Bổ sung.")
    async with scoped(principal, write=False):
        row = (await records.find([record.id]))[record.id]
        history = (await records.revisions([record.id]))[record.id]
    assert [(item.number, item.state) for item in history] == [(1, State.RETURNED), (2, State.DRAFT)]
    assert (row.state, row.working.number, row.working.opened_by) == (State.DRAFT, 2, Action.RETURN)
    assert row.working.reason == "Bổ sung."
    written = await equipped.owner.run(
        "SELECT staff_id, revision_id FROM audit_event WHERE action = 'RETURN'"
    )
    assert [tuple(item) for item in written] == [(principal.staff_id, record.working.id)]


async def test_a_return_that_the_policy_refuses_is_refused_there_too(equipped: World) -> None:
    """A draft cannot be returned: an error, and nothing written."""
    principal = equipped.own.actors["ht"]
    record = (await equipped.records(principal))[0]
    with pytest.raises(asyncpg.RaiseError):
        await as_postgraphile(equipped, principal, "SELECT record_return($1, $2)", record.id, "Bổ sung.")
    assert await equipped.owner.run("SELECT FROM audit_event WHERE action = 'RETURN'") == []


@pytest.mark.parametrize("role", ROLES)
async def test_the_actions_of_the_viewer_are_the_policy_s(equipped: World, role: Role) -> None:
    """Over drafts, signed and issued records, for everybody whom the bench lets ask."""
    actors = {
        Role.PRINCIPAL: equipped.own.actors["ht"],
        Role.DISTRICT_OFFICER: equipped.district["193"],
        Role.DEPARTMENT_OFFICER: equipped.department,
    }
    actor = actors[role]
    ids = [record.id for record in await equipped.records(equipped.own.actors["ht"])]
    await equipped.bring_to(State.TEACHER_SIGNED, *ids[:2])
    await equipped.bring_to(State.ISSUED, *ids[2:4])
    shown = await as_postgraphile(
        equipped, actor, "SELECT y.id, year_record_viewer_actions(y) AS actions FROM year_record y"
    )
    expected = {
        record.id: [action for action in Action if refusal_for(actor, action, record) is None]
        for record in await equipped.records(actor)
    }
    assert len(expected) >= len(ids)
    assert {row["id"]: row["actions"] for row in shown} == expected


def test_every_role_that_asks_has_its_database_role() -> None:
    assert {*ROLES, Role.PUBLIC} == set(DATABASE_ROLE)
