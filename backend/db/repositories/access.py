"""Reads by people outside the school, and share codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.db import sql
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, AccessReader
from backend.domain.revoking import SharedFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRead:
    """A read of a book of which all that matters is known already."""

    code: str
    fingerprint: str
    purpose: AccessPurpose
    means: AccessMeans
    outcome: AccessOutcome
    network: str


RECORD_KNOWN = "SELECT record_known_accesses($5, $6, $7, $8, $9, $10) FROM enter_scope($1, $2, $3, $4)"
"""Which books are as their fingerprints say; those reads have been recorded (``backend.db.reading.pools``)."""


def known_binds(reads: Sequence[KnownRead]) -> tuple[list[str], ...]:
    """Its binds: a list for each column."""
    return (
        [item.code for item in reads],
        [item.fingerprint for item in reads],
        [item.purpose for item in reads],
        [item.means for item in reads],
        [item.outcome for item in reads],
        [item.network for item in reads],
    )


_BY_RIGHT = """
INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, network)
SELECT now(), opened.book_id, $2, coalesce((SELECT name FROM org_unit WHERE id = $3), ''), $4, 'RIGHT', 'FULL', $5
  FROM (SELECT DISTINCT r.book_id FROM revision r WHERE r.id = ANY ($1::bigint[]) ORDER BY 1) AS opened"""


async def record_by_right(
    revision_ids: Sequence[int],
    reader: AccessReader,
    purpose: AccessPurpose,
    unit_id: int | None,
    network: str,
) -> None:
    """Record that somebody with a right has opened revisions: one event for each book, in the reader's office's name."""
    await sql.rows(_BY_RIGHT, list(revision_ids), str(reader), unit_id, str(purpose), network)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRow:
    """One read of a book, or one try."""

    id: int
    book_id: int
    at: datetime
    reader: AccessReader
    reader_name: str
    purpose: AccessPurpose
    means: AccessMeans
    outcome: AccessOutcome
    network: str


_COLUMNS = "id, book_id, at, reader, reader_name, purpose, means, outcome, network"


def _event(row: sql.Row) -> AccessRow:
    return AccessRow(
        **{
            **row,
            "reader": AccessReader(row["reader"]),
            "purpose": AccessPurpose(row["purpose"]),
            "means": AccessMeans(row["means"]),
            "outcome": AccessOutcome(row["outcome"]),
        }
    )


async def find(event_ids: Sequence[int]) -> dict[int, AccessRow]:
    """Reads by id, as far as the scope shows them."""
    found = await sql.rows(
        f"SELECT {_COLUMNS} FROM access_event WHERE id = ANY ($1::bigint[]) AND book_id IS NOT NULL",
        list(event_ids),
    )
    return {row["id"]: _event(row) for row in found}


_PAGES = """
SELECT e.id, e.book_id, e.at, e.reader, e.reader_name, e.purpose, e.means, e.outcome, e.network
  FROM unnest($1::bigint[]) AS wanted(id)
 CROSS JOIN LATERAL (SELECT * FROM access_event a WHERE a.book_id = wanted.id
        AND ($2::bigint IS NULL OR a.id < $2) ORDER BY a.id DESC LIMIT $3) e
 ORDER BY e.id DESC"""


async def pages(book_ids: Sequence[int], *, before: int | None, limit: int) -> dict[int, list[AccessRow]]:
    """Up to ``limit`` reads of each book, the newest first, older than the event ``before``."""
    by_book: dict[int, list[AccessRow]] = {book_id: [] for book_id in book_ids}
    for row in await sql.rows(_PAGES, list(book_ids), before, limit):
        by_book[row["book_id"]].append(_event(row))
    return by_book


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCodeRow:
    """A share code without the code."""

    id: int
    book_id: int
    purpose: AccessPurpose
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    over: bool
    managing_school_id: int | None

    @property
    def facts(self) -> SharedFacts:
        return SharedFacts(book_id=self.book_id, managing_school_id=self.managing_school_id, over=self.over)


_SHARE = (
    "id, book_id, purpose, created_at, expires_at, revoked_at, revoked_at IS NOT NULL OR expires_at <= now() AS over,"
    " (SELECT b.managing_school_id FROM record_book b WHERE b.id = book_id) AS managing_school_id"
)


def _share(row: sql.Row) -> ShareCodeRow:
    return ShareCodeRow(**{**row, "purpose": AccessPurpose(row["purpose"])})


_CREATE = f"""
INSERT INTO share_code (book_id, code_hash, purpose, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, now(), now() + $5::interval) RETURNING {_SHARE}"""


async def create_share(
    book_id: int, code_hash: str, purpose: AccessPurpose, created_by: int | None, lasts: timedelta
) -> ShareCodeRow:
    """Keep the hash of a new share code."""
    found = await sql.rows(_CREATE, book_id, code_hash, str(purpose), created_by, lasts)
    return _share(found[0])


async def find_shares(share_ids: Sequence[int]) -> dict[int, ShareCodeRow]:
    found = await sql.rows(f"SELECT {_SHARE} FROM share_code WHERE id = ANY ($1::bigint[])", list(share_ids))
    return {row["id"]: _share(row) for row in found}


async def shares_of(book_ids: Sequence[int]) -> dict[int, list[ShareCodeRow]]:
    """Share codes by book, the newest first, also those that hold no longer."""
    by_book: dict[int, list[ShareCodeRow]] = {book_id: [] for book_id in book_ids}
    found = await sql.rows(
        f"SELECT {_SHARE} FROM share_code WHERE book_id = ANY ($1::bigint[]) ORDER BY id DESC", list(book_ids)
    )
    for row in found:
        by_book[row["book_id"]].append(_share(row))
    return by_book


async def revoke_share(share_id: int) -> ShareCodeRow | None:
    """Take a share code back; None when there is none in the scope that still opens anything."""
    found = await sql.rows(
        f"UPDATE share_code SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING {_SHARE}",
        share_id,
    )
    return _share(found[0]) if found else None
