"""Making the files of one signature: packet and form once, then one signature after the other on both.

The homeroom teacher's signature is the first: it builds the packet, draws the form with the packet inside and
lays all signature fields. Every later one goes on from the files that the store holds. Every result is stored
before the registry hears of it.
"""

from datetime import datetime

from backend.adapters.store import ObjectStore
from backend.db.repositories.people import Credential
from backend.db.repositories.signing import RevisionToSign
from backend.domain.calendar import VIETNAM
from backend.domain.content_json import from_json
from backend.domain.errors import StoreUnavailableError
from backend.domain.identifiers import LookupCode
from backend.domain.report_table import ReportTable
from backend.domain.signing import SignatureRole
from backend.services.ledger import HeadTask
from backend.services.signatures import SignedFiles, SigningTask
from signing_worker.packet.build import PacketFacts, build_packet
from signing_worker.render.pool import RenderPool
from signing_worker.render.sheet import CopyKind, FormSheet, RenderedForm
from signing_worker.sign.pool import SignPool
from signing_worker.sign.work import FillWork, HeadWork, PreparedWork, SignedHead, SignedWork, SignWork


class Production:
    """The way from a task to stored, signed files."""

    def __init__(self, store: ObjectStore, renders: RenderPool, signs: SignPool, public_url: str) -> None:
        self._store = store
        self._renders = renders
        self._signs = signs
        self._public_url = public_url

    async def make(self, task: SigningTask) -> SignedFiles:
        """Sign both files and store them.

        Raises:
            SigningFailedError: by its leaf.
        """
        return await self._kept(await self._signs.sign(await self._begun(task)))

    async def prepare(self, task: SigningTask) -> PreparedWork:
        """Make both files with blanks for a key that is elsewhere; nothing is stored.

        Raises:
            SigningFailedError: by its leaf.
        """
        return await self._signs.prepare(await self._begun(task))

    async def fill(self, work: FillWork) -> SignedFiles:
        """Put signatures into prepared files, and store them when they are good.

        Raises:
            SigningFailedError: by its leaf.
        """
        return await self._kept(await self._signs.fill(work))

    async def _begun(self, task: SigningTask) -> SignWork:
        if task.role is SignatureRole.HOMEROOM_TEACHER:
            xml, form = await self._fresh(task)
            return _work(task, xml, form.pdf, form)
        xml, pdf = await self._stored(task)
        return _work(task, xml, pdf, None)

    async def _kept(self, signed: SignedWork) -> SignedFiles:
        return SignedFiles(
            signed_at=signed.signed_at,
            certificate_serial=signed.certificate_serial,
            certificate_issuer=signed.certificate_issuer,
            xml=(await self._store.put(signed.xml), len(signed.xml)),
            pdf=(await self._store.put(signed.pdf), len(signed.pdf)),
        )

    async def sign_head(self, task: HeadTask) -> SignedHead:
        """Sign a head of the ledger.

        Raises:
            SigningFailedError: by its leaf.
        """
        return await self.sign_text(task.note.text, task.credential)

    async def sign_text(self, text: str, credential: Credential) -> SignedHead:
        """Sign what the department says, detached and time-stamped.

        Raises:
            SigningFailedError: by its leaf.
        """
        work = HeadWork(
            note=text.encode(),
            custody=credential.custody,
            locator=credential.locator,
            certificate=credential.certificate,
            owner_name=credential.owner_name,
        )
        return await self._signs.sign_head(work)

    async def preview(self, revision: RevisionToSign) -> bytes:
        """Draw a revision as it is now, marked as a preview; nothing is stored.

        Raises:
            RenderFailedError: when it cannot be drawn.
        """
        sheet = FormSheet(
            content=from_json(revision.content),
            lookup_code=LookupCode(revision.lookup_code),
            public_url=self._public_url,
            revision=revision.number,
            kind=CopyKind.PREVIEW,
            made_at=datetime.now(VIETNAM),
        )
        return (await self._renders.render(sheet)).pdf

    async def report(self, table: ReportTable) -> tuple[str, str]:
        """Draw and store a monthly report; returns the digests of the PDF and of the workbook.

        Raises:
            RenderFailedError: when it cannot be drawn.
        """
        drawn = await self._renders.report(table)
        return await self._store.put(drawn.pdf), await self._store.put(drawn.xlsx)

    async def print_sheet(self, table: ReportTable) -> str:
        """Draw and store the sheet of a printed copy; returns its digest.

        Raises:
            RenderFailedError: when it cannot be drawn.
        """
        return await self._store.put((await self._renders.report(table)).pdf)

    async def _fresh(self, task: SigningTask) -> tuple[bytes, RenderedForm]:
        revision = task.revision
        content = from_json(revision.content)
        code = LookupCode(revision.lookup_code)
        facts = PacketFacts(
            lookup_code=code, revision=revision.number, content_digest=revision.content_digest
        )
        packet = build_packet(content, facts)
        sheet = FormSheet(
            content=content,
            lookup_code=code,
            public_url=self._public_url,
            revision=revision.number,
            packet=packet,
        )
        return packet, await self._renders.render(sheet)

    async def _stored(self, task: SigningTask) -> tuple[bytes, bytes]:
        if task.xml_digest is None or task.pdf_digest is None:
            raise StoreUnavailableError
        return await self._store.get(task.xml_digest), await self._store.get(task.pdf_digest)


def _work(task: SigningTask, xml: bytes, pdf: bytes, form: RenderedForm | None) -> SignWork:
    return SignWork(
        role=task.role,
        xml=xml,
        pdf=pdf,
        boxes=None if form is None else dict(form.boxes),
        custody=task.credential.custody,
        locator=task.credential.locator,
        certificate=task.credential.certificate,
        owner_name=task.credential.owner_name,
        signer_name=task.signer_name,
        post=task.post,
        unit_name=task.unit_name,
        effective_from=task.revision.effective_from,
    )
