"""A pupil leaves, and comes back: what is unfinished is left behind meanwhile, what is in effect stays so."""

from datetime import date

from backend.db.repositories import administration, audit, departures, records
from backend.db.repositories.departures import BUSY, GONE, MOVING, OUT_OF_SCOPE, DepartureRow
from backend.domain.departure import RECORDS_DEPARTURES, DepartureReason, departure_refusal
from backend.domain.domain_error import DomainError
from backend.domain.errors import (
    BookBusyError,
    DayInvalidError,
    NotFoundError,
    NotPermittedError,
    TransferOpenError,
)
from backend.domain.policy import Actor, Refusal
from backend.domain.text import clean
from backend.services.acting import allow

NOTE_MAX = 500
BARS: dict[int, type[DomainError]] = {
    OUT_OF_SCOPE: NotFoundError,
    MOVING: TransferOpenError,
    BUSY: BookBusyError,
}


async def leave(
    actor: Actor, record_id: int, reason: DepartureReason, left_on: date, note: str, *, dry_run: bool = False
) -> DepartureRow | None:
    """Note that the pupil of a record has left; None for a dry run.

    Raises:
        NotPermittedError: unless the head or the clerk of the managing school notes it, or when the pupil is away already.
        NotFoundError: when the record lies outside the actor's scope, or another school manages its book.
        DayInvalidError: for a day that is still to come.
        TransferOpenError, BookBusyError: when they are on their way to another school, or a signature or verdict is.
    """
    if actor.role not in RECORDS_DEPARTURES:
        raise NotPermittedError(Refusal.ROLE)
    record = (await records.find([record_id])).get(record_id)
    if record is None:
        raise NotFoundError(field="recordId")
    await _require_past(left_on, "leftOn")
    said = clean(note)[:NOTE_MAX]
    key = await departures.leave(record.book_id, reason, said, left_on, trial=dry_run)
    if key == GONE:
        raise NotPermittedError(Refusal.LEFT, field="recordId")
    if key in BARS:
        error = BARS[key]
        raise error(field="recordId")
    if dry_run:
        return None
    row = (await departures.find([key]))[key]
    await audit.append(actor, "PUPIL_LEAVE", [(row.school_id, None)], departure=row.id, reason=reason)
    return row


async def come_back(actor: Actor, departure_id: int, returned_on: date) -> DepartureRow:
    """Note that a pupil is back: the school writes on what it had left.

    Raises:
        NotPermittedError, NotFoundError: by the rules of departures.
        DayInvalidError: for a day before they left or still to come.
    """
    if actor.role not in RECORDS_DEPARTURES:
        raise NotPermittedError(Refusal.ROLE)
    row = (await departures.find([departure_id])).get(departure_id)
    if row is None:
        raise NotFoundError(field="departureId")
    allow(departure_refusal(actor, row.facts), "departureId")
    await _require_past(returned_on, "returnedOn")
    if returned_on < row.left_on:
        raise DayInvalidError(field="returnedOn")
    if not await departures.come_back(row.id, returned_on):
        raise NotPermittedError(Refusal.STATE)
    await audit.append(actor, "PUPIL_RETURN", [(row.school_id, None)], departure=row.id)
    return (await departures.find([row.id]))[row.id]


async def _require_past(day: date, field: str) -> None:
    if day > await administration.today():
        raise DayInvalidError(field=field)
