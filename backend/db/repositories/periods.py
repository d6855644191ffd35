"""Lock periods, and what their locks take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql
from backend.db.windows import CONFIRMED, closed
from backend.domain.acts import LockPeriodFacts
from backend.domain.calendar import TAKES, LockStage, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A lock period; ``root_hash`` (hex) and ``sealed_count`` once it is sealed.

    ``began_at`` is when its lock began; ``run_at`` the effective date of the run under way; ``locked_count`` how many
    records it has taken so far.
    """

    id: int
    school_year: int
    window: Window
    locks_at: datetime
    reports_at: datetime
    grades: frozenset[int]
    began_at: datetime | None
    run_at: datetime | None
    locked_count: int
    sealed_at: datetime | None
    sealed_count: int | None
    root_hash: str | None
    is_due: bool

    @property
    def facts(self) -> LockPeriodFacts:
        return LockPeriodFacts(sealed=self.began_at is not None, due=self.is_due)

    @property
    def stage(self) -> LockStage:
        if self.sealed_at is not None:
            return LockStage.SEALED
        if self.began_at is not None:
            return LockStage.KEPT_OPEN if self.run_at is None else LockStage.LOCKING
        return LockStage.DUE if self.is_due else LockStage.AHEAD

    @property
    def takes(self) -> list[str]:
        """Windows whose records its lock takes, by name."""
        return [str(window) for window in TAKES[self.window]]


_COLUMNS = (
    'id, school_year, "window", locks_at, reports_at, grades, began_at, run_at, locked_count, sealed_at, sealed_count, root_hash,'
    " locks_at <= clock_timestamp() AS is_due"
)


def _period(row: sql.Row) -> PeriodRow:
    grades = frozenset(orjson.loads(row["grades"]))
    return PeriodRow(**{**row, "window": Window(row["window"]), "grades": grades})


async def hold(record_ids: Sequence[int]) -> None:
    """Share-lock the lock periods of records' school years until the transaction ends.

    Every window of a year, in one order: an exception on the second also opens the first.
    """
    await sql.rows(
        "SELECT id FROM lock_period WHERE school_year IN"
        " (SELECT school_year FROM year_record WHERE id = ANY ($1::bigint[])) ORDER BY id FOR SHARE",
        list(record_ids),
    )


_ARE_OPEN = f"""
SELECT NOT EXISTS (
  SELECT FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[]) AS t(year, due, school, class)
    JOIN lock_period p ON p.school_year = t.year AND p."window" = t.due
   WHERE {closed("p", year="t.year", school="t.school", school_class="t.class", clock="clock_timestamp()")}) AS open"""


async def are_open(places: Sequence[tuple[int, Window, int, int]]) -> bool:
    """Whether windows are open for (year, window, school, class) at this very moment.

    A period that the calendar does not have yet bars nothing.
    """
    years, windows, schools, classes = zip(*places, strict=True)
    return bool(
        await sql.value(
            _ARE_OPEN, list(years), [str(window) for window in windows], list(schools), list(classes)
        )
    )


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


async def check_now() -> None:
    """Let whatever waits for the commit happen now: a rehearsal never commits."""
    await sql.rows("SET CONSTRAINTS ALL IMMEDIATE")


async def now() -> datetime:
    """The database's clock, the only one that counts."""
    instant: datetime = await sql.value("SELECT clock_timestamp() AS now")
    return instant


_BEGIN = f"""
UPDATE lock_period SET began_at = coalesce(began_at, t.now), run_at = t.now, updated_at = t.now
  FROM (SELECT clock_timestamp() AS now) t WHERE id = $1 RETURNING {_COLUMNS}"""


async def begin_run(period_id: int) -> PeriodRow:
    """Begin a lock, or its next run: from here on what it takes has this moment as its effective date."""
    found = await sql.rows(_BEGIN, period_id)
    return _period(found[0])


async def count_locked(period_id: int, more: int) -> None:
    await sql.rows(
        "UPDATE lock_period SET locked_count = locked_count + $2, updated_at = now() WHERE id = $1",
        period_id,
        more,
    )


async def end_run(period_id: int) -> None:
    """Nothing is left to take but what exceptions still keep open."""
    await sql.rows("UPDATE lock_period SET run_at = NULL, updated_at = now() WHERE id = $1", period_id)


