"""A book changes schools: asked for, released, accepted; or refused, or taken back (TT28/2020 Art. 36).

Release and acceptance wait for the school's seal on the hand-over document (``hand_overs``), which the worker puts there.
What is accepted happens in one transaction with the second seal: the book with its code and past years, the snapshot of
what the old school had not finished, the row of the learning history, and the year that the new school goes on to write.
"""

import secrets
from collections.abc import Sequence
from datetime import date

from backend.db.repositories import audit, departures, imports, organisation, queue, records, transfers
from backend.db.repositories.imports import EnrolmentRow
from backend.db.repositories.organisation import ClassRow
from backend.db.repositories.transfers import FoundBook, SnapshotRow, TransferRow
from backend.domain.canonical import Json, canonical_bytes
from backend.domain.content import HistoryEntry, RecordContent, SchoolFacts
from backend.domain.content_json import from_json, to_json
from backend.domain.errors import (
    BookNotFoundError,
    ClassUnsuitableError,
    NotFoundError,
    NotPermittedError,
    ReasonRequiredError,
    SchoolHasBookError,
    SchoolUnknownError,
    TransferOpenError,
)
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.text import clean
from backend.domain.transfer import (
    ASKS,
    GRANTS,
    NEEDS_REASON,
    REQUESTS,
    SEALING,
    TRANSITIONS,
    TransferAction,
    TransferState,
    transfer_refusal,
)
from backend.jobs import SealTransfer
from backend.services.acting import allow
from backend.services.import_writing import planned_row, write

REASON_MAX = 500


async def request(actor: Actor, record_id: int, school_id: int, reason: str) -> TransferRow:
    """A parent asks that the book of a record goes to another school.

    Raises:
        NotPermittedError: unless a guardian asks. NotFoundError: when the record is not their child's.
        SchoolUnknownError, SchoolHasBookError, TransferOpenError: when there is nothing to hand over, or not now.
    """
    if actor.role not in REQUESTS:
        raise NotPermittedError(Refusal.ROLE)
    record = (await records.find([record_id])).get(record_id)
    book = None if record is None else await transfers.own_book(record.book_id)
    if book is None:
        raise NotFoundError(field="recordId")
    school = (await organisation.find_units([school_id])).get(school_id)
    if school is None or school.kind is not UnitKind.SCHOOL:
        raise SchoolUnknownError(field="schoolId")
    return await _begin(actor, book, school_id, TransferState.REQUESTED, reason)


async def open_transfer(actor: Actor, lookup_code: str, birth_date: date, reason: str) -> TransferRow:
    """The receiving school asks for a book by what the parent shows; a request for this school is taken up.

    Raises:
        NotPermittedError: unless a head asks. BookNotFoundError: when code and birth date do not belong together.
        SchoolHasBookError, TransferOpenError: when there is nothing to hand over, or not now.
    """
    if actor.role not in ASKS or actor.unit_id is None:
        raise NotPermittedError(Refusal.ROLE)
    book = await transfers.find_book("".join(lookup_code.split()).replace("-", "").lower(), birth_date)
    if book is None:
        raise BookNotFoundError(field="lookupCode")
    standing = await transfers.find_open(book.book_id)
    if (
        standing is not None
        and standing.state is TransferState.REQUESTED
        and standing.to_school_id == actor.unit_id
    ):
        return await act(actor, TransferAction.ASK, standing.id)
    return await _begin(actor, book, actor.unit_id, TransferState.ASKED, reason)


async def _begin(
    actor: Actor, book: FoundBook, school_id: int, state: TransferState, reason: str
) -> TransferRow:
    if await departures.has_left(book.book_id):
        raise NotPermittedError(Refusal.LEFT)
    if book.managing_school_id == school_id:
        raise SchoolHasBookError(field="schoolId" if state is TransferState.REQUESTED else "lookupCode")
    made = await transfers.begin(book, school_id, state, clean(reason)[:REASON_MAX], actor.staff_id)
    if made is None:
        raise TransferOpenError
    row = (await transfers.find([made]))[made]
    await _note(actor, "REQUEST" if state is TransferState.REQUESTED else "ASK", row)
    return row


