"""Contents of year records: a complete one to vary by hand, and strategies for all that a school may write."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from backend.domain.completion import AWARD_REQUIRES, Award
from backend.domain.content import (
    AwardGiven,
    HistoryEntry,
    PupilFacts,
    RecordContent,
    SchoolFacts,
    SubjectResult,
)
from backend.domain.curriculum import GRADES, GradeCurriculum, Subject, SubjectStatus, curriculum_of
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome
from backend.domain.school_year import SchoolYear
from tests.strategies.texts import names, phrases, texts

YEAR = SchoolYear(2024)
"""The first school year in which all five grades follow TT27."""

SCHOOL = SchoolFacts(
    code="22193401",
    name="Trường Tiểu học Hà Lầm",
    commune="Phường Hà Lầm",
    district="Thành phố Hạ Long",
    province="Tỉnh Quảng Ninh",
    place="Hạ Long",
)
PUPIL = PupilFacts(
    full_name="Đỗ Thị Ngọc Ánh", gender=Gender.FEMALE, ethnicity="Kinh", nationality="Việt Nam"
)


def complete_record(
    grade: int = 4,
    *,
    level: SubjectLevel = SubjectLevel.GOOD,
    score: int = 10,
    trait: TraitLevel = TraitLevel.GOOD,
    **changes: Any,
) -> RecordContent:
    """A record ready to sign, the same level everywhere, with changes."""
    curriculum = curriculum_of(grade, YEAR)
    content = RecordContent(
        school_year=YEAR,
        grade=grade,
        class_name=f"{grade}A",
        school=SCHOOL,
        pupil=replace(PUPIL, birth_date=date(YEAR.start - 5 - grade, 9, 5)),
        subjects={
            subject.code: SubjectResult(
                level=level,
                scores={Period.YEAR_END: (score,)} if subject.has_year_end_test else {},
                comment=f"Em học tốt môn {subject.name}.",
            )
            for subject in curriculum.subjects
            if subject.status is SubjectStatus.COMPULSORY
        },
        traits={item.code: trait for item in curriculum.traits},
        comments=dict.fromkeys(TraitGroup, "Em chăm ngoan."),
        recorded_on=date(YEAR.start + 1, 5, 31),
    )
    return replace(content, **changes)


def with_result(content: RecordContent, code: str, **changes: Any) -> RecordContent:
    """The content with a changed result of one subject."""
    result = replace(content.subjects.get(code, SubjectResult()), **changes)
    return replace(content, subjects={**content.subjects, code: result})


def with_pupil(content: RecordContent, **changes: Any) -> RecordContent:
    """The content with changed facts of the pupil."""
    return replace(content, pupil=replace(content.pupil, **changes))


def without(items: Mapping[Any, Any], key: Any) -> dict[Any, Any]:
    """The mapping less one key."""
    return {kept: value for kept, value in items.items() if kept != key}


scores = st.integers(0, 10)
subject_levels = st.sampled_from(SubjectLevel)
trait_levels = st.sampled_from(TraitLevel)

GRADE_YEARS = st.sampled_from(GRADES).flatmap(
    lambda grade: st.tuples(st.just(grade), st.integers(2019 + grade, 2035).map(SchoolYear))
)
"""A grade and a school year in which it follows TT27 (Art. 2)."""

CLASS_NAMES = texts(10)
HEIGHTS = st.none() | st.integers(500, 2199)
WEIGHTS = st.none() | st.integers(8_000, 149_999)
ABSENCES = st.integers(0, 366)
RECORDED_ON = st.none() | st.dates(date(2020, 1, 1), date(2036, 1, 1))
DECISIONS = {True: st.none() | st.booleans(), False: st.booleans()}
"""By whether a decision may be absent."""


@cache
def pupils(year: SchoolYear) -> st.SearchStrategy[PupilFacts]:
    """Facts of a pupil of primary age; everything but the name may be absent."""
    person, place = st.sampled_from(("", "Hoàng Thị Ỷ", "Lỷ A Tài")), phrases()
    return st.builds(
        PupilFacts,
        full_name=names(),
        birth_date=st.dates(date(year.start - 12, 1, 1), date(year.start - 5, 12, 31)),
        gender=st.sampled_from(Gender),
        ethnicity=st.sampled_from(("", "Kinh", "Sán Dìu")),
        nationality=st.sampled_from(("", "Việt Nam")),
        birth_place=place,
        hometown=place,
        address=place,
        father=person,
        mother=person,
        guardian=person,
        citizen_number=st.sampled_from(("", "022316000001", "001216123456")),
        pupil_code=st.sampled_from(("", "2200000001")),
    )


PLACES = phrases()
SCHOOLS = st.builds(
    SchoolFacts,
    code=st.sampled_from(("22193401", "22207405")),
    name=phrases(least=1),
    commune=PLACES,
    district=PLACES,
    province=PLACES,
    place=PLACES,
)
HISTORIES = st.lists(
    st.builds(
        HistoryEntry,
        school_year=st.integers(2019, 2035).map(SchoolYear),
        class_name=st.sampled_from(("", "1A", "4A2")),
        school_name=phrases(),
        register_number=st.sampled_from(("", "123/2019")),
        entered_on=st.none() | st.dates(date(2019, 1, 1), date(2036, 1, 1)),
    ),
    max_size=3,
).map(tuple)
"""Rows of "Quá trình học tập"."""


def results(subject: Subject, *, complete: bool) -> st.SearchStrategy[SubjectResult]:
    """A result of one subject; a complete one has whatever the subject asks for."""
    sittings = {
        period: st.lists(scores, min_size=1, max_size=2).map(tuple) for period in sorted(subject.tests)
    }
    required = {Period.YEAR_END} & subject.tests if complete else set()
    return st.builds(
        SubjectResult,
        level=subject_levels if complete else st.none() | subject_levels,
        scores=st.fixed_dictionaries(
            {period: of for period, of in sittings.items() if period in required},
            optional={period: of for period, of in sittings.items() if period not in required},
        ),
        comment=phrases(least=int(complete)),
        language=st.sampled_from(("", "Tiếng Anh")) if subject.names_language else st.just(""),
    )


@cache
def all_results(
    curriculum: GradeCurriculum, *, complete: bool
) -> st.SearchStrategy[dict[str, SubjectResult]]:
    """Results of a grade's subjects, electives now and then."""
    of = {subject.code: results(subject, complete=complete) for subject in curriculum.subjects}
    required = curriculum.compulsory if complete else frozenset()
    return st.fixed_dictionaries(
        {code: result for code, result in of.items() if code in required},
        optional={code: result for code, result in of.items() if code not in required},
    )


