"""What a school does to one record: edit its draft, return, withdraw, replace or discard a revision."""

from collections.abc import Mapping
from typing import Any

from backend.db.repositories import audit, records, submissions
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.calendar import due_window
from backend.domain.canonical import content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import ContentInvalidError, parse, to_json
from backend.domain.content_rules import incomplete, wrong
from backend.domain.errors import ConflictError, ContentRejectedError
from backend.domain.lifecycle import NEXT, Action, State
from backend.domain.policy import BEFORE_DEADLINE, Actor
from backend.domain.submission import Verdict
from backend.services.acting import hold_window, require_reason, take_one

VERDICT_OF = {Action.REJECT: Verdict.REJECTED, Action.WITHDRAW: Verdict.WITHDRAWN}

FIXED = frozenset(
    {"schema", "curriculum", "school", "schoolYear", "grade", "className", "outcome", "completed", "promoted"}
)
"""Keys of the document that an edit may not set: they follow from the rest or belong to the record."""


def check(content: RecordContent) -> RecordContent:
    """The content, when no fault bars storing it.

    Raises:
        ContentRejectedError: with every fault.
    """
    faults = [item for item in wrong(content) if not item.is_warning]
    if faults:
        raise ContentRejectedError(faults)
    return content


async def edit(actor: Actor, record_id: int, version: int, changes: Mapping[str, Any]) -> RecordRow:
    """Change keys of the draft's document; objects are merged one level deep, a null removes an entry.

    Raises:
        NotFoundError, NotPermittedError: by policy.
        ConflictError: when the draft is no longer at ``version``.
        ContentRejectedError: when the result would have faults.
    """
    record, draft = await take_one(actor, Action.EDIT, record_id)
    if draft.version != version:
        raise ConflictError(field="version")
    document = (await records.contents([draft.id]))[draft.id]
    content = check(_changed(document, changes))
    await write_draft(draft, content)
    await audit.append(actor, Action.EDIT, [(record.school_id, draft.id)], keys=sorted(changes))
    return await records.get(record_id)


async def write_draft(draft: RevisionRow, content: RecordContent) -> None:
    """Store a checked content in a draft, with what follows from it."""
    document = to_json(content)
    await records.save_draft(
        draft, document, content_digest(document), due_window(content), complete=not incomplete(content)
    )


async def send_back(actor: Actor, action: Action, record_id: int, reason: str) -> RecordRow:
    """Return, reject, withdraw or replace: the revision ends or stands on, and a new draft begins.

    Raises:
        NotFoundError, NotPermittedError: by policy, also after the deadline.
        ReasonRequiredError: without a reason.
    """
    why = require_reason(action, reason)
    record, revision = await take_one(actor, action, record_id)
    if action in BEFORE_DEADLINE:
        await hold_window(record.school_year, revision.window)
    await _end(record, revision, action, why)
    if action in VERDICT_OF:
        await submissions.decide([revision.id], VERDICT_OF[action], why, actor.staff_id)
    await audit.append(actor, action, [(record.school_id, revision.id)], reason=why)
    return await records.get(record_id)


async def discard(actor: Actor, record_id: int, reason: str) -> RecordRow:
    """Give up a replacement that is not yet submitted; what stands stays.

    Raises:
        NotFoundError, NotPermittedError: by policy.
        ReasonRequiredError: without a reason.
    """
    why = require_reason(Action.DISCARD, reason)
    record, draft = await take_one(actor, Action.DISCARD, record_id)
    standing = record.standing
    assert standing is not None  # the policy refuses a discard when nothing stands
    await records.move([draft.id], State.WITHDRAWN)
    await records.point(record.id, working=standing.id, standing=standing.id)
    await audit.append(actor, Action.DISCARD, [(record.school_id, draft.id)], reason=why)
    return await records.get(record_id)


async def _end(record: RecordRow, revision: RevisionRow, action: Action, reason: str) -> None:
    after = NEXT[revision.state, action]
    stands = record.standing is not None and record.standing.id == revision.id
    if after is not revision.state:
        await records.move([revision.id], after)
    standing = record.standing.id if record.standing and (not stands or after is State.ACCEPTED) else None
    working = record.working.id
    if working == revision.id:
        working = await records.open_successor(revision.id, action, reason)
    await records.point(record.id, working=working, standing=standing)


def _changed(document: dict[str, Any], changes: Mapping[str, Any]) -> RecordContent:
    merged = dict(document)
    for key, value in changes.items():
        if key in FIXED or key not in document:
            continue
        old = document[key]
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    try:
        return parse(merged)
    except ContentInvalidError as error:
        raise ContentRejectedError(error.faults) from error


_NULLABLE = frozenset({"birthDate"})
"""Keys inside an object whose null is a value; any other null removes the entry."""


def _merge(old: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**old, **changes}.items() if value is not None or key in _NULLABLE}
