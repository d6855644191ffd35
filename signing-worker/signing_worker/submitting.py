"""The worker's part in a submission: sealing the manifest, checking the packet, signing the receipt.

What bars a step for now stands on the packet, and the job runs again, five times at most; then it is parked and the packet
still says why. What a step makes is stored before the registry hears of it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backend.adapters.store import ObjectStore
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import VIETNAM
from backend.domain.errors import DomainError, UnexpectedFailureError
from backend.domain.submission import Finding, ManifestLine, PacketFacts, RecordFact, Verdict
from backend.jobs import AnswerSubmission, CheckSubmission, ProveSubmission, SealSubmission
from backend.observability import log
from backend.services import packets
from backend.services.packets import CheckTask, ReceiptTask, SealTask
from signing_worker.judge.packet import Key, line_findings
from signing_worker.judge.pool import JudgePool
from signing_worker.packet.sheets import Sheet, SheetKind, Values, build_sheet
from signing_worker.sign.pool import SignPool
from signing_worker.sign.work import SheetWork, SignedSheet, VetWork

SubmissionJob = SealSubmission | CheckSubmission | AnswerSubmission | ProveSubmission


@dataclass(frozen=True, slots=True)
class Submitting:
    """The jobs of a submission; ``accepts`` says whether a clean check accepts or an officer does."""

    store: ObjectStore
    signs: SignPool
    judges: JudgePool
    accepts: bool

    async def do(self, job: SubmissionJob) -> None:
        """Do one job.

        Raises:
            DomainError: what it waits for; the job should run again.
        """
        try:
            await self._step(job)(job.submission_id)
        except DomainError as error:
            await self._wait(job, error)
            raise
        except Exception as error:
            log.exception("submission_fault", submission=job.submission_id, job=job.name)
            fault = UnexpectedFailureError()
            await self._wait(job, fault)
            raise fault from error

    def _step(self, job: SubmissionJob) -> Callable[[int], Awaitable[None]]:
        match job:
            case SealSubmission():
                return self._seal
            case CheckSubmission():
                return self._check
            case AnswerSubmission():
                return self._answer
            case ProveSubmission():
                return self._prove

    async def _wait(self, job: SubmissionJob, error: DomainError) -> None:
        async with unscoped():
            await packets.waits(job.submission_id, error)
        log.warning("submission_waits", submission=job.submission_id, job=job.name, code=error.reason)

    async def _seal(self, submission_id: int) -> None:
        async with unscoped():
            task = await packets.begin_seal(submission_id)
        if task is None:
            return
        signed = await self._sign(task, build_sheet(SheetKind.MANIFEST, manifest_sheet(task)))
        digest = await self.store.put(signed.xml)
        async with unscoped():
            await packets.finish_seal(submission_id, digest)

    async def _check(self, submission_id: int) -> None:
        async with unscoped():
            task = await packets.begin_check(submission_id)
        if task is None:
            return
        findings = await self._findings(task)
        async with scoped(packets.DEPARTMENT, write=True):
            done = await packets.finish_check(submission_id, findings, accepts=self.accepts)
        barred = sum(finding is not None for finding in findings.values())
        log.info(
            "submission_checked", submission=submission_id, records=len(findings), barred=barred, done=done
        )

    async def _answer(self, submission_id: int) -> None:
        async with unscoped():
            task = await packets.begin_receipt(submission_id)
        if task is None:
            return
        receipt, timestamp = await self._receipt(task)
        async with unscoped():
            await packets.finish_receipt(submission_id, receipt, timestamp)

    async def _prove(self, submission_id: int) -> None:
        async with unscoped():
            task = await packets.begin_proving(submission_id)
        if task is None:
            return
        receipt, timestamp = await self._receipt(task)
        async with unscoped():
            await packets.finish_proving(task, receipt, timestamp)

    async def _receipt(self, task: ReceiptTask) -> tuple[str, str]:
        """A receipt and the timestamp over it, in the store; their digests."""
        signed = await self._sign(task, build_sheet(SheetKind.RECEIPT, receipt_sheet(task)))
        assert signed.timestamp is not None  # asked for below
        return await self.store.put(signed.xml), await self.store.put(signed.timestamp)

    async def _sign(self, task: SealTask | ReceiptTask, data: bytes) -> SignedSheet:
        is_receipt = isinstance(task, ReceiptTask)
        return await self.signs.sign_sheet(
            SheetWork(
                data=data,
                kind=SheetKind.RECEIPT if is_receipt else SheetKind.MANIFEST,
                custody=task.credential.custody,
                locator=task.credential.locator,
                certificate=task.credential.certificate,
                owner_name=task.credential.owner_name,
                stamped=is_receipt,
            )
        )

    async def _findings(self, task: CheckTask) -> dict[Key, Finding | None]:
        listed = await self.judges.manifest(await self.store.get(task.manifest_digest), task.facts)
        if isinstance(listed, Finding):
            return {fact.line.key: listed for fact in task.facts.records}
        lines, barred = {line.key: line for line in listed}, await self._vetted(task.facts)
        found: dict[Key, Finding | None] = {}
        for fact in task.facts.records:
            key = fact.line.key
            known = task.objections.get(key) or barred.get(key)
            found[key] = known or await self._first(lines.get(key), fact)
        return found

    async def _first(self, line: ManifestLine | None, fact: RecordFact) -> Finding | None:
        findings = line_findings(line, fact)
        if not findings:
            findings = await self.judges.record(await self.store.get(fact.line.xml_digest), fact)
        if not findings:
            findings = await self.judges.record_pdf(await self.store.get(fact.line.pdf_digest), fact)
        return findings[0] if findings else None

    async def _vetted(self, facts: PacketFacts) -> dict[Key, Finding]:
        """Records of which a signer's certificate could not sign when it did."""
        signed = [(fact.line.key, signer) for fact in facts.records for signer in fact.signers]
        asked = sorted({(signer.certificate, signer.signed_at) for _, signer in signed})
        codes = dict(zip(asked, (await self.signs.vet(VetWork(tuple(asked)))).codes, strict=True))
        barred: dict[Key, Finding] = {}
        for key, signer in signed:
            if code := codes[signer.certificate, signer.signed_at]:
                barred.setdefault(key, Finding(code, f"signatures.{signer.role}"))
        return barred


