"""Subscriptions to changes: who is told what, once, from any cursor on, and until their right ends."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from redis import asyncio as aioredis

from backend.adapters import channels, rights
from backend.adapters.events import STREAM
from backend.db import sql
from backend.db.reading.pools import ReadPools
from backend.db.scope import scoped
from backend.domain.live import ChangeKind, LiveEvent, Topic
from backend.domain.policy import Actor
from backend.services.relaying import Relay
from tests.live.conftest import LOCKS, RECORDS, Live, many

PRINCIPAL, CLERK, TEACHER, OTHER_TEACHER = "22193401.ht", "22193401.vt", "22193401.gv.4A", "22193401.gv.4B"
SIBLING, DISTRICT, FAR_DISTRICT, DEPARTMENT = "22193402.ht", "phong.193", "phong.194", "so"

APART = re.compile("live_event|scopes_ended")
"""Passing on, and rights, which are judged for the whole process."""

BOTH_WAYS = pytest.mark.parametrize("live", ["statements", "executed"], indirect=True)
"""By statements, and by executing the selection."""


async def _ids(live: Live, actor: str = "ht", school: int = 0) -> list[int]:
    return [record.id for record in await live.world.records(live.world.schools[school].actors[actor])]


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is run from now on."""
    seen: list[str] = []
    rows, value = sql.rows, ReadPools.value

    async def counted(statement: str, *binds: object) -> list[sql.Row]:
        seen.append(statement)
        return await rows(statement, *binds)

    async def valued(pools: ReadPools, actor: Actor, statement: str, binds: tuple[object, ...]) -> object:
        seen.append(statement)
        return await value(pools, actor, statement, binds)

    monkeypatch.setattr(sql, "rows", counted)
    monkeypatch.setattr(ReadPools, "value", valued)
    return seen


@BOTH_WAYS
async def test_everybody_who_may_see_a_record_is_told_and_nobody_else(live: Live) -> None:
    """Its class, school, district and department; not the other class, school or district."""
    (record_id, *_) = await _ids(live, "gv.4A")
    told = (PRINCIPAL, CLERK, TEACHER, DISTRICT, DEPARTMENT)
    others = (OTHER_TEACHER, SIBLING, FAR_DISTRICT)
    async with many(live, (*told, *others)) as screens:
        await live.touch(record_id)
        for login in told:
            await screens[login].until(2)
            assert screens[login].kinds == ["OPENED", "CHANGED"], login
            assert screens[login].events[1]["node"]["state"] == "DRAFT"
        (foreign, *_) = await _ids(live, school=2)
        await live.touch(foreign)
        await screens[DEPARTMENT].until(3)
        await screens[FAR_DISTRICT].until(2)
        assert [screens[login].kinds for login in (OTHER_TEACHER, SIBLING)] == [["OPENED"], ["OPENED"]]
        assert len(screens[FAR_DISTRICT].events) == 2
        assert all(not screen.errors for screen in screens.values())


async def test_a_screen_that_comes_back_misses_nothing_and_sees_nothing_twice(live: Live) -> None:
    """Whatever happened between the last cursor and the new subscription comes first, then the live line."""
    ids = await _ids(live)
    async with live.watch(PRINCIPAL) as first:
        await live.touch(*ids[:2])
        await first.until(3)
    await live.touch(*ids[2:5])
    async with live.watch(PRINCIPAL, after=first.cursors[-1]) as again:
        await live.touch(*ids[:3])
        await again.until(6)
    seen = first.cursors + again.cursors
    assert seen == list(range(seen[0], seen[0] + 8))


