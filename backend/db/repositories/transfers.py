"""Transfers of books, as far as the scope shows them, and the doors that reach across schools."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from backend.db import sql
from backend.domain.lifecycle import State
from backend.domain.transfer import HOLDS_STANDING, OPEN, OpenWork, TransferFacts, TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """A transfer; ``open_work`` is what is unfinished now, or was when the book changed hands.

    ``outdated`` says that the book has changed since its release was sealed, ``obstacle`` what a seal waits for.
    """

    id: int
    book_id: int
    from_school_id: int
    to_school_id: int
    to_class_id: int | None
    pupil_name: str
    state: TransferState
    reason: str
    answer: str
    open_work: tuple[OpenWork, ...]
    requested_at: datetime | None
    asked_at: datetime | None
    released_at: datetime | None
    accepted_at: datetime | None
    updated_at: datetime
    outdated: bool
    obstacle: str
    nonce: str | None
    release_digest: str | None
    release_credential_id: int | None
    hand_over_digest: str | None
    hand_over_timestamp: str | None
    accepted_by_id: int | None

    @property
    def facts(self) -> TransferFacts:
        return TransferFacts(
            state=self.state,
            book_id=self.book_id,
            from_school_id=self.from_school_id,
            to_school_id=self.to_school_id,
            open_work=self.open_work,
            outdated=self.outdated,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRow:
    """A year that stayed behind unfinished; ``content`` is its JSON at that moment."""

    id: int
    transfer_id: int
    year_record_id: int
    revision_id: int
    school_year: int
    state: State
    content_digest: str
    content: dict[str, Any]
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBook:
    """A book that was found by its code and its pupil's birth date."""

    book_id: int
    managing_school_id: int
    pupil_name: str


_COLUMNS = (
    "t.id, t.book_id, t.from_school_id, t.to_school_id, t.to_class_id, t.pupil_name, t.state, t.reason, t.answer,"
    " t.requested_at, t.asked_at, t.released_at, t.accepted_at, t.updated_at, t.obstacle, t.nonce, t.release_digest,"
    " t.release_credential_id, t.hand_over_digest, t.hand_over_timestamp, t.accepted_by_id"
)
_OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)
_HOLDING = ", ".join(f"'{state}'" for state in HOLDS_STANDING)
_SELECT = f"""
SELECT {_COLUMNS}, CASE WHEN t.state = 'ACCEPTED' THEN ARRAY(SELECT jsonb_array_elements_text(t.open_work))
       ELSE ARRAY(SELECT w.work FROM transfer_work(ARRAY[t.id]) w ORDER BY w.work) END AS open_work,
       t.state IN ({_HOLDING}) AND t.standing IS DISTINCT FROM
         CASE WHEN t.state IN ({_HOLDING}) THEN transfer_standing(t.id) END AS outdated
  FROM transfer t"""


def _row(row: sql.Row) -> TransferRow:
    work = tuple(OpenWork(item) for item in row.pop("open_work"))
    return TransferRow(**{**row, "state": TransferState(row["state"]), "open_work": work})


