"""A fault is one thing wrong with one field: a stable code, the place, the value seen.

Faults are collected, never raised one by one, so that a school sees everything wrong with a file at once.
The sentence for each code stands in the message catalogue.
"""

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """What can be wrong with the content of a record."""

    # pupil and class
    REQUIRED = "REQUIRED"
    NAME_NOT_A_NAME = "NAME_NOT_A_NAME"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    DATE_INVALID = "DATE_INVALID"
    BIRTH_DATE_IMPLAUSIBLE = "BIRTH_DATE_IMPLAUSIBLE"
    GENDER_UNKNOWN = "GENDER_UNKNOWN"
    GRADE_UNKNOWN = "GRADE_UNKNOWN"
    SCHOOL_YEAR_INVALID = "SCHOOL_YEAR_INVALID"
    CITIZEN_NUMBER_INVALID = "CITIZEN_NUMBER_INVALID"
    CITIZEN_NUMBER_GENDER = "CITIZEN_NUMBER_GENDER"
    CITIZEN_NUMBER_BIRTH_YEAR = "CITIZEN_NUMBER_BIRTH_YEAR"
    PUPIL_CODE_INVALID = "PUPIL_CODE_INVALID"
    # results
    SUBJECT_NOT_IN_GRADE = "SUBJECT_NOT_IN_GRADE"
    SUBJECT_LEVEL_UNKNOWN = "SUBJECT_LEVEL_UNKNOWN"
    SUBJECT_LEVEL_MISSING = "SUBJECT_LEVEL_MISSING"
    SCORE_INVALID = "SCORE_INVALID"
    SCORE_NOT_TESTED = "SCORE_NOT_TESTED"
    SCORE_MISSING = "SCORE_MISSING"
    COMMENT_TOO_LONG = "COMMENT_TOO_LONG"
    COMMENT_MISSING = "COMMENT_MISSING"
    TRAIT_NOT_IN_GRADE = "TRAIT_NOT_IN_GRADE"
    TRAIT_LEVEL_UNKNOWN = "TRAIT_LEVEL_UNKNOWN"
    TRAIT_LEVEL_MISSING = "TRAIT_LEVEL_MISSING"
    NUMBER_INVALID = "NUMBER_INVALID"
    YES_NO_INVALID = "YES_NO_INVALID"
    AWARD_UNKNOWN = "AWARD_UNKNOWN"
    AWARD_OUTCOME_MISMATCH = "AWARD_OUTCOME_MISMATCH"
    OUTCOME_MISMATCH = "OUTCOME_MISMATCH"
    COMPLETION_UNDECIDED = "COMPLETION_UNDECIDED"
    STRUCTURE_INVALID = "STRUCTURE_INVALID"
    # only from files
    FORMULA_CELL = "FORMULA_CELL"
    TEXT_EXPECTED = "TEXT_EXPECTED"
    PUPIL_DUPLICATE = "PUPIL_DUPLICATE"
    PUPIL_OF_ANOTHER_SCHOOL = "PUPIL_OF_ANOTHER_SCHOOL"
    PUPIL_AMBIGUOUS = "PUPIL_AMBIGUOUS"
    CLASS_GRADE_MISMATCH = "CLASS_GRADE_MISMATCH"
    RECORD_SIGNED = "RECORD_SIGNED"
    PUPIL_LEFT = "PUPIL_LEFT"
    RECORD_LOCKED = "RECORD_LOCKED"


WARNINGS = frozenset({FaultCode.CITIZEN_NUMBER_GENDER, FaultCode.CITIZEN_NUMBER_BIRTH_YEAR})
"""Codes that ask somebody to look again but refuse nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``field`` is a dotted path into the content, for example ``subjects.TOAN.scores.CN``; ``value`` is what was
    seen, cut to 60 characters, and is shown only to the person who sent it; ``params`` fill the sentence.
    """

    code: FaultCode
    field: str
    value: str = ""
    params: tuple[tuple[str, str], ...] = ()

    @property
    def is_warning(self) -> bool:
        return self.code in WARNINGS


SHOWN_VALUE_MAX = 60


def fault(code: FaultCode, at: str, value: object = "", **params: object) -> Fault:
    """Build a fault, cutting the value for display."""
    shown = str(value)
    if len(shown) > SHOWN_VALUE_MAX:
        shown = shown[: SHOWN_VALUE_MAX - 1] + "…"
    return Fault(code, at, shown, tuple((key, str(item)) for key, item in params.items()))
