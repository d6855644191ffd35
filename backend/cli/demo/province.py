"""The demonstration's province: small schools in all 13 districts and one larger, with people who can sign.

Everything is planned by ``backend.synthetic`` and goes in by the doors that real data uses: provisioning for units
and people, the import for pupils.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from backend.cli.demo import sandbox
from backend.db.connection import close_database, open_database
from backend.db.repositories import organisation, provisioning
from backend.db.repositories.provisioning import AssignmentPlan, UnitPlan
from backend.db.scope import scoped, unscoped
from backend.domain.citizen_marks import CitizenMarks
from backend.domain.identifiers import CitizenNumber
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Role
from backend.domain.school_year import SchoolYear
from backend.embedded.pki_signers import Kind, SignerSpec
from backend.embedded.stack import EmbeddedStack
from backend.files.parsed import FileDefaults
from backend.files.read import read_file
from backend.files.write import write_xlsx
from backend.services.importing import import_file
from backend.synthetic.plan import ClassPlan, ProvincePlan, SchoolPlan, StaffPlan
from backend.synthetic.records import class_records, school_records
from backend.synthetic.schools import generate_province

SEED = 27_2020
YEAR = SchoolYear(2024)
SHOWCASE_YEAR = SchoolYear(2023)
"""The pilot year: one small class of it, the sandbox, is taken to its lock, so that there is something to look up."""

PARENT, PARENT_NAME, PARENT_NUMBER = "phuhuynh", "Phụ huynh Mẫu", "022185000017"

SHOWCASE_PUPILS, SHOWCASE_FIRST = len(sandbox.BOOKS), 40
LARGE_SCHOOL_FIRST_PUPIL, LARGE_SCHOOL_SERIAL = 500_000, 90
SIGNING_ROLES = frozenset({Role.HOMEROOM_TEACHER, Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL})


@dataclass(frozen=True, slots=True)
class DemoProvince:
    """The plan: a province of small schools, and one school large enough to show a year."""

    small: ProvincePlan
    large: ProvincePlan

    @property
    def schools(self) -> tuple[SchoolPlan, ...]:
        return (*self.small.schools, *self.large.schools)

    @property
    def large_school(self) -> SchoolPlan:
        return self.large.schools[0]

    @property
    def showcase(self) -> tuple[SchoolPlan, ClassPlan]:
        """The school and class of the pilot year that is taken to its lock, with a teacher of its own."""
        school = self.small.schools[0]
        school_class = school.classes[0]
        teacher = replace(school_class.teacher, login=f"gvcn1a-2023.{school.code}")
        # pupils of their own, so that nobody sits in grade 1 twice
        first = school.spare_ordinal + SHOWCASE_FIRST
        return school, replace(school_class, size=SHOWCASE_PUPILS, first_ordinal=first, teacher=teacher)

    @property
    def people(self) -> Iterator[StaffPlan]:
        yield from self.small.officers
        for district in self.small.districts:
            yield from district.officers
        for school in self.schools:
            yield from school.everyone
        yield self.showcase[1].teacher


def plan_province(pupils_per_school: int, large_school_pupils: int = 300) -> DemoProvince:
    """The same sizes always give the same province."""
    districts = 13
    return DemoProvince(
        generate_province(SEED, schools=districts, pupils=districts * pupils_per_school, school_year=YEAR),
        generate_province(
            SEED + 1,
            schools=1,
            pupils=large_school_pupils,
            school_year=YEAR,
            first_ordinal=LARGE_SCHOOL_FIRST_PUPIL,
            first_serial=LARGE_SCHOOL_SERIAL,
        ),
    )


async def set_up(stack: EmbeddedStack, province: DemoProvince) -> None:
    """Units, people, certificates and accounts; doing it again adds only what is new."""
    stack.certify([*_signers(province)])
    stack.set_accounts([_account(person, province) for person in province.people])
    await open_database(stack.settings["DATABASE_OWNER_URL"], pool=2, application_name="hocba-demo")
    async with unscoped():
        await _units(province)
        await _people(stack, province)
        await _seals(stack, province)
    await close_database()


async def open_sandbox(stack: EmbeddedStack, province: DemoProvince) -> None:
    """The showcase class's books, with the codes that programs are written against."""
    school, school_class = province.showcase
    await open_database(stack.settings["DATABASE_OWNER_URL"], pool=1, application_name="hocba-demo")
    async with unscoped():
        school_id = await _unit_id(school.code)
        start = SHOWCASE_YEAR.start
        class_id = await provisioning.ensure_class(school_id, start, school_class.grade, school_class.name)
        await sandbox.open_books(school_id, class_id, SHOWCASE_YEAR)
    await close_database()


async def link_parent(stack: EmbeddedStack, lookup_code: str) -> str:
    """A mother of the book's pupil who can sign in at the stand-in for VNeID; returns her login."""
    stack.set_parents([{"sub": PARENT, "name": PARENT_NAME, "citizen_id": PARENT_NUMBER}])
    await open_database(stack.settings["DATABASE_OWNER_URL"], pool=1, application_name="hocba-demo")
    async with unscoped():
        marks = CitizenMarks(stack.settings["CITIZEN_NUMBER_KEYS"].split())
        mark = marks.of(CitizenNumber(PARENT_NUMBER))[0]
        await provisioning.ensure_guardian(lookup_code, PARENT_NAME, "mẹ", mark)
    await close_database()
    return PARENT


