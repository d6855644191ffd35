"""Completion, promotion and awards: three facts that follow the outcome but are not the outcome.

Completing the class programme follows from the outcome (TT27 Art. 11 cl. 1); moving up is decided, for a
pupil who has still not completed it, by the principal (cl. 2); an award is given by people (Art. 13).
"""

from dataclasses import dataclass

from backend.domain.outcome import Outcome
from backend.domain.word import Word

LAST_GRADE = 5


class Award(Word):
    """Year-end and other awards (TT27 Art. 13)."""

    EXCELLENT_PUPIL = "HSXS"
    OUTSTANDING_PUPIL = "HSTB"
    AD_HOC = "DOT_XUAT"
    PROPOSED_TO_HIGHER_LEVEL = "DE_NGHI_CAP_TREN"
    LETTER_OF_PRAISE = "THU_KHEN"


AWARD_REQUIRES: dict[Award, Outcome] = {
    Award.EXCELLENT_PUPIL: Outcome.EXCELLENT,
    Award.OUTSTANDING_PUPIL: Outcome.GOOD,
}
"""Awards that stand on an outcome (Art. 13 cl. 1 a); the second also needs the class's recognition."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What part 6 of the form says.

    ``class_completed`` and ``promoted`` are separate: a pupil may be moved up without having completed.
    """

    class_completed: bool
    promoted: bool
    primary_completed: bool


def class_completed(outcome: Outcome) -> bool:
    """Whether the class programme is completed (TT27 Art. 11 cl. 1)."""
    return outcome is not Outcome.NOT_COMPLETED


def completion(grade: int, *, completed: bool, promoted_by_decision: bool | None) -> Completion:
    """Join the fact of completion with the principal's decision (TT27 Art. 11).

    Args:
        grade: 1 to 5.
        completed: the class programme is completed.
        promoted_by_decision: the principal's decision for a pupil who has not completed; None when none.
    """
    return Completion(
        class_completed=completed,
        promoted=completed or promoted_by_decision is True,
        primary_completed=completed and grade == LAST_GRADE,
    )
