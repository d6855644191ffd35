"""What reading a file gives: rows with their content, or with everything that is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from backend.domain.content import RecordContent
from backend.domain.faults import Fault
from backend.domain.messages import Language, sentence
from backend.domain.school_year import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDefaults:
    """What a file leaves unsaid: the school year of its rows and the day they were recorded."""

    school_year: SchoolYear
    recorded_on: date | None = None


@dataclass(frozen=True, slots=True)
class LocatedFault:
    """A fault where the user finds it.

    ``row`` and ``letter`` are those of the spreadsheet and ``column`` is the header in the file's own words;
    in a JSON file ``row`` is the position of the record, from 1, and ``column`` the dotted path.
    """

    row: int
    sheet: str
    column: str
    letter: str
    fault: Fault

    @property
    def is_warning(self) -> bool:
        return self.fault.is_warning

    def sentence(self, language: Language = "vi") -> str:
        return sentence(self.fault.code, language, **dict(self.fault.params))


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """One pupil's row.

    ``content`` is None when the row is bad; ``faults`` may hold warnings of a good row; ``missing`` is what
    the good row still lacks before it can be signed.
    """

    row: int
    sheet: str
    content: RecordContent | None
    faults: tuple[LocatedFault, ...] = ()
    missing: tuple[LocatedFault, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.content is not None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The rows of a file in their order, and what the reader left aside."""

    rows: list[ParsedRow]
    ignored_columns: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()

    @property
    def good(self) -> list[ParsedRow]:
        return [row for row in self.rows if row.is_good]

    @property
    def bad(self) -> list[ParsedRow]:
        return [row for row in self.rows if not row.is_good]

    @property
    def contents(self) -> list[RecordContent]:
        return [row.content for row in self.rows if row.content is not None]

    @property
    def faults(self) -> list[LocatedFault]:
        return [found for row in self.rows for found in row.faults]


def refuses(faults: Iterable[LocatedFault]) -> bool:
    """Whether any of the faults is more than a warning."""
    return any(not found.is_warning for found in faults)
