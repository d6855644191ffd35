"""A packet on its way: sealed by the school, checked by the department, answered by a receipt that others' tools accept."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from strawberry.relay import to_base64

from backend.adapters.links import read_token
from backend.db.repositories import packets as tables
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.errors import RevocationUnavailableError, SigningFailedError, UnexpectedFailureError
from backend.domain.submission import (
    Objection,
    SubmissionStage,
)
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import REVOKED
from backend.jobs import AnswerSubmission, CheckSubmission, SealSubmission
from backend.services import packets, submissions
from signing_worker.packet.sheets import SheetKind, parse_sheet
from signing_worker.sign import process
from tests.fixtures import judges
from tests.fixtures.asking import Api
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.servers import DEPARTMENT_SEAL
from tests.fixtures.world import PUPILS_PER_CLASS, SCHOOLS, World
from tests.worker.making import setup
from tests.worker.submitted import Stage, register, sign, without_triggers

LEADER, STRANGER = f"{SCHOOLS[0][0]}.ht", f"{SCHOOLS[1][0]}.ht"


async def test_a_class_goes_through_by_itself(stage: Stage, tmp_path: Path) -> None:
    """Every record is accepted, and xmlsec1 and OpenSSL accept what the school and the department have signed."""
    await stage.submit()
    assert (await stage.row()).stage is SubmissionStage.SEALING
    await stage.go_through()
    row = await stage.row()
    assert (row.stage, row.accepted, row.obstacle) == (SubmissionStage.ANSWERED, PUPILS_PER_CLASS, "")
    assert await stage.verdicts() == [("ACCEPTED", "", "")] * PUPILS_PER_CLASS
    files = {}
    for name in ("manifest_digest", "receipt_digest", "timestamp_digest"):
        files[name] = tmp_path / name
        files[name].write_bytes(await stage.store.get(getattr(row, name)))
    roots, others = stage.pki.trust_roots, stage.pki.intermediates
    assert judges.xmlsec_valid(files["manifest_digest"], "KY_NOP", roots, others)
    assert judges.xmlsec_valid(files["receipt_digest"], "KY_TIEP_NHAN", roots, others)
    assert _stamped(files["receipt_digest"], files["timestamp_digest"], stage.pki, tmp_path)
    forged = tmp_path / "forged"
    forged.write_bytes(files["receipt_digest"].read_bytes().replace(b">ACCEPTED<", b">REJECTED<", 1))
    assert not judges.xmlsec_valid(forged, "KY_TIEP_NHAN", roots, others)
    assert not _stamped(forged, files["timestamp_digest"], stage.pki, tmp_path)


def _stamped(data: Path, token: Path, pki: DevelopmentPki, folder: Path) -> bool:
    root, others = folder / "root.pem", folder / "others.pem"
    root.write_text("".join(path.read_text() for path in pki.trust_roots))
    others.write_text("".join(path.read_text() for path in pki.intermediates))
    command = ("openssl", "ts", "-verify", "-data", data, "-in", token, "-token_in", "-CAfile", root)
    done = subprocess.run(
        [*map(str, command), "-untrusted", str(others)], capture_output=True, text=True, check=False
    )
    return "Verification: OK" in done.stdout + done.stderr


async def test_the_receipt_says_what_became_of_each_record(stage: Stage) -> None:
    """Counts, digests of what was submitted, the verdict of each, and the manifest that it answers."""
    await stage.submit()
    await stage.go_through()
    row = await stage.row()
    assert row.receipt_digest is not None
    _, receipt = parse_sheet(SheetKind.RECEIPT, await stage.store.get(row.receipt_digest))
    said = receipt.values
    assert (said["accepted"], said["rejected"], said["withdrawn"]) == (str(PUPILS_PER_CLASS), "0", "0")
    assert (said["manifestDigest"], said["department"]) == (row.manifest_digest, DEPARTMENT_SEAL.common_name)
    assert {item["contentDigest"] for item in receipt.rows} == {
        record.working.content_digest for record in stage.records
    }
    drawn = await stage.world.owner.run(
        "SELECT digest FROM artefact WHERE kind = 'PDF' AND role = 'SCHOOL_SEAL'"
    )
    assert {item["pdfDigest"] for item in receipt.rows} == {file["digest"] for file in drawn}


async def test_a_job_done_again_changes_nothing(stage: Stage) -> None:
    """The same seal, verdicts and receipt; no second event in the audit, no job left to do."""
    await stage.submit()
    await stage.go_through()
    before = await _trace(stage.world)
    await stage.go_through()
    assert await _trace(stage.world) == before


async def _trace(world: World) -> list[Any]:
    return await world.owner.run(
        "SELECT (SELECT md5(string_agg(s::text, '' ORDER BY id)) FROM submission s) AS packets,"
        " (SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM submission_item i) AS verdicts,"
        " (SELECT md5(string_agg(r::text, '' ORDER BY id)) FROM revision r) AS revisions,"
        " (SELECT count(*) FROM audit_event) AS acts"
    )


async def _elsewhere(stage: Stage) -> None:
    """The pupil's book is managed by another school by now."""
    await stage.world.owner.run(
        "UPDATE record_book SET managing_school_id = $2 WHERE id = $1",
        stage.records[0].book_id,
        stage.world.schools[1].id,
    )


