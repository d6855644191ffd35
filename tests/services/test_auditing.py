"""The audit in the database: where acts come from, who reads them, and one chain whoever writes."""

import asyncio
import importlib
import os
import sys

import asyncpg
import pytest

from backend.cli.processes import ROOT
from backend.db.connection import close_database, open_database
from backend.db.repositories import audit, auditing
from backend.db.scope import scoped
from backend.domain.audit import Break, Origin
from backend.domain.policy import MAY_READ_AUDIT, Actor
from backend.services.auditing import Verdict, seal, verify
from backend.settings import process_environment
from tests.fixtures.world import World


async def _act(actor: Actor, school_id: int | None, action: str = "EDIT", **detail: str) -> None:
    async with scoped(actor, write=True):
        await audit.append(actor, action, [(school_id, None)], **detail)


async def _seal_all() -> int:
    total = 0
    while sealed := await seal():
        total += max(sealed, 0)
    return total


async def test_writers_and_sealers_who_race_keep_one_chain(world: World) -> None:
    """Five writers and three sealers at once: every event has one link, numbers without gap, nothing to find."""
    await _seal_all()
    clerk = world.own.actors["vt"]

    async def write() -> None:
        for number in range(10):
            await _act(clerk, world.own.id, reason=f"Lý do {number}")

    async def sealing() -> None:
        for _ in range(15):
            await seal()

    await asyncio.gather(*(write() for _ in range(5)), *(sealing() for _ in range(3)))
    await _seal_all()
    verdict = await _verdict(world)
    (count,) = await world.owner.run("SELECT count(*) AS n FROM audit_event")
    assert verdict.faults == []
    assert verdict.count == count["n"] >= 50
    ((number, head),) = verdict.chain.heads.values()
    assert (number, head) == (count["n"], verdict.chain.head)


async def test_a_row_changed_by_a_superuser_is_found_by_the_command(world: World) -> None:
    """``hocba audit verify`` names the event and fails; before the change it succeeds."""
    for number in range(3):
        await _act(world.own.actors["vt"], world.own.id, reason=str(number))
    await _seal_all()
    assert (await _verify(world))[0] == 0
    (event,) = await world.owner.run("SELECT max(id) - 1 AS id FROM audit_event")
    await world.owner.run("ALTER TABLE audit_event DISABLE TRIGGER only_grows")
    await world.owner.run(
        'UPDATE audit_event SET detail = \'{"reason": "another"}\' WHERE id = $1', event["id"]
    )
    code, said = await _verify(world)
    assert code == 1
    assert f"CHANGED: event {event['id']} at " in said
    assert "1 breaks" in said


async def test_a_removed_and_a_hidden_event_are_found(world: World) -> None:
    """An event that is gone leaves its link; one that nobody seals has none."""
    for number in range(3):
        await _act(world.own.actors["vt"], world.own.id, reason=str(number))
    await _seal_all()
    (last,) = await world.owner.run("SELECT max(id) AS id FROM audit_event")
    await world.owner.run("ALTER TABLE audit_event DISABLE TRIGGER USER")
    await world.owner.run("DELETE FROM audit_event WHERE id = $1", last["id"] - 1)
    await world.owner.run(
        "INSERT INTO audit_event (at, action, detail, door, network, device) VALUES (now(), 'X', '{}', '', '', '')"
    )
    faults = (await _verdict(world)).faults
    assert [fault.kind for fault in faults] == [Break.REMOVED, Break.UNSEALED]
    assert faults[0].event_id == last["id"] - 1


async def test_nobody_of_the_running_system_can_touch_the_chain(world: World) -> None:
    """No grant to write a link, and even the owner meets the trigger."""
    await _act(world.own.actors["vt"], world.own.id)
    await _seal_all()
    with pytest.raises(asyncpg.PostgresError, match="only grows"):
        await world.owner.run("UPDATE audit_seal SET hash = repeat('0', 64)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.worker.run("DELETE FROM audit_seal")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await world.worker.run("INSERT INTO audit_seal VALUES ('2030-01-01', 1, 0, repeat('0', 64))")
    assert (await _verdict(world)).faults == []


async def test_what_an_event_says_is_the_same_text_for_sealer_and_judge() -> None:
    """The migration seals what the repository reads."""
    migration = importlib.import_module("backend.db.migrations.0018_audit_chain")
    assert migration.SAYS == auditing.SAYS


async def test_the_audit_is_read_by_right(world: World) -> None:
    """Row security shows each role what the policy lets it read: own school, district, everything, nothing."""
    for school in world.schools:
        await _act(school.actors["vt"], school.id, "TRIED")
    await _act(world.department, None, "TRIED")
    own = world.own
    people = {
        **own.actors,
        "phong": world.district["193"],
        "so": world.department,
    }
    seen = {}
    for name, actor in people.items():
        async with scoped(actor, write=False):
            rows = await auditing.page(school_id=None, record_id=None, action="TRIED", before=None, limit=100)
        seen[name] = {row.school_id for row in rows}
        assert bool(rows) == (actor.role in MAY_READ_AUDIT), name
    first, second, third = (school.id for school in world.schools)
    assert seen["ht"] == seen["pht"] == seen["vt"] == {first}
    assert seen["phong"] == {first, second}
    assert seen["so"] == {first, second, third, None}
    assert seen["gv.4A"] == set()


async def test_an_act_says_where_it_came_from_and_why(world: World) -> None:
    """Door, network and device of the edge; the reason; the person; and its place in the chain once sealed."""
    token = audit.came_from.set(Origin("WEB", "192.0.2.0/24", "Firefox · Linux"))
    await _act(world.own.actors["ht"], world.own.id, "RETURN", reason="Sai điểm")
    audit.came_from.reset(token)
    await _seal_all()
    async with scoped(world.own.actors["ht"], write=False):
        (row,) = await auditing.page(school_id=None, record_id=None, action="RETURN", before=None, limit=9)
    assert (row.door, row.network, row.device) == ("WEB", "192.0.2.0/24", "Firefox · Linux")
    assert (row.actor_name, row.post, row.detail) == (
        "Người 22193401.ht",
        "Hiệu trưởng",
        {"reason": "Sai điểm"},
    )
    assert row.sealed_number is not None
    assert row.seal is not None


async def _verdict(world: World) -> Verdict:
    """What the worker's role, which reads every event, finds."""
    await close_database()
    await open_database(world.urls.worker, pool=2)
    verdict = await verify()
    await close_database()
    await open_database(world.urls.app, pool=4)
    return verdict


async def _verify(world: World) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from backend.cli import main; main()",
        "audit",
        "verify",
        cwd=ROOT,
        env={
            **process_environment(),
            "DATABASE_WORKER_URL": world.urls.worker,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'signing-worker'}",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