async def import_drafts(stack: EmbeddedStack, schools: Iterable[SchoolPlan], plan: ProvincePlan) -> int:
    """Every school's file through the import; returns how many rows went in."""
    rows = 0
    await open_database(stack.settings["DATABASE_URL"], pool=2, application_name="hocba-demo")
    for school in schools:
        rows += await _import_school(school, workbook(plan, school))
    await close_database()
    return rows


def workbook(plan: ProvincePlan, school: SchoolPlan) -> bytes:
    """The file that a school exports."""
    target = io.BytesIO()
    write_xlsx(school_records(plan, school), target)
    return target.getvalue()


def showcase_workbook(province: DemoProvince) -> bytes:
    """The file of the showcase class."""
    school, school_class = province.showcase
    plan = replace(province.small, school_year=SHOWCASE_YEAR)
    target = io.BytesIO()
    write_xlsx(iter(sandbox.with_sandbox_pupils(class_records(plan, school, school_class))), target)
    return target.getvalue()


async def _import_school(school: SchoolPlan, data: bytes) -> int:
    async with scoped(Actor(role=Role.PUBLIC), write=False):
        row = await organisation.find_school(school.code)
    assert row is not None  # set up just before
    parsed = read_file(data, "export.xlsx", school=row.facts, defaults=FileDefaults(school_year=YEAR))
    clerk = Actor(role=Role.CLERK, unit_id=row.id, school_ids=frozenset({row.id}))
    async with scoped(clerk, write=True):
        report = await import_file(clerk, row.id, parsed, dry_run=False)
    return len(report.rows)


def _signers(province: DemoProvince) -> Iterator[SignerSpec]:
    names = {school.code: school.facts.name for school in province.schools}
    for person in province.people:
        if person.role in SIGNING_ROLES:
            yield SignerSpec(person.login, person.full_name, names[person.unit_code], person.post)
    for school in province.schools:
        yield SignerSpec(
            seal_label(school.code), school.facts.name, school.facts.name, kind=Kind.ORGANISATION
        )
    department = province.small
    yield SignerSpec(
        seal_label(department.code),
        department.department_name,
        department.department_name,
        kind=Kind.ORGANISATION,
    )


def seal_label(unit_code: str) -> str:
    """The name of a unit's seal in the key store."""
    return f"seal.{unit_code}"


def _account(person: StaffPlan, province: DemoProvince) -> dict[str, str]:
    units = {school.code: school.facts.name for school in province.schools}
    units |= {district.code: district.office_name for district in province.small.districts}
    units[province.small.code] = province.small.department_name
    return {
        "sub": person.login,
        "name": person.full_name,
        "position": person.post,
        "unit": units[person.unit_code],
    }


async def _units(province: DemoProvince) -> None:
    plan = province.small
    await provisioning.ensure_unit(
        UnitPlan(kind=UnitKind.DEPARTMENT, code=plan.code, name=plan.department_name)
    )
    for district in plan.districts:
        # the demonstration plays before districts ended, so their end is left out
        await provisioning.ensure_unit(
            UnitPlan(
                kind=UnitKind.DISTRICT, code=district.code, name=district.office_name, parent_code=plan.code
            )
        )
    for school in province.schools:
        facts = school.facts
        await provisioning.ensure_unit(
            UnitPlan(
                kind=UnitKind.SCHOOL,
                code=facts.code,
                name=facts.name,
                parent_code=school.district_code,
                commune=facts.commune,
                district=facts.district,
                province=facts.province,
                place=facts.place,
            )
        )


async def _people(stack: EmbeddedStack, province: DemoProvince) -> None:
    for person in province.people:
        await _employ(stack, person, await _class_of(person, province))


async def _class_of(person: StaffPlan, province: DemoProvince) -> int | None:
    if person.role is not Role.HOMEROOM_TEACHER:
        return None
    year = SHOWCASE_YEAR if person == province.showcase[1].teacher else YEAR
    grade = int(person.class_name[0])
    school_id = await _unit_id(person.unit_code)
    return await provisioning.ensure_class(school_id, year.start, grade, person.class_name)


async def _employ(stack: EmbeddedStack, person: StaffPlan, class_id: int | None) -> None:
    staff_id = await provisioning.ensure_staff(stack.issuer, person.login, person.full_name)
    await provisioning.ensure_assignment(
        AssignmentPlan(
            staff_id=staff_id,
            unit_id=await _unit_id(person.unit_code),
            role=person.role,
            post=person.post,
            class_id=class_id,
            may_sign_for_principal=person.may_sign_for_principal,
        )
    )
    if person.role in SIGNING_ROLES:
        await provisioning.ensure_credential(
            person.login, _certificate(stack, person.login), staff_id=staff_id
        )


async def _seals(stack: EmbeddedStack, province: DemoProvince) -> None:
    for code in (province.small.code, *(school.code for school in province.schools)):
        label = seal_label(code)
        await provisioning.ensure_credential(label, _certificate(stack, label), unit_id=await _unit_id(code))


async def _unit_id(code: str) -> int:
    return await provisioning.get_unit_id(code)


def _certificate(stack: EmbeddedStack, label: str) -> str:
    return Path(stack.pki.certificate_file(label)).read_text()
