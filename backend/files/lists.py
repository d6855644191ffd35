"""Cells that hold several things: the awards of a year, and the earlier rows of the learning history.

Reading and writing stand side by side, because one must undo the other.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from backend.domain.completion import Award
from backend.domain.content import AwardGiven, HistoryEntry
from backend.domain.faults import FaultCode
from backend.domain.text import clean
from backend.files.cells import Cell, CellError
from backend.files.limits import RAW_TEXT_MAX
from backend.files.scalars import read_date, read_school_year
from backend.files.words import readings, spelling, written

_BREAK = re.compile(r"[;\r\n]+")
_HISTORY_FIELDS = 5


def read_awards(cell: Cell) -> tuple[AwardGiven, ...] | None:
    """Awards parted by semicolons or lines; a wording of the school's own is an ad-hoc award."""
    parts = _parts(cell, FaultCode.AWARD_UNKNOWN)
    return tuple(_award(part) for part in parts) or None


def awards_text(awards: Iterable[AwardGiven]) -> str:
    """The cell that ``read_awards`` reads back; a semicolon inside a wording becomes a comma."""
    return "; ".join(_award_text(given).replace(";", ",") for given in awards)


def read_history(cell: Cell) -> tuple[HistoryEntry, ...] | None:
    """Rows parted by ``;``, each ``năm học | lớp | trường | số đăng bộ | ngày nhập học``."""
    parts = _parts(cell, FaultCode.STRUCTURE_INVALID)
    return tuple(_entry(part) for part in parts) or None


def history_text(history: Iterable[HistoryEntry]) -> str:
    """The cell that ``read_history`` reads back."""
    return "; ".join(" | ".join(_entry_fields(entry)) for entry in history)


def _parts(cell: Cell, refused: FaultCode) -> list[str]:
    if not isinstance(cell, str) or len(cell) > RAW_TEXT_MAX:
        raise CellError(refused)
    return [text for part in _BREAK.split(cell) if (text := clean(part))]


def _award(text: str) -> AwardGiven:
    """A known name, a known name with its wording after a colon, or a free wording."""
    if code := readings("award").get(spelling(text)):
        return AwardGiven(award=Award(code))
    name, colon, note = text.partition(":")
    if colon and (code := readings("award").get(spelling(name))):
        return AwardGiven(award=Award(code), note=note.strip())
    return AwardGiven(award=Award.AD_HOC, note=text)


def _award_text(given: AwardGiven) -> str:
    if given.note and _award(given.note) == given:
        return given.note
    name = written("award")[given.award]
    return f"{name}: {given.note}" if given.note else name


def _entry(text: str) -> HistoryEntry:
    parts = [part.strip() for part in text.split("|")]
    year = _year(parts[0])
    if len(parts) != _HISTORY_FIELDS or year is None:
        raise CellError(FaultCode.STRUCTURE_INVALID)
    return HistoryEntry(
        school_year=year,
        class_name=parts[1],
        school_name=parts[2],
        register_number=parts[3],
        entered_on=_day(parts[4]),
    )


_year, _day = lru_cache(maxsize=256)(read_school_year), lru_cache(maxsize=4096)(read_date)
"""Few years and days stand in the histories of many pupils."""


def _entry_fields(entry: HistoryEntry) -> list[str]:
    entered = entry.entered_on.strftime("%d/%m/%Y") if entry.entered_on else ""
    texts = [entry.class_name, entry.school_name, entry.register_number]
    return [str(entry.school_year), *(re.sub(r"[;|]", ",", text) for text in texts), entered]
