"""The timestamp service is away at the lock: the lock stands in the database, its seals wait and say why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from strawberry.relay import to_base64

from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.errors import TimestampUnavailableError
from backend.domain.lifecycle import State
from backend.jobs import SealLocked
from backend.services import locking, signatures, submissions
from backend.services.scheduling import Calendar
from backend.services.signatures import SignedFiles, SigningTask
from signing_worker import locks
from tests.fixtures.asking import Api
from tests.fixtures.certificates import self_signed
from tests.fixtures.world import World

RECORD = "query ($id: ID!) { node(id: $id) { ... on Record { state sealPending sealWaitsFor } } }"
PERIOD = """
query ($id: ID!) { node(id: $id) { ... on LockPeriod {
  stage sealedCount sealsPending sealsWaiting { code count message } } } }"""


async def _lock_one(world: World) -> tuple[int, int, int]:
    """A locked record, its revision and its period; the department has a seal."""
    principal = world.own.actors["ht"]
    (record, *_) = await world.records(principal)
    await world.bring_to(State.ISSUED, record.id)
    async with scoped(principal, write=True):
        await submissions.submit(principal, [record.id])
    await world.checked()
    async with scoped(world.department, write=True):
        await submissions.accept(world.department, [record.id])
    period_id = await world.lock_period(Window.MAIN, datetime.now(UTC) - timedelta(minutes=1))
    async with scoped(world.department, write=True):
        await locking.seal(world.department, period_id)
    await _open(world.urls.owner)
    async with unscoped():
        await provisioning.ensure_credential("so", self_signed("so"), unit_id=world.department.unit_id)
    await _open(world.urls.app)
    return record.id, record.working.id, period_id


async def _open(url: str) -> None:
    await close_database()
    await open_database(url, pool=4)


async def _away(_task: SigningTask) -> None:
    raise TimestampUnavailableError


async def _back(task: SigningTask) -> None:
    digest = "0" * 64
    files = SignedFiles(
        signed_at=datetime.now(UTC),
        certificate_serial="1a",
        certificate_issuer="CN=Thử",
        xml=(digest, 1),
        pdf=(digest[:-1] + "1", 1),
    )
    async with unscoped():
        await signatures.finish(task, files)


async def _shown(api: Api, document: str, kind: str, key: int) -> dict[str, Any]:
    answer = await api.ask("so", document, id=to_base64(kind, key))
    shown: dict[str, Any] = answer["data"]["node"]
    return shown


async def _jobs(world: World) -> list[str]:
    rows = await world.owner.run("SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'revision.seal/1'")
    return [row["dedupe_key"] for row in rows]


async def test_a_seal_waits_for_the_timestamp_and_says_so(api: Api, world: World) -> None:
    """No seal without a timestamp; the record is locked all the same, and its seal is asked for again until it is there."""
    record_id, revision_id, period_id = await _lock_one(world)
    await world.owner.run("DELETE FROM pgqueuer")
    await _open(world.urls.worker)
    await locks.seal(SealLocked(revision_id), _away)
    await _open(world.urls.app)
    assert await _shown(api, RECORD, "Record", record_id) == {
        "state": "LOCKED",
        "sealPending": True,
        "sealWaitsFor": "TIMESTAMP_UNAVAILABLE",
    }
    period = await _shown(api, PERIOD, "LockPeriod", period_id)
    (waiting,) = period["sealsWaiting"]
    assert (period["stage"], period["sealedCount"], period["sealsPending"]) == ("SEALED", 1, 1)
    assert (waiting["code"], waiting["count"]) == ("TIMESTAMP_UNAVAILABLE", 1)
    assert waiting["message"].endswith(".")
    signed = await world.owner.run("SELECT FROM signature WHERE role = 'LOCK_SEAL'")
    assert signed == []

    await _open(world.urls.worker)
    keeper = Calendar("test", day_counts=False, tolerance=1.0)
    await keeper.go_round()
    assert await _jobs(world) == []
    await world.owner.run("UPDATE seal_obstacle SET tried_at = now() - interval '2 minutes'")
    await keeper.go_round()
    assert await _jobs(world) == [f"seal:{revision_id}"]
    await locks.seal(SealLocked(revision_id), _back)
    await _open(world.urls.app)
    assert await _shown(api, RECORD, "Record", record_id) == {
        "state": "LOCKED",
        "sealPending": False,
        "sealWaitsFor": None,
    }
    assert (await _shown(api, PERIOD, "LockPeriod", period_id))["sealsWaiting"] == []


@pytest.mark.parametrize("fault", [RuntimeError("x"), OSError("y")])
async def test_a_fault_never_leaves_a_seal_silently_pending(world: World, fault: Exception) -> None:
    """Whatever a library raises, the record names it and nothing is parked out of sight."""
    _, revision_id, _ = await _lock_one(world)

    async def fails(_task: SigningTask) -> None:
        raise fault

    await _open(world.urls.worker)
    await locks.seal(SealLocked(revision_id), fails)
    rows = await world.owner.run("SELECT revision_id, code FROM seal_obstacle")
    assert [(row["revision_id"], row["code"]) for row in rows] == [(revision_id, "UNEXPECTED_FAILURE")]
