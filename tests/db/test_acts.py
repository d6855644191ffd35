"""One statement that acts: it sees what compiled reads and rows see, and does nothing that was not judged."""

from collections.abc import Mapping

import asyncpg
import pytest

from backend.db import sql
from backend.db.reading.shapes import TYPES, Late
from backend.db.repositories import acts, records
from backend.db.repositories.acts import Acted
from backend.db.scope import DATABASE_ROLE, scope_settings, scoped
from backend.domain.audit import UNKNOWN_ORIGIN
from backend.domain.courses import Course, course_of
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.services import submissions
from backend.services.records import send_back
from tests.fixtures.world import ISSUER, World

FOOTPRINT = """
SELECT (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM revision r) AS revisions,
       (SELECT jsonb_agg(to_jsonb(y) ORDER BY y.id) FROM year_record y) AS records,
       (SELECT count(*) FROM audit_event) AS audit, (SELECT count(*) FROM live_event) AS events"""
RETURNS = course_of(Action.RETURN, State.ISSUED, None, is_other=False)


async def _mixed(world: World) -> list[int]:
    """Records of the own school in many states, replacements and a withdrawal among them."""
    principal = world.own.actors["ht"]
    ids = [record.id for record in await world.records(principal)]
    await world.bring_to(State.TEACHER_SIGNED, ids[0])
    await world.bring_to(State.ISSUED, *ids[1:5])
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids[1:3])
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids[1:3])
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, ids[1], "Bổ sung.")
        await send_back(principal, Action.WITHDRAW, ids[2], "Ghi nhầm.")
    return ids


async def _seen(actor: Actor, record_id: int, courses: Mapping[str, Course] | None = None) -> Acted:
    acted = await acts.act(actor, Action.RETURN, record_id, "Sai điểm.", courses or {})
    assert acted is not None
    return acted


@pytest.mark.parametrize("closed", [(), ("MAIN",), ("MAIN", "SUPPLEMENTARY")])
async def test_it_sees_what_everybody_sees(world: World, closed: tuple[str, ...]) -> None:
    """Record and facts are those that the repository and compiled reads find, for a school and for the department."""
    ids = await _mixed(world)
    await world.owner.run(
        'INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)'
        " SELECT (SELECT min(school_year) FROM year_record), w,"
        " now() + CASE WHEN w = ANY ($1::text[]) THEN interval '-1 day' ELSE interval '1 day' END, now(), '[4]', now()"
        " FROM unnest(ARRAY['MAIN', 'SUPPLEMENTARY']) w",
        list(closed),
    )
    shape = TYPES["Record"]["viewerActions"]
    assert isinstance(shape, Late)
    facts = ", ".join(f"coalesce(({fact})::text, '')" for fact in shape.facts)
    for actor in (world.own.actors["ht"], world.department):
        async with scoped(actor, write=True):
            rows = await sql.rows(
                f"SELECT y.id, concat_ws(E'\\x1f', {facts}) AS facts {records.FROM} WHERE y.id = ANY ($1)",
                ids,
            )
            assert len(rows) == len(ids)
            for row in rows:
                seen = await _seen(actor, row["id"])
                assert not seen.done
                assert seen.facts == row["facts"]
                assert seen.record == await records.get(row["id"])


async def test_what_was_not_judged_is_not_done(world: World) -> None:
    """Without a course for the facts at hand nothing changes; with it the answer is the record as it then is."""
    actor, record = world.own.actors["ht"], (await world.records(world.own.actors["ht"]))[0]
    await world.bring_to(State.ISSUED, record.id)
    before = await world.owner.run(FOOTPRINT)
    async with scoped(actor, write=True):
        seen = await _seen(actor, record.id, {"other facts": RETURNS})
    assert not seen.done
    assert await world.owner.run(FOOTPRINT) == before
    async with scoped(actor, write=True):
        done = await _seen(actor, record.id, {seen.facts: RETURNS})
        after = await records.get(record.id)
    assert done.done
    assert done.record == after
    assert (after.working.state, after.working.number, after.working.version) == (State.DRAFT, 2, 1)


async def _alone(world: World, actor: Actor, login: str, record_id: int, facts: str) -> bool | None:
    """The act as a statement of its own, on a connection that is the role; what was done, None for nothing found."""
    assert actor.unit_id is not None
    connection = await asyncpg.connect(world.urls.app)
    try:
        await connection.execute(f"SET ROLE {DATABASE_ROLE[actor.role]}")
        given = acts.binds(actor, Action.RETURN, record_id, "Sai điểm.", {facts: RETURNS}, UNKNOWN_ORIGIN)
        held = (ISSUER, login, str(actor.role), actor.unit_id, None, actor.may_sign_for_principal)
        acted = acts.read(await connection.fetchrow(acts.ACT_ALONE, *scope_settings(actor), *given, *held))
    finally:
        await connection.close()
    return None if acted is None else acted.done


@pytest.mark.parametrize(
    "taken",
    [
        "UPDATE assignment SET valid_to = current_date - 1 WHERE id = $1",
        "UPDATE assignment SET role = 'CLERK' WHERE id = $1",
        "UPDATE staff SET subject = 'somebody-else' WHERE id = (SELECT staff_id FROM assignment WHERE id = $1)",
        "UPDATE org_unit SET valid_to = current_date - 1, kind = 'DISTRICT'"
        " WHERE id = (SELECT unit_id FROM assignment WHERE id = $1)",
    ],
)
async def test_a_right_that_has_ended_acts_no_more(world: World, taken: str) -> None:
    """The statement asks whether the assignment is still what it was; when not, nothing is found and nothing done."""
    actor, login = world.own.actors["ht"], f"{world.own.facts.code}.ht"
    first, second = (await world.records(actor))[:2]
    await world.bring_to(State.ISSUED, first.id, second.id)
    async with scoped(actor, write=True):
        facts = (await _seen(actor, first.id)).facts
    assert await _alone(world, actor, login, first.id, facts) is True
    await world.owner.run(taken, actor.assignment_id)
    before = await world.owner.run(FOOTPRINT)
    assert await _alone(world, actor, login, second.id, facts) is None
    assert await world.owner.run(FOOTPRINT) == before
