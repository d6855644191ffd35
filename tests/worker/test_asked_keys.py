"""Keys that somebody is asked for: files wait prepared, what is handed out comes back signed once, and each record goes its way."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.store import ObjectStore
from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning
from backend.db.scope import scoped, unscoped
from backend.domain.errors import DomainError, NotPermittedError
from backend.domain.lifecycle import State
from backend.domain.organisation import KeyCustody
from backend.domain.policy import Actor
from backend.domain.signing import SignatureRole
from backend.domain.signing_errors import NonceUsedError
from backend.embedded.pki import DevelopmentPki
from backend.embedded.signing_service import DevelopmentSigningService
from backend.jobs import SignRemotely
from backend.services import asked_keys, ceremonies, signatures
from backend.services.asked_keys import Challenge, Given
from signing_worker.asked_keys import AskedKeys
from signing_worker.judge.pdf import judge_pdf
from signing_worker.judge.xml import judge_xml
from signing_worker.production import Production
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormSheet, RenderedForm
from signing_worker.sign import process
from signing_worker.sign.keys import KeyRing
from signing_worker.sign.pool import ERROR_OF
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.work import FillWork, PreparedWork, Refused, SignedWork, SignWork
from tests.fixtures.csc import setup_of
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.servers import PRINCIPAL, TEACHER
from tests.fixtures.world import PUPILS_PER_CLASS, World
from tests.worker.making import setup

ROLE = SignatureRole.HOMEROOM_TEACHER


class Here:
    """Pools whose one process is this one."""

    async def render(self, sheet: FormSheet) -> RenderedForm:
        return await asyncio.to_thread(render_form, sheet)

    async def prepare(self, work: SignWork) -> PreparedWork:
        return await self._run(process.prepare, work)  # type: ignore[no-any-return]

    async def fill(self, work: FillWork) -> SignedWork:
        return await self._run(process.fill, work)  # type: ignore[no-any-return]

    async def _run(self, make: Any, work: Any) -> Any:
        answer = await asyncio.to_thread(make, work)
        if isinstance(answer, Refused):
            raise ERROR_OF[answer.code]
        return answer


@dataclass
class Desk:
    """A teacher's class in a ceremony with a key that is elsewhere, and the worker's part."""

    world: World
    pki: DevelopmentPki
    store: ObjectStore
    worker: AskedKeys
    ceremony_id: int = 0

    @property
    def teacher(self) -> Actor:
        return self.world.own.actors["gv.4A"]

    async def start(self, custody: KeyCustody, locator: str) -> None:
        await close_database()
        await open_database(self.world.urls.owner, pool=2)
        async with unscoped():
            pem = self.pki.certificate_file(TEACHER.label).read_text()
            await provisioning.ensure_credential(
                locator, pem, staff_id=self.teacher.staff_id, custody=custody
            )  # fmt: skip
        await self.world.owner.run(
            "UPDATE staff SET full_name = $2 WHERE id = $1", self.teacher.staff_id, TEACHER.common_name
        )
        await as_application(self.world)
        ids = [record.id for record in await self.world.records(self.teacher)]
        async with scoped(self.teacher, write=True):
            started = await ceremonies.start(self.teacher, ROLE, ids)
        assert started.ceremony is not None
        self.ceremony_id = started.ceremony.id

    async def work(self) -> None:
        """Each open item's next step, as the worker takes it."""
        await as_worker(self.world)
        for row in await self.world.owner.run("SELECT id FROM ceremony_item ORDER BY id"):
            async with unscoped():
                task = await signatures.begin_item(row["id"])
            if task is not None:
                await self.worker.go_on(task)
        await as_application(self.world)

    async def ask(self) -> None:
        await as_worker(self.world)
        await self.worker.ask(SignRemotely(self.ceremony_id))
        await as_application(self.world)

    async def challenge(self, actor: Actor | None = None) -> Challenge:
        async with scoped(actor or self.teacher, write=True):
            return await asked_keys.challenge(actor or self.teacher, self.ceremony_id)

    async def answer(self, nonce: str, given: list[Given], actor: Actor | None = None) -> list[DomainError]:
        async with scoped(actor or self.teacher, write=True):
            return await asked_keys.answer(actor or self.teacher, self.ceremony_id, nonce, given)

    async def token(self, challenge: Challenge, label: str = TEACHER.label) -> list[Given]:
        """What a token makes of a challenge."""
        key = KeyRing(self.pki.keys_folder, self.pki.keys_password, production=False).load(label)
        given = []
        for item in challenge.items:
            xml, pdf = await key.sign_digests([bytes.fromhex(item.xml_hash), bytes.fromhex(item.pdf_hash)])
            assert isinstance(xml, bytes)
            assert isinstance(pdf, bytes)
            given.append(Given(item.item_id, xml, pdf))
        return given

    async def states(self) -> list[tuple[str, str]]:
        found = await self.world.owner.run("SELECT state, code FROM ceremony_item ORDER BY id")
        return [(row["state"], row["code"]) for row in found]

    async def count(self, table: str) -> int:
        (row,) = await self.world.owner.run(f"SELECT count(*) AS n FROM {table}")
        found: int = row["n"]
        return found

    async def judged(self) -> None:
        """Every stored file is genuine by the strict judges, who were not there when it was made."""
        roots, issuers = (load_certificates(part) for part in (self.pki.trust_roots, self.pki.intermediates))
        for row in await self.world.owner.run("SELECT kind, digest FROM artefact"):
            data = await self.store.get(row["digest"])
            is_pdf = row["kind"] == "PDF"
            judging = (judge_pdf, data, roots, issuers) if is_pdf else (judge_xml, data, issuers)
            said = await asyncio.to_thread(*judging)  # type: ignore[arg-type]
            assert said.signatures
            assert all(item.intact and item.trusted for item in said.signatures), said


