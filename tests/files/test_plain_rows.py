"""Rows taken out of a sheet before it is parsed are read as the parser would have read them."""

import io
import zipfile

import pytest

from backend.files import workbook as workbooks
from backend.files.plain_rows import PlainRows
from tests.files.test_refused_files import SHEET, changed_part

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

CELLS = {
    "a value": '<c r="A2"><v>1</v></c>',
    "a text": '<c r="A2" t="inlineStr"><is><t>Em giỏi</t></is></c>',
    "entities": '<c r="A2" t="str"><v>a &amp;lt; &quot;b&quot;</v></c>',
    "a character by number": '<c r="A2" t="str"><v>a&#233;b</v></c>',
    "an escaped character": '<c r="A2" t="inlineStr"><is><t xml:space="preserve"> a_x0041_ </t></is></c>',
    "a carriage return": '<c r="A2" t="str"><v>a\r\nb</v></c>',
    "only a format": '<c r="A2" s="1"/><c r="B2" s="1"></c><c r="C2"><v></v></c><c r="D2"><v>2</v></c>',
    "a formula": '<c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><v>3</v></c>',
    "rich text": '<c r="A2" t="inlineStr"><is><r><t>Em </t></r><r><t>giỏi</t></r></is></c>',
    "no reference": '<c><v>1</v></c><c r="B2"><v>2</v></c>',
    "attributes in another order": '<c t="str" r="A2"><v>x</v></c>',
    "a comment": '<c r="A2"><v>1</v></c><!-- <c r="B2"><v>2</v></c> --><c r="C2"><v>3</v></c>',
    "a row in a comment": '<c r="A2"><v>1</v></c></row><!-- <row r="3"><c r="A3"><v>2</v></c></row> --><row r="4">',
    "a row in a text": '<c r="A2" t="str"><v><![CDATA[<row r="3"><c r="A3"><v>2</v></c></row>]]></v></c>',
    "the same cell twice": '<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>',
    "a far column": '<c r="ZZZ2"><v>1</v></c><c r="A2"><v>2</v></c>',
    "a truth and an error": '<c r="A2" t="b"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c>',
    "no number": '<c r="A2"><v>x</v></c>',
    "no such text": '<c r="A2" t="s"><v>999999</v></c>',
    "an unknown entity": '<c r="A2" t="str"><v>&x;</v></c>',
    "not well formed": '<c r="A2"><v>1</v></c></c>',
    "a forbidden character": '<c r="A2" t="str"><v>a\x01b</v></c>',
    "an end of CDATA": '<c r="A2" t="str"><v>a]]>b</v></c>',
    "an attribute twice": '</row><row r="3" r="3"><c r="A3"><v>1</v></c>',
    "an undeclared prefix": '</row><row r="3" x:y="3"><c r="A3"><v>1</v></c>',
    "a row that goes back": '</row><row r="1"><c r="A1"><v>1</v></c>',
}


class AsItIs(PlainRows):
    """A stream from which nothing is taken."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self._as_it_is = True


def rows_of(data):
    try:
        sheets, _ = workbooks.workbook_sheets(data)
        return [[(row.number, dict(row.cells)) for row in sheet.rows] for sheet in sheets]
    except workbooks.FileUnreadableError as error:
        return error.code


@pytest.mark.parametrize("name", CELLS)
def test_both_ways_read_the_same(workbook, monkeypatch, name):
    """A row of this kind, between two plain ones, gives the same cells or the same refusal."""
    inner = f'<row r="1"><c r="A1" t="str"><v>first</v></c></row><row r="2" spans="1:3">{CELLS[name]}</row>'
    last = '<row r="9"><c r="A9" t="str"><v>last</v></c></row>'
    sheet = f"<worksheet {MAIN}><sheetData>{inner}{last}</sheetData></worksheet>".encode()
    data = changed_part(workbook([["x"]]), SHEET, lambda _: sheet)
    quick = rows_of(data)
    monkeypatch.setattr(workbooks, "PlainRows", AsItIs)
    assert quick == rows_of(data)


def test_a_row_that_comes_in_pieces(workbook, monkeypatch):
    """Wherever the stream is cut, also within a letter, the rows are the same."""
    data = workbook([["Họ và tên", "Lớp"], *([f"Đỗ Ánh {number}", "4A"] for number in range(20))])
    whole = rows_of(data)
    for size in (1, 7, 64):
        monkeypatch.setattr("backend.files.plain_rows.PIECE", size)
        assert rows_of(data) == whole


def test_plain_rows_are_taken_out(workbook):
    """The parser sees a row of plain cells without its cells."""
    with zipfile.ZipFile(io.BytesIO(workbook([["a", 1], ["b", 2]]))) as archive:
        sheet = archive.read(SHEET)
    left = PlainRows(io.BytesIO(sheet), lambda _: 0, lambda _kind, _style, text: text).read()
    assert left.count(b"<row") == 2
    assert b"<c " not in left
