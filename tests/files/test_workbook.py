"""Reading the sheets of a workbook."""

import io
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

from backend.files.workbook import workbook_sheets

HEADER = ["Họ và tên", "Lớp", "Ngày sinh", "Toán - Điểm KTĐK"]


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_every_sheet_with_a_table_is_read(read):
    """One sheet for each class; a guide beside them is set aside by name, a hidden sheet too."""
    book = Workbook()
    for name in ("1A", "1B"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(["An", name, "01/01/2018"])
    book["Sheet"].append(["Hướng dẫn", "Điền vào các trang sau"])
    hidden = book.create_sheet("Danh mục")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    file = read(saved(book))
    assert [(row.sheet, row.row) for row in file.good] == [("1A", 2), ("1B", 2)]
    assert set(file.ignored_sheets) == {"Sheet", "Danh mục"}


def test_a_pupil_in_two_sheets(read):
    """A duplicate names the sheet of the other row."""
    book = Workbook()
    for name in ("Một", "Hai"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append(["An", "1A", "01/01/2018"])
    (found,) = read(saved(book)).faults
    assert found.sentence("en") == "This pupil already stands in row 2 (Một) of the file."


def test_cells_keep_their_types():
    """Whole numbers are whole, dates are days under both calendars, rich text is its text."""
    for epoch in (None, CALENDAR_MAC_1904):
        book = Workbook()
        if epoch:
            book.epoch = epoch
        rich = CellRichText("Em ", TextBlock(InlineFont(b=True), "giỏi"))
        book.active.append(
            [
                9,
                9.0,
                7.5,
                True,
                date(2018, 9, 5),
                datetime(2018, 9, 5, 7, 30),  # noqa: DTZ001 - spreadsheets know no zone
                rich,
                "x",
                None,
            ]
        )
        sheets, _ = workbook_sheets(saved(book))
        (row,) = next(sheets).rows
        assert list(row.cells.values()) == [
            9,
            9,
            7.5,
            True,
            date(2018, 9, 5),
            date(2018, 9, 5),
            "Em giỏi",
            "x",
        ]
        assert isinstance(row.cells[1], int)


def test_cells_filled_by_an_array_formula_are_formulas(read):
    """Only the first cell of an array formula shows it; the cells it fills are computed all the same."""
    book = Workbook()
    sheet = book.active
    sheet.append(HEADER)
    for name in ("An", "Bình", "Cúc"):
        sheet.append([name, "1A", "01/01/2018", 9])
    sheet["D2"] = ArrayFormula("D2:D3", "=E2:E3*1")
    rows = read(saved(book)).rows
    assert [[found.fault.code for found in row.faults] for row in rows] == [
        ["FORMULA_CELL"],
        ["FORMULA_CELL"],
        [],
    ]


def test_errors_of_formulas_are_formulas(read):
    """A pasted ``#N/A`` is what a formula left behind."""
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(["An", "1A", "#N/A", "#DIV/0!"])
    assert [found.fault.code for found in read(saved(book)).faults] == ["FORMULA_CELL", "FORMULA_CELL"]


def test_text_that_looks_like_a_formula_is_text(read):
    """A string cell is a string, even one that begins with an equals sign."""
    book = Workbook()
    book.active.append([*HEADER, "Toán - Nhận xét"])
    book.active.append(["An", "1A", "01/01/2018", None, None])
    cell = book.active["E2"]
    cell.value, cell.data_type = "=1+1", "s"
    assert read(saved(book)).rows[0].content.subjects["TOAN"].comment == "=1+1"
