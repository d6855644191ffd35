"""Building and sending reports to the Ministry: which records are next, and how far each file is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.calendar import Window
from backend.domain.ministry import PartState, Receipt, ReportedState, ReportFacts, ReportState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A report with its window; ``refused`` counts its records that were refused and are in no later report.

    ``code`` is what its building, or one of its files, waits for.
    """

    id: int
    lock_period_id: int
    number: int
    again_of_id: int | None
    state: ReportState
    code: str
    asked_at: datetime
    record_count: int
    root_hash: str | None
    manifest_digest: str | None
    built_at: datetime | None
    sent_at: datetime | None
    answered_at: datetime | None
    school_year: int
    window: Window
    period_root: str | None
    part_count: int
    received: int
    refused: int
    waiting: int

    def facts(self, *, configured: bool) -> ReportFacts:
        """What the rules need to know of it."""
        return ReportFacts(state=self.state, refused=self.refused, configured=configured)


_AGAIN = (
    "NOT EXISTS (SELECT FROM ministry_item o WHERE o.revision_id = i.revision_id AND o.state <> 'REFUSED')"
)
_REPORT = f"""
SELECT m.id, m.lock_period_id, m.number, m.again_of_id, m.state, m.asked_at, m.record_count, m.root_hash,
       m.manifest_digest, m.built_at, m.sent_at, m.answered_at, p.school_year, p."window", p.root_hash AS period_root,
       coalesce(nullif(m.code, ''), (SELECT max(a.code) FROM ministry_part a WHERE a.report_id = m.id), '') AS code,
       (SELECT count(*) FROM ministry_part a WHERE a.report_id = m.id AND a.number > 0) AS part_count,
       c.received, c.refused, c.waiting
  FROM ministry_report m JOIN lock_period p ON p.id = m.lock_period_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE i.state = 'RECEIVED') AS received,
           count(*) FILTER (WHERE i.state = 'REFUSED' AND {_AGAIN}) AS refused,
           count(*) FILTER (WHERE i.state IN ('WAITING', 'SENT')) AS waiting
      FROM ministry_item i JOIN ministry_part a ON a.id = i.part_id WHERE a.report_id = m.id) c"""


def _report(row: sql.Row) -> ReportRow:
    return ReportRow(**{**row, "state": ReportState(row["state"]), "window": Window(row["window"])})


async def find(report_ids: Sequence[int]) -> dict[int, ReportRow]:
    found = await sql.rows(f"{_REPORT} WHERE m.id = ANY ($1::bigint[])", list(report_ids))
    return {row["id"]: _report(row) for row in found}


async def reports(period_id: int | None, *, before_id: int | None, limit: int) -> list[ReportRow]:
    """Reports of a window, or all, the newest first."""
    found = await sql.rows(
        f"{_REPORT} WHERE ($1::bigint IS NULL OR m.lock_period_id = $1) AND ($2::bigint IS NULL OR m.id < $2)"
        " ORDER BY m.id DESC LIMIT $3",
        period_id,
        before_id,
        limit,
    )
    return [_report(row) for row in found]


async def begin(period_id: int, asked_by: int | None, again_of: int | None) -> int:
    """A new report of a window, with the next number; returns its id."""
    # two who build at once would draw the same number, which the table refuses
    await sql.rows("SELECT pg_advisory_xact_lock(hashtext('ministry'), $1::int)", period_id)
    report_id: int = await sql.value(
        "INSERT INTO ministry_report (lock_period_id, number, again_of_id, state, asked_by_id, asked_at)"
        " SELECT $1, coalesce(max(number), 0) + 1, $3, 'BUILDING', $2, now() FROM ministry_report"
        " WHERE lock_period_id = $1 RETURNING id",
        period_id,
        asked_by,
        again_of,
    )
    return report_id


async def is_building(period_id: int) -> bool:
    """Whether a report of the window is being built: another would claim the same records."""
    return bool(
        await sql.value(
            "SELECT EXISTS (SELECT FROM ministry_report WHERE lock_period_id = $1 AND state = 'BUILDING') AS b",
            period_id,
        )
    )


# --- building --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalFile:
    """A locked record's final XML and where it belongs."""

    revision_id: int
    school_code: str
    class_name: str
    school_class_id: int
    digest: str
    size: int


_NEVER_SENT = "NOT EXISTS (SELECT FROM ministry_item i WHERE i.revision_id = e.revision_id)"
_REFUSED = (
    "EXISTS (SELECT FROM ministry_item i JOIN ministry_part a ON a.id = i.part_id"
    " WHERE i.revision_id = e.revision_id AND a.report_id = $2 AND i.state = 'REFUSED')"
    " AND NOT EXISTS (SELECT FROM ministry_item i WHERE i.revision_id = e.revision_id AND i.state <> 'REFUSED')"
)
_TO_REPORT = f"e.lock_period_id = $1 AND CASE WHEN $2::bigint IS NULL THEN {_NEVER_SENT} ELSE {_REFUSED} END"
_NEXT = f"""
SELECT e.revision_id, u.code AS school_code, c.name AS class_name, r.school_class_id, a.digest, a.size
  FROM ledger_entry e
  JOIN revision r ON r.id = e.revision_id
  JOIN org_unit u ON u.id = r.school_id
  JOIN school_class c ON c.id = r.school_class_id
  JOIN artefact a ON a.revision_id = e.revision_id AND a.kind = 'XML' AND a.role = 'LOCK_SEAL'
 WHERE {_TO_REPORT}
 ORDER BY u.code, r.school_class_id, e.revision_id LIMIT $3"""


