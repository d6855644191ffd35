"""Broken rows of every kind, and what reading them says: one line for each fault, and the digest of what stays good."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from backend.domain.canonical import content_digest
from backend.domain.content_json import to_json
from backend.files.parsed import ParsedFile
from tests.files.conftest import pupil_cells, workbook_bytes

COLUMNS = (
    "Họ và tên",
    "Lớp",
    "Khối",
    "Năm học",
    "Ngày sinh",
    "Giới tính",
    "Dân tộc",
    "Mã định danh",
    "Số định danh cá nhân",
    "Nơi sinh",
    "Toán - Mức đạt được",
    "Toán - Điểm KTĐK",
    "Toán - Điểm kiểm tra lại",
    "Toán - Nhận xét",
    "Đạo đức - Điểm KTĐK",
    "Tin học - Mức đạt được",
    "Tự nhiên và Xã hội - Mức đạt được",
    "Phẩm chất Yêu nước",
    "Phẩm chất chủ yếu - Nhận xét",
    "Chiều cao",
    "Số ngày nghỉ có phép",
    "Khen thưởng",
    "Kết quả đánh giá",
    "Hoàn thành chương trình lớp học",
    "Được lên lớp",
    "Quá trình học tập",
)
VALUES: tuple[Any, ...] = (
    "",
    "   ",
    "T",
    " t ",
    "Đ",
    "C",
    "Tốt",
    "Hoàn thành tốt",
    "\u200bT",
    "9",
    "9,0",
    "7.5",
    "11",
    "4; 7",
    "4; x",
    "-1",
    "Khối 4",
    "1",
    "2024-2025",
    "2019-2020",
    "2024-2026",
    "5/9/2015",
    "31/02/2015",
    "2015-09-05 00:00:00",
    "0221850000",
    "022185000017",
    "122185000017",
    "Nam",
    "Có",
    "Không",
    "HTXS",
    "Hoàn thành xuất sắc",
    "Học sinh Xuất sắc",
    "Học sinh Xuất sắc; Thư khen: có cố gắng",
    "12345",
    "é" * 21,
    "e\u0301" * 61,
    "Em  học\u00a0tốt\u2028và\u202engoan. " * 8,
    "x" * 301,
    "x" * 4001,
    "=1+1",
    "2023-2024 | 3A | TH B | 12 | 5/9/2023; 2024-2025 | 4A | TH A | 1 | ",
)
NUMBERS: tuple[Any, ...] = (
    0,
    1,
    4,
    9,
    9.0,
    7.5,
    11,
    -1,
    1e9,
    True,
    False,
    date(2015, 9, 5),
    date(1990, 1, 1),
    22185000017,
)

RECORD: dict[str, Any] = {
    "grade": 4,
    "className": "4A",
    "pupil": {"fullName": "Chíu A Sáng", "birthDate": "2015-09-05", "gender": "MALE"},
    "subjects": {"TOAN": {"level": "T", "scores": {"CN": [9]}, "comment": "Em tính đúng."}},
}
PATHS = (
    "schema",
    "schoolYear",
    "grade",
    "className",
    "school",
    "school.code",
    "pupil",
    "pupil.fullName",
    "pupil.birthDate",
    "pupil.gender",
    "pupil.citizenNumber",
    "history",
    "heightMm",
    "absentExcused",
    "subjects",
    "subjects.TOAN",
    "subjects.TOAN.level",
    "subjects.TOAN.scores",
    "subjects.TOAN.scores.CN",
    "subjects.TOAN.scores.GHK1",
    "subjects.TOAN.comment",
    "subjects.TOAN.language",
    "subjects.TU_NHIEN_XA_HOI.level",
    "traits",
    "traits.YEU_NUOC",
    "comments.QUALITY",
    "notAssessed",
    "completedByDecision",
    "awards",
    "recordedOn",
    "outcome",
    "completed",
    "promoted",
    "nickname",
)
DOCUMENT_VALUES: tuple[Any, ...] = (
    *(value for value in VALUES if len(value) < 400),
    *(value for value in NUMBERS if not isinstance(value, date)),
    None,
    1e300,
    10**30,
    2**63,
    [],
    {},
    [9, 4],
    [9.0],
    ["9"],
    [None],
    [True],
    {"CN": [9], "XX": [1]},
    {"level": "T", "more": 1},
    [{"award": "HSXS", "note": ""}],
    [{"award": "X"}],
    [{"schoolYear": "2024-2025", "className": "4A", "schoolName": "TH A"}],
    [{"schoolYear": "2024", "className": "4A", "schoolName": "TH A"}],
    [{}],
)


def broken_table(values: tuple[Any, ...]) -> list[list[Any]]:
    """One row for each column and value, under one header."""
    whole = pupil_cells(4)
    headers = list(dict.fromkeys([*whole, *COLUMNS]))
    rows: list[list[Any]] = [headers]
    for column in COLUMNS:
        for value in values:
            named = whole | {"Họ và tên": f"Đỗ Thị {_word(len(rows))}", "Mã định danh": f"22{len(rows):08d}"}
            cells = named | {column: value}
            rows.append([cells.get(header) for header in headers])
    return rows


def _word(number: int) -> str:
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def as_csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    lines = csv.writer(text, delimiter=";")
    for row in rows:
        lines.writerow(cell.strftime("%d/%m/%Y") if isinstance(cell, date) else cell for cell in row)
    return text.getvalue().encode()


def as_workbook(rows: list[list[Any]]) -> bytes:
    return workbook_bytes(rows)


def as_document(*_rows: Any) -> bytes:
    """One record for each path and value."""
    records = []
    for path in PATHS:
        for value in DOCUMENT_VALUES:
            record = json.loads(json.dumps(RECORD))
            record["pupil"]["fullName"] = f"Chíu A {_word(len(records))}"
            _put(record, path.split("."), value)
            records.append(record)
    return json.dumps({"schema": "hocba.import/1", "records": records}).encode()


def _put(record: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        record = record.setdefault(step, {})
    record[path[-1]] = value


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "texts.csv": ("a.csv", lambda: as_csv(broken_table(VALUES))),
    "texts.xlsx": ("a.xlsx", lambda: as_workbook(broken_table(VALUES[:-2]))),
    "numbers.xlsx": ("a.xlsx", lambda: as_workbook(broken_table((*NUMBERS, "=1+1")))),
    "records.json": ("a.json", as_document),
}


def told(parsed: ParsedFile) -> Iterator[str]:
    """What the reader says: every fault with its place, what is missing, and one digest over the good rows."""
    digests = hashlib.sha256()
    for row in parsed.rows:
        for found in row.faults:
            item = found.fault
            params = " ".join(f"{key}={value}" for key, value in item.params)
            places = f"{row.row} {found.sheet}|{found.column}|{found.letter}|{item.field}"
            yield f"{places}|{item.code}|{item.value[:30]}|{params}"
        missing = " ".join(f"{found.fault.code}@{found.column}" for found in row.missing)
        whole = "" if row.content is None else content_digest(to_json(row.content))
        digests.update(f"{row.row} {row.is_good} {missing} {whole}\n".encode())
    yield f"rows {len(parsed.rows)}, good {len(parsed.good)}, {digests.hexdigest()}"
