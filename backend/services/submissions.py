"""Sending records to the department, and an officer's verdict (plan, part III).

What follows a submission by itself, seal, check and receipt, stands in ``packets``.
"""

import secrets
from collections.abc import Sequence

from backend.db.repositories import audit, queue, records, submissions
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.acts import SubmissionAction, submission_refusal
from backend.domain.errors import (
    EmptySelectionError,
    NotFoundError,
    SelectionMixedError,
    SelectionTooLargeError,
)
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.domain.submission import Verdict
from backend.jobs import SealSubmission
from backend.services.acting import allow, hold_calendar, require, require_open, take

PACKET_MAX = 500


async def submit(actor: Actor, record_ids: Sequence[int]) -> int:
    """Submit issued records of one class as one packet; all or none.

    Returns:
        the submission's id.

    Raises:
        EmptySelectionError, SelectionTooLargeError, SelectionMixedError: by what was selected.
        NotFoundError, NotPermittedError: by policy, naming the record by its place in the selection.
    """
    await hold_calendar(actor, Action.SUBMIT, record_ids)
    found = await _selected(actor, Action.SUBMIT, record_ids)
    revisions = _judged(actor, Action.SUBMIT, record_ids, found)
    if len({record.school_class_id for record in found}) > 1:
        raise SelectionMixedError(field="recordIds")
    await require_open(list(zip(found, revisions, strict=True)))
    ids = [revision.id for revision in revisions]
    await records.move(ids, State.SUBMITTED)
    first = found[0]
    assert actor.staff_id is not None  # the policy lets only staff submit
    submission_id = await submissions.create(
        first.school_id, first.school_class_id, first.school_year, actor.staff_id, secrets.token_hex(16), ids
    )
    await queue.put([SealSubmission(submission_id)])
    await audit.append(
        actor, Action.SUBMIT, [(first.school_id, item) for item in ids], submission=submission_id
    )
    return submission_id


async def accept(actor: Actor, record_ids: Sequence[int]) -> list[RecordRow]:
    """Accept submitted records; what an accepted replacement stands for is superseded with it.

    Raises:
        EmptySelectionError, SelectionTooLargeError, NotFoundError, NotPermittedError: as for ``submit``.
    """
    found = await _selected(actor, Action.ACCEPT, record_ids)
    return await accept_held(actor, found, _judged(actor, Action.ACCEPT, record_ids, found))


async def accept_held(
    actor: Actor, found: Sequence[RecordRow], revisions: Sequence[RevisionRow]
) -> list[RecordRow]:
    """Accept revisions of records whose rows are locked and which the policy lets be accepted."""
    superseded = [record.standing.id for record in found if record.standing is not None]
    if superseded:
        await records.move(superseded, State.SUPERSEDED)
    await records.move([revision.id for revision in revisions], State.ACCEPTED)
    for record, revision in zip(found, revisions, strict=True):
        await records.point(record.id, working=revision.id, standing=revision.id)
    await submissions.decide([item.id for item in revisions], Verdict.ACCEPTED, "", actor.staff_id)
    pairs = [(record.school_id, revision.id) for record, revision in zip(found, revisions, strict=True)]
    await audit.append(actor, Action.ACCEPT, pairs)
    return list((await records.find([record.id for record in found])).values())


async def accept_packet(actor: Actor, submission_id: int) -> list[RecordRow]:
    """Accept every record of a packet that still waits.

    Raises:
        NotFoundError: when there is no such packet in the actor's scope.
        NotPermittedError: unless the actor may accept and something waits.
    """
    found = await submissions.find([submission_id])
    if submission_id not in found:
        raise NotFoundError(field="submissionId")
    allow(submission_refusal(actor, SubmissionAction.ACCEPT, found[submission_id].facts), "submissionId")
    return await accept(actor, await submissions.pending_records(submission_id))


async def _selected(actor: Actor, action: Action, record_ids: Sequence[int]) -> list[RecordRow]:
    if not record_ids:
        raise EmptySelectionError(field="recordIds")
    if len(record_ids) > PACKET_MAX:
        raise SelectionTooLargeError(field="recordIds", max=PACKET_MAX)
    return await take(actor, action, record_ids)


def _judged(
    actor: Actor, action: Action, record_ids: Sequence[int], found: Sequence[RecordRow]
) -> list[RevisionRow]:
    """The revisions to act on; a record that is absent is told apart from the others by its place."""
    by_id = {record.id: record for record in found}
    places = {record_id: f"recordIds.{place}" for place, record_id in enumerate(record_ids)}
    for record_id in record_ids:
        if record_id not in by_id:
            raise NotFoundError(field=places[record_id])
    return [require(actor, action, record, field=places[record.id]) for record in found]
