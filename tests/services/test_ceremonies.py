"""Ceremonies: one act over many records, each going its own way; and the registry's side of a signature."""

from datetime import UTC, datetime

import pytest

from backend.db.connection import close_database, open_database
from backend.db.repositories import ceremonies as rows
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.errors import (
    CertificateMissingError,
    CertificateRevokedError,
    DomainError,
    EmptySelectionError,
    NotFoundError,
    NotPermittedError,
    SelectionTooLargeError,
)
from backend.domain.lifecycle import State
from backend.domain.signing import SignatureRole
from backend.services import ceremonies, signatures
from backend.services.records import edit
from backend.services.signatures import SignedFiles
from tests.fixtures.certificates import self_signed
from tests.fixtures.world import PUPILS_PER_CLASS, World

TEACHER = SignatureRole.HOMEROOM_TEACHER
FILES = SignedFiles(
    signed_at=datetime(2025, 5, 30, tzinfo=UTC),
    certificate_serial="1a",
    certificate_issuer="CN=Thử",
    xml=("a" * 64, 10),
    pdf=("b" * 64, 20),
)


def _files(number: int) -> SignedFiles:
    return SignedFiles(
        signed_at=FILES.signed_at,
        certificate_serial="1a",
        certificate_issuer="CN=Thử",
        xml=(f"{number:064x}", 10),
        pdf=(f"{number + 1000:064x}", 20),
    )


@pytest.fixture
async def certified(world: World) -> World:
    """The world with certificates for its own school's teacher, principal and seal."""
    await close_database()
    await open_database(world.urls.owner, pool=2)
    async with unscoped():
        for login in ("gv.4A", "ht"):
            staff_id = world.own.actors[login].staff_id
            await provisioning.ensure_credential(login, self_signed(login), staff_id=staff_id)
        await provisioning.ensure_credential("seal", self_signed("seal"), unit_id=world.own.id)
    await close_database()
    await open_database(world.urls.app, pool=4)
    return world


async def _ids(world: World) -> list[int]:
    return [record.id for record in await world.records(world.own.actors["gv.4A"])]


async def _start(
    world: World, ids: list[int], login: str = "gv.4A", role: SignatureRole = TEACHER
) -> ceremonies.Started:
    async with scoped(world.own.actors[login], write=True):
        return await ceremonies.start(world.own.actors[login], role, ids)


async def _item_ids(world: World) -> list[int]:
    return [row["id"] for row in await world.owner.run("SELECT id FROM ceremony_item ORDER BY id")]


async def _as_worker(world: World, work) -> object:
    await close_database()
    await open_database(world.urls.worker, pool=2)
    try:
        async with unscoped():
            return await work()
    finally:
        await close_database()
        await open_database(world.urls.app, pool=4)


async def test_a_ceremony_queues_every_record_once(certified: World) -> None:
    """Each record gets an item and a job; nothing is signed yet."""
    started = await _start(certified, await _ids(certified))
    assert (started.ceremony.total, started.ceremony.queued) == (PUPILS_PER_CLASS, PUPILS_PER_CLASS)
    jobs = await certified.owner.run("SELECT dedupe_key FROM pgqueuer ORDER BY 1")
    assert [row["dedupe_key"] for row in jobs] == [f"sign:{item}" for item in await _item_ids(certified)]
    assert {record.state for record in await certified.records(certified.own.actors["gv.4A"])} == {
        State.DRAFT
    }


async def test_records_that_may_not_be_signed_are_named_and_left_out(certified: World) -> None:
    """An incomplete, a foreign and an absent record are told by their places; the others go on."""
    teacher, ids = certified.own.actors["gv.4A"], await _ids(certified)
    record = (await certified.records(teacher))[0]
    async with scoped(teacher, write=True):
        await edit(teacher, record.id, 1, {"comments": {"QUALITY": ""}})
    foreign = (await certified.records(certified.schools[1].actors["ht"]))[0].id
    started = await _start(certified, [*ids, foreign, 9_999_999])
    told = {(error.reason, error.field) for error in started.left_out}
    assert told == {
        ("RECORD_INCOMPLETE", "recordIds.0"),
        ("NOT_FOUND", "recordIds.3"),
        ("NOT_FOUND", "recordIds.4"),
    }
    assert started.ceremony.total == PUPILS_PER_CLASS - 1


async def test_a_record_waits_in_one_ceremony_at_a_time(certified: World) -> None:
    """A second ceremony over the same records begins without them."""
    ids = await _ids(certified)
    await _start(certified, ids)
    again = await _start(certified, ids)
    assert {error.reason for error in again.left_out} == {"ALREADY_QUEUED"}
    assert len(await _item_ids(certified)) == PUPILS_PER_CLASS


async def test_without_a_certificate_nothing_begins(world: World) -> None:
    """A signer without a registered certificate is told so before anything is queued."""
    with pytest.raises(CertificateMissingError):
        await _start(world, await _ids(world))
    assert await world.owner.run("SELECT 1 FROM signing_ceremony") == []
    assert await world.owner.run("SELECT 1 FROM pgqueuer") == []


