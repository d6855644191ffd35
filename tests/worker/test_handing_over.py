"""A hand-over: sealed by the school that gives and by the one that takes, and nothing goes on without the seal."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from strawberry.relay import to_base64

from backend.adapters.links import read_token
from backend.adapters.store import ObjectStore
from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning, transfers
from backend.db.repositories.records import RecordRow
from backend.db.repositories.transfers import TransferRow
from backend.db.scope import scoped, unscoped
from backend.domain.hand_over import Acceptance, HandOverFacts
from backend.domain.policy import Actor
from backend.domain.transfer import TransferAction, TransferState
from backend.embedded.pki import DevelopmentPki
from backend.jobs import SealTransfer
from backend.services import hand_overs
from backend.services import transfers as cases
from signing_worker.handing_over import HandingOver
from signing_worker.judge import process as judging
from signing_worker.judge.hand_over import judge_hand_over
from signing_worker.packet.hand_over import parse_hand_over
from signing_worker.sign import process
from tests.fixtures import judges
from tests.fixtures.asking import Api
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.servers import OTHER_SEAL, SCHOOL_SEAL
from tests.fixtures.world import SCHOOLS, World
from tests.worker.making import setup
from tests.worker.submitted import Signs

RELEASE, CANCEL = TransferAction.RELEASE, TransferAction.CANCEL
OLD, NEW, STRANGER, TEACHER = (
    f"{SCHOOLS[0][0]}.ht",
    f"{SCHOOLS[2][0]}.ht",
    f"{SCHOOLS[1][0]}.ht",
    f"{SCHOOLS[0][0]}.gv.4A",
)


class Judge:
    """A pool whose one process is this one."""

    async def hand_over(self, data: bytes, facts: HandOverFacts) -> bool:
        return judging.hand_over(data, facts)


@dataclass
class Giving:
    """A book that one school gives to another; both have seals that count."""

    world: World
    pki: DevelopmentPki
    store: ObjectStore
    record: RecordRow
    transfer_id: int = 0

    @property
    def old(self) -> Actor:
        return self.world.own.actors["ht"]

    @property
    def new(self) -> Actor:
        return self.world.schools[2].actors["ht"]

    @property
    def worker(self) -> HandingOver:
        return HandingOver(self.store, Signs(), Judge())  # type: ignore[arg-type]

    async def ask(self) -> None:
        (found,) = await self.world.owner.run(
            "SELECT b.lookup_code, p.birth_date FROM record_book b JOIN pupil p ON p.id = b.pupil_id WHERE b.id = $1",
            self.record.book_id,
        )
        async with scoped(self.new, write=True):
            row = await cases.open_transfer(self.new, found["lookup_code"], found["birth_date"], "Chuyển nhà")
        self.transfer_id = row.id

    async def release(self) -> None:
        await as_application(self.world)
        async with scoped(self.old, write=True):
            await cases.act(self.old, RELEASE, self.transfer_id)
        await as_worker(self.world)

    async def accept(self) -> None:
        await as_application(self.world)
        (class_id,) = self.world.schools[2].actors["gv.4A"].class_ids
        async with scoped(self.new, write=True):
            await cases.accept(self.new, self.transfer_id, class_id)
        await as_worker(self.world)

    async def seal(self) -> TransferRow:
        await self.worker.do(SealTransfer(self.transfer_id, ""))
        return await self.row()

    async def row(self) -> TransferRow:
        async with unscoped():
            return (await transfers.find([self.transfer_id]))[self.transfer_id]

    async def manager(self) -> int:
        (row,) = await self.world.owner.run(
            "SELECT managing_school_id FROM record_book WHERE id = $1", self.record.book_id
        )
        school: int = row["managing_school_id"]
        return school


@pytest.fixture
async def giving(world: World, pki: DevelopmentPki, tmp_path: Path) -> AsyncIterator[Giving]:
    await asyncio.to_thread(process.start, setup(pki))
    record = (await world.records(world.own.actors["gv.4A"]))[0]
    made = Giving(world, pki, ObjectStore(f"file://{tmp_path}/store"), record)
    await close_database()
    await open_database(world.urls.owner, pool=2)
    async with unscoped():
        for spec, school in ((SCHOOL_SEAL, world.own), (OTHER_SEAL, world.schools[2])):
            pem = pki.certificate_file(spec.label).read_text()
            await provisioning.ensure_credential(spec.label, pem, unit_id=school.id)
    await as_application(world)
    await made.ask()
    yield made
    await asyncio.to_thread(process.stop)


async def test_both_schools_seal_one_document_that_others_tools_accept(
    giving: Giving, tmp_path: Path
) -> None:
    """Released under one seal, accepted under both: xmlsec1 and OpenSSL agree, and refuse a document with one word changed."""
    await giving.release()
    assert (await giving.row()).state is TransferState.RELEASING
    released = await giving.seal()
    assert (released.state, released.hand_over_digest) == (TransferState.RELEASED, None)
    await giving.accept()
    assert await giving.manager() == giving.old.unit_id
    done = await giving.seal()
    assert (done.state, done.obstacle) == (TransferState.ACCEPTED, "")
    assert await giving.manager() == giving.new.unit_id
    files = {}
    for name in ("release_digest", "hand_over_digest", "hand_over_timestamp"):
        files[name] = tmp_path / name
        files[name].write_bytes(await giving.store.get(getattr(done, name)))
    roots, others = giving.pki.trust_roots, giving.pki.intermediates
    assert judges.xmlsec_valid(files["release_digest"], "KY_BAN_GIAO", roots, others)
    for slot in ("KY_BAN_GIAO", "KY_NHAN_BAN_GIAO"):
        assert judges.xmlsec_valid(files["hand_over_digest"], slot, roots, others)
    assert _stamped(files["hand_over_digest"], files["hand_over_timestamp"], giving.pki, tmp_path)
    forged = tmp_path / "forged"
    forged.write_bytes(files["hand_over_digest"].read_bytes().replace(b">4A<", b">4B<"))
    for slot in ("KY_BAN_GIAO", "KY_NHAN_BAN_GIAO"):
        assert not judges.xmlsec_valid(forged, slot, roots, others)


def _stamped(data: Path, token: Path, pki: DevelopmentPki, folder: Path) -> bool:
    root, others = folder / "root.pem", folder / "others.pem"
    root.write_text("".join(path.read_text() for path in pki.trust_roots))
    others.write_text("".join(path.read_text() for path in pki.intermediates))
    command = ("openssl", "ts", "-verify", "-data", data, "-in", token, "-token_in", "-CAfile", root)
    done = subprocess.run(
        [*map(str, command), "-untrusted", str(others)], capture_output=True, text=True, check=False
    )
    return "Verification: OK" in done.stdout + done.stderr


async def test_the_document_says_what_was_handed_over(giving: Giving) -> None:
    """The book, both schools, each year with its digests, the class that took the pupil, and the release it accepts."""
    done = await _handed_over(giving)
    assert done.hand_over_digest is not None
    found = parse_hand_over(await giving.store.get(done.hand_over_digest))
    said = found.release.values
    assert (said["fromSchoolCode"], said["toSchoolCode"]) == (SCHOOLS[0][0], SCHOOLS[2][0])
    assert said["pupilName"] == done.pupil_name
    assert [(year["schoolCode"], year["state"], year["contentDigest"]) for year in found.release.rows] == [
        (SCHOOLS[0][0], "DRAFT", giving.record.working.content_digest)
    ]
    assert found.acceptance is not None
    assert (found.acceptance["className"], found.acceptance["releaseDigest"]) == ("4A", done.release_digest)


async def _handed_over(giving: Giving) -> TransferRow:
    await giving.release()
    await giving.seal()
    await giving.accept()
    return await giving.seal()


async def test_a_seal_done_again_changes_nothing(giving: Giving) -> None:
    """The same documents, the same year at the new school, no second event; each use of a key was written down before."""
    await _handed_over(giving)
    before = await _trace(giving.world)
    await giving.seal()
    assert await _trace(giving.world) == before
    intents = await giving.world.owner.run("SELECT purpose FROM seal_intent ORDER BY id")
    assert [row["purpose"] for row in intents] == ["HAND_OVER", "ACCEPTANCE"]


async def _trace(world: World) -> list[Any]:
    return await world.owner.run(
        "SELECT (SELECT md5(string_agg(t::text, '')) FROM transfer t) AS transfer,"
        " (SELECT md5(string_agg(y::text, '' ORDER BY id)) FROM year_record y) AS years,"
        " (SELECT count(*) FROM audit_event) AS acts, (SELECT count(*) FROM seal_intent) AS intents"
    )


async def test_a_worker_that_dies_with_the_sealed_file_is_followed_by_one_that_ends_it(
    giving: Giving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is stored, the registry never hears of it: the transfer says that it waits, and the next try hands over once."""
    await giving.release()
    await giving.seal()
    await giving.accept()
    with monkeypatch.context() as patch:

        async def dies(*_: object) -> None:
            raise RuntimeError("the worker dies here")

        patch.setattr(hand_overs, "settle", dies)
        row = await giving.seal()
    assert (row.state, row.obstacle) == (TransferState.ACCEPTING, "UNEXPECTED_FAILURE")
    assert await giving.manager() == giving.old.unit_id
    await giving.world.owner.run("DELETE FROM pgqueuer")
    async with unscoped():
        assert await hand_overs.ask_again() == 1
    assert (await giving.seal()).state is TransferState.ACCEPTED
    years = await giving.world.owner.run(
        "SELECT school_id FROM year_record WHERE book_id = $1 ORDER BY id", giving.record.book_id
    )
    assert [row["school_id"] for row in years] == [giving.old.unit_id, giving.new.unit_id]


