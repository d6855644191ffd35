"""Revisions from templates are what pyHanko would have appended, and whatever is not is left to pyHanko."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from backend.domain.calendar import VIETNAM
from backend.domain.canonical import content_digest
from backend.domain.content_json import to_json
from backend.domain.errors import UnexpectedFailureError
from backend.domain.identifiers import LookupCode
from backend.domain.signing import SignatureRole
from backend.embedded.pki import DevelopmentPki
from signing_worker.packet.build import PacketFacts, build_packet
from signing_worker.render.quick import QuickDrawing
from signing_worker.render.sheet import FormSheet, RenderedForm
from signing_worker.sign import pdf, process
from signing_worker.sign.revision import Tail, learn
from signing_worker.sign.revisions import FILES_PER_CHECK, RevisionBrokenError, Revisions, require_sound
from signing_worker.sign.work import Refused, SignedWork
from tests.worker.making import sign_all, signing, work_for
from tests.worker.render.forms import content

Form = tuple[bytes, RenderedForm]
SECONDS_APART = 5


@pytest.fixture(scope="module")
def forms() -> list[Form]:
    """Forms of one grade: their files differ in everything a pupil's may."""
    drawing = QuickDrawing.kept_in(None)
    return [_form(drawing, f"Em chăm học, tiến bộ nhiều. {number}") for number in range(3)]


def _form(drawing: QuickDrawing, comment: str, grade: int = 4) -> Form:
    record, code = content(grade, comment=comment), LookupCode.new()
    facts = PacketFacts(lookup_code=code, revision=1, content_digest=content_digest(to_json(record)))
    packet = build_packet(record, facts)
    sheet = FormSheet(
        content=record, lookup_code=code, public_url="https://hocba.example", revision=1, packet=packet
    )
    (drawn,) = drawing.draw([sheet], pages_max=12).forms
    assert isinstance(drawn, RenderedForm)
    return packet, drawn


@pytest.fixture
def signer(pki: DevelopmentPki) -> Iterator[None]:
    with signing(pki):
        yield


@pytest.fixture
def pyhanko_signs(monkeypatch: pytest.MonkeyPatch) -> list[SignatureRole]:
    """The roles whose revisions pyHanko makes itself, as they are made."""
    made: list[SignatureRole] = []
    usual = pdf._by_pyhanko

    async def noted(work: pdf.PdfSigning, session: object) -> bytes:
        made.append(work.role)
        return await usual(work, session)

    monkeypatch.setattr(pdf, "_by_pyhanko", noted)
    return made


@pytest.mark.usefixtures("signer")
def test_each_revision_is_made_by_pyhanko_once(
    pki: DevelopmentPki, forms: list[Form], pyhanko_signs: list[SignatureRole]
) -> None:
    """After one file of a signer's, templates make all others: every signature intact, the evidence the same."""
    first, second, third = (sign_all(pki, form)[-1] for form in forms)
    assert pyhanko_signs == list(SignatureRole)
    for signed in (first, second, third):
        require_sound(signed.pdf)
    evidence = [_evidence(signed.pdf) for signed in (first, second, third)]
    assert evidence[0] == evidence[1] == evidence[2]
    assert all(evidence[0])


def _evidence(data: bytes) -> list[set[bytes]]:
    store = PdfFileReader(io.BytesIO(data)).root["/DSS"]
    return [{stream.get_object().data for stream in store[kind]} for kind in ("/Certs", "/OCSPs")]


@pytest.mark.usefixtures("signer")
def test_mark_tells_its_own_instant(pki: DevelopmentPki, forms: list[Form]) -> None:
    """A mark from a template tells when its own file was signed, as its signature does."""
    for packet, form in forms[:2]:
        signed = process.sign(work_for(pki, SignatureRole.HOMEROOM_TEACHER, packet, form.pdf, form))
        assert isinstance(signed, SignedWork)
        reader = PdfFileReader(io.BytesIO(signed.pdf))
        (signature,) = reader.embedded_regular_signatures
        said = datetime.strptime(signature.sig_object["/M"][2:16], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        assert abs(said.timestamp() - signed.signed_at.timestamp()) <= SECONDS_APART
        assert f"{signed.signed_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" in _printed(signed.pdf)


def _printed(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.usefixtures("signer")
def test_another_kind_of_file_is_left_to_pyhanko(
    pki: DevelopmentPki, forms: list[Form], pyhanko_signs: list[SignatureRole]
) -> None:
    """A file in which an object that the revision replaces is another one is signed by pyHanko."""
    teacher = SignatureRole.HOMEROOM_TEACHER
    other_year = _form(QuickDrawing.kept_in(None), "Em chăm học.", grade=3)
    for packet, form in (forms[0], other_year, forms[1], other_year):
        assert isinstance(process.sign(work_for(pki, teacher, packet, form.pdf, form)), SignedWork)
    assert pyhanko_signs == [teacher, teacher]


def test_what_cannot_be_given_back_is_no_template(pki: DevelopmentPki, forms: list[Form]) -> None:
    """A revision with one byte that a template would not write gives none."""
    with signing(pki):
        signed = sign_all(pki, forms[0])[0]
    before = forms[0][1].pdf
    marks = re.findall(rb"/Span <<.*? EMC", signed.pdf, re.DOTALL)
    said = marks[-2]
    assert learn(before, signed.pdf, said) is not None
    assert learn(before, signed.pdf.replace(b"/SigFlags 3", b"/SigFlags  3"), said) is None
    assert learn(before, signed.pdf, b"nothing that is shown") is None
    assert Tail.of(b"%PDF-1.7 without a table") is None


@pytest.mark.usefixtures("signer")
@pytest.mark.parametrize(
    "change", [lambda data: data.replace(b"/SubFilter", b"/subFilter"), lambda data: data + b" "]
)
def test_broken_file_is_not_handed_out(
    pki: DevelopmentPki,
    forms: list[Form],
    pyhanko_signs: list[SignatureRole],
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[bytes], bytes],
) -> None:
    """When the first file by templates is not sound nobody gets it, and pyHanko makes all others."""
    teacher = SignatureRole.HOMEROOM_TEACHER
    works = [work_for(pki, teacher, packet, form.pdf, form) for packet, form in forms]
    assert isinstance(process.sign(works[0]), SignedWork)
    usual = Revisions.hand_out
    monkeypatch.setattr(Revisions, "hand_out", lambda self, signed: usual(self, change(signed)))
    assert process.sign(works[1]) == Refused(UnexpectedFailureError.code)
    assert isinstance(process.sign(works[1]), SignedWork)
    assert isinstance(process.sign(works[2]), SignedWork)
    assert pyhanko_signs == [teacher] * 3


@pytest.mark.usefixtures("signer")
def test_changed_file_is_not_sound(pki: DevelopmentPki, forms: list[Form]) -> None:
    """The check sees one changed letter of what was signed."""
    signed = sign_all(pki, forms[0])[1].pdf
    require_sound(signed)
    with pytest.raises(RevisionBrokenError):
        require_sound(signed.replace(b"/Lang (vi)", b"/Lang (en)"))
    assert FILES_PER_CHECK > 1
