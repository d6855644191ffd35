"""Units, people and example contents: what the rows of the database are made from."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import asyncpg
import orjson

from backend.domain.calendar import due_window
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.organisation import UnitKind
from backend.domain.policy import Role
from backend.domain.school_year import SchoolYear
from backend.domain.text import fold, name_sort_key
from backend.synthetic.plan import ProvincePlan, StaffPlan
from backend.synthetic.records import province_records
from backend.synthetic.schools import generate_province

ISSUER = "https://sso.bench.example"
YEAR = SchoolYear(2024)
"""The year that is asked about; a larger database holds later years too."""

SCHOOLS, SEED, TEMPLATES_PER_GRADE = 200, 138, 80
LEADERS = {Role.PRINCIPAL, Role.CLERK}


@dataclass(frozen=True)
class Examples:
    """Contents by grade, and the pupils whose names and sexes are used again."""

    contents: dict[int, list[RecordContent]]
    pupils: list[RecordContent]


def plan() -> ProvincePlan:
    """Two hundred schools in thirteen districts; their classes are made in the database."""
    return generate_province(SEED, schools=SCHOOLS, pupils=SCHOOLS * 5, school_year=YEAR)


def examples() -> Examples:
    """A few hundred contents of a small province, assessed as real pupils are."""
    made = generate_province(SEED + 1, schools=13, pupils=1_300, school_year=YEAR)
    contents: dict[int, list[RecordContent]] = defaultdict(list)
    pupils = list(province_records(made))
    for content in pupils:
        if not content.not_assessed and len(contents[content.grade]) < TEMPLATES_PER_GRADE:
            contents[content.grade].append(content)
    return Examples(contents, pupils)


async def write_units(connection: asyncpg.Connection, province: ProvincePlan) -> None:
    """The department, its districts and schools."""
    statement = (
        "INSERT INTO org_unit (kind, code, name, parent_id, valid_from, ownership, commune, district, province, place)"
        " VALUES ($1, $2, $3, (SELECT id FROM org_unit WHERE code = $4), '2000-01-01', 'PUBLIC', $5, $6, $7, $8)"
    )
    nowhere = ("", "", "", "")
    department = (UnitKind.DEPARTMENT, province.code, province.department_name, None, *nowhere)
    districts = [
        (UnitKind.DISTRICT, item.code, item.office_name, province.code, *nowhere)
        for item in province.districts
    ]
    schools = [
        (
            *(UnitKind.SCHOOL, facts.code, facts.name, school.district_code),
            *(facts.commune, facts.district, facts.province, facts.place),
        )
        for school in province.schools
        for facts in [school.facts]
    ]
    await connection.executemany(statement, [department, *districts, *schools])


async def write_people(connection: asyncpg.Connection, province: ProvincePlan) -> None:
    """Officers of department and districts, the principal and clerk of each school."""
    people = list(_people(province))
    await connection.executemany(
        "INSERT INTO staff (issuer, subject, full_name) VALUES ($1, $2, $3)",
        [(ISSUER, person.login, person.full_name) for person in people],
    )
    await connection.executemany(
        "INSERT INTO assignment (staff_id, unit_id, role, post, may_sign_for_principal, valid_from)"
        " SELECT s.id, u.id, $3, $4, false, '2020-01-01'"
        " FROM staff s, org_unit u WHERE s.subject = $1 AND u.code = $2",
        [(person.login, person.unit_code, person.role, person.post) for person in people],
    )


async def write_examples(connection: asyncpg.Connection, province: ProvincePlan) -> None:
    """Tables of the loader's own, dropped when it is done."""
    made = examples()
    await connection.execute(
        "CREATE TABLE bench_school (place int, id bigint, school jsonb);"
        "CREATE TABLE bench_name (place int, full_name text, name_fold text, sort_key text, gender text);"
        "CREATE TABLE bench_template (template_key int, grade int, place int, content jsonb, due text);"
        "CREATE TABLE bench_signed (place int, role text, signer text, post text, states text[])"
    )
    await connection.executemany(
        "INSERT INTO bench_school SELECT $1, id, $3::text::jsonb FROM org_unit WHERE code = $2",
        [
            (place, school.code, orjson.dumps(asdict(school.facts)).decode())
            for place, school in enumerate(province.schools)
        ],
    )
    await connection.executemany("INSERT INTO bench_name VALUES ($1, $2, $3, $4, $5)", [*_names(made)])
    await connection.executemany(
        "INSERT INTO bench_template VALUES ($1, $2, $3, $4::text::jsonb, $5)", [*_templates(made)]
    )
    await connection.executemany("INSERT INTO bench_signed VALUES ($1, $2, $3, $4, $5)", SIGNED)
    await connection.execute(HOMES)
    await connection.execute("ANALYZE bench_school, bench_name, bench_template, bench_signed, bench_home")


async def drop_examples(connection: asyncpg.Connection) -> None:
    await connection.execute(
        "DROP TABLE bench_school, bench_name, bench_template, bench_signed, bench_home, bench_content"
    )


HOMES = """
CREATE TABLE bench_home AS SELECT template_key, p ->> 'ethnicity' AS ethnicity, p ->> 'nationality' AS nationality,
  p ->> 'birthPlace' AS birth_place, p ->> 'hometown' AS hometown, p ->> 'address' AS address, p ->> 'father' AS father,
  p ->> 'mother' AS mother FROM bench_template, LATERAL (SELECT content -> 'pupil' AS p) AS pupil"""

_ISSUED = ["ISSUED", "SUBMITTED", "ACCEPTED", "LOCKED"]
SIGNED = [
    (1, "HOMEROOM_TEACHER", "Nguyễn Thị Đào", "Giáo viên", ["TEACHER_SIGNED", "PRINCIPAL_SIGNED", *_ISSUED]),
    (2, "PRINCIPAL", "Trần Văn Hiệu", "Hiệu trưởng", ["PRINCIPAL_SIGNED", *_ISSUED]),
    (3, "SCHOOL_SEAL", "Con dấu nhà trường", "", _ISSUED),
    (4, "LOCK_SEAL", "Con dấu Sở Giáo dục và Đào tạo", "", ["LOCKED"]),
]
"""Which signatures a revision has in which state."""


def _people(province: ProvincePlan) -> Iterator[StaffPlan]:
    yield from province.officers
    for district in province.districts:
        yield from district.officers
    for school in province.schools:
        yield from (person for person in school.staff if person.role in LEADERS)


def _names(made: Examples) -> Iterator[tuple[Any, ...]]:
    for place, content in enumerate(made.pupils):
        name = content.pupil.full_name
        yield place, name, fold(name), name_sort_key(name), content.pupil.gender


def _templates(made: Examples) -> Iterator[tuple[Any, ...]]:
    for grade, contents in made.contents.items():
        for place, content in enumerate(contents):
            yield (
                grade * 1000 + place,
                grade,
                place,
                orjson.dumps(to_json(content)).decode(),
                due_window(content),
            )
