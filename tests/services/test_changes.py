"""The journal of changes: in the order of commits, without a gap, and nothing in it that names anybody."""

import asyncio
import hashlib

import asyncpg
import pytest

from backend.db import sql
from backend.db.repositories import changes
from backend.db.scope import scoped, unscoped
from backend.domain.errors import IntegratorUnknownError, WebhookUrlInvalidError
from backend.domain.integrators import Scope
from backend.domain.policy import Actor, Role
from backend.services import integrators as cases
from backend.services import webhooks
from backend.services.integrators import Registration
from tests.fixtures.integrators import Client, lock_by_owner
from tests.fixtures.world import World


async def _journal(world: World) -> list[asyncpg.Record]:
    return await world.owner.run("SELECT position, kind, code_digest FROM registry_change ORDER BY position")


async def test_a_lock_and_a_withdrawal_are_told_to_who_knows_the_code(world: World) -> None:
    """A change names the book by a digest that only its code gives; a withdrawn draft was never anybody's business."""
    locked = await lock_by_owner(world.owner, 0)
    for place, first in ((1, "ISSUED"), (2, "DRAFT")):
        revision = (
            await world.owner.run(
                "SELECT working_revision_id AS id FROM year_record ORDER BY id OFFSET $1 LIMIT 1", place
            )
        )[0]["id"]
        path = ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED") if first == "ISSUED" else ()
        for state in (*path, "WITHDRAWN"):
            await world.owner.run("UPDATE revision SET state = $2 WHERE id = $1", revision, state)
    journal = await _journal(world)
    assert [(row["position"], row["kind"]) for row in journal] == [(1, "LOCKED"), (2, "WITHDRAWN")]
    assert journal[0]["code_digest"] == hashlib.sha256(locked["code"].encode()).hexdigest()


async def test_positions_have_no_gap_though_transactions_race_and_fail(world: World) -> None:
    """Many commit at once and every third one rolls back: what is left counts from one without a gap."""
    ids = [row["id"] for row in await world.owner.run("SELECT id FROM revision ORDER BY id LIMIT 18")]
    for state in ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED"):
        await world.owner.run("UPDATE revision SET state = $2 WHERE id = ANY ($1)", ids, state)

    async def withdraw(place: int, revision: int) -> None:
        connection = await asyncpg.connect(world.urls.owner)
        try:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("UPDATE revision SET state = 'WITHDRAWN' WHERE id = $1", revision)
            if place % 3:
                await transaction.commit()
            else:
                await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                await transaction.rollback()
        finally:
            await connection.close()

    await asyncio.gather(*(withdraw(place, revision) for place, revision in enumerate(ids)))
    assert [row["position"] for row in await _journal(world)] == list(range(1, 13))


async def test_nothing_that_was_read_is_overtaken(world: World) -> None:
    """While one transaction has its position and has not committed, a later one waits: readers never see a hole."""
    ids = [row["id"] for row in await world.owner.run("SELECT id FROM revision ORDER BY id LIMIT 2")]
    for state in ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED"):
        await world.owner.run("UPDATE revision SET state = $2 WHERE id = ANY ($1)", ids, state)
    await world.owner.run("ALTER TABLE revision DISABLE TRIGGER moved")
    slow = await asyncpg.connect(world.urls.owner)
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute("UPDATE revision SET state = 'WITHDRAWN' WHERE id = $1", ids[0])
    await slow.execute("SET CONSTRAINTS ALL IMMEDIATE")
    fast = asyncio.create_task(
        world.owner.run("UPDATE revision SET state = 'WITHDRAWN' WHERE id = $1", ids[1])
    )
    waiting = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(20):
        while not (await world.owner.run(waiting))[0]["n"]:
            assert not fast.done()
    assert await _journal(world) == []
    await transaction.commit()
    await fast
    await slow.close()
    assert [row["position"] for row in await _journal(world)] == [1, 2]


async def test_who_may_read_the_journal(world: World) -> None:
    """Integrators and the department do; schools, families and the public have nothing to read there."""
    await lock_by_owner(world.owner, 0)
    program = Actor(role=Role.INTEGRATOR, client_key=1)
    for actor in (program, world.department):
        async with scoped(actor, write=False):
            assert len(await changes.after(0, 10)) == 1
    for actor in (world.own.actors["ht"], world.guardian, Actor(role=Role.PUBLIC), world.district["193"]):
        with pytest.raises(Exception, match="permission denied"):
            async with scoped(actor, write=False):
                await sql.rows("SELECT * FROM registry_change")


