"""Completion, promotion and awards as separate facts (TT27 Art. 11, 13)."""

import pytest

from backend.domain.completion import AWARD_REQUIRES, Award, Completion, class_completed, completion
from backend.domain.curriculum import GRADES
from backend.domain.outcome import Outcome


def test_three_outcomes_complete_the_class():
    """Only "Chưa hoàn thành" does not complete the class programme (Art. 11 cl. 1)."""
    assert [outcome for outcome in Outcome if not class_completed(outcome)] == [Outcome.NOT_COMPLETED]


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("decision", [None, False, True])
@pytest.mark.parametrize("completed", [False, True])
def test_completion_and_promotion(grade, decision, completed):
    """Who completed moves up, whatever was decided; who did not moves up only by decision (cl. 2)."""
    assert completion(grade, completed=completed, promoted_by_decision=decision) == Completion(
        class_completed=completed,
        promoted=completed or decision is True,
        primary_completed=completed and grade == 5,
    )


def test_promotion_without_completion_does_not_end_primary_school():
    """A pupil of grade 5 moved up by decision has not completed the primary programme."""
    moved_up = completion(5, completed=False, promoted_by_decision=True)
    assert (moved_up.promoted, moved_up.primary_completed) == (True, False)


def test_awards_that_stand_on_an_outcome():
    """Học sinh Xuất sắc needs the highest outcome, Học sinh Tiêu biểu the second (Art. 13 cl. 1 a)."""
    assert {award.value: outcome.value for award, outcome in AWARD_REQUIRES.items()} == {
        "HSXS": "HTXS",
        "HSTB": "HTT",
    }
    assert len(Award) == 5