async def test_screens_that_come_and_go_while_much_happens_see_a_line_without_gap(live: Live) -> None:
    """A hundred changes while a screen is torn from its stream and comes back again and again."""
    ids = await _ids(live)

    async def change() -> None:
        for turn in range(20):
            await live.touch(*(ids[(turn + step) % len(ids)] for step in range(5)))

    async with live.watch(DEPARTMENT) as whole:
        changing = asyncio.create_task(change())
        seen: list[int] = []
        after = int(whole.events[0]["cursor"])
        while len(seen) < 100:
            async with live.watch(DEPARTMENT, after=after) as part:
                await part.until(min(7, 100 - len(seen)))
            seen += part.cursors
            after = seen[-1]
        await changing
        await whole.until(101)
    assert seen == whole.cursors
    assert seen == list(range(seen[0], seen[0] + 100))


async def test_a_cursor_too_old_is_told_of_the_gap(live: Live, own_redis: aioredis.Redis) -> None:
    """When the stream no longer reaches back, one event says so and gives the cursor to go on from."""
    ids = await _ids(live)
    async with live.watch(PRINCIPAL) as first:
        await live.touch(*ids[:4])
        await first.until(5)
        last = first.cursors[-1]
        await own_redis.xtrim(STREAM, maxlen=1, approximate=False)
        async with live.watch(PRINCIPAL, after=first.cursors[0]) as again:
            await again.until(1)
            assert again.kinds == ["GAP"]
            assert int(again.events[0]["cursor"]) == last
            await live.touch(ids[0])
            await again.until(2)
    assert again.cursors == [last + 1]


async def test_an_emptied_redis_costs_a_reload_and_no_event_after_it(
    live: Live, own_redis: aioredis.Redis
) -> None:
    """Positions go on where they were, so what comes after a flush is told as ever."""
    ids = await _ids(live)
    async with live.watch(PRINCIPAL) as screen:
        await live.touch(ids[0])
        await screen.until(2)
        await own_redis.flushdb()
        await live.touch(ids[1])
        await screen.until(3)
        assert screen.cursors == [screen.cursors[0], screen.cursors[0] + 1]
        async with live.watch(PRINCIPAL, after=screen.cursors[0] - 1) as again:
            await again.until(1)
    assert again.kinds == ["GAP"]


async def test_a_second_telling_of_an_event_is_refused_by_its_number(
    live: Live, own_redis: aioredis.Redis
) -> None:
    """A relay that died after passing events on and before removing them doubles nothing."""
    ids = await _ids(live)
    async with live.watch(PRINCIPAL) as screen:
        await live.touch(ids[0])
        await screen.until(2)
        position = screen.cursors[0]
        again = LiveEvent(
            position=position,
            topic=Topic.RECORD,
            kind=ChangeKind.CHANGED,
            subject_id=ids[0],
            school_id=live.world.own.id,
        )
        await live.services.relay._bus.publish([again])
        await live.touch(ids[1])
        await screen.until(3)
    assert screen.cursors == [position, position + 1]
    assert await own_redis.xlen(STREAM) == 2


async def test_two_relays_keep_one_line(live: Live, own_redis: aioredis.Redis) -> None:
    """However many processes pass events on, positions rise by one and none is lost."""
    ids = await _ids(live)
    second = Relay(live.services.relay._bus)
    second.start()
    async with live.watch(DEPARTMENT) as screen:
        await asyncio.gather(*(live.touch(*ids) for _ in range(5)))
        second.wake()
        await screen.until(1 + 5 * len(ids))
    await second.stop()
    assert screen.cursors == list(range(screen.cursors[0], screen.cursors[0] + 5 * len(ids)))


async def test_what_was_rolled_back_is_told_to_nobody(live: Live) -> None:
    """An event exists exactly when its change committed, and once for a subject and transaction."""
    (record, *_) = await live.world.records(live.world.own.actors["ht"])
    clerk = live.world.own.actors["vt"]
    statement = "UPDATE revision SET updated_at = now() WHERE id = $1"
    async with live.watch(PRINCIPAL) as screen:
        with suppress(ZeroDivisionError):
            async with scoped(clerk, write=True):
                await sql.rows(statement, record.working.id)
                raise ZeroDivisionError
        async with scoped(clerk, write=True):
            await sql.rows(statement, record.working.id)
            await sql.rows(statement, record.working.id)
        await live.pass_on()
        await screen.until(2)
        await live.touch(record.id)
        await screen.until(3)
    assert screen.cursors == [screen.cursors[0], screen.cursors[0] + 1]


