"""Tables as schools make them: written by openpyxl, so that reading is not tested against our own writing."""

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from backend.domain.content import SchoolFacts
from backend.domain.curriculum import all_traits, curriculum_of
from backend.domain.school_year import SchoolYear
from backend.files.parsed import FileDefaults, ParsedFile, ParsedRow
from backend.files.read import read_file

YEAR = SchoolYear(2024)


@pytest.fixture(scope="session")
def school() -> SchoolFacts:
    return SchoolFacts(
        code="22193401",
        name="Trường Tiểu học Hà Lầm",
        commune="Phường Hà Lầm",
        district="Thành phố Hạ Long",
        province="Tỉnh Quảng Ninh",
        place="Hạ Long",
    )


@pytest.fixture(scope="session")
def defaults() -> FileDefaults:
    return FileDefaults(school_year=YEAR)


@pytest.fixture(scope="session")
def read(school, defaults) -> Callable[..., ParsedFile]:
    """Read bytes; the name says what they are."""

    def read_bytes(data: bytes, name: str = "lop.xlsx") -> ParsedFile:
        return read_file(data, name, school=school, defaults=defaults)

    return read_bytes


def pupil_cells(grade: int) -> dict[str, Any]:
    """A complete row of a pupil, header → value, with everything at its best level."""
    cells: dict[str, Any] = {
        "Họ và tên": "Đỗ Thị Ngọc Ánh",
        "Lớp": f"{grade}A",
        "Ngày sinh": date(2024 - 5 - grade, 9, 5),
        "Giới tính": "Nữ",
        "Dân tộc": "Kinh",
        "Mã định danh": f"22000000{grade:02d}",
    }
    curriculum = curriculum_of(grade, YEAR)
    for subject in curriculum.subjects:
        if subject.code in curriculum.compulsory:
            cells[f"{subject.name} - Mức đạt được"] = "T"
            if subject.has_year_end_test:
                cells[f"{subject.name} - Điểm KTĐK"] = 9
            cells[f"{subject.name} - Nhận xét"] = f"Em học tốt môn {subject.name}."
    for trait in all_traits():
        if curriculum.find_trait(trait.code):
            prefix = "Phẩm chất" if trait.group == "QUALITY" else "Năng lực"
            cells[f"{prefix} {trait.name}"] = "T"
    for group in ("Phẩm chất chủ yếu", "Năng lực chung", "Năng lực đặc thù"):
        cells[f"{group} - Nhận xét"] = "Em ngoan, chăm chỉ."
    return cells


@pytest.fixture(scope="session")
def pupil() -> Callable[..., dict[str, Any]]:
    """A complete row with changes: a header more, another value, or None to leave a cell empty."""

    def cells(grade: int = 4, changes: dict[str, Any] | None = None) -> dict[str, Any]:
        return pupil_cells(grade) | (changes or {})

    return cells


def workbook_bytes(rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), title: str = "Lớp") -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    return workbook_bytes


@pytest.fixture(scope="session")
def table() -> Callable[..., bytes]:
    """A workbook with one header row, from the rows' cells."""

    def build(*rows: dict[str, Any]) -> bytes:
        headers = list(dict.fromkeys(header for row in rows for header in row))
        return workbook_bytes([headers, *([row.get(header) for header in headers] for row in rows)])

    return build


@pytest.fixture(scope="session")
def read_row(read, table, pupil) -> Callable[..., ParsedRow]:
    """The one row of a workbook that holds a complete pupil with changes."""

    def row(changes: dict[str, Any], grade: int = 4) -> ParsedRow:
        return read(table(pupil(grade, changes))).rows[0]

    return row
