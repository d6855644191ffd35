"""Real packets and forms with real signatures, for tests that judge or break them."""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from backend.domain.canonical import content_digest
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from signing_worker.packet.build import PacketFacts, build_packet
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormSheet, RenderedForm
from signing_worker.sign import process
from signing_worker.sign.work import SignedWork, SignerSetup, SignWork
from tests.fixtures.servers import DEPARTMENT_SEAL, PRINCIPAL, SCHOOL_SEAL, TEACHER
from tests.strategies.records import complete_record

Result = TypeVar("Result")

LOCKED_AT = datetime(2025, 6, 30, 17, tzinfo=UTC)
SIGNERS = {
    SignatureRole.HOMEROOM_TEACHER: (TEACHER, "Giáo viên"),
    SignatureRole.PRINCIPAL: (PRINCIPAL, "Hiệu trưởng"),
    SignatureRole.SCHOOL_SEAL: (SCHOOL_SEAL, ""),
    SignatureRole.LOCK_SEAL: (DEPARTMENT_SEAL, ""),
}


def at_once(making: Coroutine[None, None, Result]) -> Result:
    """What comes out of a coroutine that waits for nobody, as with a key in a file."""
    try:
        making.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    raise AssertionError("it waits")


def draw() -> tuple[bytes, RenderedForm]:
    """A packet and the form drawn with it."""
    content, code = complete_record(), LookupCode.new()
    facts = PacketFacts(lookup_code=code, revision=1, content_digest=content_digest(to_json(content)))
    packet = build_packet(content, facts)
    sheet = FormSheet(
        content=content, lookup_code=code, public_url="https://hocba.example", revision=1, packet=packet
    )
    return packet, render_form(sheet)


def setup(pki: DevelopmentPki, tsa_url: str = "") -> SignerSetup:
    return SignerSetup(
        trust_roots=pki.trust_roots,
        intermediates=pki.intermediates,
        tsa_url=tsa_url or pki.tsa_url,
        keys_folder=pki.keys_folder,
        keys_password=pki.keys_password,
        production=False,
    )


@contextmanager
def signing(pki: DevelopmentPki) -> Iterator[None]:
    """This process as a signing process."""
    process.start(setup(pki))
    yield
    process.stop()


def work_for(
    pki: DevelopmentPki, role: SignatureRole, xml: bytes, pdf: bytes, form: RenderedForm | None
) -> SignWork:
    spec, post = SIGNERS[role]
    return SignWork(
        role=role,
        xml=xml,
        pdf=pdf,
        boxes=None if form is None else dict(form.boxes),
        custody="PKCS12",
        locator=spec.label,
        certificate=pki.certificate_file(spec.label).read_text(),
        owner_name=spec.common_name,
        signer_name=spec.common_name,
        post=post,
        unit_name=spec.organisation,
        effective_from=LOCKED_AT if role is SignatureRole.LOCK_SEAL else None,
    )


def sign_all(pki: DevelopmentPki, form: tuple[bytes, RenderedForm]) -> list[SignedWork]:
    xml, pdf, drawn = form[0], form[1].pdf, form[1]
    stages = []
    for role in SignatureRole:
        signed = process.sign(work_for(pki, role, xml, pdf, drawn if not stages else None))
        assert isinstance(signed, SignedWork), (role, signed)
        stages.append(signed)
        xml, pdf = signed.xml, signed.pdf
    return stages