async def test_many_records_at_once_are_told_by_class(live: Live) -> None:
    """What moves a whole school is told once for each class, and each class reads as its own."""
    query = """subscription { recordChanges { cursor kind node { ... on SchoolClass { name } } } }"""
    (record_id, *_) = await _ids(live)
    async with live.watch(PRINCIPAL, query) as screen:
        await live.world.owner.run(
            "WITH new_pupils AS (INSERT INTO pupil SELECT (jsonb_populate_record(NULL::pupil, to_jsonb(p) ||"
            "  jsonb_build_object('id', n, 'pupil_code', 'X' || n, 'citizen_number', NULL))).*"
            "  FROM (SELECT * FROM pupil ORDER BY id LIMIT 1) p, generate_series(900001, 900061) n RETURNING id),"
            " new_books AS (INSERT INTO record_book SELECT (jsonb_populate_record(NULL::record_book, to_jsonb(b) ||"
            "  jsonb_build_object('id', n.id, 'pupil_id', n.id, 'lookup_code',"
            "  replace(gen_random_uuid()::text, '-', '')))).*"
            "  FROM (SELECT * FROM record_book ORDER BY id LIMIT 1) b, new_pupils n RETURNING id)"
            " INSERT INTO year_record SELECT (jsonb_populate_record(NULL::year_record, to_jsonb(y) ||"
            "  jsonb_build_object('id', k.id, 'book_id', k.id, 'working_revision_id', NULL))).*"
            "  FROM (SELECT * FROM year_record ORDER BY id LIMIT 1) y, new_books k"
        )
        await live.pass_on()
        await screen.until(2)
        await live.touch(record_id)
        await screen.until(3)
    assert screen.kinds == ["OPENED", "CLASS_CHANGED", "CHANGED"]
    assert screen.events[1]["node"]["name"] == "4A"


