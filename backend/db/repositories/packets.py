"""What the worker reads and writes while a packet is sealed, checked and answered."""

from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.db.windows import closed
from backend.domain.school_year import SchoolYear
from backend.domain.signing import SignatureRole
from backend.domain.submission import ManifestLine, SignerFact, SubmissionStage, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRow:
    """A packet, its row locked."""

    id: int
    school_id: int
    school_code: str
    school_name: str
    class_name: str
    school_year: str
    nonce: str
    stage: SubmissionStage
    manifest_digest: str | None
    submitted_at: datetime
    checked_at: datetime | None
    proven_count: int


_TAKE = """
SELECT m.id, m.school_id, u.code AS school_code, u.name AS school_name, c.name AS class_name, m.school_year,
       m.nonce, m.stage, m.manifest_digest, m.submitted_at, m.checked_at, m.proven_count
  FROM submission m JOIN org_unit u ON u.id = m.school_id JOIN school_class c ON c.id = m.school_class_id
 WHERE m.id = $1 AND m.nonce IS NOT NULL FOR UPDATE OF m"""


async def take(submission_id: int) -> PacketRow | None:
    """A packet, its row locked; None for what was submitted before there were packets."""
    row = await sql.one(_TAKE, submission_id)
    if row is None:
        return None
    year = str(SchoolYear(row["school_year"]))
    return PacketRow(**{**row, "stage": SubmissionStage(row["stage"]), "school_year": year})


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketItem:
    """One record of a packet as the registry has it.

    ``managed`` says that the school, or the one that stands for it since it ended, manages the pupil's book, ``in_time`` that its window was open when it was submitted,
    ``twice`` that another revision of the same year waits for a verdict too.
    """

    revision_id: int
    record_id: int
    line: ManifestLine
    verdict: Verdict
    reason: str
    code: str
    field: str
    managed: bool
    in_time: bool
    twice: bool


_ITEMS = f"""
SELECT i.revision_id, y.id AS record_id, b.lookup_code, r.number AS revision, r.content_digest,
       coalesce(x.digest, '') AS xml_digest, coalesce(f.digest, '') AS pdf_digest, i.verdict, i.reason, i.code, i.field,
       succeeds(b.managing_school_id, m.school_id) AND y.school_id = m.school_id AS managed,
       NOT EXISTS (SELECT FROM lock_period p WHERE p.school_year = y.school_year AND p."window" = r."window"
         AND p.locks_at <= m.submitted_at
         AND {closed("p", year="y.school_year", school="y.school_id", school_class="y.school_class_id", clock="m.submitted_at")}) AS in_time,
       EXISTS (SELECT FROM submission_item o JOIN revision q ON q.id = o.revision_id
         WHERE q.year_record_id = r.year_record_id AND o.id <> i.id AND o.verdict = 'PENDING') AS twice
  FROM submission m JOIN submission_item i ON i.submission_id = m.id
  JOIN revision r ON r.id = i.revision_id
  JOIN year_record y ON y.id = r.year_record_id
  JOIN record_book b ON b.id = y.book_id
  LEFT JOIN artefact x ON x.revision_id = r.id AND x.role = 'SCHOOL_SEAL' AND x.kind = 'XML'
  LEFT JOIN artefact f ON f.revision_id = r.id AND f.role = 'SCHOOL_SEAL' AND f.kind = 'PDF'
 WHERE m.id = $1 ORDER BY i.id"""


async def items(submission_id: int) -> list[PacketItem]:
    """The records of a packet."""
    return [_item(row) for row in await sql.rows(_ITEMS, submission_id)]


def _item(row: sql.Row) -> PacketItem:
    names = ("lookup_code", "revision", "content_digest", "xml_digest", "pdf_digest")
    line = ManifestLine(**{name: row[name] for name in names})
    rest = {name: value for name, value in row.items() if name not in names}
    return PacketItem(**{**rest, "line": line, "verdict": Verdict(row["verdict"])})


# What a person is today does not matter, only what they were on the day of the signature in Vietnam.
_SIGNERS = """
SELECT s.revision_id, s.role, s.signed_at, k.certificate,
       CASE WHEN s.role = 'SCHOOL_SEAL' THEN k.unit_id IS NOT DISTINCT FROM y.school_id
            ELSE k.staff_id = s.signer_id AND EXISTS (
              SELECT FROM assignment a WHERE a.staff_id = s.signer_id AND a.unit_id = y.school_id
                 AND a.valid_from <= d.day AND (a.valid_to IS NULL OR a.valid_to >= d.day)
                 AND CASE WHEN s.role = 'PRINCIPAL' THEN a.role IN ('PRINCIPAL', 'DEPUTY_PRINCIPAL')
                          ELSE a.role = 'HOMEROOM_TEACHER' AND a.school_class_id = y.school_class_id END)
       END AS in_role
  FROM submission_item i JOIN signature s ON s.revision_id = i.revision_id
  JOIN signing_credential k ON k.id = s.credential_id
  JOIN revision r ON r.id = i.revision_id JOIN year_record y ON y.id = r.year_record_id,
       LATERAL (SELECT (s.signed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day) d
 WHERE i.submission_id = $1 AND s.role <> 'LOCK_SEAL' ORDER BY s.id"""


