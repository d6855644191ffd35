"""Before a lock: every record that would miss it, with what bars it and what clears that; and a lock that is undone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.db.connection import close_database, open_database
from backend.db.repositories import preflight as rows
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.errors import LockPeriodSealedError, LockPeriodUnknownError, NotPermittedError
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.domain.preflight import REMEDY, Blocker
from backend.domain.signing import SignatureRole
from backend.jobs import RehearseLock, SealPeriod
from backend.services import locking, preflight, submissions, transfers
from backend.services.records import edit, send_back
from signing_worker import locks
from tests.fixtures.certificates import self_signed
from tests.fixtures.world import World
from tests.strategies.records import YEAR

SOON, LATE = timedelta(days=5), timedelta(minutes=-1)


async def _period(world: World, after: timedelta = SOON) -> int:
    return await world.lock_period(Window.MAIN, datetime.now(UTC) + after)


async def _look(actor: Actor, period_id: int, unit_id: int | None = None) -> rows.PreflightRow:
    async with scoped(actor, write=False):
        _, found = await preflight.look(period_id, unit_id)
    return found


async def _blockers(actor: Actor, record_id: int) -> list[rows.BlockerRow]:
    async with scoped(actor, write=False):
        return (await rows.blockers([record_id]))[record_id]


async def _names(actor: Actor, record_id: int) -> list[Blocker]:
    return [row.blocker for row in await _blockers(actor, record_id)]


async def _everybody_can_sign(world: World) -> None:
    await close_database()
    await open_database(world.urls.owner, pool=2)
    async with unscoped():
        for school in world.schools:
            for login, actor in school.actors.items():
                await provisioning.ensure_credential(
                    f"{school.facts.code}.{login}", self_signed(login), staff_id=actor.staff_id
                )
            await provisioning.ensure_credential(
                school.facts.code, self_signed(school.facts.code), unit_id=school.id
            )
    await close_database()
    await open_database(world.urls.app, pool=4)


async def _edit(world: World, record: Any, changes: dict[str, Any]) -> None:
    teacher = world.own.actors["gv.4A"]
    async with scoped(teacher, write=True):
        await edit(teacher, record.id, record.working.version, changes)


def test_every_blocker_has_its_remedy() -> None:
    """Nothing is named without saying what clears it."""
    assert set(REMEDY) == set(Blocker)


async def test_a_record_is_followed_along_its_way(world: World) -> None:
    """Each step names whose turn it is; what is accepted is ready and has no blocker."""
    await _everybody_can_sign(world)
    period_id = await _period(world)
    principal, department = world.own.actors["ht"], world.department
    (record, *_) = await world.records(principal)
    expected = [
        (State.DRAFT, Blocker.UNSIGNED_BY_TEACHER, SignatureRole.HOMEROOM_TEACHER),
        (State.TEACHER_SIGNED, Blocker.UNSIGNED_BY_PRINCIPAL, SignatureRole.PRINCIPAL),
        (State.PRINCIPAL_SIGNED, Blocker.UNSIGNED_BY_SCHOOL, SignatureRole.SCHOOL_SEAL),
        (State.ISSUED, Blocker.NOT_SUBMITTED, None),
    ]
    for state, blocker, signer in expected:
        if state is not State.DRAFT:
            await world.worker.run("UPDATE revision SET state = $2 WHERE id = $1", record.working.id, state)
        (found,) = await _blockers(principal, record.id)
        assert (found.blocker, found.signer) == (blocker, signer)
        assert bool(found.signer_name) is (signer is not None)
    async with scoped(principal, write=True):
        await submissions.submit(principal, [record.id])
    assert await _names(principal, record.id) == [Blocker.NOT_ACCEPTED]
    await world.checked()
    async with scoped(department, write=True):
        await submissions.accept(department, [record.id])
    assert await _names(principal, record.id) == []
    own = await _look(principal, period_id, world.own.id)
    assert (own.total, own.ready, own.missing) == (6, 1, 5)
    assert own.by_blocker == {Blocker.UNSIGNED_BY_TEACHER: 5}


async def test_what_is_missing_is_named(world: World) -> None:
    """Results, comments and the pupil's code, each by its name, as long as it is missing."""
    await _everybody_can_sign(world)
    period_id = await _period(world)
    teacher = world.own.actors["gv.4A"]
    first, second, third = await world.records(teacher)
    await _edit(world, first, {"subjects": {"TOAN": None}})
    await _edit(world, second, {"comments": {"QUALITY": None}})
    await _edit(world, third, {"pupil": {"pupilCode": ""}})
    assert Blocker.NOT_ENTERED in await _names(teacher, first.id)
    assert await _names(teacher, second.id) == [Blocker.COMMENT_MISSING]
    assert await _names(teacher, third.id) == [Blocker.UNSIGNED_BY_TEACHER, Blocker.PUPIL_CODE_MISSING]
    found = await _look(teacher, period_id)
    assert found.missing == 3
    assert {Blocker.NOT_ENTERED, Blocker.COMMENT_MISSING, Blocker.PUPIL_CODE_MISSING} <= set(found.by_blocker)


