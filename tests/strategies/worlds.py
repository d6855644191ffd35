"""Plans of random provinces: districts, schools, classes, and pupils who stay, climb and change schools."""

from dataclasses import dataclass

from hypothesis import strategies as st

from backend.domain.lifecycle import State

YEARS = (2023, 2024)


@dataclass(frozen=True, slots=True)
class YearPlan:
    """One school year of a pupil: where, and how far its record has come.

    ``standing`` is the state of a revision that stands while another one, ``working``, is open.
    """

    school: int
    class_number: int
    school_year: int
    working: State
    standing: State | None


@dataclass(frozen=True, slots=True)
class PupilPlan:
    """A pupil by their years, the last of which says who manages the book now."""

    years: tuple[YearPlan, ...]
    has_guardian: bool


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """``schools`` names the district of each school."""

    schools: tuple[int, ...]
    pupils: tuple[PupilPlan, ...]


DISTRICTS, SCHOOLS, CLASSES = 2, 3, 2
WORKING = tuple(state for state in State if state is not State.SUPERSEDED)
OPEN = (State.DRAFT, State.TEACHER_SIGNED, State.ISSUED, State.SUBMITTED)

situations = st.one_of(
    st.tuples(st.sampled_from(WORKING), st.none()),
    st.tuples(st.sampled_from(OPEN), st.just(State.ACCEPTED)),
)


@st.composite
def pupils(draw: st.DrawFn) -> PupilPlan:
    """One to three years; two of them may be the same school year at two schools."""
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(YEARS), st.integers(0, SCHOOLS - 1)),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    years = []
    for school_year, school in sorted(places):
        working, standing = draw(situations)
        years.append(YearPlan(school, draw(st.integers(0, CLASSES - 1)), school_year, working, standing))
    return PupilPlan(tuple(years), draw(st.booleans()))


worlds = st.builds(
    WorldPlan,
    schools=st.lists(st.integers(0, DISTRICTS - 1), min_size=SCHOOLS, max_size=SCHOOLS).map(tuple),
    pupils=st.lists(pupils(), min_size=2, max_size=6).map(tuple),
)
