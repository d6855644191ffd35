"""The plan of a province."""

from collections import Counter

import pytest

from backend.domain.policy import Role
from backend.domain.school_year import SchoolYear
from backend.synthetic.schools import generate_province
from backend.synthetic.words import shared_out


def test_the_province_has_its_size(province):
    """200 schools in 13 districts with 138,000 pupils in classes of at most 35."""
    assert (len(province.schools), len(province.districts), province.pupils) == (200, 13, 138_000)
    assert {school.district_code for school in province.schools} == {
        district.code for district in province.districts
    }
    assert max(one.size for school in province.schools for one in school.classes) <= 35


def test_schools_are_told_apart(province):
    """Names and codes are distinct; a code is 22, the district, 4 for primary and a serial."""
    assert len({school.facts.name for school in province.schools}) == 200
    assert len({school.code for school in province.schools}) == 200
    for school in province.schools:
        assert len(school.code) == 8
        assert school.code.startswith(f"22{school.district_code}4")


def test_some_schools_are_joint_and_one_name_takes_two_lines(province):
    """The names vary as they do in the province."""
    names = [school.facts.name for school in province.schools]
    assert sum(name.startswith("Trường Tiểu học ") for name in names) > 120
    assert sum(name.startswith("Trường TH&THCS ") for name in names) > 5
    assert sum(len(name) > 80 for name in names) == 1
    assert len(province.get_school(province.awkward_school).facts.name) > 80


def test_every_unit_has_its_people(province):
    """A principal, one deputy who may sign, a clerk, a teacher for each class; officers above."""
    for school in province.schools:
        roles = Counter(person.role for person in school.everyone)
        assert (roles[Role.PRINCIPAL], roles[Role.CLERK]) == (1, 1)
        assert roles[Role.HOMEROOM_TEACHER] == len(school.classes)
        assert sum(person.may_sign_for_principal for person in school.everyone) == 1
    assert all(district.officers for district in province.districts)
    everyone = [person for school in province.schools for person in school.everyone]
    everyone += [
        *province.officers,
        *(person for district in province.districts for person in district.officers),
    ]
    assert len({person.login for person in everyone}) == len(everyone)


def test_all_five_grades_are_there(province, one_school):
    """Every school has classes of all grades, and numbers that no other school uses."""
    for plan in (province, one_school):
        for school in plan.schools:
            assert {one.grade for one in school.classes} == {1, 2, 3, 4, 5}
    ends = [0]
    for school in province.schools:
        assert school.classes[0].first_ordinal >= ends[-1]
        ends.append(school.spare_ordinal)


def test_a_seed_is_a_province(province):
    """The same seed gives the same plan, another seed another."""
    assert generate_province(7, awkward=True) == province
    assert generate_province(8, awkward=True) != province


@pytest.mark.parametrize(("schools", "pupils"), [(1, 5), (1, 1500), (3, 90), (13, 1300), (260, 20_000)])
def test_other_sizes(schools, pupils):
    """Any number of schools with at least a pupil in each grade."""
    plan = generate_province(1, schools=schools, pupils=pupils)
    assert (len(plan.schools), plan.pupils) == (schools, pupils)
    assert len({school.facts.name for school in plan.schools}) == schools


def test_too_few_pupils():
    """Fewer than five pupils for a school are refused."""
    with pytest.raises(ValueError, match="too little"):
        generate_province(1, schools=2, pupils=9)


def test_a_district_of_the_province(province):
    """A district is a part of the same province, not another one."""
    part = province.of_district("205")
    assert {school.district_code for school in part.schools} == {"205"}
    assert all(school in province.schools for school in part.schools)
    assert [district.title for district in part.districts] == ["Thành phố Đông Triều"]


def test_titles_change_with_the_year():
    """Đông Triều was a town until November 2024."""
    plan = generate_province(7, schools=13, pupils=500, school_year=SchoolYear(2023))
    assert "Thị xã Đông Triều" in {district.title for district in plan.districts}


def test_sharing_out():
    """Parts add up, follow the weights and keep the minimum."""
    assert shared_out(10, [1, 1, 2]) == [3, 2, 5]
    assert shared_out(7, [0.0001, 1], minimum=2) == [2, 5]
