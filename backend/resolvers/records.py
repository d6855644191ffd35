"""Records: reading them, and what a school does to one of them."""

import strawberry
from strawberry import relay

from backend.db.repositories import records
from backend.db.repositories.records import Position, RecordFilter
from backend.domain.errors import NotFoundError
from backend.domain.lifecycle import Action
from backend.domain.text import fold
from backend.resolvers.answering import Info, answering, node_key, year_of
from backend.schema.inputs import RecordChangesInput, RecordFilterInput
from backend.schema.paging import connection, decode_cursor, encode_cursor, page_size
from backend.schema.payloads import RecordPayload
from backend.schema.records import Record
from backend.services import records as record_cases

_refused = answering(lambda errors: RecordPayload(user_errors=errors))


async def list_records(
    info: Info,
    filter: RecordFilterInput | None = None,  # noqa: A002 - the argument's name in the API
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[Record]:
    """Records of the viewer's scope by class and name."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    size = page_size(first)
    rows = await records.page(_filter(filter), after=position(after), limit=size + 1)
    return connection([Record.of(row) for row in rows], size, _cursor, after=after)


def _filter(wanted: RecordFilterInput | None) -> RecordFilter:
    if wanted is None:
        return RecordFilter()
    return RecordFilter(
        school_id=node_key(wanted.school_id, "OrgUnit", "filter.schoolId") if wanted.school_id else None,
        class_id=node_key(wanted.class_id, "SchoolClass", "filter.classId") if wanted.class_id else None,
        school_year=None
        if wanted.school_year is None
        else year_of(wanted.school_year, "filter.schoolYear").start,
        states=tuple(wanted.states),
        name=fold(wanted.name) if wanted.name else None,
    )


def _cursor(record: Record) -> str:
    return encode_cursor(record.row.school_class_id, record.row.sort_key, record.row.id)


def position(after: str | None) -> Position | None:
    match decode_cursor(after):
        case None:
            return None
        case [int() as class_id, str() as sort_key, int() as record_id]:
            return class_id, sort_key, record_id
        case _:
            raise NotFoundError(field="after")


@_refused
async def edit(
    info: Info, record_id: relay.GlobalID, version: int, changes: RecordChangesInput
) -> RecordPayload:
    """Change the draft of a record."""
    key = node_key(record_id, "Record", "recordId")
    row = await record_cases.edit(info.context.staff, key, version, changes.document())
    info.context.loaders.contents.clear_all()
    return RecordPayload(record=Record.of(row))


async def _act(info: Info, action: Action, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    key = node_key(record_id, "Record", "recordId")
    row = await record_cases.send_back(info.context.staff, action, key, reason)
    return RecordPayload(record=Record.of(row))


@_refused
async def give_back(info: Info, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    """Return a signed record to the teacher, before it is submitted."""
    return await _act(info, Action.RETURN, record_id, reason)


@_refused
async def withdraw(info: Info, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    """Take a submitted or accepted record back (thu hồi), before the lock."""
    return await _act(info, Action.WITHDRAW, record_id, reason)


@_refused
async def replace(info: Info, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    """Begin a replacement while the accepted revision stands (báo cáo thay thế), before the lock."""
    return await _act(info, Action.REPLACE, record_id, reason)


@_refused
async def reject(info: Info, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    """Refuse a submitted record; the school goes on with a new draft."""
    return await _act(info, Action.REJECT, record_id, reason)


@_refused
async def discard(info: Info, record_id: relay.GlobalID, reason: str) -> RecordPayload:
    """Give up a replacement; what stands stays."""
    return await _act(info, Action.DISCARD, record_id, reason)


@strawberry.type
class RecordMutations:
    record_edit: RecordPayload = strawberry.mutation(
        resolver=edit,
        description="Change a draft. Right: homeroom teacher of the class, clerk of the school.",
    )
    record_return: RecordPayload = strawberry.mutation(
        resolver=give_back, description="Back to the teacher with a reason. Right: principal or deputy."
    )
    record_withdraw: RecordPayload = strawberry.mutation(
        resolver=withdraw, description="Thu hồi, before the lock. Right: principal (plan, part III)."
    )
    record_replace: RecordPayload = strawberry.mutation(
        resolver=replace, description="Báo cáo thay thế, before the lock. Right: principal (plan, part III)."
    )
    record_discard: RecordPayload = strawberry.mutation(
        resolver=discard, description="Give up a replacement. Right: principal."
    )
    record_reject: RecordPayload = strawberry.mutation(
        resolver=reject, description="Refuse a submitted record with a reason. Right: department."
    )
