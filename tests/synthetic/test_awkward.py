"""The awkward records."""

import pytest

from backend.domain.content_rules import incomplete, wrong
from backend.domain.text import fold
from backend.synthetic.awkward import Awkward, awkward_records
from backend.synthetic.records import school_records


@pytest.fixture(scope="module")
def cases(one_school):
    return awkward_records(one_school, one_school.schools[0])


def test_every_case_is_there_and_obeys_the_rules(cases):
    """Awkward is not wrong: each can be imported, and signed."""
    assert set(cases) == set(Awkward)
    for record in cases.values():
        assert (wrong(record), incomplete(record)) == ([], [])


def test_the_cases_are_pupils_of_their_own(cases, one_school):
    """No awkward pupil shares a number with another pupil of the school."""
    pupils = [
        record.pupil for record in [*cases.values(), *school_records(one_school, one_school.schools[0])]
    ]
    assert len({pupil.pupil_code for pupil in pupils}) == len(pupils)


def test_names_and_families(cases):
    """A name of 40 characters, marks on capitals, and every kind of family."""
    assert 40 <= len(cases[Awkward.LONGEST_NAME].pupil.full_name) <= 45
    stacked = cases[Awkward.STACKED_MARKS].pupil.full_name
    assert stacked.isupper()
    assert {"Ẩ", "Ữ", "Ắ"} <= set(stacked)
    assert fold(stacked).isascii()
    assert not cases[Awkward.NO_FATHER].pupil.father
    assert not cases[Awkward.NO_MOTHER].pupil.mother
    alone = cases[Awkward.GUARDIAN_ONLY].pupil
    assert (alone.father, alone.mother, bool(alone.guardian)) == ("", "", True)


def test_ways_through_school(cases):
    """Two schools within one year, and one class twice."""
    *_, left, arrived = cases[Awkward.TWO_SCHOOLS_IN_ONE_YEAR].history
    assert left.school_year == arrived.school_year
    assert left.school_name != arrived.school_name
    assert arrived.entered_on > left.entered_on
    names = [entry.class_name for entry in cases[Awkward.REPEATED_YEAR].history]
    assert names[-1] == names[-2]
    assert len({entry.school_year for entry in cases[Awkward.REPEATED_YEAR].history}) == len(names)


def test_results(cases):
    """Moved up without completing, not assessed, the primary programme completed, a language of their own."""
    later = cases[Awkward.PROMOTED_LATER].completion
    assert (later.class_completed, later.promoted) == (False, True)
    exempt = cases[Awkward.NOT_ASSESSED]
    assert (exempt.outcome, exempt.completed, exempt.traits) == (None, True, {})
    assert all(result.level is None for result in exempt.subjects.values())
    assert cases[Awkward.GRADE_5_FINAL].completion.primary_completed
    assert cases[Awkward.ETHNIC_LANGUAGE].subjects["TIENG_DAN_TOC"].language == "Tiếng Tày"


def test_lengths(cases):
    """300 characters in every row, and a school's name of two lines."""
    full = cases[Awkward.FULL_COMMENTS]
    assert {len(result.comment) for result in full.subjects.values()} == {300}
    assert {len(text) for text in full.comments.values()} == {300}
    assert len(cases[Awkward.TWO_LINE_SCHOOL].school.name) > 70
