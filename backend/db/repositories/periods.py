"""Lock periods, and what their locks take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql
from backend.domain.acts import LockPeriodFacts
from backend.domain.calendar import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A lock period; ``root_hash`` (hex) and ``sealed_count`` once it is sealed."""

    id: int
    school_year: int
    window: Window
    locks_at: datetime
    reports_at: datetime
    grades: frozenset[int]
    sealed_at: datetime | None
    sealed_count: int | None
    root_hash: str | None
    is_due: bool

    @property
    def facts(self) -> LockPeriodFacts:
        return LockPeriodFacts(sealed=self.sealed_at is not None, due=self.is_due)


_COLUMNS = (
    'id, school_year, "window", locks_at, reports_at, grades, sealed_at, sealed_count, root_hash,'
    " locks_at <= clock_timestamp() AS is_due"
)


def _period(row: sql.Row) -> PeriodRow:
    grades = frozenset(orjson.loads(row["grades"]))
    return PeriodRow(**{**row, "window": Window(row["window"]), "grades": grades})


_HOLD = """
SELECT sealed_at IS NULL AND locks_at > clock_timestamp() AS open
  FROM lock_period WHERE school_year = $1 AND "window" = $2 FOR SHARE"""


async def hold(school_year: int, window: Window) -> bool:
    """Share-lock a period's row until the transaction ends; True while its deadline has not passed.

    A period that nobody has scheduled yet bars nothing.
    """
    row = await sql.one(_HOLD, school_year, window)
    return row is None or bool(row["open"])


async def of_year(school_year: int | None = None) -> list[PeriodRow]:
    """Periods of a school year, or all."""
    found = await sql.rows(
        f"SELECT {_COLUMNS} FROM lock_period WHERE $1::smallint IS NULL OR school_year = $1"
        ' ORDER BY school_year, "window"',
        school_year,
    )
    return [_period(row) for row in found]


async def find(period_ids: Sequence[int]) -> dict[int, PeriodRow]:
    found = await sql.rows(
        f"SELECT {_COLUMNS} FROM lock_period WHERE id = ANY ($1::bigint[])", list(period_ids)
    )
    return {row["id"]: _period(row) for row in found}


async def take(period_id: int) -> PeriodRow | None:
    """A period, its row locked against everybody who holds or changes it."""
    row = await sql.one(f"SELECT {_COLUMNS} FROM lock_period WHERE id = $1 FOR UPDATE", period_id)
    return None if row is None else _period(row)


async def now() -> datetime:
    """The database's clock, the only one that counts."""
    instant: datetime = await sql.value("SELECT clock_timestamp() AS now")
    return instant


_SCHEDULE = f"""
INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)
VALUES ($1, $2, $3, $4, $5::jsonb, now())
ON CONFLICT (school_year, "window") DO UPDATE
   SET locks_at = excluded.locks_at, reports_at = excluded.reports_at, grades = excluded.grades, updated_at = now()
RETURNING {_COLUMNS}"""


async def schedule(
    school_year: int, window: Window, locks_at: datetime, reports_at: datetime, grades: Sequence[int]
) -> PeriodRow:
    """Set or move a period that is not sealed."""
    text = orjson.dumps(sorted(grades)).decode()
    found = await sql.rows(_SCHEDULE, school_year, window, locks_at, reports_at, text)
    return _period(found[0])


async def mark_sealed(period_id: int, count: int, root_hash: str) -> None:
    await sql.rows(
        "UPDATE lock_period SET sealed_at = now(), sealed_count = $2, root_hash = $3, updated_at = now() WHERE id = $1",
        period_id,
        count,
        root_hash,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A standing revision that a lock takes, with what its ledger leaf is made of."""

    record_id: int
    revision_id: int
    school_id: int
    working_id: int
    number: int
    school_year: int
    lookup_code: str
    content_digest: str
    xml_digest: str | None
    xml_size: int | None
    pdf_digest: str | None
    pdf_size: int | None


_DUE = """
SELECT y.id AS record_id, r.id AS revision_id, y.school_id, y.working_revision_id AS working_id, b.lookup_code,
       r.number, r.school_year, r.content_digest, x.digest AS xml_digest, x.size AS xml_size, p.digest AS pdf_digest,
       p.size AS pdf_size
  FROM revision r
  JOIN year_record y ON y.standing_revision_id = r.id
  JOIN record_book b ON b.id = y.book_id
  LEFT JOIN artefact x ON x.revision_id = r.id AND x.role = 'SCHOOL_SEAL' AND x.kind = 'XML'
  LEFT JOIN artefact p ON p.revision_id = r.id AND p.role = 'SCHOOL_SEAL' AND p.kind = 'PDF'
 WHERE r.school_year = $1 AND r.state = 'ACCEPTED' AND r.grade = ANY ($2::smallint[])
   AND r."window" = ANY ($3::text[])
 ORDER BY r.id FOR UPDATE OF y, r"""


async def due(school_year: int, grades: Sequence[int], windows: Sequence[Window]) -> list[DueRow]:
    """Accepted revisions that a lock takes, in the order of their leaves, locked."""
    found = await sql.rows(_DUE, school_year, list(grades), [str(window) for window in windows])
    return [DueRow(**row) for row in found]


async def due_count(school_year: int, grades: Sequence[int], windows: Sequence[Window]) -> int:
    """How many accepted revisions a lock would take now, as far as the scope shows them."""
    count: int = await sql.value(
        "SELECT count(*) FROM revision r JOIN year_record y ON y.standing_revision_id = r.id"
        " WHERE r.school_year = $1 AND r.state = 'ACCEPTED' AND r.grade = ANY ($2::smallint[])"
        ' AND r."window" = ANY ($3::text[])',
        school_year,
        list(grades),
        [str(window) for window in windows],
    )
    return count


_END_WORKING = """
UPDATE year_record y SET working_revision_id = y.standing_revision_id, updated_at = now()
 WHERE y.id = ANY ($1::bigint[])"""


async def lock_revisions(revision_ids: Sequence[int]) -> datetime:
    """Give revisions their effective date and the state from which nothing leads on."""
    effective: datetime = await sql.value("SELECT now() AS now")
    await sql.rows(
        "UPDATE revision SET state = 'LOCKED', effective_from = now(), updated_at = now() WHERE id = ANY ($1::bigint[])",
        list(revision_ids),
    )
    return effective


async def end_replacements(record_ids: Sequence[int]) -> None:
    """What was still being worked on ends: the standing revision is the record."""
    await sql.rows(_END_WORKING, list(record_ids))


async def seals_pending(period_ids: Sequence[int]) -> dict[int, int]:
    """How many revisions locked in each period have no lock seal yet, as far as the scope shows them."""
    found = await sql.rows(
        "SELECT e.lock_period_id AS id, count(*) AS pending FROM ledger_entry e"
        " WHERE e.lock_period_id = ANY ($1::bigint[]) AND NOT EXISTS ("
        " SELECT FROM signature s WHERE s.revision_id = e.revision_id AND s.role = 'LOCK_SEAL') GROUP BY 1",
        list(period_ids),
    )
    return {row["id"]: row["pending"] for row in found}