async def signers(submission_id: int) -> dict[int, list[SignerFact]]:
    """Who signed the records of a packet, by revision."""
    by_revision: dict[int, list[SignerFact]] = {}
    for row in await sql.rows(_SIGNERS, submission_id):
        fact = SignerFact(
            role=SignatureRole(row["role"]),
            certificate=row["certificate"],
            signed_at=row["signed_at"],
            in_role=bool(row["in_role"]),
        )
        by_revision.setdefault(row["revision_id"], []).append(fact)
    return by_revision


async def sealed(submission_id: int, manifest_digest: str) -> None:
    await sql.rows(
        "UPDATE submission SET manifest_digest = $2, sealed_at = now(), stage = 'CHECKING', obstacle = '' WHERE id = $1",
        submission_id,
        manifest_digest,
    )


async def checked(submission_id: int, stage: SubmissionStage) -> None:
    await sql.rows(
        "UPDATE submission SET checked_at = now(), stage = $2, obstacle = '' WHERE id = $1",
        submission_id,
        stage,
    )


async def answering(submission_id: int) -> None:
    await sql.rows("UPDATE submission SET stage = 'ANSWERING' WHERE id = $1", submission_id)


async def answered(submission_id: int, receipt_digest: str, timestamp_digest: str) -> None:
    await sql.rows(
        "UPDATE submission SET receipt_digest = $2, timestamp_digest = $3, answered_at = now(), stage = 'ANSWERED',"
        " obstacle = '' WHERE id = $1",
        submission_id,
        receipt_digest,
        timestamp_digest,
    )


async def waits(submission_id: int, code: str) -> None:
    """Say what a packet waits for; nothing is told where it said so already."""
    await sql.rows(
        "UPDATE submission SET obstacle = $2 WHERE id = $1 AND obstacle <> $2 AND stage <> 'ANSWERED'",
        submission_id,
        code,
    )


async def object_to(revision_id: int, code: str, field: str) -> None:
    """Write beside a verdict what led to it."""
    await sql.rows(
        "UPDATE submission_item SET code = $2, field = $3 WHERE revision_id = $1", revision_id, code, field
    )


_PROOFS = """
SELECT e.revision_id, e.index, h.size, inclusion_path(e.index, h.size) AS path
  FROM submission_item i JOIN ledger_entry e ON e.revision_id = i.revision_id,
       LATERAL (SELECT min(s.size) AS size FROM signed_head s WHERE s.size > e.index) h
 WHERE i.submission_id = $1 AND h.size IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a record stands in the ledger: its leaf, the size of the signed ledger, the path between (hex)."""

    index: int
    size: int
    path: list[str]


async def proofs(submission_id: int) -> dict[int, Proof]:
    """Inclusion proofs of those records of a packet that the ledger holds, by revision."""
    found = await sql.rows(_PROOFS, submission_id)
    return {row["revision_id"]: Proof(row["index"], row["size"], list(row["path"])) for row in found}


_UNPROVEN = """
SELECT m.id FROM submission m
  JOIN submission_item i ON i.submission_id = m.id JOIN ledger_entry e ON e.revision_id = i.revision_id
 WHERE m.stage = 'ANSWERED' AND m.nonce IS NOT NULL AND e.index < $1
 GROUP BY m.id HAVING count(*) > m.proven_count ORDER BY m.id"""


async def unproven(size: int) -> list[int]:
    """Answered packets of which a ledger of this size holds more records than their receipt proves."""
    return [row["id"] for row in await sql.rows(_UNPROVEN, size)]


async def receipt_written(submission_id: int, receipt_digest: str, timestamp_digest: str, count: int) -> None:
    """Note that a receipt with proofs exists, so that its files are known for good."""
    await sql.rows(
        "INSERT INTO proven_receipt (submission_id, receipt_digest, timestamp_digest, proven_count)"
        " VALUES ($1, $2, $3, $4)",
        submission_id,
        receipt_digest,
        timestamp_digest,
        count,
    )


async def proven(submission_id: int, receipt_digest: str, timestamp_digest: str, count: int) -> None:
    """Keep a receipt that proves so many records, in place of one that proves fewer."""
    await sql.rows(
        "UPDATE submission SET final_receipt_digest = $2, final_timestamp_digest = $3, proven_count = $4 WHERE id = $1",
        submission_id,
        receipt_digest,
        timestamp_digest,
        count,
    )
