"""Kind of column → reader of its cells; the kinds are named in ``data/columns.toml``."""

from collections.abc import Mapping

from backend.domain.content_rules import LABEL_MAX, NAME_MAX, PLACE_MAX, TEXT_MAX
from backend.domain.faults import FaultCode
from backend.domain.identifiers import Gender
from backend.domain.levels import COMMENT_MAX, SubjectLevel, TraitLevel
from backend.domain.outcome import Outcome
from backend.files.blocks import ColumnReader
from backend.files.cells import Cell, CellError, Formula, Reader
from backend.files.lists import read_awards, read_history
from backend.files.scalars import (
    quantity_reader,
    read_citizen_number,
    read_date,
    read_grade,
    read_pupil_code,
    read_school_year,
    read_scores,
    text_reader,
    word_reader,
)

READERS: Mapping[str, Reader] = {
    "name": text_reader(NAME_MAX),
    "place": text_reader(PLACE_MAX),
    "text": text_reader(TEXT_MAX),
    "label": text_reader(LABEL_MAX),
    "comment": text_reader(COMMENT_MAX, FaultCode.COMMENT_TOO_LONG),
    "date": read_date,
    "grade": read_grade,
    "school_year": read_school_year,
    "citizen_number": read_citizen_number,
    "pupil_code": read_pupil_code,
    "scores": read_scores,
    "days": quantity_reader(1),
    "height": quantity_reader(10),
    "weight": quantity_reader(1000),
    "awards": read_awards,
    "history": read_history,
    "gender": word_reader("gender", {code.value: code for code in Gender}, FaultCode.GENDER_UNKNOWN),
    "yes_no": word_reader("yes_no", {"YES": True, "NO": False}, FaultCode.YES_NO_INVALID),
    "subject_level": word_reader(
        "subject_level", {code.value: code for code in SubjectLevel}, FaultCode.SUBJECT_LEVEL_UNKNOWN
    ),
    "trait_level": word_reader(
        "trait_level", {code.value: code for code in TraitLevel}, FaultCode.TRAIT_LEVEL_UNKNOWN
    ),
    "outcome": word_reader("outcome", {code.value: code for code in Outcome}, FaultCode.OUTCOME_MISMATCH),
}

REPEATED = frozenset(
    {
        *(
            "date",
            "grade",
            "school_year",
            "scores",
            "gender",
            "yes_no",
            "subject_level",
            "trait_level",
            "outcome",
        ),
        *("days", "height", "weight", "awards"),
    }
)
"""Kinds whose cells say few different things."""

TEXTS = frozenset({"name", "place", "text", "label", "comment"})


def column_reader(kind: str) -> ColumnReader:
    """The reader of a column of this kind in one sheet."""
    read = READERS[kind]

    def read_cell(cell: Cell) -> object:
        if isinstance(cell, Formula):
            raise CellError(FaultCode.FORMULA_CELL)
        return read(cell)

    return ColumnReader(read_cell, repeated=kind in REPEATED, text=kind in TEXTS)