async def test_a_certificate_that_cannot_sign_is_named_to_school_and_district(world: World) -> None:
    """Missing, expired and revoked ones by whose they are; the district learns the fact and no certificate."""
    period_id = await _period(world)
    principal, district = world.own.actors["ht"], world.district["193"]
    (record, *_) = await world.records(principal)
    assert (
        await _names(principal, record.id)
        == [Blocker.UNSIGNED_BY_TEACHER] + [Blocker.CERTIFICATE_MISSING] * 3
    )
    await _everybody_can_sign(world)
    assert await _names(principal, record.id) == [Blocker.UNSIGNED_BY_TEACHER]
    teacher = world.own.actors["gv.4A"].staff_id
    await world.owner.run("UPDATE signing_credential SET not_after = now() WHERE staff_id = $1", teacher)
    await world.owner.run(
        "WITH c AS (INSERT INTO signing_ceremony (school_id, signer_id, assignment_id, credential_id, role, created_at)"
        " SELECT $1, $2, $3, (SELECT id FROM signing_credential WHERE staff_id = $2), 'PRINCIPAL', now() RETURNING id)"
        " INSERT INTO ceremony_item (ceremony_id, revision_id, content_digest, state, code, attempts, updated_at)"
        " SELECT id, $4, '', 'FAILED', 'CERTIFICATE_REVOKED', 1, now() FROM c",
        world.own.id,
        principal.staff_id,
        principal.assignment_id,
        record.working.id,
    )
    await world.owner.run("UPDATE signing_credential SET active = false WHERE unit_id = $1", world.own.id)
    for actor in (principal, district):
        found = {(row.blocker, row.signer) for row in await _blockers(actor, record.id)}
        assert found >= {
            (Blocker.CERTIFICATE_EXPIRED, SignatureRole.HOMEROOM_TEACHER),
            (Blocker.CERTIFICATE_REVOKED, SignatureRole.PRINCIPAL),
            (Blocker.CERTIFICATE_MISSING, SignatureRole.SCHOOL_SEAL),
        }
    assert (await _look(district, period_id, world.own.id)).by_blocker[Blocker.CERTIFICATE_REVOKED] == 6
    assert (
        Blocker.CERTIFICATE_REVOKED not in (await _look(district, period_id, world.schools[1].id)).by_blocker
    )


async def test_rejected_and_moved_records_are_named(world: World) -> None:
    """A record sent back by the department, and one whose pupil another school manages by now."""
    await _everybody_can_sign(world)
    await _period(world)
    principal, department = world.own.actors["ht"], world.department
    first, second, *_ = await world.records(principal)
    await world.bring_to(State.ISSUED, first.id)
    async with scoped(principal, write=True):
        await submissions.submit(principal, [first.id])
    async with scoped(department, write=True):
        await send_back(department, Action.REJECT, first.id, "Sai điểm.")
    await _ask_for(world, second.book_id)
    assert await _names(principal, first.id) == [Blocker.UNSIGNED_BY_TEACHER, Blocker.REJECTED]
    assert await _names(principal, second.id) == [Blocker.UNSIGNED_BY_TEACHER, Blocker.TRANSFER_OPEN]


