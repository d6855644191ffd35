"""Monthly reports: the figures they are made from, and the reports themselves as they stood."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import orjson

from backend.db import sql
from backend.db.repositories.participation import SCHOOLS_OF_YEAR, UNITS_OF_YEAR
from backend.domain.participation import ReportKind
from backend.domain.report_table import ReportTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report with its table; digests are those of its files, once they are drawn."""

    id: int
    unit_id: int
    school_year: int
    kind: ReportKind
    month: date
    made_at: datetime
    table: ReportTable
    pdf_digest: str | None
    xlsx_digest: str | None


_REPORT = """
SELECT id, unit_id, school_year, kind, month, made_at, content::text AS content, pdf_digest, xlsx_digest
  FROM participation_report"""


def _row(row: sql.Row) -> ReportRow:
    table = ReportTable(**orjson.loads(row.pop("content")))
    return ReportRow(**{**row, "kind": ReportKind(row["kind"]), "table": table})


async def find(ids: Sequence[int]) -> dict[int, ReportRow]:
    found = await sql.rows(f"{_REPORT} WHERE id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: _row(row) for row in found}


async def page(school_year: int, *, before_id: int | None, limit: int) -> list[ReportRow]:
    """Reports of a year, the newest first."""
    found = await sql.rows(
        f"{_REPORT} WHERE school_year = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        school_year,
        before_id,
        limit,
    )
    return [_row(row) for row in found]


async def keep(unit_id: int, school_year: int, kind: ReportKind, month: date, table: ReportTable) -> int:
    """Keep a report as it stands now and ask for its files; returns its id."""
    report_id: int = await sql.value(
        "INSERT INTO participation_report (unit_id, school_year, kind, month, made_at, content)"
        " VALUES ($1, $2, $3, $4, now(), $5::jsonb) RETURNING id",
        unit_id,
        school_year,
        kind,
        month,
        orjson.dumps(asdict(table)).decode(),
    )
    await sql.rows("SELECT enqueue_participation_report($1)", report_id)
    return report_id


async def finish(report_id: int, pdf_digest: str, xlsx_digest: str) -> None:
    """Name a report's files, once."""
    await sql.rows(
        "UPDATE participation_report SET pdf_digest = $2, xlsx_digest = $3 WHERE id = $1 AND pdf_digest IS NULL",
        report_id,
        pdf_digest,
        xlsx_digest,
    )


_SCHOOLS = f"""
SELECT u.id, u.name, d.name AS above, p.state, p.id AS participation_id FROM {UNITS_OF_YEAR} u
  LEFT JOIN org_unit d ON d.id = u.parent_id
  LEFT JOIN participation p ON p.school_id = u.id AND p.school_year = $1::smallint
 WHERE {SCHOOLS_OF_YEAR} ORDER BY d.code, u.code"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """A school with the unit above it and where its declaration stands."""

    id: int
    name: str
    above: str | None
    state: str | None
    participation_id: int | None


async def schools(school_year: int) -> list[SchoolRow]:
    """The schools of a year in the order of their codes, as far as the scope goes."""
    return [SchoolRow(**row) for row in await sql.rows(_SCHOOLS, school_year)]


async def record_counts(school_year: int, school_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Records of each school by state."""
    found = await sql.rows(
        "SELECT school_id, state, count FROM school_count WHERE school_year = $1 AND school_id = ANY ($2::bigint[])",
        school_year,
        list(school_ids),
    )
    counts: dict[int, dict[str, int]] = {}
    for row in found:
        counts.setdefault(row["school_id"], {})[row["state"]] = row["count"]
    return counts
