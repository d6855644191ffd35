"""Keyed marks of citizen numbers: found again by whoever has the number, whatever key they were made with."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.citizen_marks import CitizenMarks
from backend.domain.identifiers import CitizenNumber

NUMBER = CitizenNumber("022185000017")
numbers = st.from_regex(r"0[0-9]{11}", fullmatch=True).map(CitizenNumber)
keys = st.lists(st.text(min_size=1), min_size=1, max_size=3)


@given(numbers, keys)
def test_a_mark_holds_no_number_and_says_its_layers(number, of_site):
    """Today's comes first, one for each key, and none shows a digit of the number as such."""
    marks = CitizenMarks(of_site).of(number)
    assert [mark.partition(":")[0] for mark in marks] == [str(n) for n in range(len(of_site), 0, -1)]
    assert all(re.fullmatch(r"[1-9]:[0-9a-f]{64}", mark) for mark in marks)


@given(numbers, keys, st.text(min_size=1))
def test_a_new_key_wraps_what_is_kept(number, of_site, added):
    """Without the number, an old mark becomes the one that the number gives; and so does a bare number."""
    before, after = CitizenMarks(of_site), CitizenMarks([*of_site, added])
    assert after.of(number)[1:] == before.of(number)
    assert after.rewrapped(before.of(number)[0]) == after.of(number)[0]
    assert after.rewrapped(number.value) == after.of(number)[0]
    assert after.rewrapped(after.of(number)[0]) == after.of(number)[0]


def test_without_the_key_it_is_another_mark():
    """Neither another key nor none gives what is kept."""
    mark = CitizenMarks(["one"]).of(NUMBER)
    assert mark != CitizenMarks(["two"]).of(NUMBER)
    assert "one" not in repr(CitizenMarks(["one"]))


def test_a_key_that_was_taken_out_is_missed():
    """A mark of more layers than there are keys is refused, not wrapped wrongly."""
    with pytest.raises(ValueError, match="more layers"):
        CitizenMarks(["one"]).rewrapped(CitizenMarks(["one", "two"]).of(NUMBER)[0])