@cache
def all_traits(curriculum: GradeCurriculum, *, complete: bool) -> st.SearchStrategy[dict[str, TraitLevel]]:
    """Levels of a grade's qualities and competences."""
    levels = {trait.code: trait_levels for trait in curriculum.traits}
    return st.fixed_dictionaries(levels) if complete else st.fixed_dictionaries({}, optional=levels)


@cache
def group_comments(*, complete: bool) -> st.SearchStrategy[dict[TraitGroup, str]]:
    """Comments on the three groups."""
    written = dict.fromkeys(TraitGroup, phrases(least=int(complete)))
    return st.fixed_dictionaries(written) if complete else st.fixed_dictionaries({}, optional=written)


@cache
def awards(outcome: Outcome | None) -> st.SearchStrategy[tuple[AwardGiven, ...]]:
    """Awards that fit the outcome."""
    fitting = [award for award in Award if AWARD_REQUIRES.get(award, outcome) is outcome]
    given = st.builds(AwardGiven, award=st.sampled_from(fitting), note=phrases())
    return st.lists(given, max_size=3).map(tuple)


@st.composite
def records(draw: st.DrawFn, *, complete: bool = False) -> RecordContent:
    """A content without faults; a complete one lacks nothing that signing asks for."""
    grade, year = draw(GRADE_YEARS)
    curriculum = curriculum_of(grade, year)
    not_assessed = draw(st.booleans())
    whole = complete and not not_assessed
    content = RecordContent(
        school_year=year,
        grade=grade,
        class_name=draw(CLASS_NAMES),
        school=draw(SCHOOLS),
        pupil=draw(pupils(year)),
        history=draw(HISTORIES),
        height_mm=draw(HEIGHTS),
        weight_g=draw(WEIGHTS),
        absent_excused=draw(ABSENCES),
        absent_unexcused=draw(ABSENCES),
        subjects=draw(all_results(curriculum, complete=whole)),
        traits=draw(all_traits(curriculum, complete=whole)),
        comments=draw(group_comments(complete=whole)),
        not_assessed=not_assessed,
        reassessed=draw(st.booleans()),
        completed_by_decision=draw(DECISIONS[not (complete and not_assessed)]),
        promoted_by_decision=draw(DECISIONS[True]),
        recorded_on=draw(RECORDED_ON),
    )
    return replace(content, awards=draw(awards(content.outcome)))