async def _another_file(stage: Stage) -> None:
    """The registry names a file that carries another record's signatures."""
    first, second = (record.working.id for record in stage.records[:2])
    (row,) = await stage.world.owner.run(
        "SELECT digest FROM artefact WHERE revision_id = $1 AND kind = 'XML' AND role = 'SCHOOL_SEAL'", second
    )
    digest = await stage.store.put(await stage.store.get(row["digest"]) + b"\n")
    await stage.world.owner.run(
        "UPDATE artefact SET digest = $2 WHERE revision_id = $1 AND kind = 'XML' AND role = 'SCHOOL_SEAL'",
        first,
        digest,
    )


async def _another_pdf(stage: Stage) -> None:
    """The registry names a PDF that was changed after it was signed; the manifest lists the same."""
    await _put_pdf(stage, lambda data: data + b"\n% one more line\n")


async def _no_pdf(stage: Stage) -> None:
    """The registry names a file that is no PDF."""
    await _put_pdf(stage, lambda _: b"%PDF-1.7 nothing")


async def _put_pdf(stage: Stage, change: Callable[[bytes], bytes]) -> None:
    named = "revision_id = $1 AND kind = 'PDF' AND role = 'SCHOOL_SEAL'"
    first = stage.records[0].working.id
    (row,) = await stage.world.owner.run(f"SELECT digest FROM artefact WHERE {named}", first)
    digest = await stage.store.put(change(await stage.store.get(row["digest"])))
    await stage.world.owner.run(f"UPDATE artefact SET digest = $2 WHERE {named}", first, digest)


async def _unsigned(stage: Stage) -> None:
    """The registry lost a signature of the first record."""
    await stage.world.owner.run(
        "DELETE FROM signature WHERE revision_id = $1 AND role = 'PRINCIPAL'", stage.records[0].working.id
    )


async def _late(stage: Stage) -> None:
    """The window of the first record's class had closed before it was submitted."""
    await stage.world.lock_period(Window.MAIN, datetime.now(UTC) - timedelta(hours=1))
    await stage.world.lock_period(Window.SUPPLEMENTARY, datetime.now(UTC) - timedelta(hours=1))


BARRED: dict[str, tuple[Callable[[Stage], Awaitable[None]], str, str]] = {
    "managed elsewhere": (_elsewhere, Objection.RECORD_OF_ANOTHER_SCHOOL, "school"),
    "another file": (_another_file, Objection.RECORD_DIGEST_DIFFERS, "lookupCode"),
    "a PDF changed afterwards": (_another_pdf, Objection.SIGNATURE_BROKEN, "pdf.HOMEROOM_TEACHER"),
    "no PDF": (_no_pdf, Objection.RECORD_UNREADABLE, "pdf"),
    "a signature lost": (_unsigned, Objection.SIGNATURE_MISSING, ""),
}


@pytest.mark.parametrize(("spoil", "code", "at"), BARRED.values(), ids=BARRED)
async def test_one_bad_record_is_rejected_and_the_others_are_accepted(
    stage: Stage, spoil: Callable[[Stage], Awaitable[None]], code: str, at: str
) -> None:
    """The record gets its code and field, goes back to the school as a draft, and stops nobody else."""
    await stage.submit()
    await without_triggers(stage, spoil)
    await stage.go_through()
    verdicts = await stage.verdicts()
    assert verdicts[0] == ("REJECTED", code, at)
    assert verdicts[1:] == [("ACCEPTED", "", "")] * (PUPILS_PER_CLASS - 1)
    states = await stage.world.owner.run(
        "SELECT r.number, r.state FROM revision r WHERE r.year_record_id = $1 ORDER BY r.number",
        stage.records[0].id,
    )
    assert [(row["number"], row["state"]) for row in states] == [(1, "REJECTED"), (2, "DRAFT")]
    row = await stage.row()
    assert (row.stage, row.accepted, row.rejected) == (SubmissionStage.ANSWERED, PUPILS_PER_CLASS - 1, 1)
    assert row.receipt_digest is not None
    _, receipt = parse_sheet(SheetKind.RECEIPT, await stage.store.get(row.receipt_digest))
    refused = [item for item in receipt.rows if item["verdict"] == "REJECTED"]
    assert [(item["code"], item["field"], bool(item["reason"])) for item in refused] == [(code, at, True)]


