"""A record whose signing cannot even be begun says so, and nothing is signed."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.signing import ItemState, SignatureRole
from backend.domain.signing_errors import UnexpectedFailureError
from backend.embedded.pki import DevelopmentPki
from backend.jobs import MAX_TRIES, SignItem
from backend.services import ceremonies
from signing_worker.handlers import Handlers
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.servers import TEACHER
from tests.fixtures.world import World

REFUSING = (
    "CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no intent'; END $$",
    "CREATE TRIGGER refusing BEFORE INSERT ON signing_intent FOR EACH ROW EXECUTE FUNCTION refusing()",
)
ITEM = "SELECT id, state, code FROM ceremony_item"


async def test_a_refused_intent_is_said_on_the_item(world: World, pki: DevelopmentPki) -> None:
    """It waits with its reason while the job tries again, and fails with it at the last try; no intent is there."""
    teacher = world.own.actors["gv.4A"]
    await close_database()
    await open_database(world.urls.owner, pool=2)
    async with unscoped():
        pem = pki.certificate_file(TEACHER.label).read_text()
        await provisioning.ensure_credential(TEACHER.label, pem, staff_id=teacher.staff_id)
    await as_application(world)
    record, *_ = await world.records(teacher)
    async with scoped(teacher, write=True):
        started = await ceremonies.start(teacher, SignatureRole.HOMEROOM_TEACHER, [record.id])
    assert started.ceremony is not None
    for statement in REFUSING:
        await world.owner.run(statement)
    await as_worker(world)
    parts: dict[str, Any] = dict.fromkeys((part.name for part in fields(Handlers)), None)
    handlers = Handlers(**parts | {"relay": SimpleNamespace(wake=lambda: None)})
    (item,) = await world.owner.run(ITEM)
    for tries, state in ((0, ItemState.QUEUED), (MAX_TRIES - 1, ItemState.FAILED)):
        with pytest.raises(UnexpectedFailureError):
            await handlers.handle(SignItem(item["id"]), tries)
        (item,) = await world.owner.run(ITEM)
        assert (item["state"], item["code"]) == (state, UnexpectedFailureError.code)
    assert await world.owner.run("SELECT id FROM signing_intent") == []
    await close_database()
