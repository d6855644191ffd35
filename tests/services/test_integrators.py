"""Programs of other institutions: what they may open, how often, and what is told about them."""

from datetime import date

import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import integrators
from backend.db.scope import scoped, unscoped
from backend.domain.access import AccessPurpose
from backend.domain.errors import (
    IntegratorExistsError,
    IntegratorUnknownError,
    NetworkInvalidError,
    NotFoundError,
    NotPermittedError,
    QuotaUsedError,
    ScopeMissingError,
    SecondFactorRequiredError,
    SecondFactorWrongError,
)
from backend.domain.identifiers import LookupCode
from backend.domain.integrators import PURPOSES, Scope
from backend.domain.policy import Actor, Role
from backend.services import integrators as cases
from backend.services.integrators import Opening, Reading, Registration, may_come_from
from backend.services.lookup import Question
from tests.fixtures.integrators import Client, lock_by_owner
from tests.fixtures.world import World

NOBODYS = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
VERIFY, WALLET = AccessPurpose.VERIFICATION, AccessPurpose.WALLET


async def _read(
    client: Client, purpose: AccessPurpose, code: str | None, grant: int | None = None, **more
) -> Reading:
    question = None if code is None else Question(code=LookupCode(code), purpose=purpose, **more)
    async with unscoped():
        row = await integrators.credentials(client.client_id)
    assert row is not None
    rule = cases.rule_for(row, frozenset(Scope), purpose)
    cases.require_factor(rule, question)
    actor = Actor(role=Role.INTEGRATOR, client_key=row.id, lookup_code=code)
    async with scoped(actor, write=True):
        return await cases.read(row, rule, Opening(purpose, question, grant, ""))


async def _usage(world: World) -> list[tuple]:
    rows = await world.owner.run(
        "SELECT purpose, reads, misses, refused FROM integrator_usage ORDER BY purpose"
    )
    return [tuple(row) for row in rows]


async def test_a_locked_book_is_read_counted_and_written_down(world: World) -> None:
    """The school sees the integrator's name and purpose; the day's count goes up by one."""
    client = await Client("lms").register(world.urls.owner)
    book = await lock_by_owner(world.owner, 0)
    reading = await _read(client, VERIFY, book["code"])
    assert reading.found is not None
    assert not reading.found.full
    assert await _usage(world) == [("VERIFICATION", 1, 0, 0)]
    events = await world.owner.run("SELECT book_id, reader, reader_name, purpose, outcome FROM access_event")
    assert [tuple(row) for row in events] == [(book["book"], "INTEGRATOR", "lms", "VERIFICATION", "MINIMUM")]


async def test_what_is_not_locked_is_not_there(world: World) -> None:
    """An issued record opens for the public but not for a program, and neither does nobody's code."""
    client = await Client("lms").register(world.urls.owner)
    record = (await world.records(world.own.actors["ht"]))[0]
    await world.bring_to("ISSUED", record.id)
    for code in (record.lookup_code, NOBODYS):
        assert (await _read(client, VERIFY, code)).error is SecondFactorWrongError
    assert await _usage(world) == [("VERIFICATION", 2, 2, 0)]


async def test_more_than_the_minimum_needs_the_familys_word(world: World) -> None:
    """The wallet's purpose asks for the birth date besides the code, and a wrong one opens nothing."""
    client = await Client("vneid").register(world.urls.owner)
    book = await lock_by_owner(world.owner, 0)
    with pytest.raises(SecondFactorRequiredError):
        await _read(client, WALLET, book["code"])
    assert (await _read(client, WALLET, book["code"], birth_date=date(1999, 1, 1))).found is None
    reading = await _read(client, WALLET, book["code"], birth_date=book["birth"])
    assert reading.found is not None
    assert reading.found.full


async def test_a_grant_opens_one_book_for_one_purpose_until_taken_back(world: World) -> None:
    """It needs no code, is of no use for another purpose or client, and ends at once."""
    client = await Client("vneid").register(world.urls.owner)
    other = await Client("other").register(world.urls.owner)
    book = await lock_by_owner(world.owner, 0)
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        row = await cases.grant(clerk, book["id"], "vneid", WALLET, days=30)
    reading = await _read(client, WALLET, None, grant=row.id)
    assert reading.found is not None
    assert reading.found.full
    for whose, purpose in ((other, WALLET), (client, AccessPurpose.ADMISSION)):
        assert (await _read(whose, purpose, None, grant=row.id)).found is None
    async with scoped(clerk, write=True):
        await cases.take_back(clerk, row.id)
    assert (await _read(client, WALLET, None, grant=row.id)).found is None
    with pytest.raises(NotPermittedError, match="STATE_FORBIDS"):
        async with scoped(clerk, write=True):
            await cases.take_back(clerk, row.id)
    assert len(await world.owner.run("SELECT id FROM audit_event WHERE action = 'UNGRANT'")) == 1
    events = await world.owner.run("SELECT means, outcome FROM access_event WHERE book_id IS NOT NULL")
    assert [tuple(event) for event in events] == [("GRANT", "FULL")]


