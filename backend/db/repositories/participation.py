"""Declarations of schools and how they stand, as far as the scope shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.participation import Answer, Condition, ParticipationFacts, ParticipationState, unmet


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationRow:
    """A declaration with its answers."""

    id: int
    school_id: int
    school_year: int
    state: ParticipationState
    reason: str
    declared_at: datetime
    updated_at: datetime
    answers: dict[Condition, Answer]

    @property
    def facts(self) -> ParticipationFacts:
        return ParticipationFacts(state=self.state, unmet=unmet(self.answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessRow:
    """What the system itself knows of a school's readiness: people of today, certificates in force, trainings."""

    school_id: int
    teachers: int
    teachers_signing: int
    teachers_trained: int
    leaders: int
    leaders_signing: int
    has_seal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictRow:
    """How many schools of a unit there are, and how many of them stand where."""

    unit_id: int
    schools: int
    declared: int
    proposed: int
    approved: int


_SELECT = """
SELECT p.id, p.school_id, p.school_year, p.state, p.reason, p.declared_at, p.updated_at,
       coalesce((SELECT array_agg(r.condition ORDER BY r.id) FROM readiness r WHERE r.participation_id = p.id), '{}')
         AS conditions,
       coalesce((SELECT array_agg(r.met ORDER BY r.id) FROM readiness r WHERE r.participation_id = p.id), '{}') AS met,
       coalesce((SELECT array_agg(r.evidence ORDER BY r.id) FROM readiness r WHERE r.participation_id = p.id), '{}')
         AS evidence
  FROM participation p"""


def _row(row: sql.Row) -> ParticipationRow:
    said = zip(row.pop("conditions"), row.pop("met"), row.pop("evidence"), strict=True)
    answers = {
        Condition(name): Answer(condition=Condition(name), met=met, evidence=evidence)
        for name, met, evidence in said
    }
    return ParticipationRow(**{**row, "state": ParticipationState(row["state"]), "answers": answers})


async def find(ids: Sequence[int]) -> dict[int, ParticipationRow]:
    found = await sql.rows(f"{_SELECT} WHERE p.id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: _row(row) for row in found}


async def of_schools(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], ParticipationRow]:
    """Declarations by (school, year of start); a school without one is absent."""
    found = await sql.rows(
        f"{_SELECT} WHERE (p.school_id, p.school_year) IN (SELECT * FROM unnest($1::bigint[], $2::smallint[]))",
        [school_id for school_id, _ in keys],
        [year for _, year in keys],
    )
    return {(row["school_id"], row["school_year"]): _row(row) for row in found}


async def take_of_school(school_id: int, school_year: int) -> ParticipationRow | None:
    """A school's declaration, locked against another's act."""
    # read after the lock: what it waited for may have moved it
    await sql.rows(
        "SELECT id FROM participation WHERE school_id = $1 AND school_year = $2 FOR UPDATE",
        school_id,
        school_year,
    )
    row = await sql.one(f"{_SELECT} WHERE p.school_id = $1 AND p.school_year = $2", school_id, school_year)
    return None if row is None else _row(row)


async def take(ids: Sequence[int]) -> list[ParticipationRow]:
    """Declarations in the order of their ids, each locked against another's act."""
    locked = "SELECT id FROM participation WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE"
    await sql.rows(locked, list(ids))
    found = await sql.rows(f"{_SELECT} WHERE p.id = ANY ($1::bigint[]) ORDER BY p.id", list(ids))
    return [_row(row) for row in found]


async def page(
    school_year: int,
    *,
    district_id: int | None = None,
    state: ParticipationState | None = None,
    after_id: int | None,
    limit: int,
) -> list[ParticipationRow]:
    """Declarations of a year by id."""
    found = await sql.rows(
        f"{_SELECT} JOIN org_unit u ON u.id = p.school_id WHERE p.school_year = $1"
        " AND ($2::bigint IS NULL OR u.parent_id = $2) AND ($3::text IS NULL OR p.state = $3)"
        " AND ($4::bigint IS NULL OR p.id > $4) ORDER BY p.id LIMIT $5",
        school_year,
        district_id,
        state,
        after_id,
        limit,
    )
    return [_row(row) for row in found]


