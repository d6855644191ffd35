"""Our pipeline, stage by stage, with the functions that the worker's processes call."""

from collections.abc import Iterator
from functools import cache

from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from signing_worker.packet.build import build_packet
from signing_worker.render.form import PAGES_MAX
from signing_worker.render.quick import QuickDrawing
from signing_worker.render.sheet import FormSheet, RenderedForm
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


@cache
def _drawing() -> QuickDrawing:
    """The drawing of this process, with nothing laid out yet."""
    return QuickDrawing.kept_in(None)


def stages(pki: DevelopmentPki, pupil: int) -> Iterator[tuple[str, int]]:
    """Make one pupil's file; each stage yields its name and the file's bytes."""
    content, code, facts = pupils.pupil(pupil)
    xml = build_packet(content, facts)
    sheet = FormSheet(content=content, lookup_code=code, public_url=pupils.PUBLIC_URL, revision=1, packet=xml)
    (form,) = _drawing().draw([sheet], pages_max=PAGES_MAX).forms
    assert isinstance(form, RenderedForm), form
    pdf = form.pdf
    yield "draw", len(pdf)
    for role, stage in STAGE_OF.items():
        fresh = form if role is SignatureRole.HOMEROOM_TEACHER else None
        signed = process.sign(work_for(pki, role, xml, pdf, fresh))
        assert isinstance(signed, SignedWork), signed
        xml, pdf = signed.xml, signed.pdf
        yield stage, len(pdf)
