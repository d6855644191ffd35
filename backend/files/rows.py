"""From a row's values to the row the user is told about.

Every format ends here: the values become content, the content is judged by the rules of the domain, and each
fault is put where the user finds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backend.domain.content import RecordContent, SchoolFacts
from backend.domain.content_rules import incomplete, wrong
from backend.domain.faults import Fault, FaultCode, fault
from backend.files.assemble import assembled, contradictions
from backend.files.cells import CellError, Formula, shown
from backend.files.duplicates import Duplicates
from backend.files.header import Header, PlacedColumn
from backend.files.limits import FAULTS_PER_ROW
from backend.files.parsed import FileDefaults, LocatedFault, ParsedRow
from backend.files.sheets import Cells, SheetRow

Locate = Callable[[str], tuple[str, str]]
"""Field → column wording and letter."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """What a row holds, before it is understood as a pupil's."""

    number: int
    sheet: str
    values: Mapping[str, object]
    faults: list[Fault]
    locate: Locate
    languages: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Understanding:
    """Turns the raw rows of one file into pupils' rows, remembering who was there."""

    school: SchoolFacts
    defaults: FileDefaults
    seen: Duplicates = field(default_factory=Duplicates)

    def row(self, raw: RawRow) -> ParsedRow:
        content = assembled(raw.values, self.school, self.defaults, raw.languages)
        faulted = {found.field for found in raw.faults}
        faults = [
            *raw.faults,
            *contradictions(content, raw.values, faulted),
            *(found for found in wrong(content) if found.field not in faulted),
            *self._duplicate(content, raw),
        ]
        good = all(found.is_warning for found in faults)
        return ParsedRow(
            raw.number,
            raw.sheet,
            content if good else None,
            _located(faults[:FAULTS_PER_ROW], raw),
            _located(incomplete(content), raw) if good else (),
        )

    def _duplicate(self, content: RecordContent, raw: RawRow) -> list[Fault]:
        found = self.seen.find(content, raw.number, raw.sheet)
        if found is None:
            return []
        other, at = found
        row = f"{other.row} ({other.sheet})" if other.sheet != raw.sheet else other.row
        return [fault(FaultCode.PUPIL_DUPLICATE, at, other=row)]


def _located(faults: list[Fault], raw: RawRow) -> tuple[LocatedFault, ...]:
    return tuple(LocatedFault(raw.number, raw.sheet, *raw.locate(found.field), found) for found in faults)


def raw_row(row: SheetRow, sheet: str, header: Header) -> RawRow | None:
    """Read the cells of a row; None when it has nothing in a known column."""
    values: dict[str, object] = {}
    faults: list[Fault] = []
    cells = row.cells
    for column in header.columns:
        cell = cells.get(column.position)
        if cell is None:
            continue
        if isinstance(cell, Formula):
            faults.append(fault(FaultCode.FORMULA_CELL, column.field, shown(cell)))
            continue
        try:
            value = column.read(cell)
        except CellError as error:
            faults.append(fault(error.code, column.field, shown(cell), **error.params))
        else:
            if value is not None:
                values[column.field] = value
    if not values and not faults:
        return None
    return RawRow(row.number, sheet, values, faults, _locator(header, cells), header.languages)


def _locator(header: Header, cells: Cells) -> Locate:
    def locate(at: str) -> tuple[str, str]:
        column = _column_of(header, at, cells)
        return (column.header, column.letter) if column else ("", "")

    return locate


def _column_of(header: Header, at: str, cells: Cells) -> PlacedColumn | None:
    """The column of a field; of a whole subject its first filled column; of a part of a cell the cell's."""
    if at in header.by_field:
        return header.by_field[at]
    if below := [column for column in header.columns if column.field.startswith(f"{at}.")]:
        return next((column for column in below if column.position in cells), below[0])
    return next((header.by_field[path] for path in _parents(at) if path in header.by_field), None)


def _parents(at: str) -> list[str]:
    parts = at.split(".")
    return [".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