async def next_files(period_id: int, again_of: int | None, limit: int) -> list[FinalFile]:
    """The next records that no report has yet (or that a report had refused), by school and class."""
    return [FinalFile(**row) for row in await sql.rows(_NEXT, period_id, again_of, limit)]


async def count_to_report(period_id: int, again_of: int | None = None) -> int:
    """How many records a report that is built now would take."""
    count: int = await sql.value(
        f"SELECT count(*) FROM ledger_entry e WHERE {_TO_REPORT}", period_id, again_of
    )
    return count


async def count_unsealed(period_id: int) -> int:
    """Locked records of a window whose final XML is not there yet."""
    count: int = await sql.value(
        "SELECT count(*) FROM ledger_entry e WHERE e.lock_period_id = $1 AND NOT EXISTS (SELECT FROM artefact a"
        " WHERE a.revision_id = e.revision_id AND a.kind = 'XML' AND a.role = 'LOCK_SEAL')",
        period_id,
    )
    return count


async def take_building(report_id: int) -> bool:
    """Whether a report is still being built; its row is held until the transaction ends."""
    row = await sql.one(
        "SELECT id FROM ministry_report WHERE id = $1 AND state = 'BUILDING' FOR UPDATE", report_id
    )
    return row is not None


async def next_number(report_id: int) -> int:
    """The number of the next file of a report; 0 is the manifest's."""
    number: int = await sql.value(
        "SELECT coalesce(max(number), 0) + 1 FROM ministry_part WHERE report_id = $1", report_id
    )
    return number


_ADD_ITEMS = """
INSERT INTO ministry_item (part_id, revision_id, digest, state)
SELECT $1, revision_id, digest, 'WAITING' FROM unnest($2::bigint[], $3::text[]) AS t(revision_id, digest)"""


async def add_part(
    report_id: int, number: int, stored: tuple[str, int], files: Sequence[FinalFile] = ()
) -> None:
    """Keep a file of a report, named by its digest and size, with its records."""
    part_id = await sql.value(
        "INSERT INTO ministry_part (report_id, number, digest, size, record_count, state, next_at)"
        " VALUES ($1, $2, $3, $4, $5, 'READY', now()) RETURNING id",
        report_id,
        number,
        *stored,
        len(files),
    )
    await sql.rows(_ADD_ITEMS, part_id, [file.revision_id for file in files], [file.digest for file in files])


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A file of a report."""

    id: int
    report_id: int
    number: int
    digest: str
    size: int
    record_count: int
    state: PartState
    code: str
    attempts: int
    sent_at: datetime | None
    answered_at: datetime | None


_PART = (
    "SELECT id, report_id, number, digest, size, record_count, state, code, attempts, sent_at, answered_at"
    " FROM ministry_part"
)


def _part(row: sql.Row) -> PartRow:
    return PartRow(**{**row, "state": PartState(row["state"])})


async def parts(report_id: int, *, after: int = -1, limit: int = 10_000) -> list[PartRow]:
    """Files of a report after a number, in order."""
    found = await sql.rows(
        f"{_PART} WHERE report_id = $1 AND number > $2 ORDER BY number LIMIT $3", report_id, after, limit
    )
    return [_part(row) for row in found]


async def find_parts(part_ids: Sequence[int]) -> dict[int, PartRow]:
    found = await sql.rows(f"{_PART} WHERE id = ANY ($1::bigint[])", list(part_ids))
    return {row["id"]: _part(row) for row in found}


async def digests(report_id: int) -> list[str]:
    """Digests of a report's records in the order of its files."""
    found = await sql.rows(
        "SELECT i.digest FROM ministry_item i JOIN ministry_part a ON a.id = i.part_id WHERE a.report_id = $1"
        " ORDER BY a.number, i.id",
        report_id,
    )
    return [row["digest"] for row in found]


async def built(report_id: int, root: str, manifest_digest: str) -> None:
    """A report is whole and signed."""
    await sql.rows(
        "UPDATE ministry_report SET state = 'READY', code = '', built_at = now(), root_hash = $2, manifest_digest = $3,"
        " record_count = (SELECT sum(record_count) FROM ministry_part WHERE report_id = $1)::int WHERE id = $1",
        report_id,
        root,
        manifest_digest,
    )


async def build_waits(report_id: int, code: str) -> None:
    """Say what the building of a report waits for."""
    await sql.rows(
        "UPDATE ministry_report SET code = $2 WHERE id = $1 AND state = 'BUILDING'", report_id, code
    )


# --- sending ---------------------------------------------------------------------------------------------------------


