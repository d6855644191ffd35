"""The one way out: records as a workbook, as CSV or as a JSON file, which ``read`` reads back.

Contents are taken one by one, so a whole province can be written with little memory. The same contents give the
same bytes: the parts of the workbook carry a fixed date. Text stays text wherever the file is opened.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import BinaryIO

from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.files.columns import written_columns
from backend.files.delimited import shielded
from backend.files.export import Value, row_of
from backend.files.records import SCHEMA
from backend.files.workbook_parts import PARTS, SHEET_PART, sheet_head, sheet_row, sheet_tail

_PART_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date a ZIP archive knows: a file's bytes must not depend on when it was written."""

_FLUSH_ROWS = 200


def write_xlsx(contents: Iterable[RecordContent], target: BinaryIO, *, title: str = "") -> int:
    """Write a workbook with the two-row header; returns the number of rows."""
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in PARTS.items():
            archive.writestr(_part(name), text)
        with archive.open(_part(SHEET_PART), "w", force_zip64=True) as sheet:
            sheet.write(sheet_head(title).encode())
            for block in _blocks(contents):
                sheet.write("".join(block).encode())
                count += len(block)
            sheet.write(sheet_tail(count).encode())
    return count


def write_csv(contents: Iterable[RecordContent], target: BinaryIO) -> int:
    """Write UTF-8 with its mark and semicolons, which a Vietnamese spreadsheet opens by itself."""
    text = io.TextIOWrapper(target, "utf-8-sig", newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(
        f"{column.group} - {column.label}" if column.group else column.label for column in written_columns()
    )
    count = 0
    for content in contents:
        lines.writerow(_csv_text(value) for value in row_of(content))
        count += 1
    text.flush()
    text.detach()
    return count


def write_json(contents: Iterable[RecordContent], target: BinaryIO) -> int:
    """Write ``hocba.import/1``, one record a line."""
    target.write(f'{{"schema": "{SCHEMA}", "records": ['.encode())
    count = 0
    for count, content in enumerate(contents, start=1):
        record = json.dumps(to_json(content), ensure_ascii=False, separators=(",", ":"))
        target.write(f"{',' if count > 1 else ''}\n{record}".encode())
    target.write(b"\n]}\n")
    return count


def _blocks(contents: Iterable[RecordContent]) -> Iterator[list[str]]:
    """Rows joined in blocks, so that the archive is not asked for every row."""
    rows = (sheet_row(count, row_of(content)) for count, content in enumerate(contents, start=1))
    while block := list(islice(rows, _FLUSH_ROWS)):
        yield block


def _part(name: str) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _PART_DATE)
    part.compress_type = zipfile.ZIP_DEFLATED
    return part


def _csv_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.strftime("%d/%m/%Y")
        case float():
            return f"{value:g}".replace(".", ",")
        case int():
            return str(value)
        case _:
            return shielded(value)
