"""The same pupil twice in one file."""

import pytest

BASE = {"Họ và tên": "Lê An", "Lớp": "4A", "Ngày sinh": "01/02/2015", "Mã định danh": None, "Số CCCD": None}


def duplicates(read, table, *rows):
    return [
        (found.row, found.column, dict(found.fault.params)["other"])
        for found in read(table(*(BASE | row for row in rows))).faults
        if found.fault.code == "PUPIL_DUPLICATE"
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{}, {"Họ và tên": "LÊ  ÁN"}], [(3, "Họ và tên", "2")]),
        ([{}, {"Lớp": "4B"}], []),
        ([{}, {"Ngày sinh": "02/02/2015"}], []),
        (
            [{"Mã định danh": "220001"}, {"Họ và tên": "Khác", "Mã định danh": 220001}],
            [(3, "Mã định danh", "2")],
        ),
        ([{"Mã định danh": "220001"}, {"Mã định danh": "220002"}], []),
        (
            [{"Số CCCD": "022215000001"}, {"Họ và tên": "Khác", "Số CCCD": "022215000001"}],
            [(3, "Số CCCD", "2")],
        ),
        ([{"Số CCCD": "022215000001"}, {"Số CCCD": "022215000002"}], []),
        ([{"Mã định danh": "220001"}, {}], [(3, "Họ và tên", "2")]),
        (
            [
                {"Mã định danh": "220001", "Năm học": "2023-2024"},
                {"Mã định danh": "220001", "Năm học": "2024-2025"},
            ],
            [],
        ),
    ],
)
def test_what_is_the_same_pupil(read, table, rows, expected):
    """Code, else citizen number, else name with birth date and class, within one school year."""
    assert duplicates(read, table, *rows) == expected


def test_the_first_row_stays_good(read, table):
    """The later row is told about the earlier, which stays."""
    file = read(table(BASE, BASE))
    assert ([row.row for row in file.good], [row.row for row in file.bad]) == ([2], [3])


def test_a_bad_row_is_remembered_too(read, table):
    """A pupil who stands twice is doubtful even when the first row is bad in itself."""
    assert duplicates(read, table, {"Giới tính": "?"}, {}) == [(3, "Họ và tên", "2")]