async def act(actor: Actor, action: TransferAction, transfer_id: int, reason: str = "") -> TransferRow:
    """Carry a transfer on, all but its acceptance.

    Raises:
        NotPermittedError, NotFoundError, BookBusyError: by the table of the transfer's life.
        ReasonRequiredError: when it takes a reason.
    """
    if action in NEEDS_REASON and not clean(reason):
        raise ReasonRequiredError(field="reason")
    row = await _take(actor, action, transfer_id)
    after, _ = TRANSITIONS[row.state, action]
    said = clean(reason)[:REASON_MAX]
    await transfers.move(row.id, after, said, actor.staff_id, secrets.token_hex(16))
    await _note(actor, action, row, reason=said)
    return await _waiting(row.id)


async def accept(actor: Actor, transfer_id: int, class_id: int) -> TransferRow:
    """The receiving school takes the book into one of its classes; the book changes hands with its seal.

    Raises:
        NotPermittedError, NotFoundError, BookBusyError, HandOverOutdatedError: by the table of the transfer's life.
        ClassUnsuitableError: when the class is not the school's.
    """
    row = await _take(actor, TransferAction.ACCEPT, transfer_id)
    target = (await organisation.find_classes([class_id])).get(class_id)
    if target is None or target.school_id != row.to_school_id:
        raise ClassUnsuitableError(field="schoolClassId")
    await transfers.begin_acceptance(row.id, class_id, actor.staff_id)
    await _note(actor, TransferAction.ACCEPT, row)
    return await _waiting(row.id)


async def _waiting(transfer_id: int) -> TransferRow:
    """The transfer as it is now; what waits for a seal is asked for."""
    row = (await transfers.find([transfer_id]))[transfer_id]
    if row.state in SEALING:
        await queue.put([SealTransfer(row.id, row.state)])
    return row


async def settle(row: TransferRow) -> None:
    """What the receiving school finds when a book has come: the pupil in its class, the year that it goes on with.

    In the scope of that school, in the transaction in which the book changed hands.
    """
    assert row.to_class_id is not None  # accepted into a class
    target = (await organisation.find_classes([row.to_class_id]))[row.to_class_id]
    facts = (await organisation.find_units([row.to_school_id]))[row.to_school_id].facts
    await imports.enrol([_enrolment(row, target, facts)])
    left = (await transfers.snapshots([row.id]))[row.id]
    await _go_on(row, target, facts, [item for item in left if item.school_year == target.school_year])


async def _take(actor: Actor, action: TransferAction, transfer_id: int) -> TransferRow:
    if action not in GRANTS.get(actor.role, ()):
        raise NotPermittedError(Refusal.ROLE)
    row = await transfers.take(transfer_id)
    if row is None:
        raise NotFoundError(field="transferId")
    allow(transfer_refusal(actor, action, row.facts), "transferId")
    return row


def _enrolment(row: TransferRow, target: ClassRow, school: SchoolFacts) -> EnrolmentRow:
    return EnrolmentRow(row.book_id, target.school_year, target.name, school.name, "", None)


async def _go_on(
    row: TransferRow, target: ClassRow, school: SchoolFacts, left: Sequence[SnapshotRow]
) -> None:
    """Open the year that the new school writes on, without results: those of the old school stay its own."""
    if not left:
        return
    content = _continued(from_json(left[-1].content), target, school)
    known = next(
        item
        for item in await imports.known_pupils(row.to_school_id, target.school_year)
        if item.book_id == row.book_id
    )
    if known.record_id is None:
        canonical = canonical_bytes(to_json(content))
        await write(row.to_school_id, [planned_row(content, canonical, known)])


def _continued(before: RecordContent, target: ClassRow, school: SchoolFacts) -> RecordContent:
    entry = HistoryEntry(school_year=before.school_year, class_name=target.name, school_name=school.name)
    history = tuple(
        item
        for item in before.history
        if (item.school_year, item.school_name) != (entry.school_year, entry.school_name)
    )
    return RecordContent(
        school_year=before.school_year,
        grade=target.grade,
        class_name=target.name,
        school=school,
        pupil=before.pupil,
        history=(*history, entry),
    )


async def _note(actor: Actor, action: str, row: TransferRow, **detail: Json) -> None:
    """Written down where the actor may write: at their own side."""
    side = row.to_school_id if row.to_school_id in actor.school_ids else row.from_school_id
    school_id = None if actor.role is Role.GUARDIAN else side
    await audit.append(actor, f"TRANSFER_{action}", [(school_id, None)], transfer=row.id, **detail)
