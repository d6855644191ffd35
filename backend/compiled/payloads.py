"""Payloads of acts written from a record's row, without resolvers: one writer for each selected field.

What is not in these tables is answered by its resolver.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strawberry.relay import to_base64

from backend.db.reading.expressions import NotCompiledError, Selected
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.lifecycle import Action
from backend.domain.policy import Actor
from backend.domain.school_year import SchoolYear
from backend.services.acting import refusal_for

Written = dict[str, Any]
Write = Callable[[RecordRow, Actor], Any]
WriteRevision = Callable[[RevisionRow], Any]

REVISION: Mapping[str, WriteRevision] = {
    "__typename": lambda _: "Revision",
    "number": lambda row: row.number,
    "state": lambda row: row.state,
    "version": lambda row: row.version,
    "window": lambda row: row.window,
    "complete": lambda row: row.complete,
    "openedBy": lambda row: row.opened_by,
    "reason": lambda row: row.reason,
    "effectiveFrom": lambda row: row.effective_from and row.effective_from.isoformat(),
    "updatedAt": lambda row: row.updated_at.isoformat(),
}

RECORD: Mapping[str, Write] = {
    "__typename": lambda _row, _actor: "Record",
    "id": lambda row, _actor: to_base64("Record", row.id),
    "schoolYear": lambda row, _actor: str(SchoolYear(row.school_year)),
    "grade": lambda row, _actor: row.grade,
    "className": lambda row, _actor: row.class_name,
    "pupilName": lambda row, _actor: row.pupil_name,
    "state": lambda row, _actor: row.state,
    "lookupCode": lambda row, _actor: row.lookup_code,
    "viewerActions": lambda row, actor: [
        action for action in Action if refusal_for(actor, action, row) is None
    ],
}


def payload(type_name: str, selected: Sequence[Selected]) -> Write:
    """The writer of a payload that holds a record and no user errors.

    Raises:
        NotCompiledError: when the selection needs a resolver.
    """
    parts = [(field.key, _part(type_name, field)) for field in selected]
    return lambda row, actor: {key: write(row, actor) for key, write in parts}


def _part(type_name: str, field: Selected) -> Write:
    match field.name:
        case "record":
            return _record(field.children)
        case "userErrors":
            return lambda _row, _actor: []
        case "__typename":
            return lambda _row, _actor: type_name
        case _:
            raise NotCompiledError(field.name)


def _record(selected: Sequence[Selected]) -> Write:
    parts = [(field.key, _of_record(field)) for field in selected]
    return lambda row, actor: {key: write(row, actor) for key, write in parts}


def _of_record(field: Selected) -> Write:
    if field.name == "workingRevision":
        working = _revision(field.children)
        return lambda row, _actor: working(row.working)
    if field.name == "standingRevision":
        standing = _revision(field.children)
        return lambda row, _actor: None if row.standing is None else standing(row.standing)
    if field.name not in RECORD:
        raise NotCompiledError(field.name)
    return RECORD[field.name]


def _revision(selected: Sequence[Selected]) -> WriteRevision:
    for field in selected:
        if field.name not in REVISION:
            raise NotCompiledError(field.name)
    parts = [(field.key, REVISION[field.name]) for field in selected]
    return lambda row: {key: write(row) for key, write in parts}