async def mark_sealed(period_id: int, root_hash: str) -> None:
    await sql.rows(
        "UPDATE lock_period SET sealed_at = clock_timestamp(), run_at = NULL, sealed_count = locked_count, root_hash = $2,"
        " updated_at = now() WHERE id = $1",
        period_id,
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


def _taken_by_lock(joined: str = "") -> str:
    """What the lock of period $1 takes: accepted, of its grades and windows, not kept open by an exception on it."""
    return f"""
  FROM revision r
  JOIN lock_period p ON p.id = $1
  JOIN year_record y ON y.standing_revision_id = r.id {joined}
 WHERE r.school_year = $2 AND r."window" = ANY ($3::text[]) AND r.state = 'ACCEPTED' AND r.grade = ANY ($4::smallint[])
   AND NOT EXISTS (SELECT FROM lock_exception e WHERE e.lock_period_id = p.id
         AND {CONFIRMED.format(clock="clock_timestamp()")} AND e.school_id = y.school_id
         AND (e.school_class_id IS NULL OR e.school_class_id = y.school_class_id))"""


_FILES = """
  JOIN record_book b ON b.id = y.book_id
  LEFT JOIN artefact x ON x.revision_id = r.id AND x.role = 'SCHOOL_SEAL' AND x.kind = 'XML'
  LEFT JOIN artefact f ON f.revision_id = r.id AND f.role = 'SCHOOL_SEAL' AND f.kind = 'PDF'"""

_DUE = f"""
SELECT y.id AS record_id, r.id AS revision_id, y.school_id, y.working_revision_id AS working_id, b.lookup_code,
       r.number, r.school_year, r.content_digest, x.digest AS xml_digest, x.size AS xml_size, f.digest AS pdf_digest,
       f.size AS pdf_size {_taken_by_lock(_FILES)}
   AND r.id > $5 ORDER BY r.id LIMIT $6 FOR UPDATE OF y, r"""


async def due(period: PeriodRow, *, after: int, limit: int) -> list[DueRow]:
    """Up to ``limit`` accepted revisions behind ``after`` that a lock takes, in the order of their leaves, locked."""
    found = await sql.rows(_DUE, *_taken(period), after, limit)
    return [DueRow(**row) for row in found]


async def due_count(period: PeriodRow) -> int:
    """How many accepted revisions a lock would take now, as far as the scope shows them."""
    count: int = await sql.value(f"SELECT count(*) {_taken_by_lock()}", *_taken(period))
    return count


def _taken(period: PeriodRow) -> tuple[int, int, list[str], list[int]]:
    return period.id, period.school_year, period.takes, sorted(period.grades)


async def is_kept_open(period_id: int) -> bool:
    """Whether an exception on a period still holds."""
    found = await sql.value(
        f"SELECT 1 FROM lock_exception e WHERE e.lock_period_id = $1"
        f" AND {CONFIRMED.format(clock='clock_timestamp()')} LIMIT 1",
        period_id,
    )
    return found is not None


_WAITING = f"""
SELECT p.id FROM lock_period p
 WHERE p.sealed_at IS NULL AND p.locks_at <= clock_timestamp()
   AND (p.began_at IS NULL OR p.run_at IS NOT NULL
        OR NOT EXISTS (SELECT FROM lock_exception e WHERE e.lock_period_id = p.id
                        AND {CONFIRMED.format(clock="clock_timestamp()")})
        OR EXISTS (SELECT FROM lock_exception e WHERE e.lock_period_id = p.id AND e.confirmed
                    AND e.expires_at <= clock_timestamp() AND e.expires_at > p.updated_at))
 ORDER BY p.locks_at, p.id"""


async def waiting() -> list[int]:
    """Periods whose lock has something to do: due, under way, or an exception on it has ended since."""
    return [row["id"] for row in await sql.rows(_WAITING)]


_END_WORKING = """
UPDATE year_record y SET working_revision_id = y.standing_revision_id, updated_at = now()
 WHERE y.id = ANY ($1::bigint[])"""


async def lock_revisions(revision_ids: Sequence[int], effective_from: datetime) -> None:
    """Give revisions their effective date and the state from which nothing leads on."""
    await sql.rows(
        "UPDATE revision SET state = 'LOCKED', effective_from = $2, updated_at = now() WHERE id = ANY ($1::bigint[])",
        list(revision_ids),
        effective_from,
    )


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