async def test_a_hand_over_waits_for_the_timestamp(giving: Giving) -> None:
    """With the timestamp service away the book stays where it is and the transfer says why; it goes on when it is back."""
    await giving.release()
    await giving.seal()
    await giving.accept()
    await asyncio.to_thread(process.stop)
    await asyncio.to_thread(process.start, setup(giving.pki, "http://127.0.0.1:9/tsa"))
    row = await giving.seal()
    assert (row.state, row.obstacle) == (TransferState.ACCEPTING, "TIMESTAMP_UNAVAILABLE")
    assert await giving.manager() == giving.old.unit_id
    await asyncio.to_thread(process.stop)
    await asyncio.to_thread(process.start, setup(giving.pki))
    assert (await giving.seal()).state is TransferState.ACCEPTED


async def test_a_school_without_a_seal_releases_nothing(giving: Giving) -> None:
    """The transfer says that the certificate is missing; it can still be taken back."""
    await giving.release()
    await giving.world.owner.run("UPDATE signing_credential SET active = false")
    row = await giving.seal()
    assert (row.state, row.obstacle, row.release_digest) == (
        TransferState.RELEASING,
        "CERTIFICATE_MISSING",
        None,
    )
    await as_application(giving.world)
    async with scoped(giving.old, write=True):
        back = await cases.act(giving.old, CANCEL, giving.transfer_id, "Chưa có con dấu")
    assert back.state is TransferState.CANCELLED


