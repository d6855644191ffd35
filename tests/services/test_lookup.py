"""Lookup: what a code opens, with which second factor, and what is written down about it."""

from datetime import date, timedelta

import pytest
from tortoise.exceptions import BaseORMException

from backend.db import sql
from backend.db.repositories import access
from backend.db.scope import scoped
from backend.domain.access import SHARE_DAYS_MAX, AccessPurpose, ShareCode
from backend.domain.errors import NotFoundError, NotPermittedError, ShareDaysError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import State
from backend.domain.policy import Actor, Role
from backend.services import sharing
from backend.services.lookup import Found, Question, look_up
from tests.fixtures.integrators import lock_by_owner
from tests.fixtures.world import CLASSES, PUPILS_PER_CLASS, World

CHILDREN = len(CLASSES) * PUPILS_PER_CLASS
NOBODYS = LookupCode("0" * 12 + "4" + "0" * 3 + "8" + "0" * 15)


async def _issued(world: World):
    record = (await world.records(world.own.actors["ht"]))[0]
    await world.bring_to(State.ISSUED, record.id)
    return record


async def _birth_date(world: World, record_id: int) -> date:
    rows = await world.owner.run(
        "SELECT p.birth_date FROM pupil p JOIN record_book b ON b.pupil_id = p.id"
        " JOIN year_record y ON y.book_id = b.id WHERE y.id = $1",
        record_id,
    )
    return rows[0]["birth_date"]


async def _ask(code: LookupCode, **more) -> Found | None:
    async with scoped(Actor(role=Role.PUBLIC, lookup_code=code.value), write=True):
        return await look_up(Question(code=code, **more))


async def _events(world: World):
    return await world.owner.run(
        "SELECT book_id, purpose, means, outcome, network FROM access_event ORDER BY id"
    )


async def test_a_code_alone_shows_a_minimum_and_the_birth_date_everything(world: World) -> None:
    """Each look is an event with its purpose, means and outcome, on the book that was read."""
    record = await _issued(world)
    code = LookupCode(record.lookup_code)
    minimum = await _ask(code, network="10.0.0.0/24")
    whole = await _ask(code, birth_date=await _birth_date(world, record.id), purpose=AccessPurpose.ADMISSION)
    assert minimum is not None
    assert whole is not None
    assert (minimum.full, whole.full) == (False, True)
    assert [version.number for version in whole.years[0].versions] == [1]
    assert [tuple(row) for row in await _events(world)] == [
        (record.book_id, "NOT_STATED", "CODE", "MINIMUM", "10.0.0.0/24"),
        (record.book_id, "ADMISSION", "BIRTH_DATE", "FULL", ""),
    ]


async def test_a_wrong_factor_and_an_absent_code_do_the_same_work(world: World, monkeypatch) -> None:
    """Both are refused after the same statements, and both are written down; only the book differs."""
    record = await _issued(world)
    run = sql.rows
    statements: list[str] = []

    async def counted(statement, *binds):
        statements.append(statement)
        return await run(statement, *binds)

    monkeypatch.setattr(sql, "rows", counted)
    traces = []
    for code in (LookupCode(record.lookup_code), NOBODYS):
        for factor in ({"birth_date": date(1999, 1, 1)}, {"share_code": ShareCode("0123456789")}):
            statements.clear()
            assert await _ask(code, **factor) is None
            traces.append((sorted(factor), list(statements)))
    assert traces[:2] == traces[2:]
    assert [(row["book_id"], row["outcome"]) for row in await _events(world)] == [
        *[(record.book_id, "REFUSED")] * 2,
        *[(None, "REFUSED")] * 2,
    ]


async def test_a_draft_is_nobodys_business(world: World) -> None:
    """Before a school issues a record its code opens nothing, with or without the birth date."""
    record = (await world.records(world.own.actors["ht"]))[0]
    code = LookupCode(record.lookup_code)
    assert await _ask(code) is None
    assert await _ask(code, birth_date=await _birth_date(world, record.id)) is None


async def test_a_share_code_opens_its_book_until_it_is_taken_back(world: World) -> None:
    """It stands for one purpose, opens no other book, and ends at once when revoked."""
    record = await _issued(world)
    other = (await world.records(world.own.actors["ht"]))[1]
    await world.bring_to(State.ISSUED, other.id)
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        shared = await sharing.create(clerk, record.id, AccessPurpose.ADMISSION, days=7)
    typed = ShareCode.parse(f" {shared.code.grouped.lower()} ")
    found = await _ask(LookupCode(record.lookup_code), share_code=typed)
    assert found is not None
    assert found.full
    assert await _ask(LookupCode(other.lookup_code), share_code=typed) is None
    async with scoped(clerk, write=True):
        await sharing.revoke(clerk, shared.row.id)
    assert await _ask(LookupCode(record.lookup_code), share_code=typed) is None
    kept = await world.owner.run("SELECT revoked_at FROM share_code")
    with pytest.raises(NotPermittedError, match="STATE_FORBIDS"):
        async with scoped(clerk, write=True):
            await sharing.revoke(clerk, shared.row.id)
    assert await world.owner.run("SELECT revoked_at FROM share_code") == kept
    events = await _events(world)
    assert [(row["purpose"], row["outcome"]) for row in events] == [
        ("ADMISSION", "FULL"),
        ("NOT_STATED", "REFUSED"),
        ("NOT_STATED", "REFUSED"),
    ]
    stored = await world.owner.run("SELECT code_hash FROM share_code")
    assert shared.code.value not in stored[0]["code_hash"]