@BOTH_WAYS
async def test_equal_scopes_share_one_read(
    live: Live, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Twenty people with one scope and selection cost the database what one costs."""
    (record_id, *_) = await _ids(live)
    counts = []
    for people in (1, 20):
        async with many(live, (PRINCIPAL, CLERK, "22193401.pht")[: min(people, 1)] * people) as screens:
            statements = _counted(monkeypatch)
            await live.touch(record_id)
            await asyncio.gather(*(screen.until(2) for screen in screens.all))
            counts.append([item for item in statements if not APART.search(item)])
            monkeypatch.undo()
            assert live.services.hub.channels == 1
    assert counts[0] == counts[1]
    assert len([item for item in counts[0] if "FROM year_record" in item]) == 1
    assert "executed" in request.node.name or len(counts[0]) == 1


async def test_another_selection_or_scope_reads_for_itself(live: Live) -> None:
    """Nothing read for one scope reaches another: a channel belongs to one scope, selection and language."""
    other = RECORDS.replace("pupilName", "grade")
    async with (
        live.watch(PRINCIPAL) as _first,
        live.watch(CLERK, other) as second,
        live.watch(TEACHER) as _third,
    ):
        assert live.services.hub.channels == 3
        await live.touch((await _ids(live))[0])
        await second.until(2)
        assert set(second.events[1]["node"]) == {"id", "grade", "state"}
    assert live.services.hub.channels == 0
    assert live.services.hub.watchers == 0


async def test_a_right_that_ends_ends_the_stream(live: Live) -> None:
    """An assignment that is ended closes what it opened, of this person alone, and sends nothing after it."""
    (record_id, *_) = await _ids(live)
    async with live.watch(PRINCIPAL) as ending, live.watch(DISTRICT) as staying:
        await live.world.owner.run(
            "UPDATE assignment SET valid_to = current_date - 1, valid_from = current_date - 9"
            " WHERE staff_id = (SELECT id FROM staff WHERE subject = $1)",
            PRINCIPAL,
        )
        await live.touch(record_id)
        await ending.until(finished=True)
        await staying.until(2)
    assert ending.kinds == ["OPENED"]
    assert [error["extensions"]["code"] for error in ending.errors] == ["WATCH_ENDED"]
    assert staying.kinds == ["OPENED", "CHANGED"]
    async with live.watch(PRINCIPAL, after=1) as refused:
        await refused.until(finished=True)
    assert [error["extensions"]["code"] for error in refused.errors] == ["SIGNER_UNKNOWN"]


async def test_a_right_is_judged_with_everything_that_is_sent(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when no event tells of its end: a date that has come, without the sweep."""
    monkeypatch.setattr(rights, "SWEEP_SECONDS", 3600)
    monkeypatch.setattr(rights, "FRESH_SECONDS", 0)
    (record_id, *_) = await _ids(live)
    async with live.watch(CLERK) as screen:
        await live.world.owner.run("ALTER TABLE assignment DISABLE TRIGGER USER")
        await live.world.owner.run(
            "UPDATE assignment SET valid_to = current_date - 1, valid_from = '2020-01-01'"
        )
        await live.touch(record_id)
        await screen.until(finished=True)
    assert screen.kinds == ["OPENED"]
    assert [error["extensions"]["code"] for error in screen.errors] == ["WATCH_ENDED"]


async def test_a_screen_that_does_not_read_is_cut_off_and_comes_back(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for a slow client is limited; with its cursor it misses nothing."""
    monkeypatch.setattr(channels, "UNSENT_MAX", 8)
    ids = await _ids(live)
    async with live.watch(PRINCIPAL) as slow, live.watch(CLERK) as quick:
        slow.gate.clear()
        for turn in range(3):
            await live.touch(*ids)
            await quick.until(1 + (turn + 1) * len(ids))
        slow.gate.set()
        await slow.until(finished=True)
        assert [error["extensions"]["code"] for error in slow.errors] == ["WATCH_BEHIND"]
        assert len(slow.events) < len(quick.events)
        last = int(slow.events[-1]["cursor"])
        async with live.watch(PRINCIPAL, after=last) as again:
            await again.until(len(quick.cursors) - len(slow.cursors))
    assert slow.cursors + again.cursors == quick.cursors


async def test_locks_are_told_to_every_member_of_staff(live: Live) -> None:
    """A deadline that is set reaches teacher and department with the period as it now is."""
    async with live.watch(TEACHER, LOCKS) as teacher, live.watch(DEPARTMENT, LOCKS) as department:
        await live.world.owner.run(
            'INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)'
            " VALUES (2031, 'MAIN', now() + $1, now() + $1, '[4]', now())",
            timedelta(days=30),
        )
        await live.pass_on()
        for screen in (teacher, department):
            await screen.until(2)
            assert screen.kinds == ["OPENED", "CREATED"]
            assert screen.events[1]["node"]["locksAt"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1e9", "9" * 30, ""])
async def test_a_cursor_of_nobodys_is_not_found(live: Live, cursor: str) -> None:
    """Only what a stream gave is a cursor."""
    screen_query = RECORDS
    async with live.watch(PRINCIPAL, screen_query, after=cursor) as screen:
        await screen.until(finished=True)
    assert [error["extensions"]["code"] for error in screen.errors] == ["NOT_FOUND"]


async def test_nobody_and_people_without_an_assignment_watch_nothing(live: Live) -> None:
    """A stream needs a right from its first moment."""
    async with live.watch("stranger", after=0) as screen:
        await screen.until(finished=True)
    assert [error["extensions"]["code"] for error in screen.errors] == ["SIGNER_UNKNOWN"]
    assert live.services.hub.watchers == 0
