"""Our pipeline, stage by stage, with the functions that the worker's processes call."""

from collections.abc import Iterator

from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from signing_worker.packet.build import build_packet
from signing_worker.render.form import render_form
from signing_worker.render.sheet import FormSheet
from signing_worker.sign import process
from signing_worker.sign.work import SignedWork
from tests.bench.pipeline import pupils
from tests.worker.making import work_for

STAGE_OF = {
    SignatureRole.HOMEROOM_TEACHER: "teacher",
    SignatureRole.PRINCIPAL: "principal",
    SignatureRole.SCHOOL_SEAL: "seal",
    SignatureRole.LOCK_SEAL: "lock",
}


def stages(pki: DevelopmentPki, pupil: int) -> Iterator[tuple[str, int]]:
    """Make one pupil's file; each stage yields its name and the file's bytes."""
    content, code, facts = pupils.pupil(pupil)
    xml = build_packet(content, facts)
    form = render_form(
        FormSheet(content=content, lookup_code=code, public_url=pupils.PUBLIC_URL, revision=1, packet=xml)
    )
    pdf = form.pdf
    yield "draw", len(pdf)
    for role, stage in STAGE_OF.items():
        fresh = form if role is SignatureRole.HOMEROOM_TEACHER else None
        signed = process.sign(work_for(pki, role, xml, pdf, fresh))
        assert isinstance(signed, SignedWork), signed
        xml, pdf = signed.xml, signed.pdf
        yield stage, len(pdf)
