"""What a school does to one record: edit its draft, return, withdraw, replace or discard a revision."""

from collections.abc import Mapping
from typing import Any

from backend.db.repositories import acts, audit, records
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.calendar import due_window
from backend.domain.canonical import content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import ContentInvalidError, parse, to_json
from backend.domain.content_rules import gaps, incomplete, wrong
from backend.domain.errors import ConflictError, ContentRejectedError, NotFoundError
from backend.domain.lifecycle import Action
from backend.domain.policy import GRANTS, Actor
from backend.services.acting import require_reason, take_one
from backend.services.judgements import judgements

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
    document, missing = to_json(content), incomplete(content)
    await records.save_draft(
        draft,
        document,
        content_digest(document),
        due_window(content),
        complete=not missing,
        lacks=gaps(content, missing),
    )


async def send_back(actor: Actor, action: Action, record_id: int, reason: str) -> RecordRow:
    """Return, reject, withdraw, replace or discard: a revision ends or stands on, and what follows is worked on.

    Raises:
        NotFoundError, NotPermittedError: by policy, also after the deadline.
        ReasonRequiredError: without a reason.
    """
    why = require_reason(action, reason)
    if action in GRANTS[actor.role]:
        acted = await acts.act(actor, action, record_id, why, judgements.known(actor, action))
        while acted is not None and not acted.done:
            judgements.judge(actor, action, acted)
            acted = await acts.act(actor, action, record_id, why, judgements.known(actor, action))
        if acted is not None:
            return acted.record
    await take_one(actor, action, record_id)
    raise NotFoundError(field="recordId")


async def discard(actor: Actor, record_id: int, reason: str) -> RecordRow:
    """Give up a replacement that is not yet submitted; what stands stays.

    Raises:
        NotFoundError, NotPermittedError, ReasonRequiredError: as for ``send_back``.
    """
    return await send_back(actor, Action.DISCARD, record_id, reason)


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