@pytest.fixture
async def desk(
    world: World, pki: DevelopmentPki, csc: DevelopmentSigningService, tmp_path: Path
) -> AsyncIterator[Desk]:
    await asyncio.to_thread(process.start, setup(pki))
    store, here = ObjectStore(f"file://{tmp_path}/store"), Here()
    production = Production(store, here, here, "https://hocba.example")  # type: ignore[arg-type]
    yield Desk(world, pki, store, AskedKeys(production, setup_of(csc)))
    await asyncio.to_thread(process.stop)


AWAITING, SIGNED = ("AWAITING_KEY", ""), ("SIGNED", "")


async def test_the_signers_own_token_signs_what_was_handed_out(desk: Desk) -> None:
    """Prepared files wait without using a key; the token's signatures, once back, make files that strict judges accept."""
    await desk.start(KeyCustody.AGENT, "")
    await desk.work()
    assert await desk.states() == [AWAITING] * PUPILS_PER_CLASS
    assert (await desk.count("signing_intent"), await desk.count("artefact")) == (0, 0)
    challenge = await desk.challenge()
    assert await desk.count("signing_intent") == len(challenge.items) == PUPILS_PER_CLASS
    assert await desk.answer(challenge.nonce, await desk.token(challenge)) == []
    await desk.work()
    await desk.work()
    assert await desk.states() == [SIGNED] * PUPILS_PER_CLASS
    assert {record.state for record in await desk.world.records(desk.teacher)} == {State.TEACHER_SIGNED}
    assert await desk.count("signature") == PUPILS_PER_CLASS
    assert await desk.count("prepared_signature") == 0
    await desk.judged()


async def test_a_nonce_is_its_persons_once_and_for_five_minutes(desk: Desk) -> None:
    """Used again, too late, replaced by a newer one, or by another person, it takes nothing; the records go on waiting."""
    await desk.start(KeyCustody.AGENT, "")
    await desk.work()
    principal = desk.world.own.actors["ht"]
    with pytest.raises(NotPermittedError):
        await desk.challenge(principal)
    first = await desk.challenge()
    given = await desk.token(first)
    with pytest.raises(NotPermittedError):
        await desk.answer(first.nonce, given, principal)
    second = await desk.challenge()
    with pytest.raises(NonceUsedError):
        await desk.answer(first.nonce, given)
    await desk.world.owner.run("UPDATE prepared_signature SET nonce_until = now()")
    with pytest.raises(NonceUsedError):
        await desk.answer(second.nonce, given)
    assert await desk.states() == [AWAITING] * PUPILS_PER_CLASS
    third = await desk.challenge()
    assert await desk.answer(third.nonce, given) == []
    with pytest.raises(NonceUsedError):
        await desk.answer(third.nonce, given)


