"""Who a pupil is: name, birth, numbers, parents, home, the way through school."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from backend.domain.content import HistoryEntry, PupilFacts
from backend.domain.identifiers import Gender
from backend.domain.school_year import SchoolYear
from backend.synthetic.names import adult_name, child_name, ethnicity_of, father_name, mother_name
from backend.synthetic.plan import ClassPlan, SchoolPlan
from backend.synthetic.words import packaged, pick

ENTRY_AGE = 6

_BOYS, _LATE, _NO_NUMBER, _ODD_NUMBER = 0.52, 0.012, 0.04, 0.003
_NO_FATHER, _NO_MOTHER, _GUARDIAN = 0.02, 0.006, 0.015
_BORN_ELSEWHERE, _NUMBER_ELSEWHERE = 0.08, 0.07
_TRANSFERRED = 0.015

_CODE_STEP, _CODE_SPACE = 61_803_399, 10**8
_NUMBER_STEP, _NUMBER_SPACE = 387_421, 10**6
"""Steps that share no factor with the space: every ordinal gets another number, in no visible order."""


def pupil_facts(
    chance: Random, school: SchoolPlan, school_class: ClassPlan, ordinal: int, year: SchoolYear
) -> PupilFacts:
    """A pupil of a class; ``ordinal`` is unique over the province."""
    people = _people(chance, school.peoples)
    gender = Gender.MALE if chance.random() < _BOYS else Gender.FEMALE
    name = child_name(chance, people, gender)
    birth = _birth_date(chance, school_class.grade, year)
    home = _address(chance, school)
    place = packaged("places")["birth_place"].format(
        commune=school.facts.commune, district=school.facts.district
    )
    elsewhere = chance.random() < _BORN_ELSEWHERE
    return PupilFacts(
        full_name=name,
        birth_date=birth,
        gender=gender,
        ethnicity=ethnicity_of(people),
        nationality=packaged("places")["nationality"],
        birth_place=pick(chance, packaged("places")["other_places"]) if elsewhere else place,
        hometown=place,
        address=home,
        citizen_number=_citizen_number(chance, ordinal, gender, birth),
        pupil_code=pupil_code(ordinal),
        **_family(chance, people, name.split(" ", 1)[0]),
    )


def pupil_code(ordinal: int) -> str:
    """Ten digits, one for each ordinal."""
    return f"{packaged('places')['department_code']}{ordinal * _CODE_STEP % _CODE_SPACE:08d}"


def history(
    chance: Random, school: SchoolPlan, school_class: ClassPlan, ordinal: int, year: SchoolYear
) -> tuple[HistoryEntry, ...]:
    """One row for each year since grade 1, under the same letter; a few came from another school."""
    grade, letter = school_class.grade, school_class.name.removeprefix(str(school_class.grade))
    entry_year = year.start - grade + 1
    number = f"{1 + ordinal % 997}/{entry_year}"
    before = chance.random() < _TRANSFERRED
    return tuple(
        HistoryEntry(
            school_year=SchoolYear(entry_year + at),
            class_name=f"{at + 1}{letter}",
            school_name=_other_school(chance, school) if before and at + 1 < grade else school.facts.name,
            register_number=number,
            entered_on=date(entry_year + at, 9, 5),
        )
        for at in range(grade)
    )


def _people(chance: Random, peoples: Sequence[tuple[str, int]]) -> str:
    draw = chance.random() * sum(share for _, share in peoples)
    for people, share in peoples:
        draw -= share
        if draw < 0:
            return people
    return peoples[0][0]


def _birth_date(chance: Random, grade: int, year: SchoolYear) -> date:
    """The calendar year of the cohort (Điều lệ: six years old in the year of entry), a few a year older."""
    born = year.start - ENTRY_AGE - grade + 1 - (chance.random() < _LATE)
    return date(born, 1, 1) + timedelta(days=int(chance.random() * 365))


def _citizen_number(chance: Random, ordinal: int, gender: Gender, birth: date) -> str:
    """A number that fits sex and year; some pupils have none, very few one that does not fit."""
    draw = chance.random()
    if draw < _NO_NUMBER:
        return ""
    female = (gender is Gender.FEMALE) != (draw > 1 - _ODD_NUMBER)
    elsewhere = chance.random() < _NUMBER_ELSEWHERE
    place = pick(chance, packaged("places")["other_number_places"]) if elsewhere else "022"
    return f"{place}{2 + female}{birth.year % 100:02d}{ordinal * _NUMBER_STEP % _NUMBER_SPACE:06d}"


def _family(chance: Random, people: str, family: str) -> dict[str, str]:
    draw = chance.random()
    father = "" if draw < _NO_FATHER else father_name(chance, people, family)
    mother = "" if _NO_FATHER <= draw < _NO_FATHER + _NO_MOTHER else mother_name(chance, people)
    guardian = adult_name(chance, people, Gender.FEMALE) if chance.random() < _GUARDIAN else ""
    return {"father": father, "mother": mother, "guardian": guardian}


def _address(chance: Random, school: SchoolPlan) -> str:
    places = packaged("places")
    pattern = places["urban_address"] if school.is_urban else places["rural_address"]
    return str(
        pattern.format(
            group=1 + int(chance.random() * 15),
            quarter=1 + int(chance.random() * 9),
            hamlet=pick(chance, places["hamlets"]),
            commune=school.facts.commune,
            district=school.facts.district,
        )
    )


def _other_school(chance: Random, school: SchoolPlan) -> str:
    names = packaged("schools")
    others = [name for name in names["namesakes"] if not school.facts.name.endswith(name)]
    return str(names["primary"].format(name=pick(chance, others)))
