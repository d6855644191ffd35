"""The document of a hand-over, for the worker: facts before a key is used, and what follows when the seal is there.

Each step begins with facts and the intent in one transaction, has its file made outside, and ends in one transaction that
looks once more. A step that was done is not done again; what bars it for now stands on the transfer, which waits.
"""

from dataclasses import dataclass

from backend.db.repositories import audit, hand_overs, organisation, people, periods, queue, transfers
from backend.db.repositories.people import Credential
from backend.db.repositories.transfers import TransferRow
from backend.db.scope import enter
from backend.domain.errors import (
    BookBusyError,
    CertificateMissingError,
    ContentChangedError,
    DomainError,
)
from backend.domain.hand_over import Acceptance, Release
from backend.domain.policy import Actor, Role
from backend.domain.school_year import SchoolYear
from backend.domain.transfer import TransferState
from backend.domain.transfer_errors import HandOverOutdatedError
from backend.jobs import SealTransfer
from backend.services.transfers import settle

RELEASE, ACCEPTANCE = "HAND_OVER", "ACCEPTANCE"
"""Purposes of intents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTask:
    """A release to seal with the managing school's key; ``standing`` is a digest of what the book holds."""

    transfer_id: int
    release: Release
    standing: str
    credential: Credential


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceTask:
    """A sealed release to counter-seal; ``released_with`` is the certificate that sealed it."""

    transfer_id: int
    release: Release
    released_with: Credential
    acceptance: Acceptance
    credential: Credential


async def begin(transfer_id: int) -> ReleaseTask | AcceptanceTask | None:
    """What to seal, with the intent written; None when the transfer waits for no seal.

    Raises:
        CertificateMissingError: when no seal of the school is registered.
    """
    row = await transfers.take(transfer_id)
    if row is None:
        return None
    if row.state is TransferState.RELEASING:
        return await _begin_release(row)
    if row.state is TransferState.ACCEPTING:
        return await _begin_acceptance(row)
    return None


async def _begin_release(row: TransferRow) -> ReleaseTask:
    credential = await _seal_of(row.from_school_id)
    await hand_overs.log_intent(RELEASE, row.id, credential.id)
    return ReleaseTask(
        transfer_id=row.id,
        release=await _release(row),
        standing=await hand_overs.standing(row.id),
        credential=credential,
    )


async def _begin_acceptance(row: TransferRow) -> AcceptanceTask:
    credential = await _seal_of(row.to_school_id)
    assert row.to_class_id is not None
    assert row.release_digest is not None
    assert row.release_credential_id is not None  # nothing is accepted that was not sealed
    released_with = await hand_overs.credential(row.release_credential_id)
    target = (await organisation.find_classes([row.to_class_id]))[row.to_class_id]
    if released_with is None:
        raise CertificateMissingError
    await hand_overs.log_intent(ACCEPTANCE, row.id, credential.id)
    return AcceptanceTask(
        transfer_id=row.id,
        release=await _release(row),
        released_with=released_with,
        acceptance=Acceptance(
            release_digest=row.release_digest,
            school_year=str(SchoolYear(target.school_year)),
            class_name=target.name,
            accepted_at=await periods.now(),
        ),
        credential=credential,
    )


async def _release(row: TransferRow) -> Release:
    facts = await hand_overs.facts(row.id)
    assert row.nonce is not None
    assert row.released_at is not None  # given when the head released
    return Release(
        transfer=row.id,
        nonce=row.nonce,
        lookup_code=facts.lookup_code,
        pupil_name=row.pupil_name,
        birth_date=facts.birth_date,
        from_school_code=facts.from_school_code,
        from_school_name=facts.from_school_name,
        to_school_code=facts.to_school_code,
        to_school_name=facts.to_school_name,
        released_at=row.released_at,
        years=await hand_overs.years(row.id),
    )


async def finish_release(task: ReleaseTask, digest: str) -> bool:
    """Keep a sealed release; False when the transfer waits for it no more.

    Raises:
        ContentChangedError: when the book changed while the key was used; the next try seals what it holds then.
    """
    row = await transfers.take(task.transfer_id)
    if row is None or row.state is not TransferState.RELEASING or row.nonce != task.release.nonce:
        return False
    if await hand_overs.standing(row.id) != task.standing:
        raise ContentChangedError
    await hand_overs.released(row.id, digest, task.standing, task.credential.id)
    await _note("RELEASE", row.from_school_id, row.id)
    return True


async def finish_acceptance(task: AcceptanceTask, digest: str, timestamp: str) -> bool:
    """Let the book change hands with the document that both schools have sealed; False when it waits for it no more.

    A book that changed since its release goes back to be released anew.

    Raises:
        BookBusyError: while a signature or a verdict is on its way.
    """
    row = await transfers.take(task.transfer_id)
    if row is None or row.state is not TransferState.ACCEPTING or row.nonce != task.release.nonce:
        return False
    barred = await hand_overs.hand_over(row.id, digest, timestamp, task.credential.id)
    if barred == BookBusyError.code:
        raise BookBusyError(work=", ".join(sorted(row.open_work)))
    if barred:
        await hand_overs.send_back(row.id, HandOverOutdatedError.code)
        return False
    await _note("ACCEPTANCE", row.to_school_id, row.id)
    receiver = Actor(
        role=Role.PRINCIPAL,
        staff_id=row.accepted_by_id,
        unit_id=row.to_school_id,
        school_ids=frozenset({row.to_school_id}),
    )
    await enter(receiver, write=True)
    await settle(row)
    return True


async def waits(transfer_id: int, error: DomainError) -> None:
    """Say on the transfer what its seal waits for."""
    await hand_overs.waits(transfer_id, error.reason)


async def ask_again() -> int:
    """Ask for every seal that a transfer waits for; how many were asked for."""
    return await queue.put([SealTransfer(key, state) for key, state in await hand_overs.sealing()])


async def _seal_of(unit_id: int) -> Credential:
    credential = await people.find_credential_of_unit(unit_id)
    if credential is None:
        raise CertificateMissingError
    return credential


async def _note(act: str, school_id: int, transfer_id: int) -> None:
    worker = Actor(role=Role.PUBLIC)
    await audit.append(worker, f"TRANSFER_{act}_SEALED", [(school_id, None)], transfer=transfer_id)
