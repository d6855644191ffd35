"""What a judge says of real signed files, of the same files tampered with, and of files that are nothing."""

import io
import re
from collections.abc import Callable

import pytest
from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from backend.embedded.pki import DevelopmentPki
from signing_worker.judge.judgement import CHANGED, NOTHING, UNKNOWN, Judgement
from signing_worker.judge.pdf import judge_pdf
from signing_worker.judge.xml import judge_xml
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.work import SignedWork
from tests.fixtures.servers import DEPARTMENT_SEAL, PRINCIPAL, SCHOOL_SEAL, TEACHER
from tests.worker.making import draw, sign_all, signing

SIGNERS = [item.common_name for item in (TEACHER, PRINCIPAL, SCHOOL_SEAL, DEPARTMENT_SEAL)]


@pytest.fixture(scope="module")
def stages(pki: DevelopmentPki) -> list[SignedWork]:
    """A record's files after each of its four signers."""
    with signing(pki):
        return sign_all(pki, draw())


@pytest.fixture
def judge(pki: DevelopmentPki) -> Callable[[bytes], Judgement]:
    """Judges as the worker does, by the first bytes."""
    roots, issuers = load_certificates(pki.trust_roots), load_certificates(pki.intermediates)

    def judged(data: bytes) -> Judgement:
        return judge_pdf(data, roots, issuers) if data[:5] == b"%PDF-" else judge_xml(data, issuers)

    return judged


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_whole_files_have_whole_signatures(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement], count: int
) -> None:
    """After each signer all signatures so far are intact, trusted and named; only the registry calls a file genuine."""
    for data in (stages[count - 1].pdf, stages[count - 1].xml):
        judged = judge(data)
        assert judged.verdict == CHANGED
        assert [item.signer for item in judged.signatures] == SIGNERS[:count]
        assert all(item.intact and item.trusted for item in judged.signatures)
    assert all(item.signed_at is not None for item in judge(stages[count - 1].pdf).signatures)


def _content_changed(pdf: bytes) -> bytes:
    place = pdf.index(b"stream") + 60
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def _updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page_replaced(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][3].get_object()
    stream = generic.StreamObject(stream_data=b"BT /F1 12 Tf (10) Tj ET")
    page["/Contents"] = writer.add_object(stream)
    writer.update_container(page)


def _note_added(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][4].get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (50, 50, 300, 300))),
            generic.pdf_name("/Contents"): generic.TextStringObject("Hoàn thành xuất sắc"),
        }
    )
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(note)])
    writer.update_container(page)


def _metadata_changed(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(
        writer.add_object(
            generic.DictionaryObject({generic.pdf_name("/Title"): generic.TextStringObject("Khác")})
        )
    )


@pytest.mark.parametrize("change", [_page_replaced, _note_added, _metadata_changed])
def test_what_is_added_after_the_last_signature_is_seen(
    stages: list[SignedWork],
    judge: Callable[[bytes], Judgement],
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    """A page, a note or metadata put on top of a closed file leaves no signature that counts as intact."""
    judged = judge(_updated(stages[-1].pdf, change))
    assert judged.verdict == CHANGED
    assert not any(item.intact for item in judged.signatures)


def test_a_changed_byte_breaks_every_signature_of_a_pdf(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement]
) -> None:
    """The drawn page is covered by all of them."""
    judged = judge(_content_changed(stages[-1].pdf))
    assert (judged.verdict, len(judged.signatures)) == (CHANGED, 4)
    assert not any(item.intact for item in judged.signatures)


def test_a_change_above_the_first_signature_breaks_only_the_later_ones(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement]
) -> None:
    """The report shows a person who signed what was true: a broken seal does not take the teacher's word away."""
    tree = etree.fromstring(stages[-1].xml)
    value = tree.find(".//KY_CHOT//{*}SignatureValue")
    value.text = value.text[:-8] + ("A" if value.text[-8] != "A" else "B") + value.text[-7:]
    judged = judge(etree.tostring(tree))
    assert [item.intact for item in judged.signatures] == [True, True, True, False]


def test_a_record_moved_aside_is_not_believed(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement]
) -> None:
    """Signature wrapping: the signed data hang elsewhere and forged ones stand in their place."""
    tree = etree.fromstring(stages[-1].xml)
    signed = tree.find("DU_LIEU_HOC_BA")
    forged = etree.fromstring(etree.tostring(signed))
    forged.attrib.pop("Id", None)
    for node in forged.iter():
        node.attrib.pop("Id", None)
    name = next(node for node in forged.iter() if node.text and "Trường" in node.text)
    name.text = "Trường khác"
    tree.replace(signed, forged)
    etree.SubElement(tree, "KHAC").append(signed)
    judged = judge(etree.tostring(tree))
    assert judged.verdict == CHANGED
    assert not any(item.intact for item in judged.signatures)


def test_a_stranger_is_not_trusted(stages: list[SignedWork]) -> None:
    """Whole signatures under a root that is not ours are intact and untrusted."""
    judged = judge_pdf(stages[-1].pdf, (), ())
    assert [item.trusted for item in judged.signatures] == [False] * 4
    assert [item.trusted for item in judge_xml(stages[-1].xml, ()).signatures] == [False] * 4


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE HOC_BA_SO [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY b{n} "{(f"&b{n - 1};" if n else "&a;") * 10}">' for n in range(9))
    + "]><HOC_BA_SO>&b8;</HOC_BA_SO>"
)
OUTSIDE = '<!DOCTYPE HOC_BA_SO [<!ENTITY x SYSTEM "file:///etc/passwd">]><HOC_BA_SO>&x;</HOC_BA_SO>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\n" + bytes(range(256)) * 40,
        b"\x00\xff\xfe" * 100,
        b"<HOC_BA_SO",
        b"<OTHER/>",
        BOMB.encode(),
        OUTSIDE.encode(),
        b"PK\x03\x04 a workbook",
    ],
    ids=range(10),
)
def test_what_is_no_document_of_ours_is_unknown(judge: Callable[[bytes], Judgement], data: bytes) -> None:
    """Nothing, noise, bombs and references to the outside are unknown, not a fault."""
    assert judge(data) == NOTHING


@pytest.mark.parametrize("part", [0.02, 0.3, 0.7, 0.95, 0.999])
def test_a_torn_file_has_no_whole_signature(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement], part: float
) -> None:
    """However much of a download is missing, the answer comes, and nothing in it counts as intact."""
    for data in (stages[-1].pdf, stages[-1].xml):
        judged = judge(data[: int(len(data) * part)])
        assert judged.verdict in {CHANGED, UNKNOWN}
        assert not any(item.intact for item in judged.signatures)


def test_a_packet_without_signatures_is_changed(
    stages: list[SignedWork], judge: Callable[[bytes], Judgement]
) -> None:
    """Signatures taken out leave a document of ours that nobody vouches for."""
    text = re.sub(rb"<ds:Signature .*?</ds:Signature>", b"", stages[-1].xml, flags=re.DOTALL)
    assert judge(text) == Judgement(CHANGED)
