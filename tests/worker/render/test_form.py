"""The ordinary form: pages, labels, file format."""

import hashlib
import subprocess
import sys

import pikepdf
import pytest

from backend.domain.signing import SignatureRole
from signing_worker.render.form import MARKS, packet_of, render_form
from signing_worker.render.sheet import FormRefusedError, FormSheet
from signing_worker.render.stamp.stamper import Stamper
from tests.worker.render.forms import CODE, content, sheet
from tests.worker.render.pages import A4_POINTS, FOOT_AT, Drawn

LABELS = {
    1: (
        "BỘ GIÁO DỤC VÀ ĐÀO TẠO",
        "HỌC BẠ",
        "TIỂU HỌC",
        "Họ và tên học sinh:",
        "Trường:",
        "Xã (Phường, Thị trấn):",
        "Huyện (Thành phố, Quận, Thị xã):",
        "Tỉnh (Thành phố):",
    ),
    2: ("HƯỚNG DẪN GHI HỌC BẠ", "1. Học bạ", "2. Mục", "3. Mục", "4. Mục", "5. Mục", "6. Mục"),
    3: (
        "HỌC BẠ",
        "Họ và tên học sinh:",
        "Giới tính:",
        "Ngày, tháng, năm sinh:",
        "Dân tộc:",
        "Quốc tịch:",
        "Nơi sinh:",
        "Quê quán:",
        "Nơi ở hiện nay:",
        "Họ và tên cha:",
        "Họ và tên mẹ:",
        "Người giám hộ (nếu có):",
        "HIỆU TRƯỞNG",
        "(Ký, ghi rõ họ tên và đóng dấu)",
        "QUÁ TRÌNH HỌC TẬP",
        "Mã số tra cứu học bạ:",
        "Mã số định danh:",
    ),
    4: (
        "Họ và tên học sinh:",
        "Lớp:",
        "Chiều cao:",
        "Cân nặng:",
        "Số ngày nghỉ:",
        "Có phép:",
        "Không phép:",
        "1. Các môn học và hoạt động giáo dục",
        "Tiếng Việt",
        "Toán",
        "Ngoại ngữ 1",
        "(Tiếng Anh)",
        "Lịch sử và Địa lí",
        "Khoa học",
        "Đạo đức",
        "Tự nhiên và Xã hội",
        "Giáo dục thể chất",
        "Hoạt động trải nghiệm",
        "Tiếng dân tộc",
        "Trường:",
        "Năm học 2023 - 2024",
    ),
    5: (
        "2. Những phẩm chất chủ yếu",
        "Yêu nước",
        "Trách nhiệm",
        "3. Những năng lực cốt lõi",
        "3.1. Những năng lực chung",
        "Tự chủ và tự học",
        "3.2. Những năng lực đặc thù",
        "Thể chất",
        "4. Đánh giá kết quả giáo dục:",
        "5. Khen thưởng:",
        "6. Hoàn thành chương trình lớp học/chương trình tiểu học:",
        "Hạ Long, ngày 28 tháng 5 năm 2024",
        "Ngày hiệu lực:",
    ),
}


def test_one_year_takes_five_pages(usual: Drawn) -> None:
    """A usual year fills the cover, the instructions, the personal page and two pages of results."""
    assert usual.form.pages == 5
    assert "Pages:           5" in usual.run("pdfinfo")


@pytest.fixture(params=["laid out", "stamped"])
def usual(request: pytest.FixtureRequest, usual: Drawn, stamped_usual: Drawn) -> Drawn:
    """The usual form, drawn either way."""
    return stamped_usual if request.param == "stamped" else usual


