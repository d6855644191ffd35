"""Signing ceremonies: one act of one person over many records.

The person confirms once; each record then goes its own way through the queue. A record that may not be signed
is reported by its place in the selection and never stops the others; a ceremony has one certificate throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db.repositories import audit, ceremonies, people, queue
from backend.db.repositories.ceremonies import CeremonyRow
from backend.db.repositories.people import Credential
from backend.db.repositories.records import RecordRow
from backend.domain.acts import CeremonyAction, ceremony_refusal
from backend.domain.errors import (
    AlreadyQueuedError,
    CertificateMissingError,
    DomainError,
    EmptySelectionError,
    NotFoundError,
    SelectionMixedError,
    SelectionTooLargeError,
)
from backend.domain.policy import Actor
from backend.domain.signing import SIGNING_ACTION, SignatureRole
from backend.jobs import SignItem
from backend.services.acting import allow, require, take

CEREMONY_MAX = 5000


@dataclass(frozen=True, slots=True)
class Started:
    """A new ceremony with how many records, and why some of the selected ones are not in it.

    A dry run makes no ceremony and counts what one would hold.
    """

    ceremony: CeremonyRow | None
    left_out: tuple[DomainError, ...]
    count: int = 0


async def start(
    actor: Actor, role: SignatureRole, record_ids: Sequence[int], *, dry_run: bool = False
) -> Started:
    """Begin a ceremony over the records that may be signed.

    Raises:
        EmptySelectionError, SelectionTooLargeError, SelectionMixedError: by what was selected.
        CertificateMissingError: when the signer, or the school for its seal, has no certificate.
    """
    if not record_ids:
        raise EmptySelectionError(field="recordIds")
    if len(record_ids) > CEREMONY_MAX:
        raise SelectionTooLargeError(field="recordIds", max=CEREMONY_MAX)
    judged = await _judge(actor, role, record_ids)
    if not judged.signable:
        return Started(None, tuple(judged.left_out))
    signable = [record for record, _ in judged.signable]
    if dry_run:
        await _signing_with(actor, role, signable)
        return Started(None, tuple(judged.left_out), len(signable))
    ceremony_id = await _open(actor, role, signable)
    queued = await ceremonies.add_items(
        ceremony_id, [(record.working.id, record.working.content_digest) for record, _ in judged.signable]
    )
    await queue.put([SignItem(item_id) for item_id in queued.values()])
    left_out = judged.left_out + [
        AlreadyQueuedError(field=f"recordIds.{place}")
        for record, place in judged.signable
        if record.working.id not in queued
    ]
    signed_for = [
        (record.school_id, record.working.id) for record, _ in judged.signable if record.working.id in queued
    ]
    await audit.append(actor, f"CEREMONY_{role}", signed_for, ceremony=ceremony_id)
    return Started(await ceremonies.get(ceremony_id), tuple(left_out), len(queued))


async def cancel(actor: Actor, ceremony_id: int) -> CeremonyRow:
    """Stop what has not been signed; only the signer may.

    Raises:
        NotFoundError: when it lies outside the actor's scope.
        NotPermittedError: when it is another's, or nothing waits any more.
    """
    ceremony = await _allowed(actor, CeremonyAction.CANCEL, ceremony_id)
    await ceremonies.cancel(ceremony_id)
    await audit.append(actor, "CEREMONY_CANCEL", [(ceremony.school_id, None)], ceremony=ceremony_id)
    return await ceremonies.get(ceremony_id)


async def retry(actor: Actor, ceremony_id: int) -> CeremonyRow:
    """Put the failed records back into the queue; only the signer may.

    Raises:
        NotFoundError: when it lies outside the actor's scope.
        NotPermittedError: when it is another's, or nothing failed.
    """
    ceremony = await _allowed(actor, CeremonyAction.RETRY, ceremony_id)
    again = await ceremonies.requeue_failed(ceremony_id)
    await queue.put([SignItem(item_id) for item_id in again])
    await audit.append(actor, "CEREMONY_RETRY", [(ceremony.school_id, None)], ceremony=ceremony_id)
    return await ceremonies.get(ceremony_id)


@dataclass(frozen=True, slots=True)
class _Judged:
    signable: list[tuple[RecordRow, int]]
    left_out: list[DomainError]


async def _judge(actor: Actor, role: SignatureRole, record_ids: Sequence[int]) -> _Judged:
    found = {record.id: record for record in await take(actor, SIGNING_ACTION[role], record_ids)}
    judged = _Judged([], [])
    for place, record_id in enumerate(dict.fromkeys(record_ids)):
        field = f"recordIds.{place}"
        try:
            if record_id not in found:
                raise NotFoundError(field=field)
            require(actor, SIGNING_ACTION[role], found[record_id], field=field)
        except DomainError as error:
            judged.left_out.append(error)
        else:
            judged.signable.append((found[record_id], place))
    return judged


async def _signing_with(
    actor: Actor, role: SignatureRole, signable: Sequence[RecordRow]
) -> tuple[int, Credential]:
    """The one school of the records, and the certificate to sign them with."""
    schools = {record.school_id for record in signable}
    if len(schools) > 1:
        raise SelectionMixedError(field="recordIds")
    school_id = schools.pop()
    return school_id, await _credential(actor, role, school_id)


async def _open(actor: Actor, role: SignatureRole, signable: Sequence[RecordRow]) -> int:
    school_id, credential = await _signing_with(actor, role, signable)
    assert actor.staff_id is not None
    assert actor.assignment_id is not None
    return await ceremonies.create(school_id, actor.staff_id, actor.assignment_id, credential.id, role)


async def _credential(actor: Actor, role: SignatureRole, school_id: int) -> Credential:
    if role is SignatureRole.SCHOOL_SEAL:
        credential = await people.find_credential_of_unit(school_id)
    else:
        assert actor.staff_id is not None
        credential = await people.find_credential_of_person(actor.staff_id)
    if credential is None:
        raise CertificateMissingError(field="role")
    return credential


async def _allowed(actor: Actor, action: CeremonyAction, ceremony_id: int) -> CeremonyRow:
    ceremony = await ceremonies.get(ceremony_id)
    allow(ceremony_refusal(actor, action, ceremony.facts), "ceremonyId")
    return ceremony
