"""A class whose records carry real signatures, and the worker's part that takes its packet on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, patch

import pytest
from asn1crypto import x509

from backend.adapters.store import ObjectStore
from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning, signing
from backend.db.repositories import submissions as rows
from backend.db.repositories.records import RecordRow
from backend.db.repositories.signing import NewSignature, RevisionToSign
from backend.db.scope import scoped, unscoped
from backend.domain.content_json import from_json
from backend.domain.errors import RevocationUnavailableError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import State
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import SignatureRole
from backend.domain.submission import (
    Finding,
    ManifestLine,
    PacketFacts,
    RecordFact,
)
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import SignerSpec
from backend.jobs import AnswerSubmission, CheckSubmission, SealSubmission
from backend.services import submissions
from signing_worker.judge import process as judging
from signing_worker.judge.record_pdf import judge_record_pdf
from signing_worker.packet.build import PacketFacts as XmlFacts
from signing_worker.packet.build import build_packet
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormSheet
from signing_worker.sign import process
from signing_worker.sign.pool import ERROR_OF
from signing_worker.sign.trust import Trust, load_certificates
from signing_worker.sign.work import Refused, SheetWork, SignedSheet, SignedWork, Vetted, VetWork
from signing_worker.submitting import Submitting
from tests.fixtures.ledger import as_application, as_worker
from tests.fixtures.servers import DEPARTMENT_SEAL, PRINCIPAL, SCHOOL_SEAL, TEACHER
from tests.fixtures.world import World
from tests.worker.making import setup, work_for

ROLES = (SignatureRole.HOMEROOM_TEACHER, SignatureRole.PRINCIPAL, SignatureRole.SCHOOL_SEAL)


class Signs:
    """A pool whose one process is this one; the authorities may be away."""

    def __init__(self) -> None:
        self.answers = True

    async def sign_sheet(self, work: SheetWork) -> SignedSheet:
        return await self._run(process.sign_sheet, work)  # type: ignore[no-any-return]

    async def vet(self, work: VetWork) -> Vetted:
        if not self.answers:
            raise RevocationUnavailableError
        return await self._run(process.vet, work)  # type: ignore[no-any-return]

    async def _run(self, make: Callable[[Any], Any], work: Any) -> Any:
        answer = await asyncio.to_thread(make, work)
        if isinstance(answer, Refused):
            raise ERROR_OF[answer.code]
        return answer


@dataclass(frozen=True, slots=True)
class Judges:
    """A pool whose one process is this one; ``authorities`` are roots and intermediates."""

    authorities: tuple[list[x509.Certificate], list[x509.Certificate]]

    async def manifest(self, data: bytes, facts: PacketFacts) -> tuple[ManifestLine, ...] | Finding:
        return judging.manifest(data, facts)

    async def record(self, data: bytes, fact: RecordFact) -> list[Finding]:
        return judging.record(data, fact)

    async def record_pdf(self, data: bytes, fact: RecordFact) -> list[Finding]:
        # without the process's own time limit, which would end the tests
        return await asyncio.to_thread(judge_record_pdf, data, fact, *self.authorities)


@dataclass
class Stage:
    """A class whose records carry real signatures, and the worker's part that takes its packet on."""

    world: World
    pki: DevelopmentPki
    store: ObjectStore
    signs: Signs
    records: list[RecordRow] = field(default_factory=list)
    submission_id: int = 0

    def submitting(self, *, accepts: bool = True) -> Submitting:
        authorities = load_certificates(self.pki.trust_roots), load_certificates(self.pki.intermediates)
        return Submitting(self.store, self.signs, Judges(authorities), accepts)  # type: ignore[arg-type]

    async def submit(self) -> None:
        """The principal submits the class; from then on the worker's login is open."""
        principal = self.world.own.actors["ht"]
        async with scoped(principal, write=True):
            self.submission_id = await submissions.submit(principal, [item.id for item in self.records])
        await as_worker(self.world)

    async def check(self, *, accepts: bool = True) -> None:
        worker = self.submitting(accepts=accepts)
        await worker.do(SealSubmission(self.submission_id))
        await worker.do(CheckSubmission(self.submission_id))

    async def go_through(self) -> None:
        await self.check()
        await self.submitting().do(AnswerSubmission(self.submission_id))

    async def row(self) -> rows.SubmissionRow:
        async with unscoped():
            return (await rows.find([self.submission_id]))[self.submission_id]

    async def verdicts(self) -> list[tuple[str, str, str]]:
        async with unscoped():
            found = (await rows.items([self.submission_id]))[self.submission_id]
        return [(item.verdict.value, item.code, item.field) for item in found]


