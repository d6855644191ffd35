"""TT27 Art. 9 cl. 2: the outcome of the year."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.levels import SubjectLevel, TraitLevel
from backend.domain.outcome import OUTCOME_RULES, Outcome, year_outcome
from tests.strategies.records import scores, subject_levels, trait_levels

WORST_FIRST = (Outcome.NOT_COMPLETED, Outcome.COMPLETED, Outcome.GOOD, Outcome.EXCELLENT)
GOOD, DONE, NOT_DONE = SubjectLevel
TRAIT_GOOD, FAIR, EFFORT = TraitLevel

subject_lists = st.lists(subject_levels, max_size=13)
trait_lists = st.lists(trait_levels, max_size=15)
score_lists = st.lists(scores, max_size=8)


def article_9(subjects: Sequence[str], traits: Sequence[str], marks: Sequence[int]) -> str:
    """The article read aloud, point by point, over plain letters."""
    lowest = min(marks, default=10)
    all_good = set(subjects) <= {"T"} and set(traits) <= {"T"}
    if all_good and lowest >= 9:
        return "HTXS"
    if all_good and lowest >= 7:
        return "HTT"
    if "C" not in subjects and "C" not in traits and lowest >= 5:
        return "HT"
    return "CHT"


def raised(values: Sequence, order: Sequence, at: int) -> list:
    """The values with one of them a step higher; the highest stays."""
    place = at % len(values)
    step = min(order.index(values[place]) + 1, len(order) - 1)
    return [*values[:place], order[step], *values[place + 1 :]]


@given(subject_lists, trait_lists, score_lists)
def test_agrees_with_the_article(subjects, traits, marks):
    """The table of rules says what the article says in words."""
    letters = [level.value for level in subjects], [level.value for level in traits]
    assert year_outcome(subjects, traits, marks) == article_9(*letters, marks)


@given(subject_lists, trait_lists, score_lists)
def test_first_match_wins(subjects, traits, marks):
    """The outcome is that of the first rule that holds; every later rule holds as well, so order matters."""
    holding = [rule for rule in OUTCOME_RULES if rule.holds(subjects, traits, marks)]
    assert year_outcome(subjects, traits, marks) is (holding[0].outcome if holding else Outcome.NOT_COMPLETED)
    assert holding == list(OUTCOME_RULES[len(OUTCOME_RULES) - len(holding) :])


@given(subject_lists, trait_lists, score_lists, st.integers(0, 100), st.integers(0, 2))
def test_raising_anything_never_lowers_the_outcome(subjects, traits, marks, at, which):
    """A better level or score can only keep or raise the outcome."""
    facts: list[list] = [subjects, traits, marks]
    orders = (tuple(SubjectLevel)[::-1], tuple(TraitLevel)[::-1], tuple(range(11)))
    before = year_outcome(*facts)
    if facts[which]:
        facts[which] = raised(facts[which], orders[which], at)
    assert WORST_FIRST.index(year_outcome(*facts)) >= WORST_FIRST.index(before)


@given(subject_lists, trait_lists, score_lists, st.randoms(use_true_random=False))
def test_order_does_not_matter(subjects, traits, marks, random):
    """Pupils are judged by what they reached, not by the order in which it is listed."""
    before = year_outcome(subjects, traits, marks)
    for values in (subjects, traits, marks):
        random.shuffle(values)
    assert year_outcome(subjects, traits, marks) is before


@pytest.mark.parametrize(
    ("lowest", "outcome"),
    [
        (10, Outcome.EXCELLENT),
        (9, Outcome.EXCELLENT),
        (8, Outcome.GOOD),
        (7, Outcome.GOOD),
        (6, Outcome.COMPLETED),
        (5, Outcome.COMPLETED),
        (4, Outcome.NOT_COMPLETED),
        (0, Outcome.NOT_COMPLETED),
    ],
)
def test_the_lowest_test_decides(lowest, outcome):
    """With every level at its best, the outcome turns at 9, 7 and 5 of the weakest test."""
    assert year_outcome([GOOD] * 13, [TRAIT_GOOD] * 15, [10, lowest, 10]) is outcome


@pytest.mark.parametrize(
    ("subject", "trait", "outcome"),
    [
        (DONE, TRAIT_GOOD, Outcome.COMPLETED),
        (GOOD, FAIR, Outcome.COMPLETED),
        (DONE, FAIR, Outcome.COMPLETED),
        (NOT_DONE, TRAIT_GOOD, Outcome.NOT_COMPLETED),
        (GOOD, EFFORT, Outcome.NOT_COMPLETED),
    ],
)
def test_one_weaker_level_is_enough(subject, trait, outcome):
    """One H in Music or one Đ in a quality takes the two upper outcomes, one C takes completion."""
    levels, traits = [GOOD] * 12 + [subject], [TRAIT_GOOD] * 14 + [trait]
    assert year_outcome(levels, traits, [10] * 7) is outcome


def test_without_tests_levels_alone_decide():
    """A subject without a test asks for no score; nothing is made up for it."""
    assert year_outcome([GOOD], [TRAIT_GOOD], []) is Outcome.EXCELLENT


def test_the_two_scales_differ():
    """Subjects have T, H, C; qualities and competences T, Đ, C: H and Đ belong to one scale each."""
    assert [level.value for level in SubjectLevel] == ["T", "H", "C"]
    assert [level.value for level in TraitLevel] == ["T", "Đ", "C"]
