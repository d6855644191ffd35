"""What a cell of a sheet can hold, and how it reads as text, as a number and as a message.

A formula is a value of its own: what is signed later must not depend on a computation.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from backend.domain.faults import FaultCode
from backend.domain.text import clean
from backend.files.limits import RAW_TEXT_MAX


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell whose value the sheet computes."""

    text: str


Cell = str | int | float | bool | date | Formula
"""What a sheet can hold; an empty cell is absent."""


class CellError(ValueError):
    """The cell does not hold what its column asks for; ``params`` fill the sentence."""

    def __init__(self, code: FaultCode, **params: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.params = params


Reader = Callable[[Cell], object]
"""Value of a cell, None when nothing is left after cleaning; raises ``CellError``."""

WORD_MAX = 100
"""Characters of the longest word, number or date; anything longer is none."""

_DECIMAL = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,6})?")


def shown(cell: Cell) -> str:
    """The cell as a message shows it."""
    if type(cell) is str:
        return clean(cell[:RAW_TEXT_MAX])
    match cell:
        case Formula():
            return clean(f"={cell.text}"[:RAW_TEXT_MAX])
        case bool():
            return "TRUE" if cell else "FALSE"
        case date():
            return cell.strftime("%d/%m/%Y")
        case str():
            return clean(cell[:RAW_TEXT_MAX])
        case _:
            return number_text(cell)


def number_text(number: float) -> str:
    """A number without the ``.0`` that a spreadsheet adds."""
    return str(int(number)) if number == int(number) else f"{number:.10g}"


def text_of(cell: Cell, limit: int, too_long: FaultCode = FaultCode.TEXT_TOO_LONG) -> str:
    """The cleaned text of a cell; a date or a truth value where text belongs is a mistake of the sheet's.

    Text over the limit is let through, for the rules of content to judge; only text so long that cleaning it
    would be the attack is stopped here.

    Raises:
        CellError: when the cell is no text.
    """
    match cell:
        case str():
            if len(cell) > RAW_TEXT_MAX:
                raise CellError(too_long, max=limit)
            return _cleaned(cell)
        case bool() | date() | Formula():
            raise CellError(FaultCode.TEXT_EXPECTED)
        case _:
            return number_text(cell)


@lru_cache(maxsize=8192)
def _cleaned(text: str) -> str:
    """Cleaning with a memory: a sheet can repeat one long shared string in a million cells."""
    return clean(text)


def find_number(cell: Cell) -> float | None:
    """The number in a cell, written with a point or a comma; None when it is none."""
    match cell:
        case bool() | date() | Formula():
            return None
        case str():
            text = word_of(cell)
            return float(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None
        case _:
            return float(cell)


def word_of(text: str) -> str:
    """Cleaned text for a column of short words; the rest of a long one cannot matter."""
    return clean(text[:WORD_MAX])


def is_blank(cell: Cell) -> bool:
    """Whether only invisible characters and spaces stand in the cell."""
    return isinstance(cell, str) and len(cell) <= WORD_MAX and not clean(cell)