async def test_what_was_not_handed_out_is_not_taken(desk: Desk) -> None:
    """Signatures that were swapped, or made by another key, fail alone; the others are kept."""
    await desk.start(KeyCustody.AGENT, "")
    await desk.work()
    challenge = await desk.challenge()
    good, other = await desk.token(challenge), await desk.token(challenge, PRINCIPAL.label)
    swapped = Given(good[1].item_id, good[1].pdf, good[1].xml)
    strange = Given(9_999_999, good[0].xml, good[0].pdf)
    refused = await desk.answer(challenge.nonce, [good[0], swapped, other[2], strange])
    assert [(error.reason, error.field) for error in refused] == [
        ("SIGNATURE_WRONG", "signatures.1"),
        ("SIGNATURE_WRONG", "signatures.2"),
        ("NOT_FOUND", "signatures.3"),
    ]
    await desk.work()
    assert await desk.states() == [SIGNED, AWAITING, AWAITING]


async def test_a_cancelled_ceremony_waits_no_more(desk: Desk) -> None:
    """What waits for its key can be stopped; what was prepared is forgotten, and a late answer is not taken."""
    await desk.start(KeyCustody.AGENT, "")
    await desk.work()
    challenge = await desk.challenge()
    async with scoped(desk.teacher, write=True):
        row = await ceremonies.cancel(desk.teacher, desk.ceremony_id)
    assert (row.cancelled, row.awaiting_key) == (PUPILS_PER_CLASS, 0)
    with pytest.raises(NonceUsedError):
        await desk.answer(challenge.nonce, await desk.token(challenge))
    await as_worker(desk.world)
    await desk.worker.watch()
    assert await desk.count("prepared_signature") == 0


async def test_a_service_signs_a_ceremony_with_one_confirmation_for_what_has_room(
    desk: Desk, csc: DevelopmentSigningService
) -> None:
    """Three records are six digests; at a limit of five they take two confirmations, and every record is signed once."""
    await desk.start(KeyCustody.CSC, TEACHER.label)
    await desk.work()
    assert await desk.states() == [AWAITING] * PUPILS_PER_CLASS
    await desk.ask()
    await desk.ask()
    asked = [line["count"] for line in csc.journal() if line["method"] == "authorize"]
    assert asked == [5, 1]
    await desk.work()
    assert await desk.states() == [SIGNED] * PUPILS_PER_CLASS
    assert await desk.count("signing_intent") == PUPILS_PER_CLASS
    await desk.judged()


async def test_what_the_service_did_not_sign_says_so_and_the_same_digest_is_asked_for_again(
    desk: Desk, csc: DevelopmentSigningService
) -> None:
    """A refused record fails alone; when the answer is lost the rest waits, and never is another document signed."""
    await desk.start(KeyCustody.CSC, TEACHER.label)
    await desk.work()
    (first,) = await desk.world.owner.run("SELECT xml_hash FROM prepared_signature ORDER BY item_id LIMIT 1")
    csc.behave(
        {"refuse": [b64encode(bytes.fromhex(first["xml_hash"])).decode()], "drop": "AFTER", "times": 1}
    )
    await desk.ask()
    assert ("FAILED", "KEY_REFUSED") in await desk.states() or (
        "AWAITING_KEY",
        "KEY_UNAVAILABLE",
    ) in await desk.states()
    csc.behave({})
    await desk.ask()
    await desk.work()
    signed = [item for line in csc.journal() if line["method"] == "signHash" for item in line["hashes"]]  # type: ignore[attr-defined]
    assert len(set(signed)) <= 2 * PUPILS_PER_CLASS
    assert {state for state, _ in await desk.states()} <= {"SIGNED", "FAILED"}
    assert await desk.count("signature") == sum(state == SIGNED for state in await desk.states())
