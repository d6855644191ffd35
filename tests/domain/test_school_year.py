"""School years."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.school_year import SchoolYear

years = st.integers(2000, 2098).map(SchoolYear)


@given(years, st.sampled_from("-–/"), st.sampled_from(["", " "]))
def test_a_school_year_is_read_as_people_write_it(year, dash, space):
    """Hyphen, dash or slash, with or without spaces."""
    assert SchoolYear.parse(f"{space}{year.start}{space}{dash}{space}{year.start + 1}{space}") == year


@given(years)
def test_a_school_year_is_written_in_one_way(year):
    """What is written is read back as the same year."""
    assert SchoolYear.parse(str(year)) == year


@pytest.mark.parametrize(
    "text",
    [
        "2023-2023",
        "2023-2025",
        "2024-2023",
        "2023",
        "23-24",
        "2023_2024",
        "1999-2000",
        "2023-2024x",
        "",
        "２０２３-2024",
    ],
)
def test_what_is_no_school_year_is_refused(text):
    """The second year follows the first, and both have four digits of this century."""
    with pytest.raises(ValueError):
        SchoolYear.parse(text)


@given(years, years)
def test_school_years_are_ordered_in_time(one, other):
    """An earlier year is the smaller one."""
    assert (one < other) == (one.start < other.start)
