"""Printed copies, as far as the scope shows them, and the door through which a school notes one."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql
from backend.domain.access import AccessPurpose
from backend.domain.printing import PrintedCopy

OUT_OF_SCOPE, NOT_IN_EFFECT = -1, -2
"""What ``confirm`` answers when it notes nothing."""

LISTED_MAX = 100
"""How many copies of a record a list shows, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintRow:
    """A noted copy; ``sheet_digest`` is that of the sheet, once it is drawn."""

    id: int
    year_record_id: int
    revision_id: int
    school_id: int
    sheet_digest: str | None
    copy: PrintedCopy


_SELECT = """
SELECT c.id, c.year_record_id, c.revision_id, c.school_id, c.sheet_digest, c.pupil_name, c.school_name, c.class_name,
       c.school_year, c.lookup_code, c.revision_number, c.content_digest, c.file_digest, c.printed_by, c.printed_at,
       c.recipient, c.purpose, c.note
  FROM print_confirmation c"""
_OWN = ("id", "year_record_id", "revision_id", "school_id", "sheet_digest")


def _row(row: sql.Row) -> PrintRow:
    own = {name: row.pop(name) for name in _OWN}
    return PrintRow(**own, copy=PrintedCopy(**{**row, "purpose": AccessPurpose(row["purpose"])}))


async def find(ids: Sequence[int]) -> dict[int, PrintRow]:
    found = await sql.rows(f"{_SELECT} WHERE c.id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: _row(row) for row in found}


async def of_records(record_ids: Sequence[int]) -> dict[int, list[PrintRow]]:
    """The newest copies of each record, the newest first."""
    by_record: dict[int, list[PrintRow]] = {key: [] for key in record_ids}
    found = await sql.rows(
        f"{_SELECT} WHERE c.id IN (SELECT n.id FROM unnest($1::bigint[]) AS wanted(id) CROSS JOIN LATERAL ("
        "SELECT p.id FROM print_confirmation p WHERE p.year_record_id = wanted.id ORDER BY p.id DESC LIMIT $2) n)"
        " ORDER BY c.id DESC",
        list(record_ids),
        LISTED_MAX,
    )
    for row in map(_row, found):
        by_record[row.year_record_id].append(row)
    return by_record


async def confirm(
    record_id: int, recipient: str, purpose: AccessPurpose, note: str, network: str, *, trial: bool
) -> int:
    """Note a copy; its id, 0 for a trial, or what bars it."""
    answer: int = await sql.value(
        "SELECT confirm_print($1, $2, $3, $4, $5, $6)",
        *(record_id, recipient, str(purpose), note, network, trial),
    )
    return answer


async def finish(print_id: int, sheet_digest: str) -> None:
    """Name the sheet of a copy, once."""
    await sql.rows(
        "UPDATE print_confirmation SET sheet_digest = $2 WHERE id = $1 AND sheet_digest IS NULL",
        print_id,
        sheet_digest,
    )