_DECLARE = """
INSERT INTO participation (school_id, school_year, state, reason, declared_at, updated_at)
VALUES ($1, $2, 'DECLARED', '', now(), now())
ON CONFLICT (school_id, school_year) DO UPDATE SET state = 'DECLARED', reason = '', declared_at = now(), updated_at = now()
RETURNING id"""
_ANSWER = """
INSERT INTO readiness (participation_id, condition, met, evidence)
SELECT $1, * FROM unnest($2::text[], $3::boolean[], $4::text[])
ON CONFLICT (participation_id, condition) DO UPDATE SET met = excluded.met, evidence = excluded.evidence"""


async def declare(school_id: int, school_year: int, answers: Sequence[Answer]) -> int:
    """Make or renew a school's declaration; returns its id."""
    participation_id: int = await sql.value(_DECLARE, school_id, school_year)
    await sql.rows(
        _ANSWER,
        participation_id,
        [item.condition for item in answers],
        [item.met for item in answers],
        [item.evidence for item in answers],
    )
    return participation_id


async def move(ids: Sequence[int], state: ParticipationState, reason: str = "") -> None:
    await sql.rows(
        "UPDATE participation SET state = $2, reason = $3, updated_at = now() WHERE id = ANY ($1::bigint[])",
        list(ids),
        state,
        reason,
    )


UNITS_OF_YEAR = "units_on(least(today(), make_date($1::int + 1, 8, 31)))"
"""The units in the year that starts in $1: as they are today, or as they were on the last day of a year that is over."""

SCHOOLS_OF_YEAR = """
       u.kind = 'SCHOOL'
   AND ((SELECT current_setting('role')) = 'hocba_department' OR u.id = ANY ((SELECT scope_schools())::bigint[]))"""
"""Which of them are schools of the scope."""

_OF_YEAR = f"""
  FROM {UNITS_OF_YEAR} u LEFT JOIN participation p ON p.school_id = u.id AND p.school_year = $1::smallint
 WHERE {SCHOOLS_OF_YEAR} AND u.parent_id IS NOT NULL"""
_COUNTS = f"""
SELECT u.parent_id AS unit_id, count(*)::int AS schools, count(*) FILTER (WHERE p.state = 'DECLARED')::int AS declared,
       count(*) FILTER (WHERE p.state = 'PROPOSED')::int AS proposed,
       count(*) FILTER (WHERE p.state = 'APPROVED')::int AS approved
{_OF_YEAR} GROUP BY u.parent_id ORDER BY u.parent_id"""
_MISSING = f"""
SELECT u.parent_id AS unit_id, u.id AS school_id {_OF_YEAR} AND u.parent_id = ANY ($2::bigint[])
   AND p.state IS DISTINCT FROM 'APPROVED' ORDER BY u.parent_id, u.code"""


async def by_district(school_year: int) -> list[DistrictRow]:
    """Counts by the unit above the schools of the scope."""
    return [DistrictRow(**row) for row in await sql.rows(_COUNTS, school_year)]


async def standing(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], DistrictRow]:
    """Counts by (unit above the schools, year of start)."""
    found = {(row.unit_id, year): row for year in {of for _, of in keys} for row in await by_district(year)}
    return {key: found[key] for key in keys if key in found}


async def missing(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], list[int]]:
    """Schools without an approved declaration, by (unit above them, year of start)."""
    by_unit: dict[tuple[int, int], list[int]] = {key: [] for key in keys}
    for year in {year for _, year in keys}:
        units = [unit_id for unit_id, of in keys if of == year]
        for row in await sql.rows(_MISSING, year, units):
            by_unit[row["unit_id"], year].append(row["school_id"])
    return by_unit


async def readiness(keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], ReadinessRow]:
    """What the system knows of each (school, year of start)."""
    found: dict[tuple[int, int], ReadinessRow] = {}
    for year in {year for _, year in keys}:
        schools = [school_id for school_id, of in keys if of == year]
        rows = await sql.rows("SELECT * FROM school_readiness($1::bigint[], $2)", schools, year)
        found |= {(row["school_id"], year): ReadinessRow(**row) for row in rows}
    return found
