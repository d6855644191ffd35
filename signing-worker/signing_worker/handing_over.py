"""The worker's part in a hand-over: the managing school's seal, then the receiving school's over both.

What has been sealed is judged as a stranger would judge it before the registry hears of it. What bars a seal stands on the
transfer; the job itself is never parked, the calendar asks again every minute.
"""

import hashlib
from dataclasses import dataclass

from backend.adapters.store import ObjectStore
from backend.db.repositories.people import Credential
from backend.db.scope import unscoped
from backend.domain.calendar import VIETNAM
from backend.domain.errors import (
    DomainError,
    UnexpectedFailureError,
)
from backend.domain.hand_over import HandOverFacts
from backend.domain.transfer_errors import HandOverInvalidError
from backend.jobs import SealTransfer
from backend.observability import log
from backend.services import hand_overs
from backend.services.hand_overs import AcceptanceTask, ReleaseTask
from signing_worker.judge.hand_over import release_sheet
from signing_worker.judge.pool import JudgePool
from signing_worker.packet.hand_over import accept_release
from signing_worker.packet.sheets import SheetKind, build_sheet
from signing_worker.sign.pool import SignPool
from signing_worker.sign.work import SheetWork, SignedSheet


@dataclass(frozen=True, slots=True)
class HandingOver:
    """Seals what transfers wait for."""

    store: ObjectStore
    signs: SignPool
    judges: JudgePool

    async def do(self, job: SealTransfer) -> None:
        """Do one job; what bars it is kept on the transfer."""
        try:
            await self._seal(job.transfer_id)
        except DomainError as error:
            await self._wait(job.transfer_id, error)
        except Exception:  # noqa: BLE001 - whatever it was, both schools must see that the transfer waits
            log.exception("transfer_fault", transfer=job.transfer_id)
            await self._wait(job.transfer_id, UnexpectedFailureError())

    async def _wait(self, transfer_id: int, error: DomainError) -> None:
        log.warning("transfer_waits", transfer=transfer_id, code=error.reason)
        async with unscoped():
            await hand_overs.waits(transfer_id, error)

    async def _seal(self, transfer_id: int) -> None:
        async with unscoped():
            task = await hand_overs.begin(transfer_id)
        match task:
            case ReleaseTask():
                await self._release(task)
            case AcceptanceTask():
                await self._accept(task)
            case None:
                return

    async def _release(self, task: ReleaseTask) -> None:
        data = build_sheet(SheetKind.HAND_OVER, release_sheet(task.release))
        signed = await self._sign(data, task.credential)
        facts = HandOverFacts(release=task.release, release_seal=task.credential.certificate)
        await self._require_good(signed.xml, facts)
        digest = await self.store.put(signed.xml)
        async with unscoped():
            done = await hand_overs.finish_release(task, digest)
        log.info("transfer_released", transfer=task.transfer_id, done=done)

    async def _accept(self, task: AcceptanceTask) -> None:
        acceptance = task.acceptance
        released = await self.store.get(acceptance.release_digest)
        if hashlib.sha256(released).hexdigest() != acceptance.release_digest:
            raise HandOverInvalidError
        at = acceptance.accepted_at.astimezone(VIETNAM).isoformat()
        data = accept_release(released, acceptance.school_year, acceptance.class_name, at)
        signed = await self._sign(data, task.credential, counter=True)
        facts = HandOverFacts(
            release=task.release,
            release_seal=task.released_with.certificate,
            acceptance=acceptance,
            acceptance_seal=task.credential.certificate,
        )
        await self._require_good(signed.xml, facts)
        assert signed.timestamp is not None  # asked for
        digest, token = await self.store.put(signed.xml), await self.store.put(signed.timestamp)
        async with unscoped():
            done = await hand_overs.finish_acceptance(task, digest, token)
        log.info("transfer_accepted", transfer=task.transfer_id, done=done)

    async def _require_good(self, data: bytes, facts: HandOverFacts) -> None:
        if not await self.judges.hand_over(data, facts):
            raise HandOverInvalidError

    async def _sign(self, data: bytes, credential: Credential, *, counter: bool = False) -> SignedSheet:
        return await self.signs.sign_sheet(
            SheetWork(
                data=data,
                kind=SheetKind.HAND_OVER,
                custody=credential.custody,
                locator=credential.locator,
                certificate=credential.certificate,
                owner_name=credential.owner_name,
                stamped=counter,
                counter=counter,
            )
        )
