"""Files that are refused as a whole, each with its own reason."""

import io
import re
import struct
import zipfile

import pytest

from backend.domain.errors import (
    FileEmptyError,
    FileEncryptedError,
    FileHeaderError,
    FileKindUnknownError,
    FileTooLargeError,
    FileTooManyRowsError,
    FileUnreadableError,
)
from backend.files import read as reading
from backend.files import workbook as workbooks

OLE = bytes.fromhex("D0CF11E0A1B11AE1")
HEADER = ["Họ và tên", "Lớp", "Ngày sinh"]
MEGABYTE = 1024 * 1024


def changed_part(data: bytes, name: str, change) -> bytes:
    """The workbook with one part changed, added, or left out when the change gives None."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {part: old.read(part) for part in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for part, content in parts.items():
            if content is not None:
                new.writestr(part, content)
    return target.getvalue()


SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


@pytest.fixture(scope="module")
def small(workbook):
    """One pupil, with the texts as shared strings, as spreadsheet programs write them."""
    strings = [*HEADER, "An", "1A", "05/09/2018"]
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    cells = [f'<c r="{letter}{row}" t="s"><v>{{}}</v></c>' for row in (1, 2) for letter in "ABC"]
    texts = [cell.format(at) for at, cell in enumerate(cells)]
    rows = f'<row r="1">{"".join(texts[:3])}</row><row r="2">{"".join(texts[3:])}</row>'
    data = changed_part(workbook([]), STRINGS, lambda _: f'<sst xmlns="m">{items}</sst>'.encode())
    relation = b'<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="rId9"/></Relationships>'
    data = changed_part(data, RELATIONS, lambda xml: xml.replace(b"</Relationships>", relation))
    return changed_part(
        data, SHEET, lambda _: f'<worksheet xmlns="m"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.json"])
@pytest.mark.parametrize("data", [b"", b" \r\n "])
def test_an_empty_file(read, name, data):
    """Nothing in it is no file."""
    with pytest.raises(FileEmptyError):
        read(data, name)


def test_a_table_without_pupils(read, workbook):
    """A header alone, or an empty workbook, has no pupils."""
    for rows in ([HEADER], []):
        with pytest.raises(FileEmptyError):
            read(workbook(rows))
    with pytest.raises(FileEmptyError):
        read(b'{"schema": "hocba.import/1", "records": []}', "a.json")


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.xls", "xlsx"])
def test_an_unknown_kind(read, name):
    """Only the endings that are read are read."""
    with pytest.raises(FileKindUnknownError):
        read(b"x", name)


def test_the_format_before_2007(read):
    """An .xls under another ending is told as such, not as broken."""
    with pytest.raises(FileKindUnknownError):
        read(OLE + bytes(600), "a.xlsx")


def test_a_workbook_under_a_password(read):
    """An encrypted workbook is an OLE container with a stream ``EncryptedPackage``."""
    entry = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 34) + b"\x02\x01"
    with pytest.raises(FileEncryptedError):
        read(OLE + bytes(504) + entry + bytes(512), "a.xlsx")


def test_an_archive_under_a_password(read, small):
    """A ZIP whose members are marked as encrypted is refused before anything is read."""
    data = bytearray(small)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(FileEncryptedError):
        read(bytes(data))


@pytest.mark.parametrize("cut", [4, 100, 0.5, 0.99])
def test_a_broken_workbook(read, small, cut):
    """Whatever is missing, the answer is that the file is broken."""
    size = cut if cut > 1 else int(len(small) * cut)
    with pytest.raises(FileUnreadableError):
        read(small[:size])


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b"<worksheet><sheetData><row>"),
        (SHEET, b"no xml"),
        (SHEET, None),
        ("xl/workbook.xml", None),
        ("xl/workbook.xml", b"<workbook"),
        (RELATIONS, None),
        (
            SHEET,
            b'<worksheet xmlns="m"><sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData></worksheet>',
        ),
        (
            SHEET,
            b'<worksheet xmlns="m"><sheetData><row r="1"><c r="A1"><v>1x</v></c></row></sheetData></worksheet>',
        ),
        (SHEET, b'<worksheet xmlns="m"><sheetData><row r="9999999"/></sheetData></worksheet>'),
        (SHEET, b'<worksheet xmlns="m"><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>'),
    ],
)
def test_a_workbook_with_a_broken_part(read, small, part, content):
    """A part that is missing, no XML or contradicts itself makes the workbook unreadable, never an accident."""
    with pytest.raises(FileUnreadableError):
        read(changed_part(small, part, lambda _: content))


@pytest.mark.parametrize("name", ["a.xlsx", "a.json"])
def test_what_is_not_of_its_kind(read, name):
    """A picture, a page or a program under another name is unreadable."""
    for data in (b"\x89PNG\r\n\x1a\n" + bytes(100), b"<html></html>", b"MZ" + bytes(100)):
        with pytest.raises(FileUnreadableError):
            read(data, name)


def test_a_file_above_the_limit(read):
    """Nothing of a file above 50 MB is looked at."""
    with pytest.raises(FileTooLargeError) as caught:
        read(bytes(50 * MEGABYTE + 1))
    assert caught.value.params == {"max": "50"}


def claiming(data: bytes, part: str, size: int) -> bytes:
    """The archive whose directory claims another size for a part."""
    changed = bytearray(data)
    at = changed.rindex(b"PK\x01\x02", 0, changed.rindex(part.encode()))
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


def test_a_bomb_that_admits_its_size(read, small):
    """Sizes are added up before anything is unpacked."""
    with pytest.raises(FileTooLargeError):
        read(claiming(small, SHEET, 501 * MEGABYTE))


def test_a_bomb_that_lies(read, small):
    """A part that is larger than the archive says is broken; no more than it says is unpacked."""
    filled = changed_part(
        small, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * MEGABYTE)
    )
    with pytest.raises(FileUnreadableError):
        read(claiming(filled, SHEET, 1000))


def test_one_part_under_many_names(read, small, monkeypatch):
    """A part that many sheets point at is unpacked for each; all of it counts."""
    data = changed_part(
        small, "xl/workbook.xml", lambda xml: re.sub(rb"<sheet [^>]*/>", lambda sheet: sheet[0] * 8, xml)
    )
    data = changed_part(
        data, SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + b" " * (MEGABYTE // 2))
    )
    assert len(read(data).rows) == 8
    monkeypatch.setattr("backend.files.archive.UNPACKED_MAX_MB", 2)
    with pytest.raises(FileTooLargeError):
        read(data)


def test_xml_without_rows_is_not_gathered(read, small):
    """Elements that are no rows cannot fill the memory: the parser may hold only a few megabytes."""
    filled = changed_part(
        small, SHEET, lambda sheet: sheet.replace(b"<sheetData>", b"<sheetData>" + b"<a/>" * (3 * MEGABYTE))
    )
    with pytest.raises(FileUnreadableError):
        read(filled)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", STRINGS, "xl/styles.xml"])
@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b"<!--" + b"x" * 40_000 + b'--><!DOCTYPE x SYSTEM "http://localhost/x">',
    ],
)
def test_document_types_are_refused(read, small, part, declaration):
    """A workbook's XML declares no document type; one that does is after something else."""
    with pytest.raises(FileUnreadableError):
        read(
            changed_part(
                small,
                part,
                lambda xml: re.sub(rb"^(<\?xml[^>]*>)?", lambda m: m[0] + declaration, xml, count=1),
            )
        )


