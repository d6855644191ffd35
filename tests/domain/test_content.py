"""What follows from a content: outcome, completion, promotion."""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.completion import Completion
from backend.domain.content import RecordContent, SubjectResult
from backend.domain.curriculum import GRADES
from backend.domain.levels import Period, SubjectLevel, TraitLevel
from backend.domain.outcome import Outcome, year_outcome
from tests.strategies.records import complete_record, records, with_result, without

GAPS = [
    ("a compulsory subject", lambda it: replace(it, subjects=without(it.subjects, "DAO_DUC"))),
    ("a level", lambda it: with_result(it, "TOAN", level=None)),
    ("the level of an elective", lambda it: with_result(it, "TIENG_DAN_TOC", comment="Em nói tốt.")),
    ("a year-end score", lambda it: with_result(it, "TOAN", scores={Period.MID_TERM_1: (9,)})),
    ("a quality", lambda it: replace(it, traits=without(it.traits, "YEU_NUOC"))),
    (
        "a quality, with one of no grade instead",
        lambda it: replace(it, traits={**without(it.traits, "YEU_NUOC"), "KHAC": TraitLevel.GOOD}),
    ),
]


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize(
    ("level", "trait", "score", "outcome"),
    [
        (SubjectLevel.GOOD, TraitLevel.GOOD, 10, Outcome.EXCELLENT),
        (SubjectLevel.GOOD, TraitLevel.GOOD, 7, Outcome.GOOD),
        (SubjectLevel.COMPLETED, TraitLevel.FAIR, 5, Outcome.COMPLETED),
        (SubjectLevel.COMPLETED, TraitLevel.FAIR, 4, Outcome.NOT_COMPLETED),
    ],
)
def test_the_outcome_of_every_grade(grade, level, trait, score, outcome):
    """A whole record has the outcome of its levels and year-end scores (TT27 Art. 9)."""
    assert complete_record(grade, level=level, trait=trait, score=score).outcome is outcome


@given(records(complete=True).filter(lambda content: not content.not_assessed))
def test_the_outcome_judges_every_result_that_is_there(content):
    """Electives count when they were taught, and of each test the last year-end sitting."""
    results = content.subjects.values()
    scores = [result.scores[Period.YEAR_END][-1] for result in results if Period.YEAR_END in result.scores]
    levels = [result.level for result in results]
    assert content.outcome is year_outcome(levels, list(content.traits.values()), scores)


@pytest.mark.parametrize(("what", "gap"), GAPS, ids=[what for what, _ in GAPS])
def test_no_outcome_while_a_result_is_missing(what, gap):
    """Nothing is concluded from half a record: not the outcome, not completion, not promotion."""
    assert what
    content = gap(complete_record())
    assert (content.outcome, content.completed, content.completion) == (None, None, None)


def test_a_retest_replaces_the_score():
    """Of several sittings the last one counts (TT27 Art. 7 cl. 2)."""
    content = with_result(complete_record(), "TOAN", scores={Period.YEAR_END: (4, 9)})
    assert content.subjects["TOAN"].score() == 9
    assert content.outcome is Outcome.EXCELLENT
    assert with_result(content, "TOAN", scores={Period.YEAR_END: (9, 4)}).outcome is Outcome.NOT_COMPLETED


def test_only_year_end_tests_decide():
    """A poor mid-term test is no part of the year's outcome."""
    scores = {Period.MID_TERM_1: (1,), Period.END_TERM_1: (2,), Period.YEAR_END: (9,)}
    assert with_result(complete_record(), "TOAN", scores=scores).outcome is Outcome.EXCELLENT


@pytest.mark.parametrize(
    ("result", "empty"),
    [
        (SubjectResult(), True),
        (SubjectResult(language="Tiếng Anh"), True),
        (SubjectResult(scores={Period.YEAR_END: ()}), True),
        (SubjectResult(scores={Period.YEAR_END: (0,)}), False),
        (SubjectResult(level=SubjectLevel.GOOD), False),
        (SubjectResult(comment="Em học tốt."), False),
    ],
)
def test_an_empty_result_is_no_result(result, empty):
    """A subject without level, score and comment is not taught; a score of 0 is a score."""
    assert result.is_empty is empty
    taught = complete_record().subjects
    content = complete_record(subjects={**taught, "TIENG_DAN_TOC": result})
    assert (content.outcome is Outcome.EXCELLENT) is (empty or result.level is not None)


def test_a_score_that_nobody_gave_is_absent():
    """No sitting, no mark."""
    assert SubjectResult().score() is None
    assert SubjectResult(scores={Period.YEAR_END: ()}).score() is None
    assert SubjectResult(scores={Period.END_TERM_1: (8,)}).score(Period.END_TERM_1) == 8


decisions = st.none() | st.booleans()


@given(records(), decisions, decisions)
def test_decisions_speak_only_where_the_rules_are_silent(content, completed, promoted):
    """A decision on completion counts without an outcome, one on promotion without completion."""
    content = replace(content, completed_by_decision=completed, promoted_by_decision=promoted)
    if content.outcome is not None:
        completed = content.outcome is not Outcome.NOT_COMPLETED
    assert content.completed is completed
    if completed is None:
        assert content.completion is None
    else:
        assert content.completion == Completion(
            class_completed=completed,
            promoted=completed or promoted is True,
            primary_completed=completed and content.grade == 5,
        )


def test_a_pupil_who_is_not_assessed_has_no_outcome():
    """Results may be there; they are not judged, and completion is decided by people."""
    content = complete_record(not_assessed=True)
    assert (content.outcome, content.completed) == (None, None)
    assert replace(content, completed_by_decision=True).completed is True


def test_a_content_cannot_be_changed():
    """A revision holds a value: changing means making another one."""
    content: RecordContent = complete_record()
    with pytest.raises(FrozenInstanceError):
        content.grade = 5