def manifest_sheet(task: SealTask) -> Sheet:
    """A manifest's values."""
    manifest = task.manifest
    values = {
        "schoolCode": manifest.school_code,
        "className": manifest.class_name,
        "schoolYear": manifest.school_year,
        "submission": str(manifest.submission),
        "nonce": manifest.nonce,
    }
    return Sheet(values, tuple(_line(line) for line in manifest.lines))


def _line(line: ManifestLine) -> Values:
    return {
        "lookupCode": line.lookup_code,
        "revision": str(line.revision),
        "contentDigest": line.content_digest,
        "xmlDigest": line.xml_digest,
        "pdfDigest": line.pdf_digest,
    }


def receipt_sheet(task: ReceiptTask) -> Sheet:
    """A receipt's values: what became of each record, and where the ledger holds it if it does."""
    packet = task.packet
    counts = {verdict: sum(item.verdict is verdict for item in task.items) for verdict in Verdict}
    values = {
        "department": task.department,
        "schoolCode": packet.school_code,
        "className": packet.class_name,
        "schoolYear": packet.school_year,
        "submission": str(packet.id),
        "nonce": packet.nonce,
        "manifestDigest": packet.manifest_digest or "",
        "submittedAt": packet.submitted_at.astimezone(VIETNAM).isoformat(),
        "checkedAt": "" if packet.checked_at is None else packet.checked_at.astimezone(VIETNAM).isoformat(),
        "accepted": str(counts[Verdict.ACCEPTED]),
        "rejected": str(counts[Verdict.REJECTED]),
        "withdrawn": str(counts[Verdict.WITHDRAWN]),
    }
    rows = []
    for item in task.items:
        proof = task.proofs.get(item.revision_id)
        rows.append(
            {
                **_line(item.line),
                "verdict": item.verdict.value,
                "code": item.code,
                "reason": item.reason if item.verdict is Verdict.REJECTED else "",
                "field": item.field,
                "leafIndex": "" if proof is None else str(proof.index),
                "treeSize": "" if proof is None else str(proof.size),
                "inclusionPath": "" if proof is None else " ".join(proof.path),
            }
        )
    return Sheet(values, tuple(rows))
