"""Subjects, tests, qualities and competences of each grade (TT27 Art. 2, 5, 7; CTGDPT 2018)."""

import pytest

from backend.domain.curriculum import (
    GRADES,
    CurriculumUnknownError,
    GradeCurriculum,
    SubjectKind,
    SubjectStatus,
    all_subjects,
    all_traits,
    curriculum_of,
    rows,
)
from backend.domain.levels import Period, TraitGroup, is_score
from backend.domain.school_year import SchoolYear

YEAR = SchoolYear(2024)
EVERY_GRADE = {
    "TIENG_VIET",
    "TOAN",
    "DAO_DUC",
    "GIAO_DUC_THE_CHAT",
    "AM_NHAC",
    "MI_THUAT",
    "HOAT_DONG_TRAI_NGHIEM",
}
COMPULSORY = {
    1: EVERY_GRADE | {"TU_NHIEN_XA_HOI"},
    2: EVERY_GRADE | {"TU_NHIEN_XA_HOI"},
    3: EVERY_GRADE | {"TU_NHIEN_XA_HOI", "NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE"},
    4: EVERY_GRADE | {"NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE", "LICH_SU_DIA_LI", "KHOA_HOC"},
    5: EVERY_GRADE | {"NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE", "LICH_SU_DIA_LI", "KHOA_HOC"},
}
ALWAYS_TESTED = {"TIENG_VIET", "TOAN"}
TESTED = {
    1: ALWAYS_TESTED,
    2: ALWAYS_TESTED,
    3: ALWAYS_TESTED | {"NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE"},
    4: ALWAYS_TESTED | {"NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE", "LICH_SU_DIA_LI", "KHOA_HOC"},
    5: ALWAYS_TESTED | {"NGOAI_NGU_1", "TIN_HOC", "CONG_NGHE", "LICH_SU_DIA_LI", "KHOA_HOC"},
}
FIRST_YEAR = {1: 2020, 2: 2021, 3: 2022, 4: 2023, 5: 2024}


@pytest.fixture(params=GRADES)
def grade(request) -> int:
    return request.param


@pytest.fixture
def curriculum(grade) -> GradeCurriculum:
    return curriculum_of(grade, YEAR)


def test_compulsory_subjects(grade, curriculum):
    """Each grade has the subjects of the 2018 programme; a foreign language is compulsory from grade 3."""
    assert curriculum.compulsory == COMPULSORY[grade]


def test_electives(grade, curriculum):
    """An ethnic language may be taught in every grade, a foreign one in grades 1 and 2."""
    electives = {subject.code for subject in curriculum.subjects if subject.status is SubjectStatus.ELECTIVE}
    assert electives == ({"TIENG_DAN_TOC", "NGOAI_NGU_1"} if grade < 3 else {"TIENG_DAN_TOC"})


def test_periodic_tests(grade, curriculum):
    """Tests at the end of both terms; grades 4 and 5 add mid-term tests in two subjects (Art. 7 cl. 1 c)."""
    ends = {Period.END_TERM_1, Period.YEAR_END}
    expected = dict.fromkeys(TESTED[grade], ends)
    if grade >= 4:
        expected |= dict.fromkeys(ALWAYS_TESTED, frozenset(Period))
    assert {subject.code: subject.tests for subject in curriculum.subjects if subject.tests} == expected
    assert curriculum.tested == TESTED[grade]


def test_qualities_and_competences(grade, curriculum):
    """Five qualities, three general competences, and specific ones: five, seven from grade 3 (Art. 5)."""
    sizes = {group: sum(trait.group is group for trait in curriculum.traits) for group in TraitGroup}
    assert sizes == {
        TraitGroup.QUALITY: 5,
        TraitGroup.GENERAL_COMPETENCE: 3,
        TraitGroup.SPECIFIC_COMPETENCE: 5 if grade < 3 else 7,
    }


def test_each_grade_follows_the_circular_from_its_own_year(grade):
    """Art. 2: grade 1 from 2020–2021, one grade more each year; before that it is unknown here."""
    first = FIRST_YEAR[grade]
    assert curriculum_of(grade, SchoolYear(first)) is curriculum_of(grade, SchoolYear(first + 9))
    with pytest.raises(CurriculumUnknownError):
        curriculum_of(grade, SchoolYear(first - 1))


@pytest.mark.parametrize("grade", [0, 6, -1])
def test_other_grades_have_no_curriculum(grade):
    """Primary school has five grades."""
    with pytest.raises(CurriculumUnknownError):
        curriculum_of(grade, YEAR)


def test_printing_order_is_strict(curriculum):
    """Rows of the form have one order, and a code stands for one row."""
    for items in (curriculum.subjects, curriculum.traits):
        orders = [item.print_order for item in items]
        assert orders == sorted(set(orders))
        assert len({item.code for item in items}) == len(items)


def test_lookups_find_their_rows_only(curriculum):
    """A subject or trait is found by its code, and nothing by another."""
    assert all(curriculum.find_subject(subject.code) is subject for subject in curriculum.subjects)
    assert all(curriculum.find_trait(trait.code) is trait for trait in curriculum.traits)
    assert curriculum.find_subject("YEU_NUOC") is None
    assert curriculum.find_trait("TOAN") is None


def test_parts_of_a_subject_share_a_parent(curriculum):
    """Music and fine art are parts of Nghệ thuật; a part names its parent, a whole subject has none."""
    for subject in curriculum.subjects:
        assert (subject.parent is not None) is (subject.kind is SubjectKind.SUBJECT_PART)
    parents = {subject.code: subject.parent for subject in curriculum.subjects if subject.parent}
    assert parents["AM_NHAC"] == parents["MI_THUAT"] == "NGHE_THUAT"


def test_the_form_has_a_row_for_every_subject_of_every_grade():
    """The printed form is one for all grades: each subject once, in order."""
    codes = [subject.code for subject in all_subjects()]
    taught = {subject.code for grade in GRADES for subject in curriculum_of(grade, YEAR).subjects}
    assert set(codes) == taught
    assert len(codes) == len(taught) == 14
    assert [trait.code for trait in all_traits()] == [row["code"] for row in rows("traits")]


def test_thirteen_districts_and_their_communes():
    """The plan's 13/13 districts; every commune lies in one of them and has a code of its own."""
    districts = [row["code"] for row in rows("districts")]
    communes = list(rows("communes"))
    assert len(set(districts)) == len(districts) == 13
    assert {row["district"] for row in communes} == set(districts)
    assert len({row["code"] for row in communes}) == len(communes)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (0, True),
        (10, True),
        (-1, False),
        (11, False),
        (7.5, False),
        (7.0, False),
        ("8", False),
        (True, False),
        (None, False),
    ],
)
def test_what_is_a_score(value, is_one):
    """Whole numbers from 0 to 10 (Art. 7 cl. 2 c); True equals 1 in Python and is none."""
    assert is_score(value) is is_one