async def _ask_for(world: World, book_id: int) -> None:
    """Another school asks for a book."""
    (found,) = await world.owner.run(
        "SELECT b.lookup_code, p.birth_date FROM record_book b JOIN pupil p ON p.id = b.pupil_id WHERE b.id = $1",
        book_id,
    )
    head = world.schools[1].actors["ht"]
    async with scoped(head, write=True):
        await transfers.open_transfer(head, found["lookup_code"], found["birth_date"], "")


async def test_each_sees_what_would_miss_the_lock_in_their_scope(world: World) -> None:
    """A class, a school, a district and the province, page by page without a record twice or left out."""
    period_id = await _period(world)
    actors = {
        3: world.own.actors["gv.4A"],
        6: world.own.actors["ht"],
        12: world.district["193"],
        18: world.department,
    }
    for expected, actor in actors.items():
        assert (await _look(actor, period_id)).missing == expected
        seen: list[int] = []
        after: Any = None
        async with scoped(actor, write=False):
            while ids := await preflight.page(period_id, None, None, after=after, limit=4):
                seen += ids
                (last,) = await world.owner.run(
                    "SELECT school_class_id, sort_key, id FROM year_record WHERE id = $1", ids[-1]
                )
                after = tuple(last)
        assert len(seen) == len(set(seen)) == expected
    district = world.district["193"]
    assert (await _look(world.department, period_id, district.unit_id)).missing == 12
    with pytest.raises(LockPeriodUnknownError):
        await _look(district, 999)


async def _rehearse(world: World, rehearsal_id: int) -> None:
    await close_database()
    await open_database(world.urls.worker, pool=2)
    await locks.rehearse(RehearseLock(rehearsal_id))
    await close_database()
    await open_database(world.urls.app, pool=4)


async def _trace(world: World) -> Any:
    return await world.owner.run(
        "SELECT (SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM revision r) AS revisions,"
        " (SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM lock_period p) AS periods,"
        " (SELECT count(*) FROM pgqueuer) AS jobs, (SELECT count(*) FROM ledger_entry) AS leaves,"
        " (SELECT count(*) FROM tree_head) AS heads, (SELECT count(*) FROM registry_change) AS changes,"
        " (SELECT count(*) FROM audit_event) AS acts, (SELECT sum(count) FROM state_count WHERE state = 'LOCKED')"
    )


async def test_a_rehearsal_does_everything_and_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days before the deadline it says how many records, how long and what would be missing; nothing else changes."""
    monkeypatch.setattr(locking, "BATCH", 2)
    ids = [record.id for record in await world.records(world.own.actors["gv.4A"])]
    await world.bring_to(State.ISSUED, *ids)
    principal = world.own.actors["ht"]
    async with scoped(principal, write=True):
        await submissions.submit(principal, ids)
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, ids)
    period_id = await _period(world)
    with pytest.raises(NotPermittedError):
        async with scoped(principal, write=True):
            await preflight.ask_rehearsal(principal, period_id)
    async with scoped(world.department, write=True):
        asked = await preflight.ask_rehearsal(world.department, period_id)
    before = await _trace(world)
    await _rehearse(world, asked.id)
    assert await _trace(world) == before
    async with scoped(world.department, write=False):
        (done,) = await preflight.rehearsals_of(world.department, period_id, 10)
    assert (done.record_count, done.finished_at is not None) == (3, True)
    assert done.seconds is not None
    assert len(done.root_hash or "") == 64
    assert done.blockers[Blocker.UNSIGNED_BY_TEACHER] == 15
    await _period(world, LATE)
    await close_database()
    await open_database(world.urls.worker, pool=2)
    await locks.lock_period(SealPeriod(period_id), lambda: None)
    (period,) = await world.owner.run(
        "SELECT sealed_count FROM lock_period WHERE school_year = $1", YEAR.start
    )
    assert period["sealed_count"] == done.record_count
    with pytest.raises(LockPeriodSealedError):
        async with scoped(world.department, write=True):
            await preflight.ask_rehearsal(world.department, period_id)
