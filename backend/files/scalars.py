"""Cells that hold one thing: a word of a scale, a number, a date, a code.

These readers guess nothing: ``7.5`` is no score, ``Tốt`` no level of a subject, ``31/2`` no day.
"""

import re
from collections.abc import Mapping
from datetime import date

from backend.domain.content_rules import LABEL_MAX, NAME_MAX
from backend.domain.curriculum import GRADES
from backend.domain.faults import FaultCode
from backend.domain.identifiers import CitizenNumber, parse_pupil_code
from backend.domain.levels import SCORE_MAX, SCORE_MIN, is_score
from backend.domain.school_year import SchoolYear
from backend.domain.text import clean
from backend.files.cells import (
    WORD_MAX,
    Cell,
    CellError,
    Reader,
    find_number,
    is_blank,
    shown,
    text_of,
    word_of,
)
from backend.files.words import readings, spelling

_SPREADSHEET_EPSILON = 1e-6
"""Spreadsheets keep 120.1 as 120.09999999999999."""

_QUANTITY_MAX = 9_999
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_SCORE = re.compile(r"([0-9]{1,2})(?:[.,]0+)?")
_CITIZEN_NUMBER, _PUPIL_CODE = re.compile(r"0[0-9]{11}"), re.compile(r"[0-9A-Za-z]{6,20}")
_GRADE = re.compile(r"(?:khoi |lop |khoi lop )?([0-9])(?: 0)?")
_LOST_ZERO_DIGITS = range(10, 12)
"""Digits left of a citizen number that a spreadsheet took for a number: its first zeros are gone."""


def text_reader(limit: int, too_long: FaultCode = FaultCode.TEXT_TOO_LONG) -> Reader:
    """Reader of free text."""

    def read(cell: Cell) -> str | None:
        if type(cell) is str and len(cell) <= limit:  # nearly every cell; text_of judges the others
            return clean(cell) or None
        return text_of(cell, limit, too_long) or None

    return read


def word_reader(table: str, values: Mapping[str, object], unknown: FaultCode) -> Reader:
    """Reader of the words of one table (``data/words.toml``)."""
    words = {word: values[code] for word, code in readings(table).items()}

    def read(cell: Cell) -> object:
        if isinstance(cell, str) and cell in words:
            return words[cell]
        key = spelling(shown(cell)) if not isinstance(cell, str) or len(cell) <= WORD_MAX else None
        if key in words:
            return words[key]
        if not key and is_blank(cell):
            return None
        raise CellError(unknown)

    return read


def quantity_reader(unit: int) -> Reader:
    """Reader of whole units of a decimal: 123.5 cm is 1235 mm; a finer figure is no measurement."""

    def read(cell: Cell) -> int | None:
        if is_blank(cell):
            return None
        number = find_number(cell)
        if number is None or not 0 <= number <= _QUANTITY_MAX:
            raise CellError(FaultCode.NUMBER_INVALID)
        units = round(number * unit)
        if abs(number - units / unit) > _SPREADSHEET_EPSILON:
            raise CellError(FaultCode.NUMBER_INVALID)
        return units

    return read


def read_scores(cell: Cell) -> tuple[int, ...] | None:
    """The sittings of a test; several are written ``4; 7``."""
    if type(cell) is int and SCORE_MIN <= cell <= SCORE_MAX:
        return (cell,)
    if isinstance(cell, str):
        parts = [part for text in cell[:WORD_MAX].split(";") if (part := word_of(text))]
        found = [_SCORE.fullmatch(part) for part in parts]
        scores = tuple(int(match[1]) if match else None for match in found)
    else:
        scores = (_whole(cell),)
    if not all(is_score(score) for score in scores):
        raise CellError(FaultCode.SCORE_INVALID)
    return tuple(score for score in scores if score is not None) or None


def _whole(cell: Cell) -> int | None:
    number = find_number(cell)
    return int(number) if number is not None and number == int(number) else None


def read_date(cell: Cell) -> date | None:
    """A real date of the sheet, or text: day/month/year, or year-month-day."""
    if isinstance(cell, date):
        return cell
    text = word_of(cell) if isinstance(cell, str) else "number"
    if not text:
        return None
    if day := _DAY_FIRST.fullmatch(text):
        return _calendar_day(day[3], day[2], day[1])
    if day := _YEAR_FIRST.fullmatch(text):
        return _calendar_day(day[1], day[2], day[3])
    raise CellError(FaultCode.DATE_INVALID)


def _calendar_day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CellError(FaultCode.DATE_INVALID) from None


def read_grade(cell: Cell) -> int | None:
    """1 to 5, as number or as ``Khối 3``."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        match = _GRADE.fullmatch(spelling(cell[:WORD_MAX]))
        grade = int(match[1]) if match else None
    else:
        grade = _whole(cell)
    if grade not in GRADES:
        raise CellError(FaultCode.GRADE_UNKNOWN)
    return grade


def read_school_year(cell: Cell) -> SchoolYear | None:
    """``2024-2025``, hyphen, dash or slash."""
    if is_blank(cell):
        return None
    try:
        return SchoolYear.parse(word_of(shown(cell)))
    except ValueError:
        raise CellError(FaultCode.SCHOOL_YEAR_INVALID) from None


def read_citizen_number(cell: Cell) -> str | None:
    """Twelve digits; in a cell of numbers the leading zeros are put back."""
    if type(cell) is str and _CITIZEN_NUMBER.fullmatch(
        cell
    ):  # nearly every cell; what follows judges the others
        return cell
    if is_blank(cell):
        return None
    text = text_of(cell, NAME_MAX, FaultCode.CITIZEN_NUMBER_INVALID)
    if not isinstance(cell, str) and len(text) in _LOST_ZERO_DIGITS:
        text = text.zfill(12)
    try:
        return CitizenNumber.parse(text).value
    except ValueError:
        raise CellError(FaultCode.CITIZEN_NUMBER_INVALID) from None


def read_pupil_code(cell: Cell) -> str | None:
    """The code of the sector database, opaque."""
    if type(cell) is str and _PUPIL_CODE.fullmatch(cell):
        return cell
    if is_blank(cell):
        return None
    text = text_of(cell, LABEL_MAX, FaultCode.PUPIL_CODE_INVALID)
    try:
        return parse_pupil_code(text)
    except ValueError:
        raise CellError(FaultCode.PUPIL_CODE_INVALID) from None
