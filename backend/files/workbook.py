"""The visible sheets of an XLSX workbook, row by row.

The sheets are read here rather than by openpyxl because a formula must be seen where it stands, array formulas
that spill into cells of their own included, and because this is five times as fast.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, partial
from posixpath import basename, dirname, join, normpath

from lxml import etree

from backend.domain.errors import FileUnreadableError
from backend.files.archive import Archive
from backend.files.cells import Cell, Formula
from backend.files.limits import COLUMNS_MAX, COMPUTED_AREAS_MAX, SHEET_ROWS_MAX
from backend.files.plain_rows import PlainRows
from backend.files.sheets import Sheet, SheetRow, position_of, values_of
from backend.files.strings import date_styles, elements, local_name, rich_text, shared_strings, unescaped

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_DIGITS = "0123456789"
_NUMBER_MAX = 1e15
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DAYS_MAX = 200_000
"""The year 2447: a later serial is no date."""


@dataclass(frozen=True, slots=True)
class _Book:
    """What the cells of every sheet refer to."""

    strings: list[str]
    date_styles: frozenset[str]
    epoch: date


Area = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


def workbook_sheets(data: bytes) -> tuple[Iterator[Sheet], tuple[str, ...]]:
    """The visible sheets, to be walked in order, and the names of the hidden ones.

    Raises:
        FileRejectedError: when the file is broken, encrypted, or unpacks to more than the limit.
    """
    archive = Archive(data)
    workbook = dict(_targets(archive, "").values()).get("officeDocument", "xl/workbook.xml")
    root, targets = archive.tree(workbook), _targets(archive, workbook)
    visible, hidden = [], []
    for sheet in root.iter("{*}sheet"):
        target = targets.get(_relation_of(sheet), ("", ""))
        if sheet.get("state", "visible") != "visible":
            hidden.append(sheet.get("name", ""))
        elif target[0] == "worksheet":
            visible.append((sheet.get("name", ""), target[1]))
    return _walk(archive, _book(archive, root, targets), visible), tuple(hidden)


def _walk(archive: Archive, book: _Book, sheets: list[tuple[str, str]]) -> Iterator[Sheet]:
    with archive:
        for name, part in sheets:
            yield Sheet(name, _rows(archive, part, book))


def _relation_of(sheet: etree._Element) -> str:
    """The relation's id, whose namespace differs between the two dialects of OOXML."""
    return next((str(value) for key, value in sheet.items() if str(key).endswith("}id")), "")


def _targets(archive: Archive, source: str) -> dict[str, tuple[str, str]]:
    """Relation id → kind and part, of a part or of the whole archive; links to other files are left out."""
    folder, found = dirname(source), {}
    for relation in archive.tree(join(folder, "_rels", f"{basename(source)}.rels")):
        if relation.get("TargetMode") == "External" or local_name(relation) != "Relationship":
            continue
        target = relation.get("Target", "")
        part = target.removeprefix("/") if target.startswith("/") else normpath(join(folder, target))
        found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], part)
    return found


def _book(archive: Archive, root: etree._Element, targets: dict[str, tuple[str, str]]) -> _Book:
    parts = dict(targets.values())
    properties = next(root.iter("{*}workbookPr"), None)
    is_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    return _Book(
        strings=shared_strings(archive, parts.get("sharedStrings")),
        date_styles=date_styles(archive, parts.get("styles")),
        epoch=_EPOCH_1904 if is_1904 else _EPOCH_1900,
    )


def _rows(archive: Archive, part: str, book: _Book) -> Iterator[SheetRow]:
    number, computed = 0, list[Area]()
    with archive.open(part) as stream:
        plain = PlainRows(stream, _looked_at, partial(_value, book))
        for row in elements(stream, plain, "row"):
            number = _row_number(row.get("r"), number)
            taken = plain.cells_of(row)
            values = values_of(_cells(row, book, computed)) if taken is None else taken
            if computed:
                computed[:] = [area for area in computed if area[2] >= number]
                values = [
                    Formula("") if cell is not None and _is_computed(number, at, computed) else cell
                    for at, cell in enumerate(values)
                ]
            yield SheetRow(number, values)


def _row_number(reference: str | None, previous: int) -> int:
    if reference is None:
        return previous + 1
    if (
        not (reference.isascii() and reference.isdigit())
        or not previous < int(reference[:8]) <= SHEET_ROWS_MAX
    ):
        raise FileUnreadableError
    return int(reference)


def _cells(row: etree._Element, book: _Book, computed: list[Area]) -> dict[int, Cell]:
    cells: dict[int, Cell] = {}
    position = -1
    for element in row:
        reference = element.get("r")
        position = position + 1 if reference is None else _column(reference.rstrip(_DIGITS))
        if len(element) and 0 <= position < COLUMNS_MAX:
            cell = _cell(element, book, computed)
            if cell is not None:
                cells[position] = cell
    return cells


_column = lru_cache(maxsize=4096)(position_of)


@lru_cache(maxsize=4096)
def _looked_at(letters: str) -> int:
    """Position of a column, -1 beyond the last one looked at."""
    position = position_of(letters)
    return position if position < COLUMNS_MAX else -1


def _is_computed(row: int, column: int, areas: list[Area]) -> bool:
    """Whether an array formula elsewhere fills the cell, which then shows no formula of its own."""
    return any(area[0] <= row <= area[2] and area[1] <= column <= area[3] for area in areas)


def _cell(element: etree._Element, book: _Book, computed: list[Area]) -> Cell | None:
    """The cell of an element; None when it is only formatted."""
    text: str | None = None
    for child in element:
        tag = str(child.tag)
        if tag.endswith("}v"):
            text = child.text
        elif tag.endswith("}is"):
            text = rich_text(child)
        elif tag.endswith("}f"):
            _note_area(child, computed)
            return Formula(child.text or "")
    return _value(book, element.get("t"), element.get("s"), text) if text else None


def _value(book: _Book, kind: str | None, style: str | None, text: str) -> Cell:
    if kind == "inlineStr":
        return text
    if kind == "s":
        return _shared(text, book.strings)
    if kind is None or kind == "n":
        return _number(text, book.epoch if style in book.date_styles else None)
    return _OTHER_KINDS.get(kind, unescaped)(text)


_OTHER_KINDS: dict[str, Callable[[str], Cell]] = {
    "b": lambda text: text.strip() == "1",
    "e": Formula,  # an error is what a formula left behind
    "d": lambda text: text.partition("T")[0],
}


def _shared(text: str, strings: list[str]) -> str:
    if not (text.isascii() and text.isdigit()) or (at := int(text[:9])) >= len(strings):
        raise FileUnreadableError
    return strings[at]


def _number(text: str, epoch: date | None) -> Cell:
    try:
        number = float(text)
    except ValueError:
        raise FileUnreadableError from None
    if not math.isfinite(number) or abs(number) > _NUMBER_MAX:
        return text
    if epoch is not None and 1 <= number < _DAYS_MAX:
        return epoch + timedelta(days=int(number))
    return int(number) if number == int(number) else number


def _note_area(formula: etree._Element, computed: list[Area]) -> None:
    if formula.get("t") not in {"array", "dataTable"}:
        return
    corners = [_REFERENCE.fullmatch(corner) for corner in formula.get("ref", "").split(":")]
    first, last = corners[0], corners[-1]
    if len(computed) > COMPUTED_AREAS_MAX:
        raise FileUnreadableError
    if first and last:
        computed.append((int(first[2]), position_of(first[1]), int(last[2]), position_of(last[1])))