@pytest.fixture(scope="module")
def stamped_usual(stamper: Stamper, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    given = sheet(packet=b"<HOC_BA_SO/>")
    stamped = stamper.draw(given, packet_of(given), MARKS)
    assert stamped is not None
    return Drawn(stamped.form, tmp_path_factory.mktemp("stamped") / "usual.pdf")


@pytest.mark.parametrize("page", LABELS)
def test_labels_stand_in_order(usual: Drawn, page: int) -> None:
    """Each page carries the form's labels in the form's order."""
    text, at = usual.text(page), 0
    for label in LABELS[page]:
        found = text.find(label, at)
        assert found >= 0, f"{label!r} not after {text[:at][-40:]!r}"
        at = found + len(label)


@pytest.mark.parametrize("label", ["Môn học và hoạt động", "Mức đạt", "Điểm", "KTĐK", "Nhận xét", "Mĩ thuật"])
def test_table_headings_and_split_rows(usual: Drawn, label: str) -> None:
    """The results table names its columns, and the parts of split subjects have rows of their own."""
    assert label in usual.text(4)


def test_foot_of_every_page(usual: Drawn) -> None:
    """Every page carries the lookup code and the revision; pages are numbered from the second."""
    for page in range(1, 6):
        foot = [word.text for word in usual.words if word.page == page and word.y1 > FOOT_AT]
        assert " ".join(foot).startswith(f"Mã tra cứu: {CODE.grouped}")
        assert " ".join(foot[7:10]) == "Phiên bản 1"
        assert foot[10:] == ([] if page == 1 else [str(page)])


def _drawn_both_ways() -> list[bytes]:
    """The usual form anew, laid out and stamped."""
    given = sheet(packet=b"<HOC_BA_SO/>")
    stamped = Stamper().draw(given, packet_of(given), MARKS)
    assert stamped is not None
    return [render_form(given).pdf, stamped.form.pdf]


def test_same_sheet_same_bytes(usual: Drawn) -> None:
    """Drawing the same sheet again gives the same bytes."""
    assert usual.form.pdf in _drawn_both_ways()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_same_bytes_in_another_process(usual: Drawn, seed: str) -> None:
    """Another process with other hash seeds gives the same bytes."""
    program = (
        "import hashlib; from tests.worker.render.test_form import _drawn_both_ways;"
        "print(*(hashlib.sha256(pdf).hexdigest() for pdf in _drawn_both_ways()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": ".:signing-worker", "TZ": "America/Lima"},
    )
    assert hashlib.sha256(usual.form.pdf).hexdigest() in done.stdout.split()


@pytest.mark.parametrize("other", [sheet(revision=2), sheet(content(5))])
def test_other_sheet_other_identifier(other: FormSheet) -> None:
    """Another revision or content has another file identifier."""
    assert other.identifier != sheet().identifier


def test_structure_is_sound(usual: Drawn) -> None:
    """qpdf finds nothing to complain about."""
    assert "No syntax or stream encoding errors found" in usual.run("qpdf", "--check")


def test_fonts_are_embedded_subsets(usual: Drawn) -> None:
    """Only the form's typeface is used, embedded, subset, and with a way back to Unicode."""
    rows = [line.split() for line in usual.run("pdffonts").splitlines()[2:]]
    assert {row[0].split("+")[1] for row in rows} == {"HocBa-Serif", "HocBa-Serif-Bold", "HocBa-Serif-Italic"}
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_claims_pdf_a(usual: Drawn) -> None:
    """The file says that it is PDF/A-3u in Vietnamese and carries no date of its own making."""
    with pikepdf.open(usual.path) as pdf:
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "U")
        assert str(pdf.Root.Lang) == "vi"
        assert not {"/CreationDate", "/ModDate"} & set(pdf.docinfo.keys())
        assert "Bảo Ngọc" not in str(pdf.docinfo)


def test_packet_is_embedded_as_source(usual: Drawn) -> None:
    """The XML packet travels in the file as the source of what is printed, named once."""
    with pikepdf.open(usual.path) as pdf:
        assert [str(item.AFRelationship) for item in pdf.Root.AF] == ["/Source"]
        attached = pdf.attachments["hocba.xml"]
        assert attached.get_file().read_bytes() == b"<HOC_BA_SO/>"
        assert attached.get_file().creation_date is not None
        assert attached.get_file().creation_date.year == 2000


def test_no_packet_no_attachment(draw) -> None:
    """A sheet without a packet gives a file without attachments."""
    with pikepdf.open(draw(sheet()).path) as pdf:
        assert not pdf.attachments
        assert "/AF" not in pdf.Root


def test_signature_areas_are_blank_and_apart(usual: Drawn) -> None:
    """The four areas lie on the last page, do not overlap, and hold no printed word."""
    boxes = usual.form.boxes
    assert set(boxes) == set(SignatureRole)
    for role, box in boxes.items():
        assert box.page == 4
        assert 0 < box.x1 < box.x2 < A4_POINTS[0]
        assert 0 < box.y1 < box.y2 < A4_POINTS[1]
        for word in usual.words:
            top, bottom = A4_POINTS[1] - word.y2, A4_POINTS[1] - word.y1
            apart = word.x1 >= box.x2 or word.x2 <= box.x1 or top >= box.y2 or bottom <= box.y1
            assert word.page != 5 or apart, (role, word)
    seal, principal, teacher = (
        boxes[role]
        for role in (SignatureRole.SCHOOL_SEAL, SignatureRole.PRINCIPAL, SignatureRole.HOMEROOM_TEACHER)
    )
    assert seal.x2 <= principal.x1 < principal.x2 <= teacher.x1
    assert seal.x2 - seal.x1 > 80
    assert principal.y2 - principal.y1 == pytest.approx(30 / 25.4 * 72, abs=0.1)


def test_too_many_pages_are_refused() -> None:
    """A sheet that needs more pages than allowed is refused."""
    with pytest.raises(FormRefusedError, match="5 pages, at most 4"):
        render_form(sheet(), pages_max=4)