@pytest.mark.parametrize(
    ("who", "client_id", "refused"),
    [
        ("gv.4A", "vneid", NotPermittedError),
        ("foreign", "vneid", NotFoundError),
        ("vt", "nobody", IntegratorUnknownError),
        ("vt", "verifier", IntegratorUnknownError),
    ],
)
async def test_who_may_not_grant_and_to_whom_not(
    world: World, who: str, client_id: str, refused: type
) -> None:
    """A teacher and another school grant nothing; nobody grants to a program without the purpose."""
    await Client("vneid").register(world.urls.owner)
    await Client("verifier", scopes=(Scope.VERIFY,)).register(world.urls.owner)
    book = await lock_by_owner(world.owner, 0)
    actors = {**world.own.actors, "foreign": world.schools[1].actors["vt"]}
    with pytest.raises(refused):
        async with scoped(actors[who], write=True):
            await cases.grant(actors[who], book["id"], client_id, WALLET, days=30)
    assert await world.owner.run("SELECT id FROM integrator_grant") == []


async def test_a_quota_ends_the_day_and_tells_the_department_once(world: World) -> None:
    """At four fifths and at the end an audit event; refused reads open nothing and are counted."""
    client = await Client("scraper", daily_reads=5).register(world.urls.owner)
    book = await lock_by_owner(world.owner, 0)
    results = [await _read(client, VERIFY, book["code"]) for _ in range(8)]
    assert [reading.error for reading in results] == [None] * 5 + [QuotaUsedError] * 3
    assert all(reading.found is None for reading in results[5:])
    assert await _usage(world) == [("VERIFICATION", 5, 0, 3)]
    assert len(await world.owner.run("SELECT id FROM access_event")) == 5
    alarms = await world.owner.run(
        "SELECT action, detail::text FROM audit_event WHERE action LIKE 'INTEGRATOR%' ORDER BY id"
    )
    assert [row["action"] for row in alarms] == ["INTEGRATOR_QUOTA_NEAR", "INTEGRATOR_QUOTA_USED"]
    assert book["code"] not in "".join(row["detail"] for row in alarms)


async def test_a_purpose_needs_its_scope(world: World) -> None:
    """Of the token and of the client; a purpose that is none of theirs has no scope at all."""
    await Client("verifier", scopes=(Scope.VERIFY,)).register(world.urls.owner)
    async with unscoped():
        row = await integrators.credentials("verifier")
    assert row is not None
    assert cases.rule_for(row, frozenset(Scope), VERIFY) == PURPOSES[VERIFY]
    for scopes, purpose in (
        (frozenset(Scope), WALLET),
        (frozenset(), VERIFY),
        (frozenset(Scope), AccessPurpose.FAMILY),
    ):
        with pytest.raises(ScopeMissingError):
            cases.rule_for(row, scopes, purpose)


async def test_the_role_sees_locked_rows_of_its_books_only(world: World) -> None:
    """Plain statements under the role: nothing without a code, nothing unlocked, no pupil, nobody's secret."""
    client = await Client("lms").register(world.urls.owner)
    locked = await lock_by_owner(world.owner, 0)
    draft = (await world.records(world.own.actors["ht"]))[1]
    for code, seen in ((None, 0), (locked["code"], 1), (draft.lookup_code, 0)):
        actor = Actor(role=Role.INTEGRATOR, client_key=client.key, lookup_code=code)
        async with scoped(actor, write=False):
            assert await sql.value("SELECT count(*) FROM revision") == seen
    for statement in (
        "SELECT * FROM pupil",
        "SELECT secret_hash FROM integrator_client",
        "SELECT * FROM audit_event",
    ):
        with pytest.raises(BaseORMException, match="permission denied"):
            async with scoped(Actor(role=Role.INTEGRATOR, client_key=client.key), write=False):
                await sql.rows(statement)


async def test_the_department_registers_and_ends_clients(world: World) -> None:
    """A secret is shown once and kept as a hash; an id is taken once; a school registers nobody."""
    wanted = Registration(
        client_id="vneid", name="VNeID", scopes=[Scope.WALLET], days=365, networks=["10.0.0.0/8"]
    )
    async with scoped(world.department, write=True):
        made = await cases.register(world.department, wanted)
    assert made.secret is not None
    stored = await world.owner.run("SELECT secret_hash FROM integrator_client")
    assert [row["secret_hash"] for row in stored] == [cases.secret_hash(made.secret)]
    async with unscoped():
        row = await integrators.credentials("vneid")
    assert row is not None
    assert [may_come_from(row, address) for address in ("10.1.2.3", "192.0.2.1", "unknown")] == [
        True,
        False,
        False,
    ]
    for refused, change in ((IntegratorExistsError, {}), (NetworkInvalidError, {"networks": ["10.0.0.1/8"]})):
        with pytest.raises(refused):
            async with scoped(world.department, write=True):
                await cases.register(world.department, Registration(**{**_fields(wanted), **change}))
    with pytest.raises(NotPermittedError):
        async with scoped(world.own.actors["ht"], write=True):
            await cases.register(world.own.actors["ht"], wanted)
    async with scoped(world.department, write=True):
        ended = await cases.end(world.department, "vneid")
    assert ended.revoked_at is not None
    with pytest.raises(NotPermittedError, match="STATE_FORBIDS"):
        async with scoped(world.department, write=True):
            await cases.end(world.department, "vneid")
    assert len(await world.owner.run("SELECT id FROM audit_event WHERE action = 'INTEGRATOR_REVOKE'")) == 1
    assert len(await world.owner.run("SELECT id FROM integrator_client")) == 1


def _fields(wanted: Registration) -> dict:
    return {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