async def test_a_document_that_is_not_what_was_released_is_not_counter_sealed(giving: Giving) -> None:
    """Another school's seal under the release is found before the key is used for good, and the book stays."""
    await giving.release()
    await giving.seal()
    await giving.accept()
    await giving.world.owner.run(
        "UPDATE transfer SET release_credential_id = (SELECT id FROM signing_credential WHERE unit_id = $1)",
        giving.new.unit_id,
    )
    row = await giving.seal()
    assert (row.state, row.obstacle) == (TransferState.ACCEPTING, "HAND_OVER_INVALID")
    assert await giving.manager() == giving.old.unit_id


def _stripped(data: bytes) -> bytes:
    root = etree.fromstring(data)
    del root.find("KY_BAN_GIAO")[:]  # type: ignore[index]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _swapped(data: bytes) -> bytes:
    root = etree.fromstring(data)
    first, second = root.find("KY_BAN_GIAO"), root.find("KY_NHAN_BAN_GIAO")
    assert first is not None
    assert second is not None
    first.append(second[0])
    second.append(first[0])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _wrapped(data: bytes) -> bytes:
    return data.replace(b"<BIEN_BAN_BAN_GIAO>", b"<BIEN_BAN_BAN_GIAO><X>").replace(
        b"</BIEN_BAN_BAN_GIAO>", b"</X></BIEN_BAN_BAN_GIAO>"
    )


