"""The worker's part with keys that somebody is asked for: prepare, ask the service where there is one, and fill.

Preparing uses no key and fills no store: what is prepared waits in the database, so that whatever dies in between, the same
digest is signed and never another. One confirmation covers as many records as the service allows, and each has its own answer.
"""

from dataclasses import dataclass

import aiohttp
from cryptography import x509

from backend.db.repositories import people, prepared, queue, signing
from backend.db.repositories.people import Credential
from backend.db.repositories.prepared import Prepared, ToSign
from backend.db.scope import unscoped
from backend.domain.errors import DomainError, KeyUnavailableError, SigningFailedError
from backend.domain.organisation import KeyCustody
from backend.domain.signing import ItemState, SignatureRole
from backend.jobs import SignItem, SignRemotely
from backend.observability import log
from backend.services import signatures
from backend.services.signatures import SigningTask
from signing_worker.production import Production
from signing_worker.sign.keys.csc_keys import RemoteKeys
from signing_worker.sign.keys.csc_service import CscService
from signing_worker.sign.keys.port import Made
from signing_worker.sign.keys.setup import ServiceSetup
from signing_worker.sign.work import FillWork, PreparedWork

AT_ONCE = 500
"""Records whose digests are held while a service is asked."""


@dataclass(frozen=True, slots=True)
class AskedKeys:
    """Ceremonies whose key is with a service, or with the signer."""

    production: Production
    service: ServiceSetup | None

    async def go_on(self, task: SigningTask) -> None:
        """One record's next step: prepare it, or put in the signatures that are there.

        Raises:
            SigningFailedError: by its leaf.
        """
        assert task.item_id is not None
        async with unscoped():
            made = await prepared.find(task.item_id)
        if made is None:
            work = await self.production.prepare(task)
            await self._await(task, work)
        elif made.xml_signature is None or made.pdf_signature is None:
            await self._await(task, None)
        else:
            await self._finish(task, made)

    async def ask(self, job: SignRemotely) -> None:
        """Have what waits signed, as often as something is left that has not been answered."""
        async with unscoped():
            credential = await people.find_credential_of_ceremony(job.ceremony_id)
            waiting = await prepared.waiting(job.ceremony_id, AT_ONCE)
            for item in waiting:
                await signing.log_intent(item.revision_id, item.role, item.credential_id)
        if credential is None or credential.custody != KeyCustody.CSC or not waiting:
            return
        digests = [bytes.fromhex(part) for item in waiting for part in (item.xml_hash, item.pdf_hash)]
        answers = await self._asked(credential, digests)
        async with unscoped():
            await self._answered(waiting, answers)

    async def watch(self) -> None:
        """Ask again for what waits, and forget what nobody waits for."""
        async with unscoped():
            forgotten = await prepared.forget()
            await queue.put([SignRemotely(ceremony_id) for ceremony_id in await prepared.asked_remotely()])
        if forgotten:
            log.info("prepared_forgotten", count=forgotten)

    async def _await(self, task: SigningTask, work: PreparedWork | None) -> None:
        assert task.item_id is not None
        async with unscoped():
            if work is not None:
                await prepared.add(task.item_id, _row(work))
            await signing.set_item(task.item_id, ItemState.AWAITING_KEY, "")
            if task.credential.custody == KeyCustody.CSC:
                assert task.ceremony_id is not None
                await queue.put([SignRemotely(task.ceremony_id)])

    async def _finish(self, task: SigningTask, made: Prepared) -> None:
        assert task.item_id is not None
        assert made.xml_signature is not None
        assert made.pdf_signature is not None
        files = await self.production.fill(
            FillWork(
                prepared=PreparedWork(
                    xml=made.xml,
                    pdf=made.pdf,
                    xml_digest=bytes.fromhex(made.xml_hash),
                    pdf_digest=bytes.fromhex(made.pdf_hash),
                    signed_at=made.signed_at,
                ),
                xml_signature=made.xml_signature,
                pdf_signature=made.pdf_signature,
                certificate=task.credential.certificate,
                owner_name=task.credential.owner_name,
                is_unit=task.role is SignatureRole.SCHOOL_SEAL,
            )
        )
        async with unscoped():
            await signatures.finish(task, files)
            await prepared.drop(task.item_id)

    async def _asked(self, credential: Credential, digests: list[bytes]) -> list[Made]:
        if self.service is None:
            return [KeyUnavailableError() for _ in digests]
        async with aiohttp.ClientSession() as session:
            certificate = x509.load_pem_x509_certificate(credential.certificate.encode())
            try:
                key = await RemoteKeys(CscService(self.service, session)).open(
                    credential.locator, certificate
                )
            except DomainError as error:
                return [error for _ in digests]
            return await key.sign_digests(digests)

    async def _answered(self, waiting: list[ToSign], answers: list[Made]) -> None:
        """Keep what was signed; say of the rest why, and whether it waits for another try."""
        kept = []
        for item, xml, pdf in zip(waiting, answers[::2], answers[1::2], strict=True):
            if isinstance(xml, bytes) and isinstance(pdf, bytes):
                kept.append((item.item_id, xml, pdf))
                continue
            error = xml if isinstance(xml, DomainError) else pdf
            assert isinstance(error, DomainError)
            log.warning("item_not_signed", item=item.item_id, code=error.reason)
            waits = isinstance(error, SigningFailedError) and error.transient
            state = ItemState.AWAITING_KEY if waits else ItemState.FAILED
            await signing.set_item(item.item_id, state, error.reason)
        await prepared.put(kept)
        await queue.put([SignItem(item_id) for item_id, _, _ in kept])


def _row(work: PreparedWork) -> Prepared:
    return Prepared(
        xml=work.xml,
        pdf=work.pdf,
        xml_hash=work.xml_digest.hex(),
        pdf_hash=work.pdf_digest.hex(),
        signed_at=work.signed_at,
    )
