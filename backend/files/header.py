"""Finding the header of a sheet and what each of its columns means.

Schools export two shapes: one header row (``Toán - Điểm KTĐK``), or two rows whose upper cells are merged over
a group (``Toán`` above ``Mức đạt được | Điểm KTĐK | Nhận xét``). Titles may stand above. So every row, and every
pair of rows, among the first is tried, and the one that explains the most columns wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

from backend.domain.errors import FileHeaderError
from backend.files.blocks import ColumnReader
from backend.files.cells import WORD_MAX, shown
from backend.files.columns import (
    HEADER_MAX,
    Meaning,
    betrays_result,
    meanings,
    part_spellings,
    required_labels,
    spelling_betrays,
)
from backend.files.limits import COLUMNS_MAX
from backend.files.readers import column_reader
from backend.files.sheets import Cells, SheetRow, letters
from backend.files.words import joined_spelling, spelling

TABLE_MIN_COLUMNS = 3
"""A sheet with fewer known columns is no table of pupils but a guide, a list or an empty page."""


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A known column where the file has it; ``header`` is the file's own wording."""

    position: int
    letter: str
    header: str
    field: str
    read: ColumnReader


@dataclass(frozen=True, slots=True)
class Header:
    """``end`` is the place, among the rows looked at, of the first row below the header."""

    columns: tuple[PlacedColumn, ...]
    by_field: Mapping[str, PlacedColumn]
    ignored: tuple[str, ...]
    end: int
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way to read the header: for each column its wording and its meaning, if it has one."""

    at: int
    rows: int
    found: Mapping[int, tuple[str, Meaning | None]]
    unknown_results: tuple[str, ...]

    @property
    def score(self) -> int:
        return len({meaning.column.field for _, meaning in self.found.values() if meaning})

    @property
    def rank(self) -> tuple[int, int, int]:
        """More known columns; then more that look like results, which must not be lost; then fewer rows."""
        return self.score, len(self.unknown_results), -self.rows


def find_header(top: Sequence[SheetRow]) -> Header | None:
    """The header among the first rows; None when the sheet is no table of pupils.

    Raises:
        FileHeaderError: when a required column is missing, a header stands twice, or a column of results
            belongs to no known subject.
    """
    best = _best(top)
    if best is None or best.score < TABLE_MIN_COLUMNS:
        return None
    _require_sound(best)
    return _header(best)


def known_headers(top: Sequence[SheetRow]) -> int:
    """How many known columns the first rows show; tells one way of splitting a text file from another."""
    best = _best(top)
    return best.score if best else 0


def _best(top: Sequence[SheetRow]) -> _Candidate | None:
    """The candidate of the highest rank, the first of equals; rows too short to reach it are not looked at."""
    best: _Candidate | None = None
    rows = [_texts(row.cells) for row in top]
    singles = ((len(texts), partial(_single, at, texts)) for at, texts in enumerate(rows))
    doubles = (
        (len(upper.keys() | lower.keys()), partial(_double, at, upper, lower))
        for at, (upper, lower) in enumerate(pairwise(rows))
    )
    for columns, read in chain(singles, doubles):
        if best is None or columns >= best.score:
            candidate = read()
            best = candidate if best is None or candidate.rank > best.rank else best
    return best


def _single(at: int, texts: Mapping[int, str]) -> _Candidate:
    found = {position: (text, _meaning(text)) for position, text in texts.items()}
    unknown = [text for text, meaning in found.values() if meaning is None and betrays_result(text)]
    return _Candidate(at, 1, found, tuple(unknown))


def _double(at: int, groups: Mapping[int, str], labels: Mapping[int, str]) -> _Candidate:
    """Read two rows as one header; an empty upper cell belongs to the group at its left."""
    found: dict[int, tuple[str, Meaning | None]] = {}
    unknown, group = [], ""
    for position in sorted({*groups, *labels}):
        group, label = groups.get(position, group), labels.get(position, "")
        text, key, meaning = _joined(group, label)
        found[position] = (text, meaning)
        betrays = len(text) <= HEADER_MAX and spelling_betrays(key)
        if meaning is None and (betrays or spelling(label) in part_spellings()):
            unknown.append(text)
    return _Candidate(at, 2, found, tuple(unknown))


def _joined(group: str, label: str) -> tuple[str, str, Meaning | None]:
    """Group and label together, or the label alone when the group ended without a new one; with its spelling."""
    if not (group and label):
        return group or label, spelling(group or label), _meaning(group or label)
    whole, key = f"{group} - {label}", joined_spelling(group, label)
    if len(whole) <= WORD_MAX and (meaning := meanings().get(key)):
        return whole, key, meaning
    alone = _meaning(label) if spelling(label) not in part_spellings() else None
    return (label, spelling(label), alone) if alone else (whole, key, None)


def _texts(cells: Cells) -> dict[int, str]:
    texts = {at: shown(cell) for at, cell in cells.items() if at < COLUMNS_MAX}
    return {at: text for at, text in texts.items() if text}


def _meaning(text: str) -> Meaning | None:
    return meanings().get(spelling(text)) if len(text) <= WORD_MAX else None


def _require_sound(candidate: _Candidate) -> None:
    placed: dict[str, list[int]] = {}
    for position, (_, meaning) in candidate.found.items():
        if meaning:
            placed.setdefault(meaning.column.field, []).append(position)
    missing = [label for field, label in required_labels().items() if field not in placed]
    twice = [
        f"{candidate.found[at[0]][0]} ({', '.join(map(letters, at))})"
        for at in placed.values()
        if len(at) > 1
    ]
    if wrong := [*missing, *twice, *candidate.unknown_results]:
        raise FileHeaderError(columns="; ".join(text[:WORD_MAX] for text in wrong[:10]))


def _header(best: _Candidate) -> Header:
    columns, ignored, languages = [], [], {}
    for position, (text, meaning) in sorted(best.found.items()):
        if meaning is None:
            ignored.append(text[:WORD_MAX])
            continue
        field = meaning.column.field
        columns.append(
            PlacedColumn(position, letters(position), text, field, column_reader(meaning.column.kind))
        )
        if meaning.language:
            languages[field.split(".")[1]] = meaning.language
    by_field = {column.field: column for column in columns}
    return Header(tuple(columns), by_field, tuple(ignored), best.at + best.rows, languages)
