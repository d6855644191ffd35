"""People and classes of a school, and the officers of districts and department."""

from collections.abc import Sequence
from random import Random

from backend.domain.curriculum import GRADES
from backend.domain.identifiers import Gender
from backend.domain.policy import Role
from backend.synthetic.geography import District
from backend.synthetic.names import adult_name
from backend.synthetic.plan import ClassPlan, DistrictPlan, StaffPlan
from backend.synthetic.words import packaged, shared_out, source

CLASS_SIZE = 33
"""What a class aims at; the circular allows 35."""

CLASS_SIZE_MAX = 35

SPARE_ORDINALS = 50
"""Numbers kept free behind each school's pupils, for records made by hand."""

_LARGE_SCHOOL = 800
"""From here on there are two deputies."""

_WOMEN = {Role.HOMEROOM_TEACHER: 0.88, Role.CLERK: 0.9, Role.PRINCIPAL: 0.65, Role.DEPUTY_PRINCIPAL: 0.75}
_GRADE_SPREAD = 0.08
_DEPARTMENT_OFFICERS = 3


def classes_of(
    chance: Random, code: str, peoples: Sequence[tuple[str, int]], pupils: int, first_ordinal: int
) -> tuple[ClassPlan, ...]:
    """Classes of all five grades, each with its homeroom teacher."""
    weights = [chance.uniform(1 - _GRADE_SPREAD, 1 + _GRADE_SPREAD) for _ in GRADES]
    planned = []
    ordinal = first_ordinal
    for grade, in_grade in zip(GRADES, shared_out(pupils, weights, minimum=1), strict=True):
        for at, size in enumerate(shared_out(in_grade, [1.0] * _class_count(in_grade))):
            name = f"{grade}{_letters(at)}"
            teacher = _person(chance, Role.HOMEROOM_TEACHER, code, peoples, name)
            planned.append(
                ClassPlan(name=name, grade=grade, size=size, first_ordinal=ordinal, teacher=teacher)
            )
            ordinal += size
    return tuple(planned)


def _class_count(pupils: int) -> int:
    return max(1, round(pupils / CLASS_SIZE), -(-pupils // CLASS_SIZE_MAX))


def _letters(at: int) -> str:
    """A, B … Z, then A2, B2 …: no school has more, but a flag may ask for it."""
    letter = chr(ord("A") + at % 26)
    return letter if at < 26 else f"{letter}{at // 26 + 1}"  # noqa: PLR2004 - the alphabet


def school_staff(
    chance: Random, code: str, peoples: Sequence[tuple[str, int]], pupils: int
) -> tuple[StaffPlan, ...]:
    """Principal, one or two deputies (the first may sign for the principal) and the clerk with the seal."""
    deputies = 2 if pupils >= _LARGE_SCHOOL else 1
    return (
        _person(chance, Role.PRINCIPAL, code, peoples),
        *(
            _person(chance, Role.DEPUTY_PRINCIPAL, code, peoples, number=str(at + 1), may_sign=at == 0)
            for at in range(deputies)
        ),
        _person(chance, Role.CLERK, code, peoples),
    )


def district_plan(seed: int, district: District) -> DistrictPlan:
    """A district's office with its officer."""
    chance = source(seed, "district", district.code)
    office = packaged("places")["district_office"].format(
        district=district.title.lower().replace(district.name.lower(), district.name)
    )
    return DistrictPlan(
        code=district.code,
        name=district.name,
        title=district.title,
        office_name=office,
        valid_to=district.valid_to,
        officers=(_person(chance, Role.DISTRICT_OFFICER, district.code, [("kinh", 1)]),),
    )


def department_officers(seed: int) -> tuple[StaffPlan, ...]:
    """The department's officers."""
    chance = source(seed, "department")
    code = packaged("places")["department_code"]
    return tuple(
        _person(chance, Role.DEPARTMENT_OFFICER, code, [("kinh", 1)], number=str(at + 1))
        for at in range(_DEPARTMENT_OFFICERS)
    )


def _person(
    chance: Random,
    role: Role,
    unit_code: str,
    peoples: Sequence[tuple[str, int]],
    class_name: str = "",
    *,
    number: str = "",
    may_sign: bool = False,
) -> StaffPlan:
    gender = Gender.FEMALE if chance.random() < _WOMEN.get(role, 0.5) else Gender.MALE
    (people,) = chance.choices([name for name, _ in peoples], [share for _, share in peoples])
    login = packaged("schools")["logins"][role]
    return StaffPlan(
        login=f"{login}{number}{class_name.lower()}.{unit_code}",
        full_name=adult_name(chance, people, gender),
        gender=gender,
        role=role,
        post=packaged("schools")["posts"][role],
        unit_code=unit_code,
        class_name=class_name,
        may_sign_for_principal=may_sign,
    )
