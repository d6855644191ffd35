"""The one way in: bytes of a file in, pupils' rows and faults out.

A file that cannot be read at all raises one of the errors of files; a row that cannot be used is a bad row and
never hides a good one. Everything wrong is told at once, at the place where the user finds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import PurePath

from backend.domain.content import SchoolFacts
from backend.domain.errors import (
    FileEmptyError,
    FileHeaderError,
    FileKindUnknownError,
    FileTooLargeError,
    FileTooManyRowsError,
)
from backend.files.blocks import ROWS_TOGETHER, Block
from backend.files.cells import shown
from backend.files.columns import required_labels
from backend.files.delimited import delimited_sheet
from backend.files.header import Header, find_header
from backend.files.limits import FILE_MAX_MB, HEADER_ROWS, MEGABYTE, ROWS_MAX
from backend.files.parsed import FileDefaults, ParsedFile, ParsedRow
from backend.files.records import record_blocks
from backend.files.rows import Understanding, sheet_block
from backend.files.sheets import Sheet, SheetRow
from backend.files.workbook import workbook_sheets

_WORKBOOKS, _DELIMITED, _RECORDS = frozenset({".xlsx", ".xlsm"}), frozenset({".csv", ".txt", ".tsv"}), ".json"


@dataclass(slots=True)
class _Aside:
    """What the reader leaves aside while it walks the sheets."""

    columns: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    saw_table: bool = False
    saw_text: bool = False


def read_file(data: bytes, filename: str, *, school: SchoolFacts, defaults: FileDefaults) -> ParsedFile:
    """Read and judge every row of an XLSX, CSV or JSON file.

    Args:
        data: the whole file.
        filename: its name, whose ending says what it is.
        school: the school the file is imported for.
        defaults: school year and day of recording for rows that have none.

    Raises:
        FileRejectedError: one of its leaves, when the file as a whole is refused.
    """
    if len(data) > FILE_MAX_MB * MEGABYTE:
        raise FileTooLargeError(max=FILE_MAX_MB)
    ending = PurePath(filename).suffix.lower()
    if ending not in {*_WORKBOOKS, *_DELIMITED, _RECORDS}:
        raise FileKindUnknownError
    if not data.strip():
        raise FileEmptyError
    aside = _Aside()
    blocks = record_blocks(data, school.code) if ending == _RECORDS else _table_blocks(data, ending, aside)
    rows = list(_understood(blocks, Understanding(school, defaults)))
    if not rows:
        raise FileEmptyError
    return ParsedFile(rows, tuple(aside.columns), tuple(aside.sheets))


def _understood(blocks: Iterator[Block], understanding: Understanding) -> Iterator[ParsedRow]:
    count = 0
    for block in blocks:
        count += len(block.numbers)
        if count > ROWS_MAX:
            raise FileTooManyRowsError(max=ROWS_MAX)
        yield from understanding.rows(block)


def _table_blocks(data: bytes, ending: str, aside: _Aside) -> Iterator[Block]:
    for sheet in _sheets(data, ending, aside):
        yield from _sheet_blocks(sheet, aside)
    if aside.saw_text and not aside.saw_table:
        raise FileHeaderError(columns="; ".join(required_labels().values()))


def _sheets(data: bytes, ending: str, aside: _Aside) -> Iterator[Sheet]:
    if ending in _DELIMITED:
        yield delimited_sheet(data)
        return
    visible, hidden = workbook_sheets(data)
    aside.sheets.extend(hidden)
    yield from visible


def _sheet_blocks(sheet: Sheet, aside: _Aside) -> Iterator[Block]:
    top = list(islice(sheet.rows, HEADER_ROWS))
    aside.saw_text |= any(row.cells for row in top)
    header = find_header(top)
    if header is None:
        aside.sheets.append(sheet.name)
        return
    aside.saw_table = True
    aside.columns.extend(name for name in header.ignored if name not in aside.columns)
    rows = chain(_below(top, header), sheet.rows)
    while together := list(islice(rows, ROWS_TOGETHER)):
        yield sheet_block(together, sheet.name, header)


def _below(top: Sequence[SheetRow], header: Header) -> Sequence[SheetRow]:
    """The rows under the header; a row that only numbers the columns, (1) (2) (3), belongs to the header."""
    below = top[header.end :]
    return below[1:] if below and _numbers_columns(below[0]) else below


def _numbers_columns(row: SheetRow) -> bool:
    texts = [shown(cell).strip("()") for _, cell in sorted(row.cells.items())]
    return len(texts) > 1 and all(text.isascii() and text.isdigit() for text in texts) and _counts(texts)


def _counts(texts: list[str]) -> bool:
    numbers = [int(text[:6]) for text in texts]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
