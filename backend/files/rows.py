"""From the columns of a block to the rows the user is told about.

Every format ends here: the values become content, the content is judged by the rules of the domain, and each
fault is put where the user finds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from backend.domain.content import RecordContent, SchoolFacts
from backend.domain.content_rules import incomplete, wrong
from backend.domain.faults import Fault, FaultCode, fault
from backend.files.assemble import Values, assembled, contradictions, stated
from backend.files.blocks import Block, Locate, cell_fault
from backend.files.cells import Cell
from backend.files.duplicates import Duplicates
from backend.files.header import Header, PlacedColumn
from backend.files.limits import FAULTS_PER_ROW
from backend.files.parsed import FileDefaults, LocatedFault, ParsedRow
from backend.files.sheets import Cells, SheetRow


@dataclass(slots=True)
class Understanding:
    """Turns the blocks of one file into pupils' rows, remembering who was there."""

    school: SchoolFacts
    defaults: FileDefaults
    seen: Duplicates = field(default_factory=Duplicates)

    def rows(self, block: Block) -> Iterator[ParsedRow]:
        said = stated(block)
        contents = assembled(block, said, self.school, self.defaults)
        for place, (content, values) in enumerate(zip(contents, said, strict=True)):
            yield self._row(block, place, content, values)

    def _row(self, block: Block, place: int, content: RecordContent, values: Values) -> ParsedRow:
        unread = block.faults.get(place, ())
        faulted = {found.field for found in unread}
        number, sheet = block.numbers[place], block.sheet
        faults = [
            *unread,
            *contradictions(content, values, faulted),
            *(found for found in wrong(content) if found.field not in faulted),
            *self._duplicate(content, number, sheet),
        ]
        if not faults:
            return ParsedRow(number, sheet, content, (), _located(incomplete(content), block, place))
        good = all(found.is_warning for found in faults)
        return ParsedRow(
            number,
            sheet,
            content if good else None,
            _located(faults[:FAULTS_PER_ROW], block, place),
            _located(incomplete(content), block, place) if good else (),
        )

    def _duplicate(self, content: RecordContent, number: int, sheet: str) -> Sequence[Fault]:
        found = self.seen.find(content, number, sheet)
        if found is None:
            return ()
        other, at = found
        row = f"{other.row} ({other.sheet})" if other.sheet != sheet else other.row
        return [fault(FaultCode.PUPIL_DUPLICATE, at, other=row)]


def _located(faults: list[Fault], block: Block, place: int) -> tuple[LocatedFault, ...]:
    if not faults:
        return ()
    locate, number = block.locate(place), block.numbers[place]
    return tuple(LocatedFault(number, block.sheet, *locate(found.field), found) for found in faults)


def sheet_block(rows: Sequence[SheetRow], sheet: str, header: Header) -> Block:
    """Read the known columns of some rows; rows with nothing in any of them are left out."""
    columns: dict[str, Sequence[object]] = {}
    faults: dict[int, list[Fault]] = {}
    by_position: dict[int, Sequence[Cell | None]] = dict(
        enumerate(zip_longest(*[row.values for row in rows]))
    )
    for column in header.columns:
        cells: Sequence[Cell | None] = by_position.get(column.position, ())
        if "" in cells:
            cells = [cell if cell != "" else None for cell in cells]
        values, errors = column.read(cells)
        for place, error in errors:
            faults.setdefault(place, []).append(cell_fault(error, column.field, cells[place]))
        if any(value is not None for value in values):
            columns[column.field] = values
    block = Block(sheet, [row.number for row in rows], columns, faults, _none, header.languages)
    return _without_empty(block, rows, header)


def _without_empty(block: Block, rows: Sequence[SheetRow], header: Header) -> Block:
    kept = [
        place
        for place, name in enumerate(block.column("pupil.fullName"))
        if name is not None
        or place in block.faults
        or any(column[place] is not None for column in block.columns.values())
    ]
    if len(kept) == len(rows):
        columns, faults = block.columns, block.faults
    else:
        columns = {at: [column[place] for place in kept] for at, column in block.columns.items()}
        faults = {now: block.faults[place] for now, place in enumerate(kept) if place in block.faults}
    return Block(
        block.sheet,
        [block.numbers[place] for place in kept],
        columns,
        faults,
        lambda place: _locator(header, rows[kept[place]].cells),
        header.languages,
    )


def _none(_place: int) -> Locate:
    return lambda _at: ("", "")


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
