"""The registry's side of making a signature, for the worker: before the key is used, and after.

``begin`` judges the record once more and writes the intent; the worker then makes the files and stores them;
``finish`` registers the signature and moves the record, in one transaction. Whatever happens between the two,
the job runs again and ends in the same place: a revision has one signature of each role, or none.
"""

from dataclasses import dataclass
from datetime import datetime

from backend.db.repositories import audit, calendar_watch, ceremonies, people, queue, records, signing
from backend.db.repositories.people import Credential
from backend.db.repositories.signing import ItemToSign, NewSignature, RevisionToSign
from backend.domain.errors import (
    CertificateMissingError,
    ContentChangedError,
    DomainError,
    NotPermittedError,
)
from backend.domain.lifecycle import NEXT, State
from backend.domain.organisation import ArtefactKind
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.signing import (
    ASKED_KEYS,
    OPEN_ITEMS,
    SIGNED_FROM,
    SIGNING_ACTION,
    ItemState,
    SignatureRole,
)
from backend.jobs import SealLocked


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningTask:
    """Everything the worker needs to make one signature; digests name the files to go on from."""

    revision: RevisionToSign
    role: SignatureRole
    credential: Credential
    signer_id: int | None
    signer_name: str
    post: str
    unit_name: str
    xml_digest: str | None
    pdf_digest: str | None
    item_id: int | None = None
    ceremony_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFiles:
    """What the worker made: stored files and what their certificate says."""

    signed_at: datetime
    certificate_serial: str
    certificate_issuer: str
    xml: tuple[str, int]
    pdf: tuple[str, int]


async def begin_item(item_id: int) -> SigningTask | None:
    """Judge a ceremony item and write the intent; None when there is nothing (more) to do.

    An item that can never be signed is marked with its reason here.
    """
    item = await signing.take_item(item_id)
    if item is None or item.state not in OPEN_ITEMS:
        return None
    if item.cancelled:
        await signing.set_item(item.id, ItemState.CANCELLED, "")
        return None
    revision = await signing.take_revision(item.revision_id)
    assert revision is not None  # a foreign key holds it
    if await signing.has_signature(revision.id, item.role):
        await signing.set_item(item.id, ItemState.SIGNED, "")
        return None
    if (obstacle := _obstacle(item, revision)) is not None:
        await signing.set_item(item.id, ItemState.FAILED, obstacle.reason)
        return None
    await signing.set_item(item.id, ItemState.SIGNING, "", tried=True)
    if item.credential.custody not in ASKED_KEYS:
        # a key that somebody is asked for is used when they are, and the intent is written then
        await signing.log_intent(revision.id, item.role, item.credential.id)
    return await _item_task(item, revision)


async def begin_seal(revision_id: int) -> SigningTask | None:
    """Prepare the department's lock seal on a locked revision; None when it is already there.

    Raises:
        CertificateMissingError: when no department or no seal is registered.
    """
    revision = await signing.take_revision(revision_id)
    if revision is None or revision.state is not State.LOCKED:
        return None
    if await signing.has_signature(revision.id, SignatureRole.LOCK_SEAL):
        return None
    department = await signing.find_department()
    credential = None if department is None else await people.find_credential_of_unit(department.id)
    if department is None or credential is None:
        raise CertificateMissingError
    await signing.log_intent(revision.id, SignatureRole.LOCK_SEAL, credential.id)
    xml, pdf = await _latest_files(revision.id)
    return SigningTask(
        revision=revision,
        role=SignatureRole.LOCK_SEAL,
        credential=credential,
        signer_id=None,
        signer_name=department.name,
        post="",
        unit_name=department.name,
        xml_digest=xml,
        pdf_digest=pdf,
    )


async def finish(task: SigningTask, files: SignedFiles) -> bool:
    """Register a signature and move its record; False when it was already registered.

    Raises:
        ContentChangedError: when the revision changed while the key was used.
        NotPermittedError: when its state no longer waits for this signature.
    """
    revision = await signing.take_revision(task.revision.id)
    assert revision is not None
    if await signing.has_signature(revision.id, task.role):
        await _close_item(task)
        return False
    if revision.content_digest != task.revision.content_digest:
        raise ContentChangedError
    if revision.state is not SIGNED_FROM[task.role]:
        raise NotPermittedError(Refusal.STATE)
    await _register(task, files)
    if (action := SIGNING_ACTION.get(task.role)) is not None:
        await records.move([revision.id], NEXT[revision.state, action])
    await _close_item(task)
    if task.role is SignatureRole.LOCK_SEAL:
        await calendar_watch.seal_is_there(revision.id)
    worker = Actor(role=Role.PUBLIC, staff_id=task.signer_id)
    await audit.append(worker, f"SIGNED_{task.role}", [(revision.school_id, revision.id)])
    return True


async def fail_item(item_id: int, error: DomainError, *, final: bool) -> None:
    """Say on the item why it failed, or what it waits for while the job will try again."""
    item = await signing.take_item(item_id)
    if item is not None and item.state in OPEN_ITEMS:
        await signing.set_item(item_id, ItemState.FAILED if final else ItemState.QUEUED, error.reason)


async def requeue_seals(revision_ids: list[int]) -> int:
    """Ask again for lock seals."""
    return await queue.put([SealLocked(revision_id) for revision_id in revision_ids])


def _obstacle(item: ItemToSign, revision: RevisionToSign) -> DomainError | None:
    if revision.content_digest != item.content_digest:
        return ContentChangedError()
    if revision.state is not SIGNED_FROM[item.role]:
        return NotPermittedError(Refusal.STATE)
    return None


async def _item_task(item: ItemToSign, revision: RevisionToSign) -> SigningTask:
    xml, pdf = await _latest_files(revision.id)
    seals = item.role is SignatureRole.SCHOOL_SEAL
    return SigningTask(
        revision=revision,
        role=item.role,
        credential=item.credential,
        signer_id=item.signer_id,
        signer_name=revision.school_name if seals else item.signer_name,
        post="" if seals else item.post,
        unit_name=revision.school_name,
        xml_digest=xml,
        pdf_digest=pdf,
        item_id=item.id,
        ceremony_id=item.ceremony_id,
    )


async def _latest_files(revision_id: int) -> tuple[str | None, str | None]:
    files = (await ceremonies.artefacts([revision_id]))[revision_id]
    latest = {file.kind: file.digest for file in files}
    return latest.get(ArtefactKind.XML), latest.get(ArtefactKind.PDF)


async def _register(task: SigningTask, files: SignedFiles) -> None:
    new = NewSignature(
        revision_id=task.revision.id,
        role=task.role,
        signer_id=task.signer_id,
        credential_id=task.credential.id,
        signer_name=task.signer_name,
        post=task.post,
        unit_name=task.unit_name,
        certificate_serial=files.certificate_serial,
        certificate_issuer=files.certificate_issuer,
        signed_at=files.signed_at,
    )
    await signing.add_signature(new, [(ArtefactKind.XML, *files.xml), (ArtefactKind.PDF, *files.pdf)])


async def _close_item(task: SigningTask) -> None:
    if task.item_id is not None:
        await signing.set_item(task.item_id, ItemState.SIGNED, "")
