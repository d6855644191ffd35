"""Finding the header."""

import pytest

from backend.domain.errors import FileHeaderError

TWO_ROWS = [
    ["STT", "Họ và tên", "Lớp", "Toán", None, None, "Năng lực đặc thù", None, "Ngày ghi"],
    [None, None, None, "Mức đạt được", "Điểm KTĐK", "Nhận xét", "Khoa học", "Nhận xét", None],
]
PUPIL = [1, "Bàn Văn Phúc", "4B", "H", 7, "Em tính đúng.", "Đ", "Em có tiến bộ.", "30/05/2025"]


def test_two_header_rows_with_merged_groups(read, workbook):
    """A label is read with the group that stands merged above it."""
    row = read(workbook([*TWO_ROWS, PUPIL], ["D1:F1", "G1:H1", "B1:B2", "C1:C2"])).rows[0]
    assert row.content.subjects["TOAN"].comment == "Em tính đúng."
    assert row.content.subjects["TOAN"].score() == 7
    assert row.content.traits == {"NL_KHOA_HOC": "Đ"}
    assert str(row.content.recorded_on) == "2025-05-30"
    assert row.row == 3


def test_titles_above_the_header(read, workbook):
    """A title, the school's name and an empty row above the header do not disturb."""
    titles = [["BẢNG TỔNG HỢP LỚP 4B"], ["Trường Tiểu học Hà Lầm", None, None, "Toán"], []]
    file = read(workbook([*titles, *TWO_ROWS, PUPIL]))
    assert [row.row for row in file.good] == [6]


def test_a_row_that_numbers_the_columns_is_no_pupil(read, workbook):
    """The row (1) (2) (3) that forms print under the header is skipped."""
    numbers = [f"({at})" for at in range(1, 10)]
    assert len(read(workbook([*TWO_ROWS, numbers, PUPIL])).rows) == 1


def test_unknown_columns_are_named(read, workbook):
    """Columns nobody needs are listed, not refused."""
    file = read(
        workbook([["STT", "Họ và tên", "Lớp", "Ngày sinh", "Ghi chú"], [1, "Lê An", "4A", None, "x"]])
    )
    assert file.ignored_columns == ("STT", "Ghi chú")


def test_a_header_names_the_language(read, table, pupil):
    """``Tiếng Anh - Mức đạt được`` needs no column for the language."""
    cells = {key.replace("Ngoại ngữ 1", "Tiếng Anh"): value for key, value in pupil().items()}
    assert read(table(cells)).rows[0].content.subjects["NGOAI_NGU_1"].language == "Tiếng Anh"


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        (["Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"], "Lớp"),
        (["Lớp", "Ngày sinh", "Giới tính", "Dân tộc"], "Họ và tên"),
        (["Họ và tên", "Lớp", "Ngày sinh", "Cờ vua - Mức đạt được"], "Cờ vua - Mức đạt được"),
        (["Họ và tên", "Lớp", "Ngày sinh", "Tên lớp"], "Lớp (B, D)"),
        (["a", "b", "c"], "Họ và tên"),
    ],
)
def test_headers_that_cannot_be_right(read, workbook, headers, named):
    """A missing required column, an unknown subject and a header that stands twice refuse the file by name."""
    with pytest.raises(FileHeaderError) as caught:
        read(workbook([headers, ["x"] * len(headers)]))
    assert named in caught.value.params["columns"]


def test_an_unknown_subject_above_known_labels(read, workbook):
    """In two header rows the unknown subject is the group."""
    rows = [["Họ và tên", "Lớp", "Ngày sinh", "Cờ vua", None], [None, None, None, "Mức", "NX"], ["An", "1A"]]
    with pytest.raises(FileHeaderError, match="FILE_HEADER") as caught:
        read(workbook(rows))
    assert caught.value.params["columns"] == "Cờ vua - Mức; Cờ vua - NX"
