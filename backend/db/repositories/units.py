"""The tree of units over time: its versions, and changes that take effect on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.db import sql
from backend.domain.organisation import UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOnDay:
    """A unit as it is on a day."""

    id: int
    kind: UnitKind
    code: str
    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """What a unit was called and where it stood, from a day on."""

    unit_id: int
    valid_from: date
    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """How long a unit has been there, and which took its place."""

    unit_id: int
    valid_from: date
    valid_to: date | None
    successor_id: int | None
    over: bool


async def on_day(day: date, codes: Sequence[str]) -> dict[str, UnitOnDay]:
    """Units of a day by code."""
    found = await sql.rows("SELECT * FROM units_on($1) WHERE code = ANY ($2::text[])", day, list(codes))
    return {row["code"]: UnitOnDay(**{**row, "kind": UnitKind(row["kind"])}) for row in found}


async def find_versions(unit_ids: Sequence[int]) -> dict[int, list[VersionRow]]:
    """Everything that units were called, the oldest first."""
    found = await sql.rows(
        "SELECT unit_id, valid_from, name, parent_id FROM org_unit_version WHERE unit_id = ANY ($1::bigint[])"
        " ORDER BY unit_id, valid_from",
        list(unit_ids),
    )
    versions: dict[int, list[VersionRow]] = {unit_id: [] for unit_id in unit_ids}
    for row in found:
        versions[row["unit_id"]].append(VersionRow(**row))
    return versions


async def find_spans(unit_ids: Sequence[int]) -> dict[int, SpanRow]:
    found = await sql.rows(
        "SELECT id AS unit_id, valid_from, valid_to, successor_id, coalesce(valid_to < today(), false) AS over"
        " FROM org_unit WHERE id = ANY ($1::bigint[])",
        list(unit_ids),
    )
    return {row["unit_id"]: SpanRow(**row) for row in found}


_CHANGE = """
INSERT INTO org_unit_version (unit_id, valid_from, name, parent_id, commune, district, province, place)
SELECT u.id, $2, coalesce($3, v.name), coalesce($4, v.parent_id), coalesce($5, v.commune), coalesce($6, v.district),
       v.province, coalesce($7, v.place)
  FROM org_unit u JOIN LATERAL (
    SELECT * FROM org_unit_version o WHERE o.unit_id = u.id AND o.valid_from <= $2 ORDER BY o.valid_from DESC LIMIT 1) v
    ON true
 WHERE u.id = $1
ON CONFLICT (unit_id, valid_from) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id,
   commune = excluded.commune, district = excluded.district, place = excluded.place"""


async def change(
    unit_id: int,
    day: date,
    *,
    name: str | None,
    parent_id: int | None,
    commune: str | None,
    district: str | None,
    place: str | None,
) -> None:
    """Let a unit be called and stand otherwise from a day on; None keeps what it is."""
    await sql.rows(_CHANGE, unit_id, day, name, parent_id, commune, district, place)


async def orphans(day: date) -> list[UnitOnDay]:
    """Units of a day that stand below one that is not there on it."""
    found = await sql.rows(
        "WITH there AS (SELECT * FROM units_on($1)) SELECT t.* FROM there t WHERE t.parent_id IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM there p WHERE p.id = t.parent_id) ORDER BY t.code LIMIT 20",
        day,
    )
    return [UnitOnDay(**{**row, "kind": UnitKind(row["kind"])}) for row in found]


async def bring_up_to_date() -> int:
    """Let changes whose day has come take effect; returns how many units changed."""
    changed: int = await sql.value("SELECT bring_units_up_to_date()")
    return changed