async def test_a_share_code_ends_by_itself(world: World) -> None:
    """After its last instant it is a wrong code like any other."""
    record = await _issued(world)
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        shared = await sharing.create(clerk, record.id, AccessPurpose.FAMILY, days=1)
    await world.owner.run("UPDATE share_code SET expires_at = now() - $1::interval", timedelta(seconds=1))
    assert await _ask(LookupCode(record.lookup_code), share_code=shared.code) is None


async def test_a_guardian_shares_their_own_childs_book(world: World) -> None:
    """A parent makes and ends a code for their child; for another child there is nothing to share."""
    parent = world.guardian
    books = [await lock_by_owner(world.owner, place) for place in range(CHILDREN)]
    own = next(book for book in books if book["book"] in parent.book_ids)
    strangers = next(book for book in books if book["book"] not in parent.book_ids)
    async with scoped(parent, write=True):
        shared = await sharing.create(parent, own["id"], AccessPurpose.FAMILY, days=7)
    assert await _ask(LookupCode(own["code"]), share_code=shared.code) is not None
    with pytest.raises(NotFoundError):
        async with scoped(parent, write=True):
            await sharing.create(parent, strangers["id"], AccessPurpose.FAMILY, days=7)
    async with scoped(parent, write=True):
        await sharing.revoke(parent, shared.row.id)
    assert await _ask(LookupCode(own["code"]), share_code=shared.code) is None
    acts = await world.owner.run("SELECT action FROM audit_event WHERE action LIKE '%SHARE' ORDER BY id")
    assert [row["action"] for row in acts] == ["SHARE", "UNSHARE"]


@pytest.mark.parametrize(
    ("who", "days", "refused"),
    [
        ("gv.4A", 7, NotPermittedError),
        ("district", 7, NotPermittedError),
        ("foreign", 7, NotFoundError),
        ("vt", 0, ShareDaysError),
        ("vt", SHARE_DAYS_MAX + 1, ShareDaysError),
    ],
)
async def test_who_may_not_share_and_for_how_long(world: World, who: str, days: int, refused: type) -> None:
    """Teachers, other offices and other schools share nothing, and nobody shares for ever."""
    record = await _issued(world)
    actors = {**world.own.actors, "district": world.district["193"], "foreign": world.schools[1].actors["vt"]}
    with pytest.raises(refused):
        async with scoped(actors[who], write=True):
            await sharing.create(actors[who], record.id, AccessPurpose.FAMILY, days)
    assert await world.owner.run("SELECT id FROM share_code") == []


async def test_reads_are_shown_to_the_school_and_to_nobody_else(world: World) -> None:
    """The class's teacher and the school's leaders see who read; another class, school or district does not."""
    record = await _issued(world)
    await _ask(LookupCode(record.lookup_code))
    await _ask(NOBODYS)
    seen = {}
    people = {**world.own.actors, "other": world.schools[1].actors["ht"], "district": world.district["193"]}
    for name, actor in people.items():
        async with scoped(actor, write=False):
            seen[name] = len((await access.pages([record.book_id], before=None, limit=10))[record.book_id])
    own_class = f"gv.{record.class_name}"
    assert seen == {name: int(name in {"ht", "pht", "vt", own_class}) for name in people}


async def test_reads_come_in_pages_newest_first(world: World) -> None:
    """A page goes on where the one before ended."""
    record = await _issued(world)
    for _ in range(3):
        await _ask(LookupCode(record.lookup_code))
    async with scoped(world.own.actors["ht"], write=False):
        first = (await access.pages([record.book_id], before=None, limit=2))[record.book_id]
        rest = (await access.pages([record.book_id], before=first[-1].id, limit=2))[record.book_id]
    ids = [event.id for event in (*first, *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3


@pytest.mark.parametrize(
    "statement",
    ["UPDATE access_event SET purpose = 'FAMILY'", "DELETE FROM access_event", "TRUNCATE access_event"],
)
async def test_a_read_stays_written_down(world: World, statement: str) -> None:
    """Not even the owner changes or removes an event."""
    record = await _issued(world)
    await _ask(LookupCode(record.lookup_code))
    before = await _events(world)
    with pytest.raises(Exception, match="only grows"):
        await world.owner.run(statement)
    assert await _events(world) == before


async def test_a_reader_writes_only_through_the_door(world: World) -> None:
    """The public role has no right to the table, and its door writes for the book of its own code alone."""
    record = await _issued(world)
    with pytest.raises(BaseORMException, match="permission denied"):
        async with scoped(Actor(role=Role.PUBLIC, lookup_code=record.lookup_code), write=True):
            await sql.rows(
                "INSERT INTO access_event (at, reader, purpose, means, outcome, reader_name, network)"
                " VALUES (now(), 'PUBLIC', 'FAMILY', 'CODE', 'FULL', '', '')"
            )
    async with scoped(Actor(role=Role.PUBLIC, lookup_code=None), write=True):
        await sql.rows("SELECT record_access('FAMILY', 'CODE', 'FULL', NULL, '')")
    assert [row["book_id"] for row in await _events(world)] == [None]
