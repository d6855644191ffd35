"""The calendar of locks: dates and exceptions that two people decide."""

from datetime import datetime

import strawberry
from strawberry import relay

from backend.db.repositories import calendar as rows
from backend.domain.calendar import Window
from backend.domain.errors import NotFoundError, NotPermittedError
from backend.domain.lifecycle import Action
from backend.domain.policy import Refusal
from backend.resolvers.answering import Info, answering, node_key, year_of
from backend.schema.calendar import (
    CalendarChange,
    CalendarChangePayload,
    LockException,
    LockExceptionInput,
    LockExceptionPayload,
)
from backend.schema.department import LockPeriod
from backend.schema.nodes import database_key
from backend.schema.paging import connection, encode_cursor, page_size, row_after
from backend.schema.payloads import LockPeriodPayload
from backend.services import calendar
from backend.services.acting import require_right

CHANGES_SHOWN = 100

_scheduling = answering(lambda errors: LockPeriodPayload(user_errors=errors), step_up=True)
_deciding = answering(lambda errors: CalendarChangePayload(user_errors=errors), step_up=True)
_excepting = answering(lambda errors: LockExceptionPayload(user_errors=errors), step_up=True)


async def changes(info: Info) -> list[CalendarChange]:
    """Changes of dates, the newest first."""
    require_right(info.context.staff, Action.LOCK)
    found = await rows.changes(before_id=None, limit=CHANGES_SHOWN)
    return [CalendarChange.of(row) for row in found]


async def exceptions(
    info: Info,
    lock_period_id: relay.GlobalID | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[LockException]:
    """Exceptions to deadlines, the newest first."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    size = page_size(first)
    period = None if lock_period_id is None else node_key(lock_period_id, "LockPeriod", "lockPeriodId")
    found = await rows.exceptions(period, before_id=row_after(after), limit=size + 1)
    nodes = [LockException.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


@_scheduling
async def schedule(
    info: Info,
    school_year: str,
    window: Window,
    locks_at: datetime,
    reason: str = "",
    reports_at: datetime | None = None,
) -> LockPeriodPayload:
    """Propose new dates of a lock period."""
    dates = calendar.Dates(year=year_of(school_year), window=window, locks_at=locks_at, reports_at=reports_at)
    change, period = await calendar.propose_dates(info.context.staff, dates, reason)
    return LockPeriodPayload(
        lock_period=None if period is None else LockPeriod.of(period),
        calendar_change=CalendarChange.of(change),
    )


@_deciding
async def confirm_change(info: Info, change_id: strawberry.ID) -> CalendarChangePayload:
    """Confirm dates that somebody else has proposed."""
    return await _decided(info, change_id, confirmed=True)


@_deciding
async def reject_change(info: Info, change_id: strawberry.ID) -> CalendarChangePayload:
    """Reject proposed dates, or take one's own back."""
    return await _decided(info, change_id, confirmed=False)


async def _decided(info: Info, change_id: strawberry.ID, *, confirmed: bool) -> CalendarChangePayload:
    key = database_key(change_id)
    if key is None:
        raise _unknown(info, "changeId")
    change, period = await calendar.decide_dates(info.context.staff, key, confirmed=confirmed)
    return CalendarChangePayload(
        calendar_change=CalendarChange.of(change),
        lock_period=None if period is None else LockPeriod.of(period),
    )


def _unknown(info: Info, field: str) -> NotFoundError | NotPermittedError:
    """What is no id at all is answered like one that nobody has."""
    try:
        require_right(info.context.staff, Action.LOCK)
    except NotPermittedError:
        return NotPermittedError(Refusal.ROLE)
    return NotFoundError(field=field)


@_excepting
async def propose_exception(info: Info, exception: LockExceptionInput) -> LockExceptionPayload:
    """Propose that a school or class may act after a deadline."""
    class_id = exception.class_id
    place = calendar.Place(
        school_id=node_key(exception.school_id, "OrgUnit", "exception.schoolId"),
        class_id=None if class_id is None else node_key(class_id, "SchoolClass", "exception.classId"),
    )
    row = await calendar.propose_exception(
        info.context.staff,
        node_key(exception.lock_period_id, "LockPeriod", "exception.lockPeriodId"),
        place,
        exception.expires_at,
        exception.reason,
    )
    return LockExceptionPayload(lock_exception=LockException.of(row))


@_excepting
async def confirm_exception(info: Info, exception_id: relay.GlobalID) -> LockExceptionPayload:
    """Grant an exception that somebody else has proposed."""
    return await _excepted(info, exception_id, confirmed=True)


@_excepting
async def reject_exception(info: Info, exception_id: relay.GlobalID) -> LockExceptionPayload:
    """Reject an exception, or take one's own back before it is granted."""
    return await _excepted(info, exception_id, confirmed=False)


async def _excepted(info: Info, exception_id: relay.GlobalID, *, confirmed: bool) -> LockExceptionPayload:
    key = node_key(exception_id, "LockException", "exceptionId")
    row = await calendar.decide_exception(info.context.staff, key, confirmed=confirmed)
    return LockExceptionPayload(lock_exception=LockException.of(row))


@strawberry.type
class CalendarMutations:
    lock_period_schedule: LockPeriodPayload = strawberry.mutation(
        resolver=schedule,
        description="Propose new dates of a lock that has not begun; a second person confirms them. Right: department"
        " (plan, part III).",
    )
    calendar_change_confirm: CalendarChangePayload = strawberry.mutation(
        resolver=confirm_change,
        description="Confirm another's dates; they count from now on. Right: department, not who proposed them.",
    )
    calendar_change_reject: CalendarChangePayload = strawberry.mutation(
        resolver=reject_change, description="Reject dates, or take one's own back. Right: department."
    )
    lock_exception_propose: LockExceptionPayload = strawberry.mutation(
        resolver=propose_exception,
        description="Propose that a school or class may act after a deadline, until an instant. Right: department"
        " (plan, part III).",
    )
    lock_exception_confirm: LockExceptionPayload = strawberry.mutation(
        resolver=confirm_exception,
        description="Grant another's exception; never once the lock has begun. Right: department, not who proposed it.",
    )
    lock_exception_reject: LockExceptionPayload = strawberry.mutation(
        resolver=reject_exception, description="Reject an exception. Right: department."
    )
