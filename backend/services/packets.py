"""What follows a submission by itself: the school's seal on its manifest, the department's check, the receipt.

As with a signature, each step begins with facts in one transaction, has its files made outside, and ends in one
transaction that looks once more. A step that was done is not done again, and nothing of one that failed is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.db.repositories import packets, people, periods, queue, signing
from backend.db.repositories.packets import PacketItem, PacketRow, Proof
from backend.db.repositories.people import Credential
from backend.db.repositories.records import RecordRow
from backend.domain.errors import CertificateMissingError, DomainError
from backend.domain.lifecycle import Action
from backend.domain.messages import sentence
from backend.domain.policy import Refusal
from backend.domain.submission import (
    Finding,
    Manifest,
    ManifestLine,
    Objection,
    PacketFacts,
    RecordFact,
    SubmissionStage,
    Verdict,
)
from backend.jobs import AnswerSubmission, CheckSubmission
from backend.services.acting import refusal_for, take
from backend.services.locking import CALENDAR
from backend.services.records import send_back
from backend.services.submissions import accept_held

DEPARTMENT = CALENDAR
"""The department itself: no person acts in a check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealTask:
    """A manifest to seal with the school's key."""

    manifest: Manifest
    credential: Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTask:
    """A packet to check: the sealed manifest's digest, what the registry expects, and what it objects to itself."""

    manifest_digest: str
    facts: PacketFacts
    objections: Mapping[tuple[str, int], Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTask:
    """A receipt to write and to sign with the department's key."""

    packet: PacketRow
    department: str
    items: list[PacketItem]
    proofs: Mapping[int, Proof]
    credential: Credential


async def begin_seal(submission_id: int) -> SealTask | None:
    """The manifest to seal; None when it is sealed.

    Raises:
        CertificateMissingError: when no seal of the school is registered.
    """
    packet = await packets.take(submission_id)
    if packet is None or packet.stage is not SubmissionStage.SEALING:
        return None
    lines = tuple(item.line for item in await packets.items(submission_id))
    return SealTask(manifest=_manifest(packet, lines), credential=await _seal_of(packet.school_id))


def _manifest(packet: PacketRow, lines: tuple[ManifestLine, ...]) -> Manifest:
    return Manifest(
        school_code=packet.school_code,
        class_name=packet.class_name,
        school_year=packet.school_year,
        submission=packet.id,
        nonce=packet.nonce,
        lines=lines,
    )


async def finish_seal(submission_id: int, manifest_digest: str) -> None:
    """Keep a sealed manifest and ask for its check; a packet that has one keeps it."""
    packet = await packets.take(submission_id)
    if packet is not None and packet.stage is SubmissionStage.SEALING:
        await packets.sealed(submission_id, manifest_digest)
        await queue.put([CheckSubmission(submission_id)])


async def begin_check(submission_id: int) -> CheckTask | None:
    """What to check; None when it is checked.

    Raises:
        CertificateMissingError: when no seal of the school is registered.
    """
    packet = await packets.take(submission_id)
    if packet is None or packet.stage is not SubmissionStage.CHECKING or packet.manifest_digest is None:
        return None
    seal, signers = await _seal_of(packet.school_id), await packets.signers(submission_id)
    items = await packets.items(submission_id)
    facts = PacketFacts(
        school_code=packet.school_code,
        class_name=packet.class_name,
        school_year=packet.school_year,
        submission=packet.id,
        nonce=packet.nonce,
        seal=seal.certificate,
        records=tuple(
            RecordFact(
                line=item.line,
                school_code=packet.school_code,
                signers=tuple(signers.get(item.revision_id, ())),
            )
            for item in items
        ),
    )
    objections = {item.line.key: finding for item in items if (finding := _objection(item)) is not None}
    return CheckTask(manifest_digest=packet.manifest_digest, facts=facts, objections=objections)


def _objection(item: PacketItem) -> Finding | None:
    """What the registry objects to by itself, whatever the files say."""
    if not item.managed:
        return Finding(Objection.RECORD_OF_ANOTHER_SCHOOL, "school")
    if item.twice:
        return Finding(Objection.RECORD_SUBMITTED_TWICE)
    if not item.in_time:
        return Finding(Refusal.DEADLINE, "submittedAt")
    return None


async def finish_check(
    submission_id: int, findings: Mapping[tuple[str, int], Finding | None], *, accepts: bool
) -> bool:
    """Give every record that still waits its verdict, all in the transaction at hand; False when that was done before.

    Args:
        submission_id: the packet.
        findings: for each record what bars it, or None; by lookup code and revision.
        accepts: whether what nothing bars is accepted, or waits for an officer.
    """
    waiting = [item for item in await packets.items(submission_id) if item.verdict is Verdict.PENDING]
    record_ids = [item.record_id for item in waiting]
    await periods.hold(record_ids)
    held = {record.id: record for record in await take(DEPARTMENT, Action.ACCEPT, record_ids)}
    packet = await packets.take(submission_id)
    if packet is None or packet.stage is not SubmissionStage.CHECKING:
        return False
    acceptable: list[RecordRow] = []
    for item in waiting:
        record = held.get(item.record_id)
        if record is None or record.working.id != item.revision_id:
            continue
        # what is not pending any more was withdrawn or decided while the files were judged; a verdict that needs no check
        # is asked for, because this is the check
        if refusal_for(DEPARTMENT, Action.REJECT, record) is not None:
            continue
        finding = _objection(item) or findings.get(item.line.key)
        if finding is not None:
            await _reject(item, finding)
        else:
            acceptable.append(record)
    waits = bool(acceptable) and not accepts
    # before anything is accepted: the database accepts nothing whose packet is not checked
    await packets.checked(submission_id, SubmissionStage.DECIDING if waits else SubmissionStage.ANSWERING)
    if acceptable and accepts:
        await accept_held(DEPARTMENT, acceptable, [record.working for record in acceptable])
    if not waits:
        await queue.put([AnswerSubmission(submission_id)])
    return True


async def _reject(item: PacketItem, finding: Finding) -> None:
    reason = sentence(finding.code)
    await send_back(DEPARTMENT, Action.REJECT, item.record_id, reason)
    await packets.object_to(item.revision_id, finding.code, finding.field)


async def begin_receipt(submission_id: int) -> ReceiptTask | None:
    """The receipt to sign; None while a verdict is open, and when there is one.

    Raises:
        CertificateMissingError: when no department or no seal of it is registered.
    """
    packet = await packets.take(submission_id)
    if packet is None or packet.stage not in {SubmissionStage.DECIDING, SubmissionStage.ANSWERING}:
        return None
    items = await packets.items(submission_id)
    if any(item.verdict is Verdict.PENDING for item in items):
        return None
    if packet.stage is SubmissionStage.DECIDING:
        await packets.answering(submission_id)
    return await _receipt(packet, items, await packets.proofs(submission_id))


async def _receipt(packet: PacketRow, items: list[PacketItem], proofs: Mapping[int, Proof]) -> ReceiptTask:
    department = await signing.find_department()
    if department is None:
        raise CertificateMissingError
    return ReceiptTask(
        packet=packet,
        department=department.name,
        items=items,
        proofs=proofs,
        credential=await _seal_of(department.id),
    )


async def finish_receipt(submission_id: int, receipt_digest: str, timestamp_digest: str) -> None:
    """Keep a receipt for the school to fetch; a packet has one."""
    packet = await packets.take(submission_id)
    if packet is not None and packet.stage is SubmissionStage.ANSWERING:
        await packets.answered(submission_id, receipt_digest, timestamp_digest)


async def begin_proving(submission_id: int) -> ReceiptTask | None:
    """The receipt to write anew, because the ledger proves more of the packet's records than the last one says.

    Raises:
        CertificateMissingError: as for the first.
    """
    packet = await packets.take(submission_id)
    if packet is None or packet.stage is not SubmissionStage.ANSWERED:
        return None
    proofs = await packets.proofs(submission_id)
    if len(proofs) <= packet.proven_count:
        return None
    return await _receipt(packet, await packets.items(submission_id), proofs)


async def finish_proving(task: ReceiptTask, receipt_digest: str, timestamp_digest: str) -> None:
    """Keep a receipt with proofs; the packet shows it, unless it shows one that proves as much meanwhile."""
    await packets.receipt_written(task.packet.id, receipt_digest, timestamp_digest, len(task.proofs))
    packet = await packets.take(task.packet.id)
    if packet is not None and packet.proven_count < len(task.proofs):
        await packets.proven(packet.id, receipt_digest, timestamp_digest, len(task.proofs))


async def waits(submission_id: int, error: DomainError) -> None:
    """Say on the packet what it waits for."""
    await packets.waits(submission_id, error.reason)


async def _seal_of(unit_id: int) -> Credential:
    credential = await people.find_credential_of_unit(unit_id)
    if credential is None:
        raise CertificateMissingError
    return credential