async def find(ids: Sequence[int]) -> dict[int, TransferRow]:
    found = await sql.rows(f"{_SELECT} WHERE t.id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: _row(row) for row in found}


async def take(transfer_id: int) -> TransferRow | None:
    """A transfer that the scope may carry on, locked against another's act."""
    held = await sql.one("SELECT id FROM transfer WHERE id = $1 FOR UPDATE", transfer_id)
    return None if held is None else (await find([transfer_id])).get(transfer_id)


async def page(state: TransferState | None, *, before_id: int | None, limit: int) -> list[TransferRow]:
    """Transfers of the scope, the newest first."""
    found = await sql.rows(
        f"{_SELECT} WHERE ($1::text IS NULL OR t.state = $1) AND ($2::bigint IS NULL OR t.id < $2)"
        " ORDER BY t.id DESC LIMIT $3",
        state,
        before_id,
        limit,
    )
    return [_row(row) for row in found]


async def snapshots(transfer_ids: Sequence[int]) -> dict[int, list[SnapshotRow]]:
    """Years that stayed behind, by transfer."""
    by_transfer: dict[int, list[SnapshotRow]] = {key: [] for key in transfer_ids}
    found = await sql.rows(
        "SELECT id, transfer_id, year_record_id, revision_id, school_year, state, content_digest, content, taken_at"
        " FROM transfer_snapshot WHERE transfer_id = ANY ($1::bigint[]) ORDER BY school_year, id",
        list(transfer_ids),
    )
    for row in found:
        content = row["content"]
        read = orjson.loads(content) if isinstance(content, str | bytes) else content
        shown = {**row, "state": State(row["state"]), "content": read}
        by_transfer[row["transfer_id"]].append(SnapshotRow(**shown))
    return by_transfer


async def find_book(lookup_code: str, birth_date: date) -> FoundBook | None:
    """A book of any school, by what its holder shows."""
    row = await sql.one("SELECT * FROM book_to_transfer($1, $2)", lookup_code, birth_date)
    return None if row is None else FoundBook(**row)


async def own_book(book_id: int) -> FoundBook | None:
    """A book that the scope shows with its pupil."""
    row = await sql.one(
        "SELECT b.id AS book_id, b.managing_school_id, p.full_name AS pupil_name"
        " FROM record_book b JOIN pupil p ON p.id = b.pupil_id WHERE b.id = $1",
        book_id,
    )
    return None if row is None else FoundBook(**row)


async def find_open(book_id: int) -> TransferRow | None:
    """The transfer of a book that is under way, if the scope shows it."""
    row = await sql.one(f"{_SELECT} WHERE t.book_id = $1 AND t.state IN ({_OPEN_STATES})", book_id)
    return None if row is None else _row(row)


_OPEN = f"""
INSERT INTO transfer (book_id, from_school_id, to_school_id, pupil_name, state, reason, answer, open_work, requested_at,
  asked_at, asked_by_id, updated_at)
VALUES ($1, $2, $3, $4, $5::text, $6, '', '[]', CASE WHEN $5 = 'REQUESTED' THEN now() END,
  CASE WHEN $5 = 'ASKED' THEN now() END, $7, now())
ON CONFLICT (book_id) WHERE state IN ({_OPEN_STATES}) DO NOTHING RETURNING id"""


async def begin(
    book: FoundBook, to_school_id: int, state: TransferState, reason: str, staff_id: int | None
) -> int | None:
    """Write a new transfer; None when another one of the book is under way."""
    found: int | None = await sql.value(
        _OPEN, book.book_id, book.managing_school_id, to_school_id, book.pupil_name, state, reason, staff_id
    )
    return found


_STAMPS = {
    TransferState.ASKED: ", asked_at = now(), asked_by_id = $4",
    TransferState.RELEASING: ", released_at = now(), released_by_id = $4, nonce = $5",
}


async def move(
    transfer_id: int, state: TransferState, answer: str, staff_id: int | None, nonce: str | None = None
) -> None:
    """Carry a transfer on; a release takes the nonce that its document will be known by."""
    stamp = _STAMPS.get(state, "")
    values = (staff_id, nonce)[: stamp.count("$")]
    await sql.rows(
        f"UPDATE transfer SET state = $2, answer = $3, obstacle = '', updated_at = now(){stamp} WHERE id = $1",
        *(transfer_id, state, answer, *values),
    )


async def begin_acceptance(transfer_id: int, class_id: int, staff_id: int | None) -> None:
    """Let a released book wait for the receiving school's seal."""
    await sql.rows(
        "UPDATE transfer SET state = 'ACCEPTING', to_class_id = $2, accepted_by_id = $3, answer = '', obstacle = '',"
        " updated_at = now() WHERE id = $1",
        *(transfer_id, class_id, staff_id),
    )