@pytest.mark.parametrize(
    "statement", ["UPDATE registry_change SET kind = 'LOCKED'", "DELETE FROM registry_change"]
)
async def test_the_journal_only_grows(world: World, statement: str) -> None:
    """What followers have read stays as they read it."""
    await lock_by_owner(world.owner, 0)
    with pytest.raises(asyncpg.PostgresError, match="only grows"):
        await world.owner.run(statement)
    assert len(await _journal(world)) == 1


async def test_a_change_makes_one_job_for_each_receiver(world: World) -> None:
    """A transaction that changes many records asks for one delivery; a client without receiver for none."""
    hook = "http://127.0.0.1:9/hook"
    first = await Client("first", webhook_url=hook).register(world.urls.owner)
    await Client("second").register(world.urls.owner)
    ids = [row["id"] for row in await world.owner.run("SELECT id FROM revision ORDER BY id LIMIT 3")]
    for state in ("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED", "WITHDRAWN"):
        await world.owner.run("UPDATE revision SET state = $2 WHERE id = ANY ($1)", ids, state)
    jobs = await world.owner.run(
        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'client_key' AS key FROM pgqueuer WHERE entrypoint LIKE 'webhook%'"
    )
    assert [row["key"] for row in jobs] == [str(first.key)]


async def test_a_message_goes_on_from_what_was_confirmed(world: World) -> None:
    """The same message until it is confirmed, then the rest, then none; a replay begins again."""
    client = await Client("first", webhook_url="http://127.0.0.1:9/hook").register(world.urls.owner)
    for place in range(2):
        await lock_by_owner(world.owner, place)
    async with scoped(world.department, write=True):
        message = await webhooks.next_message(client.key)
        assert message is not None
        assert await webhooks.next_message(client.key) == message
        assert message.id == "first.1-2"
        await changes.confirm(client.key, message.before, message.position)
        assert await webhooks.next_message(client.key) is None
        await changes.rewind("first", 1)
        again = await webhooks.next_message(client.key)
    assert again is not None
    assert again.id == "first.2-2"
    with pytest.raises(IntegratorUnknownError):
        async with scoped(world.department, write=True):
            await webhooks.replay("nobody", 0)


@pytest.mark.parametrize(
    "url", ["http://receiver.example/hook", "ftp://receiver.example", "https://", "file:///etc/passwd"]
)
async def test_a_receiver_is_reached_by_tls(world: World, url: str) -> None:
    """Changes go nowhere in the clear."""
    wanted = Registration(client_id="x", name="X", scopes=[Scope.CHANGES], days=1, webhook_url=url)
    with pytest.raises(WebhookUrlInvalidError):
        async with unscoped():
            await cases.register(Actor(role=Role.DEPARTMENT_OFFICER), wanted)
    assert await world.owner.run("SELECT id FROM integrator_client") == []


async def test_a_deletion_by_law_is_told_too(world: World) -> None:
    """What nobody can do is done by the owner with the guards off: the journal says so, of what had been issued only."""
    locked = await lock_by_owner(world.owner, 0)
    (draft,) = await world.owner.run(
        "SELECT id, working_revision_id AS revision FROM year_record ORDER BY id OFFSET 1 LIMIT 1"
    )
    with pytest.raises(asyncpg.PostgresError):
        await world.owner.run("DELETE FROM revision WHERE id = $1", locked["revision"])
    connection = await asyncpg.connect(world.urls.owner)
    try:
        await connection.execute("ALTER TABLE revision DISABLE TRIGGER guard")
        await connection.execute("ALTER TABLE year_record DISABLE TRIGGER USER")
        for record, revision in ((locked["id"], locked["revision"]), (draft["id"], draft["revision"])):
            async with connection.transaction():
                await connection.execute("DELETE FROM revision WHERE id = $1", revision)
                await connection.execute("DELETE FROM year_record WHERE id = $1", record)
    finally:
        await connection.close()
    journal = await _journal(world)
    assert [row["kind"] for row in journal] == ["LOCKED", "DELETED"]
    assert journal[1]["code_digest"] == hashlib.sha256(locked["code"].encode()).hexdigest()