async def test_a_window_that_had_closed_bars_the_class(stage: Stage) -> None:
    """What was submitted after the deadline is rejected for it, however it got in."""
    await stage.submit()
    await _late(stage)
    await stage.check()
    assert await stage.verdicts() == [("REJECTED", "DEADLINE_PASSED", "submittedAt")] * PUPILS_PER_CLASS


async def test_the_check_waits_for_the_revocation_service(stage: Stage) -> None:
    """Without an answer about revocation nothing is accepted and nothing rejected; the packet says what it waits for."""
    await stage.submit()
    stage.signs.answers = False
    with pytest.raises(RevocationUnavailableError):
        await stage.check()
    row = await stage.row()
    assert (row.stage, row.obstacle) == (SubmissionStage.CHECKING, "REVOCATION_UNAVAILABLE")
    assert row.pending == PUPILS_PER_CLASS
    stage.signs.answers = True
    await stage.check()
    row = await stage.row()
    assert (row.stage, row.obstacle, row.accepted) == (SubmissionStage.ANSWERING, "", PUPILS_PER_CLASS)


async def test_the_receipt_waits_for_the_timestamp(stage: Stage) -> None:
    """With the timestamp service away the verdicts stand, there is no receipt, and the packet says why."""
    await stage.submit()
    await stage.check()
    await asyncio.to_thread(process.stop)
    await asyncio.to_thread(process.start, setup(stage.pki, "http://127.0.0.1:9/tsa"))
    with pytest.raises(SigningFailedError):
        await stage.submitting().do(AnswerSubmission(stage.submission_id))
    row = await stage.row()
    assert (row.stage, row.obstacle) == (SubmissionStage.ANSWERING, "TIMESTAMP_UNAVAILABLE")
    assert (row.receipt_digest, row.accepted) == (None, PUPILS_PER_CLASS)
    await asyncio.to_thread(process.stop)
    await asyncio.to_thread(process.start, setup(stage.pki))
    await stage.submitting().do(AnswerSubmission(stage.submission_id))
    row = await stage.row()
    assert (row.stage, row.obstacle) == (SubmissionStage.ANSWERED, "")


