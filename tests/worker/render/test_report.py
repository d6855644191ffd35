"""Monthly reports as files: both say what the table says, as text, and always in the same bytes."""

import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from backend.domain.report_table import ReportTable
from signing_worker.render.report import render_report
from signing_worker.render.sheet import RenderedReport

TABLE = ReportTable(
    "Báo cáo tập huấn học bạ số",
    "Phòng 193 · Năm học 2024-2025 · Tháng 05/2025",
    ["Trường", "Đã tập huấn", "Kiến nghị"],
    [["Trường Tiểu học Hà Lầm", "12", '=HYPERLINK("http://x")'], ["Trường Đắk Ƀlă", "0", "<b>hai</b>\nba"]],
)


@pytest.fixture(scope="module")
def report() -> RenderedReport:
    return render_report(TABLE)


def test_the_pdf_says_what_the_table_says(report: RenderedReport, tmp_path: Path) -> None:
    """Title, headings and cells, read back by another program; markup that somebody typed is text."""
    file = tmp_path / "report.pdf"
    file.write_bytes(report.pdf)
    said = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, check=True
    ).stdout.decode()
    for word in ("BÁO CÁO TẬP HUẤN HỌC BẠ SỐ", "Trường Đắk Ƀlă", "<b>hai</b>", "Đã tập huấn", "1/1"):
        assert word in said


def test_the_workbook_holds_figures_as_numbers_and_text_as_text(report: RenderedReport) -> None:
    """A cell that looks like a formula is none when a spreadsheet opens it."""
    sheet = openpyxl.load_workbook(BytesIO(report.xlsx)).active
    cells = list(sheet.iter_rows(min_row=4, values_only=True))
    assert cells == [
        ("Trường", "Đã tập huấn", "Kiến nghị"),
        ("Trường Tiểu học Hà Lầm", 12, '=HYPERLINK("http://x")'),
        ("Trường Đắk Ƀlă", 0, "<b>hai</b>\nba"),
    ]
    assert sheet["C5"].data_type == "s"


def test_the_same_table_gives_the_same_bytes(report: RenderedReport) -> None:
    """A report that is drawn again after a crash is the same file under the same digest."""
    assert render_report(TABLE) == report
