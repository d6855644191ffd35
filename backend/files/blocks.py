"""Rows of a file as columns: what is the same for many rows is done once for all of them.

A column of cells is read as a whole. Cells that say few different things are looked up among those already read;
texts are tried together, and only a column in which one is not yet clean is cleaned text by text. A cell that
cannot be read costs its column the short way and is told as every other.
"""

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import NoneType
from typing import Any, NamedTuple

from backend.domain.faults import Fault, FaultCode, fault
from backend.files.cells import CellError, Formula, shown
from backend.files.limits import RAW_TEXT_MAX

ROWS_TOGETHER = 250
"""Rows of a block: enough to share the work, few enough that a fault in one slows few others down."""

Locate = Callable[[str], tuple[str, str]]
"""Field → column wording and letter."""

Column = Sequence[Any]
"""A value for each row of a block, None where it has none."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other in a file: their numbers, and by field a column; fields no row has are absent.

    ``faults`` holds, by place in the block, what is wrong with cells; ``locate`` finds the columns of a place.
    """

    sheet: str
    numbers: Sequence[int]
    columns: Mapping[str, Column]
    faults: Mapping[int, list[Fault]]
    locate: Callable[[int], Locate]
    languages: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        return self.columns.get(name) or (None,) * len(self.numbers)

    def or_else(self, name: str, default: object) -> Column:
        """The column with a default where a row has no value."""
        found = self.columns.get(name)
        if found is None:
            return (default,) * len(self.numbers)
        return [default if value is None else value for value in found]


class ColumnRead(NamedTuple):
    """The values of a column, and by place the errors of the cells that have none."""

    values: Column
    errors: Sequence[tuple[int, Exception]] = ()


class Remembered(dict[Any, Any]):
    """Cell → value, made when the cell is first met; what raises is never remembered."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: Any) -> Any:
        value = self[cell] = self._read(cell)
        return value


_ALIKE: Mapping[frozenset[type], str] = {
    frozenset({str}): "texts",
    frozenset({int}): "numbers",
    frozenset({float}): "numbers",
    frozenset({int, float}): "numbers",
    frozenset({bool}): "truths",
    frozenset({date}): "days",
}
"""Types whose equal values read alike; 1 and True are equal and do not."""


class ColumnReader:
    """Reads columns of one kind, one block after another.

    Args:
        read: reads one cell; raises one of ``refuses``.
        repeated: cells say few different things.
        text: a text that is clean already is its own value.
    """

    def __init__(
        self,
        read: Callable[[Any], object],
        *,
        repeated: bool = False,
        text: bool = False,
        refuses: tuple[type[Exception], ...] = (CellError,),
    ) -> None:
        self._read, self._text, self._refuses = read, text, refuses
        self._clean: set[str] = set()
        self._known = {name: Remembered(read) for name in _ALIKE.values()} if repeated else {}

    def __call__(self, cells: Column) -> ColumnRead:
        alike = _ALIKE.get(frozenset(map(type, cells)) - {NoneType}, "")
        if self._text and alike == "texts" and self._all_clean(cells):
            return ColumnRead(cells if "" not in cells else [cell or None for cell in cells])
        if (known := self._known.get(alike)) is not None:
            try:
                return ColumnRead([None if cell is None else known[cell] for cell in cells])
            except self._refuses:
                pass
        return self._one_by_one(cells)

    def _all_clean(self, texts: Column) -> bool:
        """Whether cleaning would change none of the texts; those seen before are not looked at again."""
        new = set(texts).difference(self._clean, (None, ""))
        if new and not _all_clean(new):
            return False
        self._clean |= new
        return True

    def _one_by_one(self, cells: Column) -> ColumnRead:
        values: list[object] = [None] * len(cells)
        errors: list[tuple[int, Exception]] = []
        for place, cell in enumerate(cells):
            if cell is None:
                continue
            try:
                values[place] = self._read(cell)
            except self._refuses as error:
                errors.append((place, error))
        return ColumnRead(values, errors)


def _all_clean(texts: Collection[str]) -> bool:
    """The same of texts that are not empty, asked of all of them at once."""
    together = "|".join(texts)
    return (
        together.isprintable()
        and "  " not in together
        and "| " not in together
        and " |" not in together
        and not together.startswith(" ")
        and not together.endswith(" ")
        and unicodedata.is_normalized("NFC", together)
        and max(map(len, texts)) <= RAW_TEXT_MAX
    )


def cell_fault(error: Exception, at: str, cell: Any) -> Fault:
    """What is told of a cell of a table that could not be read."""
    if isinstance(cell, Formula):
        return fault(FaultCode.FORMULA_CELL, at, shown(cell))
    assert isinstance(error, CellError)
    return fault(error.code, at, shown(cell), **error.params)
