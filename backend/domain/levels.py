"""The two scales of TT27, kept apart because T and C mean different things in each."""

from backend.domain.word import Word


class SubjectLevel(Word):
    """Level of a subject or educational activity (TT27 Art. 6 cl. 2 a, Art. 7 cl. 1 a)."""

    GOOD = "T"
    COMPLETED = "H"
    NOT_COMPLETED = "C"


class TraitLevel(Word):
    """Level of a quality or competence (TT27 Art. 6 cl. 2 b, Art. 7 cl. 1 b)."""

    GOOD = "T"
    FAIR = "Đ"
    NEEDS_EFFORT = "C"


class TraitGroup(Word):
    """Qualities and competences (TT27 Art. 5); systems keep one comment for each group."""

    QUALITY = "QUALITY"
    GENERAL_COMPETENCE = "GENERAL_COMPETENCE"
    SPECIFIC_COMPETENCE = "SPECIFIC_COMPETENCE"


class Period(Word):
    """The four periodic assessments of a year (TT27 Art. 7 cl. 1)."""

    MID_TERM_1 = "GHK1"
    END_TERM_1 = "CHK1"
    MID_TERM_2 = "GHK2"
    YEAR_END = "CN"


SCORE_MIN, SCORE_MAX = 0, 10
"""A periodic test is marked in whole numbers from 0 to 10 (TT27 Art. 7 cl. 2 c)."""

COMMENT_MAX = 300
"""Characters that fit a row of the printed form at its smallest type size."""


def is_score(value: object) -> bool:
    """True for a whole number from 0 to 10; 7.5, "8" and True are not scores."""
    return isinstance(value, int) and not isinstance(value, bool) and SCORE_MIN <= value <= SCORE_MAX