async def test_a_fault_in_the_middle_leaves_no_verdict(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first record's rejection is undone with the rest; the next try gives every record its verdict."""
    await stage.submit()
    await without_triggers(stage, _elsewhere)
    with monkeypatch.context() as patch:

        async def fails(*_: object) -> None:
            raise RuntimeError("the worker dies here")

        patch.setattr(packets, "accept_held", fails)
        with pytest.raises(UnexpectedFailureError):
            await stage.check()
    assert await stage.verdicts() == [("PENDING", "", "")] * PUPILS_PER_CLASS
    assert (await stage.row()).obstacle == "UNEXPECTED_FAILURE"
    await stage.check()
    row = await stage.row()
    assert (row.rejected, row.accepted, row.obstacle) == (1, PUPILS_PER_CLASS - 1, "")


async def test_an_officer_decides_where_the_setting_says_so(stage: Stage) -> None:
    """A clean record waits; the last verdict asks for the receipt, whoever gave it."""
    await stage.submit()
    await stage.check(accepts=False)
    row = await stage.row()
    assert (row.stage, row.pending) == (SubmissionStage.DECIDING, PUPILS_PER_CLASS)
    await stage.submitting().do(AnswerSubmission(stage.submission_id))
    assert (await stage.row()).stage is SubmissionStage.DECIDING
    await as_application(stage.world)
    async with scoped(stage.world.department, write=True):
        await submissions.accept_packet(stage.world.department, stage.submission_id)
    jobs = await stage.world.owner.run(
        "SELECT dedupe_key FROM pgqueuer WHERE entrypoint = 'submission.answer/1'"
    )
    assert [row["dedupe_key"] for row in jobs] == [f"submission-answer:{stage.submission_id}"]
    await as_worker(stage.world)
    await stage.submitting().do(AnswerSubmission(stage.submission_id))
    assert (await stage.row()).stage is SubmissionStage.ANSWERED


async def test_a_revoked_signer_bars_the_record(stage: Stage) -> None:
    """A certificate that was revoked before it signed is found at the check, though the signature is whole."""
    first = stage.records[0]
    await without_triggers(stage, _forget_signatures)
    await register(stage, REVOKED)
    await as_worker(stage.world)
    await sign(stage, first, REVOKED)
    await as_application(stage.world)
    await stage.submit()
    await stage.check()
    assert (await stage.verdicts())[0] == ("REJECTED", "CERTIFICATE_REVOKED", "signatures.HOMEROOM_TEACHER")


async def _forget_signatures(stage: Stage) -> None:
    for table in ("artefact", "signature"):
        await stage.world.owner.run(
            f"DELETE FROM {table} WHERE revision_id = $1", stage.records[0].working.id
        )


async def test_a_signer_who_held_no_such_role_then_bars_the_record(stage: Stage) -> None:
    """What somebody is today does not make good what they signed when they were not."""
    await stage.submit()
    await stage.world.owner.run(
        "UPDATE assignment SET valid_from = current_date + 2 WHERE role = 'PRINCIPAL'"
    )
    await stage.check()
    expected = ("REJECTED", Objection.SIGNER_NOT_IN_ROLE, "signatures.PRINCIPAL")
    assert await stage.verdicts() == [expected] * PUPILS_PER_CLASS


async def test_a_replayed_manifest_bars_the_packet(stage: Stage) -> None:
    """The seal of an earlier submission, put in the place of this one's, accepts nothing."""
    await stage.submit()
    worker = stage.submitting()
    await worker.do(SealSubmission(stage.submission_id))
    await stage.world.owner.run("UPDATE submission SET nonce = $1", "f" * 32)
    await worker.do(CheckSubmission(stage.submission_id))
    assert await stage.verdicts() == [("REJECTED", Objection.PACKET_REPLAYED, "nonce")] * PUPILS_PER_CLASS


SHOWN = """
query ($id: ID!) { node(id: $id) { ... on Submission {
  stage waitsFor waitsMessage sealedAt checkedAt answeredAt packetUrl receiptUrl receiptTimestampUrl
  items { recordId verdict code field message reason } viewerActions } } }"""


async def test_the_school_sees_its_packet_and_fetches_the_receipt(api: Api, stage: Stage) -> None:
    """Stage, verdicts and short-lived links are the school's own; another school finds no packet."""
    await stage.submit()
    await without_triggers(stage, _elsewhere)
    await stage.go_through()
    row = await stage.row()
    await as_application(stage.world)
    packet = to_base64("Submission", stage.submission_id)
    node: dict[str, Any] = (await api.ask(LEADER, SHOWN, id=packet))["data"]["node"]
    assert (node["stage"], node["waitsFor"], node["viewerActions"]) == ("ANSWERED", None, [])
    assert [item["verdict"] for item in node["items"]] == ["REJECTED", *["ACCEPTED"] * (PUPILS_PER_CLASS - 1)]
    assert node["items"][0]["message"] == node["items"][0]["reason"] or node["items"][0]["message"]
    for link, digest in (
        ("packetUrl", row.manifest_digest),
        ("receiptUrl", row.receipt_digest),
        ("receiptTimestampUrl", row.timestamp_digest),
    ):
        named = read_token(api.services.settings, node[link].rsplit("/", 1)[1])
        assert named is not None
        assert named[0] == digest
    assert (await api.ask(STRANGER, SHOWN, id=packet))["data"]["node"] is None


async def test_each_step_is_told(stage: Stage) -> None:
    """Submitting, sealing, checking and answering each tell of the packet, and so does what it waits for."""
    told: list[int] = []

    async def count() -> None:
        (row,) = await stage.world.owner.run(
            "SELECT count(*) AS n FROM live_event WHERE topic = 'SUBMISSION' AND subject_id = $1",
            stage.submission_id,
        )
        told.append(row["n"])

    await stage.submit()
    await count()
    worker = stage.submitting()
    for job in (SealSubmission, CheckSubmission, AnswerSubmission):
        await worker.do(job(stage.submission_id))
        await count()
    assert told == [1, 2, 3, 4]
    async with unscoped():
        await tables.waits(stage.submission_id, "TIMESTAMP_UNAVAILABLE")
    await count()
    assert told[-1] == 4, "an answered packet waits for nothing"