@pytest.fixture
async def stage(world: World, pki: DevelopmentPki, tmp_path: Path) -> AsyncIterator[Stage]:
    await asyncio.to_thread(process.start, setup(pki))
    made = Stage(world, pki, ObjectStore(f"file://{tmp_path}/store"), Signs())
    made.records = await world.records(world.own.actors["gv.4A"])
    await world.bring_to(State.ISSUED, *(record.id for record in made.records))
    await register(made)
    await as_worker(world)
    for record in made.records:
        await sign(made, record)
    await as_application(world)
    yield made
    await asyncio.to_thread(process.stop)


async def register(stage: Stage, teacher: SignerSpec = TEACHER) -> None:
    school = stage.world.own
    names = {
        "unit": (SCHOOL_SEAL, school.id),
        "department": (DEPARTMENT_SEAL, stage.world.department.unit_id),
    }
    await close_database()
    await open_database(stage.world.urls.owner, pool=2)
    async with unscoped():
        for spec, actor in ((teacher, school.actors["gv.4A"]), (PRINCIPAL, school.actors["ht"])):
            await provisioning.ensure_credential(spec.label, _pem(stage, spec), staff_id=actor.staff_id)
        for spec, unit_id in names.values():
            await provisioning.ensure_credential(spec.label, _pem(stage, spec), unit_id=unit_id)
    await stage.world.owner.run(
        "UPDATE org_unit SET name = $1 WHERE kind = 'DEPARTMENT'", DEPARTMENT_SEAL.common_name
    )
    await close_database()


def _pem(stage: Stage, spec: SignerSpec) -> str:
    return stage.pki.certificate_file(spec.label).read_text()


_made: dict[tuple[str, str, str], list[SignedWork]] = {}
"""What was signed before in this run, by record, content and teacher: tests share one province."""


async def _signatures(stage: Stage, revision: RevisionToSign, teacher: SignerSpec) -> list[SignedWork]:
    """The three signatures of a record on its XML and its PDF, one after the other."""
    key = (revision.lookup_code, revision.content_digest, teacher.label)
    if key not in _made:
        # a certificate that was revoked is found by the check; here it must be able to sign
        with patch.object(Trust, "require", AsyncMock()):
            _made[key] = await asyncio.to_thread(_sign_thrice, stage.pki, revision, teacher)
    return _made[key]


def _sign_thrice(pki: DevelopmentPki, revision: RevisionToSign, teacher: SignerSpec) -> list[SignedWork]:
    content, code = from_json(revision.content), LookupCode(revision.lookup_code)
    facts = XmlFacts(lookup_code=code, revision=revision.number, content_digest=revision.content_digest)
    xml = build_packet(content, facts)
    form = render_form(
        FormSheet(
            content=content,
            lookup_code=code,
            public_url="https://hocba.example",
            revision=revision.number,
            packet=xml,
        )
    )
    pdf, made = form.pdf, list[SignedWork]()
    for role, spec in zip(ROLES, (teacher, PRINCIPAL, SCHOOL_SEAL), strict=True):
        work = replace(
            work_for(pki, role, xml, pdf, None if made else form),
            locator=spec.label,
            certificate=pki.certificate_file(spec.label).read_text(),
            owner_name=spec.common_name,
        )
        signed = process.sign(work)
        assert isinstance(signed, SignedWork), signed
        made.append(signed)
        xml, pdf = signed.xml, signed.pdf
    return made


async def sign(stage: Stage, record: RecordRow, teacher: SignerSpec = TEACHER) -> None:
    """The three signatures of a record, registered as the worker does."""
    async with unscoped():
        revision = await signing.find_revision(record.working.id)
        assert revision is not None
        made = await _signatures(stage, revision, teacher)
        for role, spec, signed in zip(ROLES, (teacher, PRINCIPAL, SCHOOL_SEAL), made, strict=True):
            digest, pdf = await stage.store.put(signed.xml), await stage.store.put(signed.pdf)
            (credential,) = await stage.world.owner.run(
                "SELECT id, staff_id FROM signing_credential WHERE locator = $1", spec.label
            )
            new = NewSignature(
                revision_id=record.working.id,
                role=role,
                signer_id=credential["staff_id"],
                credential_id=credential["id"],
                signer_name=spec.common_name,
                post="",
                unit_name=spec.organisation,
                certificate_serial="1a",
                certificate_issuer="CN=Thử",
                signed_at=signed.signed_at,
            )
            files = [
                (ArtefactKind.XML, digest, len(signed.xml)),
                (ArtefactKind.PDF, pdf, len(signed.pdf)),
            ]
            await signing.add_signature(new, files)


async def without_triggers(stage: Stage, spoil: Callable[[Stage], Awaitable[None]]) -> None:
    """What no program may do to the registry, only somebody who commands the database."""
    tables_spoilt = ("artefact", "signature", "record_book")
    for table in tables_spoilt:
        await stage.world.owner.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await spoil(stage)
    for table in tables_spoilt:
        await stage.world.owner.run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
