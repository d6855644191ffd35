"""Class packets and the department's verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.acts import SubmissionFacts
from backend.domain.submission import BEFORE_CHECK, SubmissionStage, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRow:
    """A packet with how many of its records have which verdict."""

    id: int
    school_id: int
    school_class_id: int
    class_name: str
    school_name: str
    school_year: int
    submitted_at: datetime
    stage: SubmissionStage
    obstacle: str
    manifest_digest: str | None
    receipt_digest: str | None
    timestamp_digest: str | None
    sealed_at: datetime | None
    checked_at: datetime | None
    answered_at: datetime | None
    final_receipt_digest: str | None
    final_timestamp_digest: str | None
    proven_count: int
    pending: int
    accepted: int
    rejected: int
    withdrawn: int

    @property
    def facts(self) -> SubmissionFacts:
        return SubmissionFacts(pending=self.pending, being_checked=self.stage in BEFORE_CHECK)


_CREATE = """
INSERT INTO submission (school_id, school_class_id, school_year, submitted_by_id, submitted_at, nonce)
VALUES ($1, $2, $3, $4, now(), $5) RETURNING id"""

_ADD = """
INSERT INTO submission_item (submission_id, revision_id, verdict, reason)
SELECT $1, revision_id, 'PENDING', '' FROM unnest($2::bigint[]) AS t(revision_id)"""


async def create(
    school_id: int, class_id: int, school_year: int, staff_id: int, nonce: str, revision_ids: Sequence[int]
) -> int:
    """Put revisions into one packet, which its nonce names for ever; returns its id."""
    submission_id: int = await sql.value(_CREATE, school_id, class_id, school_year, staff_id, nonce)
    await sql.rows(_ADD, submission_id, list(revision_ids))
    return submission_id


_DECIDE = """
UPDATE submission_item SET verdict = $2, reason = $3, decided_at = now(), decided_by_id = $4
 WHERE revision_id = ANY ($1::bigint[])"""


async def decide(revision_ids: Sequence[int], verdict: Verdict, reason: str, staff_id: int | None) -> None:
    """Write the verdict on revisions that are in a packet."""
    await sql.rows(_DECIDE, list(revision_ids), verdict, reason, staff_id)


_SELECT = """
SELECT m.id, m.school_id, m.school_class_id, c.name AS class_name, u.name AS school_name, m.school_year,
       m.submitted_at, m.stage, m.obstacle, m.manifest_digest, m.receipt_digest, m.timestamp_digest, m.sealed_at,
       m.checked_at, m.answered_at, m.final_receipt_digest, m.final_timestamp_digest, m.proven_count,
       count(*) FILTER (WHERE i.verdict = 'PENDING') AS pending,
       count(*) FILTER (WHERE i.verdict = 'ACCEPTED') AS accepted,
       count(*) FILTER (WHERE i.verdict = 'REJECTED') AS rejected,
       count(*) FILTER (WHERE i.verdict = 'WITHDRAWN') AS withdrawn
  FROM submission m JOIN school_class c ON c.id = m.school_class_id JOIN org_unit u ON u.id = m.school_id
  JOIN submission_item i ON i.submission_id = m.id"""


async def find(submission_ids: Sequence[int]) -> dict[int, SubmissionRow]:
    found = await sql.rows(
        f"{_SELECT} WHERE m.id = ANY ($1::bigint[]) GROUP BY m.id, c.name, u.name", list(submission_ids)
    )
    return {row["id"]: _row(row) for row in found}


def _row(row: sql.Row) -> SubmissionRow:
    return SubmissionRow(**{**row, "stage": SubmissionStage(row["stage"])})


async def page(school_id: int | None, *, before_id: int | None, limit: int) -> list[SubmissionRow]:
    """Packets, newest first."""
    found = await sql.rows(
        f"{_SELECT} WHERE ($1::bigint IS NULL OR m.school_id = $1) AND ($2::bigint IS NULL OR m.id < $2)"
        " GROUP BY m.id, c.name, u.name ORDER BY m.id DESC LIMIT $3",
        school_id,
        before_id,
        limit,
    )
    return [_row(row) for row in found]


async def pending_records(submission_id: int) -> list[int]:
    """Ids of the year records in a packet that wait for a verdict."""
    found = await sql.rows(
        "SELECT r.year_record_id AS id FROM submission_item i JOIN revision r ON r.id = i.revision_id"
        " WHERE i.submission_id = $1 AND i.verdict = 'PENDING' ORDER BY 1",
        submission_id,
    )
    return [row["id"] for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One record of a packet with the department's verdict; ``code`` and ``field`` say what bars it."""

    id: int
    record_id: int
    verdict: Verdict
    reason: str
    code: str
    field: str
    decided_at: datetime | None


_ITEMS = """
SELECT i.submission_id, i.id, r.year_record_id AS record_id, i.verdict, i.reason, i.code, i.field, i.decided_at
  FROM submission_item i JOIN revision r ON r.id = i.revision_id
 WHERE i.submission_id = ANY ($1::bigint[]) ORDER BY i.id"""


async def items(submission_ids: Sequence[int]) -> dict[int, list[ItemRow]]:
    """The records of packets, as far as the scope shows them."""
    by_packet: dict[int, list[ItemRow]] = {submission_id: [] for submission_id in submission_ids}
    for row in await sql.rows(_ITEMS, list(submission_ids)):
        packet = by_packet[row.pop("submission_id")]
        packet.append(ItemRow(**{**row, "verdict": Verdict(row["verdict"])}))
    return by_packet
