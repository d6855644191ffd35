"""Lock windows, their instants, and which records are due in which."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.calendar import (
    LOCK_DAY,
    PILOT_YEAR,
    REPORT_DAY,
    VIETNAM,
    Window,
    default_calendar,
    default_instant,
    due_window,
    grades_in_scope,
    school_year_at,
)
from backend.domain.curriculum import GRADES, CurriculumUnknownError, curriculum_of
from backend.domain.levels import SubjectLevel
from backend.domain.school_year import SchoolYear
from tests.strategies.records import complete_record, records

years = st.integers(2023, 2060).map(SchoolYear)


@pytest.mark.parametrize(
    ("days", "window", "included", "instant"),
    [
        (LOCK_DAY, Window.MAIN, False, "2024-06-29T17:00:00+00:00"),
        (LOCK_DAY, Window.MAIN, True, "2024-06-30T17:00:00+00:00"),
        (LOCK_DAY, Window.SUPPLEMENTARY, False, "2024-08-14T17:00:00+00:00"),
        (LOCK_DAY, Window.SUPPLEMENTARY, True, "2024-08-15T17:00:00+00:00"),
        (REPORT_DAY, Window.MAIN, False, "2024-07-09T17:00:00+00:00"),
        (REPORT_DAY, Window.SUPPLEMENTARY, True, "2024-08-25T17:00:00+00:00"),
    ],
)
def test_the_days_of_the_plan_in_universal_time(days, window, included, instant):
    """30/6, 15/8, 10/7 and 25/8 end at midnight in Vietnam, which is 17:00 in universal time."""
    found = default_instant(PILOT_YEAR, days[window], day_included=included)
    assert found.astimezone(UTC).isoformat() == instant


@given(years, st.sampled_from(Window), st.booleans())
def test_instants_carry_vietnams_offset(year, window, included):
    """+07:00 all year round, at midnight, in the summer after the school year."""
    instant = default_instant(year, LOCK_DAY[window], day_included=included)
    assert instant.utcoffset() == timedelta(hours=7)
    assert (instant.year, instant.hour, instant.minute) == (year.start + 1, 0, 0)


@given(years, st.booleans())
def test_each_lock_comes_before_its_report_and_the_next_lock(year, included):
    """MAIN lock, MAIN report, SUPPLEMENTARY lock, SUPPLEMENTARY report."""
    days = [
        LOCK_DAY[Window.MAIN],
        REPORT_DAY[Window.MAIN],
        LOCK_DAY[Window.SUPPLEMENTARY],
        REPORT_DAY[Window.SUPPLEMENTARY],
    ]
    instants = [default_instant(year, day, day_included=included) for day in days]
    assert instants == sorted(set(instants))


def test_whether_the_day_itself_counts_is_one_day():
    """The words "before 30/6" have two readings, and they differ by exactly the day."""
    readings = [
        default_instant(PILOT_YEAR, LOCK_DAY[Window.MAIN], day_included=counts) for counts in (False, True)
    ]
    assert readings[1] - readings[0] == timedelta(days=1)
    last_second = datetime(2024, 6, 30, 23, 59, 59, tzinfo=VIETNAM)
    assert readings[0] < last_second < readings[1]


def test_the_pilot_year_has_four_grades():
    """Grades 1 to 4 in 2023–2024, all five after it (TT27 Art. 2)."""
    assert grades_in_scope(PILOT_YEAR) == {1, 2, 3, 4}
    assert grades_in_scope(SchoolYear(2024)) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("year", [SchoolYear(2023), SchoolYear(2024), SchoolYear(2030)], ids=str)
def test_grades_in_scope_are_those_with_a_curriculum(year):
    """The calendar and the curriculum tables agree on which grades follow TT27."""

    def has_curriculum(grade: int) -> bool:
        try:
            return curriculum_of(grade, year).grade == grade
        except CurriculumUnknownError:
            return False

    assert grades_in_scope(year) == {grade for grade in GRADES if has_curriculum(grade)}


@pytest.mark.parametrize(
    ("facts", "window"),
    [
        ({}, Window.MAIN),
        ({"reassessed": True}, Window.SUPPLEMENTARY),
        ({"level": SubjectLevel.NOT_COMPLETED}, Window.SUPPLEMENTARY),
        ({"level": SubjectLevel.NOT_COMPLETED, "promoted_by_decision": True}, Window.SUPPLEMENTARY),
        ({"not_assessed": True}, Window.SUPPLEMENTARY),
        ({"not_assessed": True, "completed_by_decision": True}, Window.MAIN),
        ({"not_assessed": True, "completed_by_decision": False}, Window.SUPPLEMENTARY),
    ],
)
def test_who_is_due_when(facts, window):
    """MAIN takes pupils confirmed as having completed; those assessed again or not yet completed come later."""
    assert due_window(complete_record(**facts)) is window


@given(records())
def test_main_takes_exactly_those_completed_at_first(content):
    """A record without completion, or completed only in summer, is never due in June."""
    assert (due_window(content) is Window.MAIN) == (content.completed is True and not content.reassessed)


@given(years, st.booleans())
def test_the_plans_calendar_has_both_windows_with_its_grades(year, day_counts):
    """Locks where the setting puts them, reports at the end of their day, and the grades of the year."""
    main, second = default_calendar(year, day_counts=day_counts)
    assert (main.window, second.window) == (Window.MAIN, Window.SUPPLEMENTARY)
    for plan in (main, second):
        assert plan.locks_at == default_instant(year, LOCK_DAY[plan.window], day_included=day_counts)
        assert plan.reports_at == default_instant(year, REPORT_DAY[plan.window], day_included=True)
        assert plan.grades == grades_in_scope(year)


@pytest.mark.parametrize(
    ("instant", "start"),
    [
        (datetime(2025, 8, 31, 16, 59, tzinfo=UTC), 2024),
        (datetime(2025, 8, 31, 17, 0, tzinfo=UTC), 2025),
        (datetime(2026, 1, 1, tzinfo=UTC), 2025),
        (datetime(2026, 8, 15, tzinfo=UTC), 2025),
    ],
)
def test_a_school_year_begins_in_september_in_vietnam(instant, start):
    """At midnight in Vietnam, seven hours before midnight in universal time."""
    assert school_year_at(instant).start == start
