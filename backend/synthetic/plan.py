"""The plan of a province: everything but the pupils, small enough to hold and to set up a system with.

Units are known by code, people by login; a loader makes organisation units, staff and assignments of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from backend.domain.content import SchoolFacts
from backend.domain.identifiers import Gender
from backend.domain.policy import Role
from backend.domain.school_year import SchoolYear


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPlan:
    """A person in one role; ``class_name`` is the homeroom teacher's class."""

    login: str
    full_name: str
    gender: Gender
    role: Role
    post: str
    unit_code: str
    class_name: str = ""
    may_sign_for_principal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """A class of the school year; ``first_ordinal`` numbers its pupils over the whole province."""

    name: str
    grade: int
    size: int
    first_ordinal: int
    teacher: StaffPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolPlan:
    """A school with its people and classes.

    ``peoples`` are shares, in hundredths, of the peoples its pupils belong to; ``ethnic_language`` is empty
    where none is taught; ``spare_ordinal`` begins the numbers kept for awkward records.
    """

    facts: SchoolFacts
    district_code: str
    is_urban: bool
    peoples: tuple[tuple[str, int], ...]
    teaches_english_early: bool
    ethnic_language: str
    staff: tuple[StaffPlan, ...]
    classes: tuple[ClassPlan, ...]
    spare_ordinal: int

    @property
    def code(self) -> str:
        return self.facts.code

    @property
    def pupils(self) -> int:
        return sum(school_class.size for school_class in self.classes)

    @property
    def everyone(self) -> Iterator[StaffPlan]:
        """Leaders and clerk, then the homeroom teachers."""
        yield from self.staff
        yield from (school_class.teacher for school_class in self.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictPlan:
    """A district and its office; districts ended on 30/6/2025."""

    code: str
    name: str
    title: str
    office_name: str
    valid_to: date
    officers: tuple[StaffPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvincePlan:
    """A whole province; ``awkward_school`` is the code of the school that also holds the awkward records."""

    seed: int
    school_year: SchoolYear
    code: str
    name: str
    department_name: str
    officers: tuple[StaffPlan, ...]
    districts: tuple[DistrictPlan, ...]
    schools: tuple[SchoolPlan, ...]
    awkward_school: str = ""

    @property
    def pupils(self) -> int:
        return sum(school.pupils for school in self.schools)

    def of_district(self, code: str) -> "ProvincePlan":
        """The same province with one district's schools only; the pupils stay the same persons."""
        return replace(
            self,
            districts=tuple(district for district in self.districts if district.code == code),
            schools=tuple(school for school in self.schools if school.district_code == code),
        )

    def get_school(self, code: str) -> SchoolPlan:
        """The school with a code.

        Raises:
            KeyError: when the province has none.
        """
        for school in self.schools:
            if school.code == code:
                return school
        raise KeyError(code)
