"""A table as every format gives it: named sheets of numbered rows of cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.files.cells import Cell

Cells = Mapping[int, Cell]
"""Column position, from 0 → cell; empty cells are absent."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row under the number that the spreadsheet shows; ``values`` by column, None or no text where a cell is empty."""

    number: int
    values: Sequence[Cell | None]

    @property
    def cells(self) -> Cells:
        return {at: cell for at, cell in enumerate(self.values) if cell is not None and cell != ""}


def values_of(cells: Cells) -> Sequence[Cell | None]:
    """The cells in their places."""
    values: list[Cell | None] = [None] * (max(cells, default=-1) + 1)
    for at, cell in cells.items():
        values[at] = cell
    return values


@dataclass(frozen=True, slots=True)
class Sheet:
    """``rows`` can be walked once."""

    name: str
    rows: Iterator[SheetRow]


_ALPHABET = 26


def letters(position: int) -> str:
    """Column letters: 0 is A, 26 is AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, _ALPHABET)
        name = chr(ord("A") + rest) + name
    return name


def position_of(name: str) -> int:
    """Column position of letters; -1 for none."""
    position = 0
    for char in name:
        position = position * _ALPHABET + ord(char) - ord("A") + 1
    return position - 1
