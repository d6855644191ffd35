"""Taking part: the life of a declaration, four conditions, and how many schools must."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import ConditionsNotMetError, NotPermittedError
from backend.domain.participation import (
    GRANTS,
    TRANSITIONS,
    Answer,
    Condition,
    ParticipationAction,
    ParticipationFacts,
    ParticipationState,
    least,
    participation_refusal,
    unmet,
    within,
)
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.report_table import report_words
from backend.domain.school_year import SchoolYear
from backend.services.participation_reports import TABLES

STATES = (None, *ParticipationState)


@given(st.sampled_from(Role), st.sampled_from(ParticipationAction), st.sampled_from(STATES), st.booleans())
def test_only_the_table_lets_a_declaration_move(role, action, state, ready):
    """Role, then state, then the conditions: nothing outside the tables is ever allowed."""
    facts = ParticipationFacts(state=state, unmet=() if ready else (Condition.STAFF,))
    error = participation_refusal(Actor(role=role), action, facts)
    if action not in GRANTS.get(role, ()):
        assert isinstance(error, NotPermittedError)
        assert error.refusal is Refusal.ROLE
    elif (state, action) not in TRANSITIONS:
        assert error.reason == "STATE_FORBIDS"
    elif action in {ParticipationAction.PROPOSE, ParticipationAction.APPROVE} and not ready:
        assert isinstance(error, ConditionsNotMetError)
    else:
        assert error is None


def test_a_condition_without_evidence_is_not_met():
    """Saying yes is not enough, and what is not answered is not met either."""
    said = {
        Condition.STAFF: Answer(condition=Condition.STAFF, met=True, evidence="Quyết định 12"),
        Condition.SOFTWARE: Answer(condition=Condition.SOFTWARE, met=True, evidence=""),
        Condition.EQUIPMENT: Answer(condition=Condition.EQUIPMENT, met=False, evidence="Thiếu máy"),
    }
    assert unmet(said) == (Condition.EQUIPMENT, Condition.SOFTWARE, Condition.SIGNATURES)


@given(st.integers(0, 10_000))
def test_at_least_half_is_half_rounded_up(schools):
    """Of seven schools four must take part; of none, none."""
    assert 2 * least(schools) >= schools
    assert 2 * (least(schools) - 1) < schools


@pytest.mark.parametrize(
    ("day", "belongs"),
    [
        (date(2024, 6, 30), False),
        (date(2024, 7, 1), True),
        (date(2025, 8, 31), True),
        (date(2025, 9, 1), False),
    ],
)
def test_a_year_runs_from_its_preparation_to_the_next(day, belongs):
    """From July before it begins to the end of August after it."""
    assert within(SchoolYear(2024), day) is belongs


def test_every_heading_of_a_report_has_its_word_and_every_word_its_heading():
    """A report shows no bare code, and no word is left that no report uses."""
    used = {name for columns, _ in TABLES.values() for name in columns}
    assert set(report_words()["columns"]) == used
    assert set(report_words()["reports"]) == {*TABLES, "SUBTITLE"}
    assert set(report_words()["states"]) == {*ParticipationState, "NONE"}