def test_a_part_that_stands_twice(read, small):
    """Two parts of one name let two readers see two tables."""
    target = io.BytesIO(small)
    with zipfile.ZipFile(target, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, b"<worksheet/>")
    with pytest.raises(FileUnreadableError):
        read(target.getvalue())


def test_too_many_rows(read, monkeypatch, workbook):
    """The limit counts pupils over all sheets, not empty rows."""
    monkeypatch.setattr(reading, "ROWS_MAX", 3)
    rows = [[f"An {chr(97 + at)}", "1A", None] for at in range(4)]
    assert len(read(workbook([HEADER, *rows[:3], [], []])).rows) == 3
    with pytest.raises(FileTooManyRowsError) as caught:
        read(workbook([HEADER, *rows]))
    assert caught.value.params == {"max": "3"}


def test_too_many_array_formulas(read, small, monkeypatch):
    """Array formulas over each other are bounded: each one has to be compared with every cell."""
    monkeypatch.setattr(workbooks, "COMPUTED_AREAS_MAX", 5)
    cells = b"".join(b'<c r="%c9"><f t="array" ref="A9:Z99">x</f></c>' % (65 + at) for at in range(9))
    with pytest.raises(FileUnreadableError):
        read(
            changed_part(
                small,
                SHEET,
                lambda xml: xml.replace(b"</sheetData>", b'<row r="9">' + cells + b"</row></sheetData>"),
            )
        )


def test_macros_and_links_are_not_looked_at(read, small):
    """Parts that hold programs or point outside are neither read nor an obstacle."""
    data = changed_part(small, "xl/vbaProject.bin", lambda _: OLE + b"Sub Auto_Open()")
    link = b'<Relationship Id="rIdX" Type="http://x/externalLink" Target="http://localhost/x" TargetMode="External"/></Relationships>'
    data = changed_part(data, RELATIONS, lambda xml: xml.replace(b"</Relationships>", link))
    assert len(read(data, "a.xlsm").good) == 1


def test_no_table_at_all(read, workbook):
    """A workbook with other things in it is told what a table of pupils needs."""
    with pytest.raises(FileHeaderError) as caught:
        read(workbook([["Thực đơn", "Thứ hai"], ["Cơm", "Cá"]]))
    assert caught.value.params == {"columns": "Lớp; Họ và tên"}


def test_errors_carry_no_content_of_the_file(read, workbook):
    """What is raised can be logged: a refusal never quotes a pupil."""
    with pytest.raises(FileEmptyError) as caught:
        read(workbook([HEADER, [None, None, None]]))
    assert str(caught.value) == "FILE_EMPTY"