@pytest.mark.parametrize(("count", "error"), [(0, EmptySelectionError), (5001, SelectionTooLargeError)])
async def test_an_unusable_selection_is_refused(certified: World, count: int, error: type) -> None:
    """Nothing and more than 5,000 records are refused."""
    with pytest.raises(error):
        await _start(certified, list(range(1, count + 1)))


async def test_a_cancelled_ceremony_stops_what_has_not_begun(certified: World) -> None:
    """Queued items are cancelled; a worker that comes to one later does nothing."""
    started = await _start(certified, await _ids(certified))
    async with scoped(certified.own.actors["gv.4A"], write=True):
        after = await ceremonies.cancel(certified.own.actors["gv.4A"], started.ceremony.id)
    assert after.cancelled == PUPILS_PER_CLASS
    item = (await _item_ids(certified))[0]
    assert await _as_worker(certified, lambda: signatures.begin_item(item)) is None
    assert await certified.owner.run("SELECT 1 FROM signing_intent") == []


@pytest.mark.parametrize(("login", "error"), [("ht", NotPermittedError), ("gv.4B", NotFoundError)])
async def test_only_the_signer_cancels(certified: World, login: str, error: type[DomainError]) -> None:
    """Who sees the ceremony is told that it is another's; for everybody else it does not exist."""
    started = await _start(certified, await _ids(certified))
    with pytest.raises(error):
        async with scoped(certified.own.actors[login], write=True):
            await ceremonies.cancel(certified.own.actors[login], started.ceremony.id)
    left = await certified.owner.run("SELECT 1 FROM ceremony_item WHERE state = 'QUEUED'")
    assert len(left) == PUPILS_PER_CLASS


async def test_a_signature_moves_its_record_once(certified: World) -> None:
    """Begin writes the intent, finish the signature, the files and the state; doing it again changes nothing."""
    await _start(certified, await _ids(certified))
    item = (await _item_ids(certified))[0]
    task = await _as_worker(certified, lambda: signatures.begin_item(item))
    assert (task.role, task.post, task.pdf_digest) == (TEACHER, "Giáo viên", None)
    assert await _as_worker(certified, lambda: signatures.finish(task, _files(1))) is True
    assert await _as_worker(certified, lambda: signatures.finish(task, _files(2))) is False
    assert await _as_worker(certified, lambda: signatures.begin_item(item)) is None
    counted = await certified.owner.run(
        "SELECT (SELECT count(*) FROM signature) AS signatures, (SELECT count(*) FROM artefact) AS files,"
        " (SELECT count(*) FROM signing_intent) AS intents"
    )
    assert tuple(counted[0]) == (1, 2, 1)
    states = [record.state for record in await certified.records(certified.own.actors["gv.4A"])]
    assert sorted(states) == [State.DRAFT, State.DRAFT, State.TEACHER_SIGNED]


async def test_content_that_changed_fails_its_record_alone(certified: World) -> None:
    """A record edited after the list was shown fails with that reason; no key is used for it."""
    teacher, ids = certified.own.actors["gv.4A"], await _ids(certified)
    await _start(certified, ids)
    async with scoped(teacher, write=True):
        await edit(teacher, ids[0], 1, {"absentExcused": 4})
    first, second, _ = await _item_ids(certified)
    assert await _as_worker(certified, lambda: signatures.begin_item(first)) is None
    assert await _as_worker(certified, lambda: signatures.begin_item(second)) is not None
    items = await certified.owner.run("SELECT state, code FROM ceremony_item ORDER BY id")
    assert [tuple(row) for row in items[:2]] == [("FAILED", "CONTENT_CHANGED"), ("SIGNING", "")]


async def test_a_failure_says_why_and_can_be_tried_again(certified: World) -> None:
    """A passing reason shows while the record waits, a lasting one fails it; the signer may try again."""
    started = await _start(certified, await _ids(certified))
    item = (await _item_ids(certified))[0]
    for final, expected in ((False, "QUEUED"), (True, "FAILED")):
        await _as_worker(
            certified, lambda final=final: signatures.fail_item(item, CertificateRevokedError(), final=final)
        )
        shown = await certified.owner.run("SELECT state, code FROM ceremony_item WHERE id = $1", item)
        assert tuple(shown[0]) == (expected, "CERTIFICATE_REVOKED")
    async with scoped(certified.own.actors["gv.4A"], write=True):
        after = await ceremonies.retry(certified.own.actors["gv.4A"], started.ceremony.id)
    assert (after.failed, after.queued) == (0, PUPILS_PER_CLASS)


async def test_a_leader_sees_a_teachers_ceremony_and_a_colleague_does_not(certified: World) -> None:
    """Progress is for the signer and the school's leaders."""
    started = await _start(certified, await _ids(certified))
    seen = {}
    for login in ("gv.4A", "ht", "gv.4B"):
        async with scoped(certified.own.actors[login], write=False):
            seen[login] = started.ceremony.id in await rows.find([started.ceremony.id])
    assert seen == {"gv.4A": True, "ht": True, "gv.4B": False}
