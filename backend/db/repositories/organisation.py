"""Units and classes, and how their records stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql
from backend.domain.content import SchoolFacts
from backend.domain.lifecycle import State
from backend.domain.organisation import UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """A unit; commune, district, province and place are a school's, as its records print them."""

    id: int
    kind: UnitKind
    code: str
    name: str
    parent_id: int | None
    commune: str
    district: str
    province: str
    place: str

    @property
    def facts(self) -> SchoolFacts:
        """The school as its records print it."""
        return SchoolFacts(
            code=self.code,
            name=self.name,
            commune=self.commune,
            district=self.district,
            province=self.province,
            place=self.place,
        )


_UNIT = "SELECT id, kind, code, name, parent_id, commune, district, province, place FROM org_unit"


def _unit(row: sql.Row) -> UnitRow:
    return UnitRow(**{**row, "kind": UnitKind(row["kind"])})


async def find_units(unit_ids: Sequence[int]) -> dict[int, UnitRow]:
    found = await sql.rows(f"{_UNIT} WHERE id = ANY ($1::bigint[])", list(unit_ids))
    return {row["id"]: _unit(row) for row in found}


async def find_school(code: str) -> UnitRow | None:
    row = await sql.one(f"{_UNIT} WHERE kind = 'SCHOOL' AND code = $1 AND valid_to IS NULL", code)
    return None if row is None else _unit(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    id: int
    school_id: int
    school_year: int
    grade: int
    name: str


async def find_classes(class_ids: Sequence[int]) -> dict[int, ClassRow]:
    found = await sql.rows(
        "SELECT id, school_id, school_year, grade, name FROM school_class WHERE id = ANY ($1::bigint[])",
        list(class_ids),
    )
    return {row["id"]: ClassRow(**row) for row in found}


async def classes_of(school_id: int, school_year: int) -> dict[str, ClassRow]:
    """Classes of a school in a year, by name."""
    found = await sql.rows(
        "SELECT id, school_id, school_year, grade, name FROM school_class WHERE school_id = $1 AND school_year = $2"
        " ORDER BY grade, name",
        school_id,
        school_year,
    )
    return {row["name"]: ClassRow(**row) for row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many records of a class stand in one state."""

    school_id: int
    school_class_id: int
    grade: int
    state: State
    count: int


async def counts(school_year: int, school_id: int | None) -> list[CountRow]:
    """Counts by class and state, as far as the scope shows them."""
    found = await sql.rows(
        "SELECT school_id, school_class_id, grade, state, count FROM state_count"
        " WHERE school_year = $1 AND ($2::bigint IS NULL OR school_id = $2) AND count > 0"
        " ORDER BY school_id, grade, school_class_id, state",
        school_year,
        school_id,
    )
    return [CountRow(**{**row, "state": State(row["state"])}) for row in found]


async def counts_of(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[CountRow]]:
    """Counts by class and state of several (school, year of start)."""
    found = await sql.rows(
        "SELECT school_id, school_class_id, grade, state, count, school_year FROM state_count"
        " WHERE (school_id, school_year) IN (SELECT * FROM unnest($1::bigint[], $2::smallint[])) AND count > 0"
        " ORDER BY school_id, grade, school_class_id, state",
        [school_id for school_id, _ in keys],
        [year for _, year in keys],
    )
    by_key: dict[tuple[int, int], list[CountRow]] = {key: [] for key in keys}
    for row in found:
        year = row.pop("school_year")
        by_key[row["school_id"], year].append(CountRow(**{**row, "state": State(row["state"])}))
    return by_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolCountRow:
    """How many records of a school, or of a district's schools together, stand in one state."""

    unit_id: int
    state: State
    count: int


async def school_counts(school_year: int, district_id: int | None) -> list[SchoolCountRow]:
    """Counts by school and state, as far as the scope shows them."""
    return _unit_counts(await sql.rows(SCHOOL_COUNTS, school_year, district_id))


async def district_counts(school_year: int) -> list[SchoolCountRow]:
    """Counts by district and state over the schools that belong to it today."""
    return _unit_counts(await sql.rows(DISTRICT_COUNTS, school_year))


SCHOOL_COUNTS = """
SELECT n.school_id AS unit_id, n.state, n.count FROM school_count n JOIN org_unit u ON u.id = n.school_id
 WHERE n.school_year = $1 AND ($2::bigint IS NULL OR u.parent_id = $2) AND n.count > 0 ORDER BY n.school_id, n.state"""
DISTRICT_COUNTS = """
SELECT u.parent_id AS unit_id, n.state, sum(n.count)::int AS count
  FROM school_count n JOIN org_unit u ON u.id = n.school_id
 WHERE n.school_year = $1 AND n.count > 0 AND u.parent_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"""


def _unit_counts(found: list[sql.Row]) -> list[SchoolCountRow]:
    return [SchoolCountRow(**{**row, "state": State(row["state"])}) for row in found]