async def let_go(report_id: int) -> list[int]:
    """Let a built report be sent; the ids of its files."""
    await sql.rows(
        "UPDATE ministry_report SET state = 'SENDING' WHERE id = $1 AND state = 'READY'", report_id
    )
    return [row.id for row in await parts(report_id)]


_LEASE = """
UPDATE ministry_part a SET next_at = clock_timestamp() + make_interval(secs => $2), attempts = attempts + 1,
       state = CASE state WHEN 'READY' THEN 'SENDING' ELSE state END
 WHERE a.id = $1 AND a.next_at <= clock_timestamp() AND a.state <> 'ANSWERED'
   AND EXISTS (SELECT FROM ministry_report m WHERE m.id = a.report_id AND m.state IN ('SENDING', 'SENT'))
RETURNING a.id"""


async def lease(part_id: int, seconds: float) -> PartRow | None:
    """Take a file that is due, for as long as an exchange may last; None when there is nothing to do now.

    Whoever dies meanwhile leaves it SENDING: the next one asks the other side before sending anything.
    """
    if not await sql.rows(_LEASE, part_id, seconds):
        return None
    return (await find_parts([part_id]))[part_id]


async def part_waits(part_id: int, code: str, seconds: float) -> None:
    """Say what a file waits for, and leave it alone for a while."""
    await sql.rows(
        "UPDATE ministry_part SET code = $2, next_at = clock_timestamp() + make_interval(secs => $3) WHERE id = $1",
        part_id,
        code,
        seconds,
    )


async def mark_sent(part_id: int) -> None:
    """The Ministry has a file: so have all its records been sent."""
    await sql.rows(
        "UPDATE ministry_part SET state = 'SENT', code = '', attempts = 0, sent_at = now(), next_at = now()"
        " WHERE id = $1 AND state = 'SENDING'",
        part_id,
    )
    await sql.rows(
        "UPDATE ministry_item SET state = 'SENT' WHERE part_id = $1 AND state = 'WAITING'", part_id
    )
    await sql.rows(
        "UPDATE ministry_report m SET state = 'SENT', sent_at = now() FROM ministry_part p"
        " WHERE p.id = $1 AND m.id = p.report_id AND m.state = 'SENDING' AND NOT EXISTS (SELECT FROM ministry_part a"
        " WHERE a.report_id = m.id AND a.state IN ('READY', 'SENDING'))",
        part_id,
    )


async def receipts(part_id: int) -> dict[str, Receipt]:
    """What was answered of each record of a file so far, by digest."""
    found = await sql.rows(
        "SELECT digest, state, code, reason FROM ministry_item WHERE part_id = $1", part_id
    )
    return {
        row["digest"]: Receipt(row["digest"], ReportedState(row["state"]), row["code"], row["reason"])
        for row in found
    }


_RECEIVE = """
UPDATE ministry_item i SET state = t.state, code = t.code, reason = t.reason, answered_at = now()
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS t(digest, state, code, reason)
 WHERE i.part_id = $1 AND i.digest = t.digest AND i.state = 'SENT'"""


async def receive(part_id: int, found: Sequence[Receipt], *, is_whole: bool) -> None:
    """Keep receipts; the file, and with the last one its report, is answered when they are all there."""
    columns = [[getattr(item, name) for item in found] for name in ("digest", "state", "code", "reason")]
    await sql.rows(_RECEIVE, part_id, *columns)
    if not is_whole:
        return
    await sql.rows(
        "UPDATE ministry_part SET state = 'ANSWERED', code = '', answered_at = now() WHERE id = $1 AND state = 'SENT'",
        part_id,
    )
    await sql.rows(
        "UPDATE ministry_report m SET state = 'ANSWERED', answered_at = now() FROM ministry_part p"
        " WHERE p.id = $1 AND m.id = p.report_id AND m.state = 'SENT' AND NOT EXISTS (SELECT FROM ministry_part a"
        " WHERE a.report_id = m.id AND a.state <> 'ANSWERED')",
        part_id,
    )


# --- what is due -----------------------------------------------------------------------------------------------------


async def building() -> list[int]:
    """Reports that are not whole yet."""
    return [row["id"] for row in await sql.rows("SELECT id FROM ministry_report WHERE state = 'BUILDING'")]


async def due_parts(limit: int) -> list[int]:
    """Files of reports under way whose time has come."""
    found = await sql.rows(
        "SELECT a.id FROM ministry_part a JOIN ministry_report m ON m.id = a.report_id"
        " WHERE m.state IN ('SENDING', 'SENT') AND a.state <> 'ANSWERED' AND a.next_at <= now()"
        " ORDER BY a.next_at LIMIT $1",
        limit,
    )
    return [row["id"] for row in found]


async def unreported_periods() -> list[int]:
    """Sealed windows that have no report yet, though all their files are final."""
    found = await sql.rows(
        "SELECT p.id FROM lock_period p WHERE p.sealed_at IS NOT NULL AND p.sealed_count > 0"
        " AND NOT EXISTS (SELECT FROM ministry_report m WHERE m.lock_period_id = p.id) ORDER BY p.id"
    )
    return [row["id"] for row in found]
