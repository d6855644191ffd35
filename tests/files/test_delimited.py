"""CSV as many programs write it."""

import pytest

from backend.domain.errors import FileUnreadableError
from backend.files.delimited import shielded, unshielded

TABLE = "Họ và tên;Lớp;Ngày sinh;Toán - Nhận xét\nĐỗ Thị Ngọc Ánh;4A;05/09/2015;Em tính đúng, nhanh.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_code_pages(read, encoding):
    """UTF-8 with or without its mark, UTF-16 with its mark, and the old Vietnamese code page."""
    text = TABLE
    if encoding == "cp1258":  # letters with a tone come as two characters there
        text = "".join(_parts(char) for char in TABLE)
    content = read(text.encode(encoding), "a.csv").rows[0].content
    assert content.pupil.full_name == "Đỗ Thị Ngọc Ánh"
    assert content.subjects["TOAN"].comment == "Em tính đúng, nhanh."


def _parts(char):
    tones = {
        "ọ": "o\u0323",
        "ớ": "ơ\u0301",
        "ậ": "â\u0323",
        "ị": "i\u0323",
        "ỗ": "ô\u0303",
        "í": "i\u0301",
        "Ỗ": "Ô\u0303",
    }
    return tones.get(char, char)


def test_an_unknown_code_page_is_not_guessed(read):
    """Bytes that are no UTF-8 and whose header reads as nothing are unreadable."""
    with pytest.raises(FileUnreadableError):
        read("Hä vµ tªn;Líp\nAn;1A\n".encode("latin-1"), "a.csv")
    with pytest.raises(FileUnreadableError):
        read(b"\xff\xfea", "a.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("declared", [True, False])
def test_separators(read, delimiter, declared):
    """The separator is declared in the first line, or is the one under which the header reads best."""
    comment = '"Em tính đúng, nhanh; cần cẩn thận"'
    lines = [["Họ và tên", "Lớp", "Toán - Nhận xét"], ["Đỗ An", "4A", comment]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    data = f"sep={delimiter}\r\n{text}" if declared else text
    row = read(data.encode(), "a.csv").rows[0]
    assert row.content.subjects["TOAN"].comment == comment.strip('"')
    assert row.row == 2


def test_rows_are_counted_as_a_spreadsheet_counts_them(read):
    """A line break inside quotes does not start a row; an empty line is one."""
    data = 'Họ và tên,Lớp,Toán - Nhận xét\n"An","4A","một\nhai"\n\nBình,4A,x\nCúc,4A,"a ""b"" c"\n'
    rows = read(data.encode(), "a.csv").rows
    assert [row.row for row in rows] == [2, 4, 5]
    assert rows[0].content.subjects["TOAN"].comment == "một hai"
    assert rows[2].content.subjects["TOAN"].comment == 'a "b" c'


def test_broken_quotes(read):
    """A quote that never closes would swallow the rest of the class."""
    with pytest.raises(FileUnreadableError):
        read('Họ và tên,Lớp,Ngày sinh\n"An,4A,\nBình,4A,\n'.encode(), "a.csv")


def test_faults_are_told_by_column_letter_and_header(read):
    """CSV faults look like those of a workbook."""
    (found,) = read("Họ và tên,Lớp,Toán - Điểm KTĐK\nAn,4A,11\n".encode(), "a.csv").faults
    assert (found.row, found.letter, found.column, found.fault.value) == (2, "C", "Toán - Điểm KTĐK", "11")


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "'", "", "x", "-", "'x", "+", "@", "＝1"])
def test_the_shield_comes_off_again(text):
    """Whatever was shielded is read back as it was."""
    assert unshielded(shielded(text)) == text