SPOILT = {
    "a word changed": lambda data: data.replace(b"<TEN_LOP>4A", b"<TEN_LOP>4B"),
    "a seal stripped": _stripped,
    "seals swapped": _swapped,
    "wrapped": _wrapped,
    "a comment": lambda data: data.replace(b"<KY_BAN_GIAO>", b"<!-- --><KY_BAN_GIAO>"),
    "a bomb": lambda data: data.replace(
        b"<BIEN_BAN_BAN_GIAO>", b'<!DOCTYPE x [<!ENTITY a "b">]><BIEN_BAN_BAN_GIAO>'
    ),
    "cut short": lambda data: data[:-20],
    "nothing": lambda _: b"",
}


async def test_a_spoilt_document_is_not_believed(giving: Giving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripped, swapped, wrapped, altered, foreign or of another release: none of them holds; the document itself does."""
    asked: list[tuple[bytes, HandOverFacts]] = []

    async def keep(_: Judge, data: bytes, facts: HandOverFacts) -> bool:
        asked.append((data, facts))
        return judging.hand_over(data, facts)

    monkeypatch.setattr(Judge, "hand_over", keep)
    await _handed_over(giving)
    data, facts = asked[-1]
    assert judge_hand_over(data, facts)
    for name, spoil in SPOILT.items():
        assert spoil(data) != data, name
        assert not judge_hand_over(spoil(data), facts), name
    other = replace(facts.release, nonce="f" * 32)
    foreign = giving.pki.certificate_file("department-seal").read_text()
    elsewhere = replace(facts.acceptance or _never(), class_name="4B")
    for wrong in (
        replace(facts, release=other),
        replace(facts, release_seal=foreign),
        replace(facts, acceptance_seal=foreign),
        replace(facts, acceptance=elsewhere),
        replace(facts, acceptance=None),
    ):
        assert not judge_hand_over(data, wrong)


def _never() -> Acceptance:
    raise AssertionError


SHOWN = """
query ($id: ID!) { node(id: $id) { ... on Transfer {
  state outdated waitsFor waitsMessage handOverUrl handOverTimestampUrl viewerActions } } }"""


async def test_both_schools_fetch_the_document(api: Api, giving: Giving) -> None:
    """Each school gets a short-lived link to it, the family sees the transfer without one, another school nothing."""
    done = await _handed_over(giving)
    await as_application(giving.world)
    key = to_base64("Transfer", giving.transfer_id)
    for login in (OLD, NEW):
        node: dict[str, Any] = (await api.ask(login, SHOWN, id=key))["data"]["node"]
        assert (node["state"], node["waitsFor"], node["viewerActions"]) == ("ACCEPTED", None, [])
        for link, digest in (
            ("handOverUrl", done.hand_over_digest),
            ("handOverTimestampUrl", done.hand_over_timestamp),
        ):
            named = read_token(api.services.settings, node[link].rsplit("/", 1)[1])
            assert named is not None
            assert named[0] == digest
    for login in (STRANGER, TEACHER):
        assert (await api.ask(login, SHOWN, id=key))["data"]["node"] is None
