"""What the worker reads and writes while a hand-over is sealed."""

from dataclasses import dataclass
from datetime import date

from backend.db import sql
from backend.db.repositories.people import Credential
from backend.domain.hand_over import YearLine
from backend.domain.lifecycle import State
from backend.domain.school_year import SchoolYear
from backend.domain.transfer import TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFacts:
    """The book of a transfer and its two schools, as they are called now."""

    lookup_code: str
    birth_date: date
    from_school_code: str
    from_school_name: str
    to_school_code: str
    to_school_name: str


_FACTS = """
SELECT b.lookup_code, p.birth_date, f.code AS from_school_code, f.name AS from_school_name, o.code AS to_school_code,
       o.name AS to_school_name
  FROM transfer t JOIN record_book b ON b.id = t.book_id JOIN pupil p ON p.id = b.pupil_id
  JOIN org_unit f ON f.id = t.from_school_id JOIN org_unit o ON o.id = t.to_school_id
 WHERE t.id = $1"""


async def facts(transfer_id: int) -> BookFacts:
    row = await sql.one(_FACTS, transfer_id)
    assert row is not None  # foreign keys hold them
    return BookFacts(**row)


# The files of a year are those of its last signature.
_YEARS = """
SELECT y.school_year, y.grade, c.name AS class_name, u.code AS school_code, r.number AS revision, r.state,
       r.content_digest,
       coalesce((SELECT a.digest FROM artefact a WHERE a.revision_id = r.id AND a.kind = 'XML' ORDER BY a.id DESC LIMIT 1), '')
         AS xml_digest,
       coalesce((SELECT a.digest FROM artefact a WHERE a.revision_id = r.id AND a.kind = 'PDF' ORDER BY a.id DESC LIMIT 1), '')
         AS pdf_digest
  FROM transfer t JOIN year_record y ON y.book_id = t.book_id
  JOIN revision r ON r.id = coalesce(y.standing_revision_id, y.working_revision_id)
  JOIN school_class c ON c.id = y.school_class_id JOIN org_unit u ON u.id = y.school_id
 WHERE t.id = $1 ORDER BY y.school_year, y.id"""


async def years(transfer_id: int) -> list[YearLine]:
    """Every year that the book holds."""
    found = await sql.rows(_YEARS, transfer_id)
    return [
        YearLine(**{**row, "school_year": str(SchoolYear(row["school_year"])), "state": State(row["state"])})
        for row in found
    ]


async def standing(transfer_id: int) -> str:
    """What the book holds now, as one digest."""
    found: str = await sql.value("SELECT transfer_standing($1)", transfer_id)
    return found


async def released(transfer_id: int, digest: str, held: str, credential_id: int) -> None:
    """Keep the document that the managing school has sealed, and what the book held then."""
    await sql.rows(
        "UPDATE transfer SET state = 'RELEASED', release_digest = $2, standing = $3, release_credential_id = $4,"
        " obstacle = '', updated_at = now() WHERE id = $1",
        *(transfer_id, digest, held, credential_id),
    )


async def hand_over(transfer_id: int, digest: str, timestamp: str, credential_id: int) -> str:
    """Give the book to the receiving school with the document that both have sealed; the code of what bars it, or ''."""
    barred: str = await sql.value(
        "SELECT hand_over($1, $2, $3, $4)", transfer_id, digest, timestamp, credential_id
    )
    return barred


async def send_back(transfer_id: int, code: str) -> None:
    """A release that holds no more is asked for anew."""
    await sql.rows(
        "UPDATE transfer SET state = 'ASKED', obstacle = $2, updated_at = now() WHERE id = $1",
        *(transfer_id, code),
    )


async def waits(transfer_id: int, code: str) -> None:
    """Say what a seal waits for; nothing is told where it said so already."""
    await sql.rows(
        "UPDATE transfer SET obstacle = $2, updated_at = now() WHERE id = $1 AND obstacle <> $2"
        " AND state IN ('RELEASING', 'ACCEPTING')",
        *(transfer_id, code),
    )


async def sealing() -> list[tuple[int, TransferState]]:
    """Transfers that wait for a seal."""
    found = await sql.rows(
        "SELECT id, state FROM transfer WHERE state IN ('RELEASING', 'ACCEPTING') ORDER BY id"
    )
    return [(row["id"], TransferState(row["state"])) for row in found]


async def log_intent(purpose: str, subject_id: int, credential_id: int) -> None:
    """Say that a unit's key is about to be used; committed before it is."""
    await sql.rows(
        "INSERT INTO seal_intent (purpose, subject_id, credential_id, at) VALUES ($1, $2, $3, now())",
        *(purpose, subject_id, credential_id),
    )


async def credential(credential_id: int) -> Credential | None:
    """A certificate as it was registered when it sealed."""
    row = await sql.one(
        "SELECT c.id, c.custody, c.locator, c.certificate, coalesce(s.full_name, u.name) AS owner_name"
        " FROM signing_credential c LEFT JOIN staff s ON s.id = c.staff_id LEFT JOIN org_unit u ON u.id = c.unit_id"
        " WHERE c.id = $1",
        credential_id,
    )
    return None if row is None else Credential(**row)
