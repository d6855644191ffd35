"""Progress: days filled from steps, a pace carried on, and small numbers that nobody can work out."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.lifecycle import State
from backend.domain.progress import LOOK_BACK_DAYS, SMALLEST_SHOWN, Step, by_day, forecast, shown

FIRST = date(2025, 6, 1)
COUNTS = st.dictionaries(st.sampled_from(State), st.integers(0, 40))


@given(st.lists(st.tuples(st.integers(-5, 20), st.sampled_from(State), st.integers(1, 9)), max_size=20))
def test_a_day_shows_the_sum_of_everything_up_to_its_end(raw):
    """Also what happened before the first day shown counts, and what comes after the last does not."""
    steps = sorted((Step(FIRST + timedelta(days=at), state, n) for at, state, n in raw), key=lambda s: s.day)
    for day, counts in by_day(steps, FIRST, FIRST + timedelta(days=10)):
        due = [step for step in steps if step.day <= day]
        assert sum(counts.values()) == sum(step.change for step in due)


def test_a_state_that_has_emptied_is_not_shown():
    """Nothing is left of what has moved on."""
    steps = [Step(FIRST, State.DRAFT, 3), Step(FIRST + timedelta(days=1), State.DRAFT, -3)]
    days = dict(by_day(steps, FIRST, FIRST + timedelta(days=1)))
    assert days == {FIRST: {State.DRAFT: 3}, FIRST + timedelta(days=1): {}}


@given(st.integers(0, 900), st.integers(0, 900), st.integers(0, 900))
def test_a_forecast_ends_when_the_pace_has_done_the_rest(total, done, before):
    """At the pace of the week the rest is done on the day it names, and not a day earlier."""
    said = forecast(total, done, before, FIRST)
    if done >= total:
        assert said.finishes_on == FIRST
    elif done <= before:
        assert said.finishes_on is None
    else:
        days = (said.finishes_on - FIRST).days
        pace = (done - before) / LOOK_BACK_DAYS
        assert done + days * pace >= total - 1e-6
        assert done + (days - 1) * pace < total


@given(COUNTS)
def test_no_small_number_is_shown_and_none_stands_alone(counts):
    """A count below five is hidden, and a second with it, so that the sum gives neither away."""
    said = shown(counts)
    hidden = [state for state, count in said.items() if count is None]
    assert all(count is None or count == 0 or count >= SMALLEST_SHOWN for count in said.values())
    assert len(hidden) != 1 or sum(1 for count in counts.values() if count) == 1
