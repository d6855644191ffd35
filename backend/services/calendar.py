"""The calendar of locks: the plan's dates by themselves, every other date and every exception by two people.

One person proposes with a reason, another confirms; both are written down. What a lock has begun neither moves nor
excepts any more: a decision takes the period's row, as the lock does.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from backend.db.repositories import audit, calendar, organisation, periods
from backend.db.repositories.calendar import ChangeRow, ExceptionRow
from backend.db.repositories.periods import PeriodRow
from backend.domain.acts import (
    LockPeriodAction,
    LockPeriodFacts,
    ProposalAction,
    lock_period_refusal,
    proposal_refusal,
)
from backend.domain.calendar import (
    REPORT_AFTER,
    REPORT_DAY,
    VIETNAM,
    Window,
    default_calendar,
    default_instant,
    grades_in_scope,
    school_year_at,
)
from backend.domain.calendar_errors import (
    ExceptionDateInvalidError,
    ExceptionPlaceInvalidError,
    LockDateInvalidError,
)
from backend.domain.errors import LockPeriodUnknownError, NotFoundError, ReasonRequiredError
from backend.domain.lifecycle import Action
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor
from backend.domain.school_year import SchoolYear
from backend.services.acting import REASON_MAX, allow, require_right

CHANGES, EXCEPTIONS = "calendar_change", "lock_exception"
Row = TypeVar("Row", ChangeRow, ExceptionRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """What somebody wants of a lock period; without ``reports_at`` the report keeps its distance from the lock."""

    year: SchoolYear
    window: Window
    locks_at: datetime
    reports_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whom an exception is for: a school, or one of its classes."""

    school_id: int
    class_id: int | None = None


async def open_year(*, day_counts: bool) -> list[int]:
    """Write the plan's periods of the school year under way into the calendar, as far as they lie ahead."""
    year = school_year_at(await periods.now())
    return await calendar.open_year(year.start, default_calendar(year, day_counts=day_counts))


async def propose_dates(actor: Actor, dates: Dates, reason: str) -> tuple[ChangeRow, PeriodRow | None]:
    """Propose new dates of a lock period; they count once a second person confirms them.

    Returns:
        what is proposed, and the period as it still is, none when the calendar lacks it.

    Raises:
        NotPermittedError: unless the actor may lock. ReasonRequiredError: without a reason.
        LockPeriodSealedError: when its lock has begun. LockDateInvalidError: by the dates.
    """
    require_right(actor, Action.LOCK)
    why = _reason(reason)
    of_year = {period.window: period for period in await periods.of_year(dates.year.start)}
    if (period := of_year.get(dates.window)) is not None:
        allow(lock_period_refusal(actor, LockPeriodAction.SCHEDULE, period.facts), "window")
    locks_at = dates.locks_at.astimezone(VIETNAM)
    _check_order(dates.window, locks_at, of_year, await periods.now())
    assert actor.staff_id is not None
    change_id = await calendar.propose_change(
        dates.year.start, dates.window, locks_at, _reports_at(dates, locks_at), why, actor.staff_id
    )
    await _record(actor, "CALENDAR_PROPOSE", change=change_id, locksAt=locks_at.isoformat(), reason=why)
    return await _found(calendar.take_change, change_id, "changeId"), period


async def decide_dates(
    actor: Actor, change_id: int, *, confirmed: bool
) -> tuple[ChangeRow, PeriodRow | None]:
    """Confirm or reject new dates; the period as it is then, none when nothing changed.

    Raises:
        NotPermittedError, NotFoundError, OwnMatterError, ProposalDecidedError: by the rule of two people.
        LockPeriodSealedError: when the lock has begun meanwhile. LockDateInvalidError: when the time has passed.
    """
    change = await _decidable(actor, calendar.take_change, change_id, "changeId", confirmed=confirmed)
    of_year = {period.window: period for period in await periods.of_year(change.school_year)}
    if confirmed and (known := of_year.get(change.window)) is not None:
        held = await periods.take(known.id)
        assert held is not None
        allow(lock_period_refusal(actor, LockPeriodAction.SCHEDULE, held.facts), "changeId")
    if confirmed:
        _check_order(change.window, change.locks_at, of_year, await periods.now())
    await _decide(actor, CHANGES, change.id, confirmed=confirmed)
    period = None
    if confirmed:
        grades = sorted(grades_in_scope(SchoolYear(change.school_year)))
        period_id = await calendar.move_period(change, grades)
        period = (await periods.find([period_id]))[period_id]
    await _record(actor, "CALENDAR_CONFIRM" if confirmed else "CALENDAR_REJECT", change=change.id)
    return await _found(calendar.take_change, change_id, "changeId"), period


async def propose_exception(
    actor: Actor, period_id: int, place: Place, expires_at: datetime, reason: str
) -> ExceptionRow:
    """Propose that a school or class may act after a deadline, until an instant.

    Raises:
        NotPermittedError: unless the actor may lock. ReasonRequiredError: without a reason.
        LockPeriodUnknownError, LockPeriodSealedError: by the period.
        ExceptionPlaceInvalidError, ExceptionDateInvalidError: by what is excepted and until when.
    """
    require_right(actor, Action.LOCK)
    why = _reason(reason)
    period = (await periods.find([period_id])).get(period_id)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    allow(lock_period_refusal(actor, LockPeriodAction.EXCEPT, period.facts), "lockPeriodId")
    await _check_place(place, period.school_year)
    if not await periods.now() < expires_at <= period.reports_at:
        raise ExceptionDateInvalidError(field="expiresAt")
    assert actor.staff_id is not None
    exception_id = await calendar.propose_exception(
        period_id, place.school_id, place.class_id, why, expires_at, actor.staff_id
    )
    await _record(actor, "EXCEPTION_PROPOSE", place.school_id, exception=exception_id, reason=why)
    return await _found(calendar.take_exception, exception_id, "exceptionId")


async def decide_exception(actor: Actor, exception_id: int, *, confirmed: bool) -> ExceptionRow:
    """Grant or reject an exception; it races the lock on the period's row.

    Raises:
        NotPermittedError, NotFoundError, OwnMatterError, ProposalDecidedError: by the rule of two people.
        LockPeriodSealedError: when the lock has begun. ExceptionDateInvalidError: when it would have ended already.
    """
    found = await _decidable(actor, calendar.take_exception, exception_id, "exceptionId", confirmed=confirmed)
    if confirmed:
        period = await periods.take(found.lock_period_id)
        assert period is not None
        facts = LockPeriodFacts(sealed=period.began_at is not None, due=period.is_due)
        allow(lock_period_refusal(actor, LockPeriodAction.EXCEPT, facts), "exceptionId")
        if found.expires_at <= await periods.now():
            raise ExceptionDateInvalidError(field="exceptionId")
    await _decide(actor, EXCEPTIONS, found.id, confirmed=confirmed)
    deed = "EXCEPTION_CONFIRM" if confirmed else "EXCEPTION_REJECT"
    await _record(actor, deed, found.school_id, exception=found.id)
    return await _found(calendar.take_exception, exception_id, "exceptionId")


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ReasonRequiredError(field="reason")
    return reason.strip()[:REASON_MAX]


def _reports_at(dates: Dates, locks_at: datetime) -> datetime:
    wanted = dates.reports_at or default_instant(dates.year, REPORT_DAY[dates.window], day_included=True)
    if wanted > locks_at:
        return wanted.astimezone(VIETNAM)
    if dates.reports_at is not None:
        raise LockDateInvalidError(field="reportsAt")
    return locks_at + REPORT_AFTER


def _check_order(window: Window, locks_at: datetime, of_year: dict[Window, PeriodRow], now: datetime) -> None:
    main, second = of_year.get(Window.MAIN), of_year.get(Window.SUPPLEMENTARY)
    too_late = window is Window.MAIN and second is not None and locks_at >= second.locks_at
    too_early = window is Window.SUPPLEMENTARY and main is not None and locks_at <= main.locks_at
    if locks_at <= now or too_late or too_early:
        raise LockDateInvalidError(field="locksAt")


async def _check_place(place: Place, school_year: int) -> None:
    unit = (await organisation.find_units([place.school_id])).get(place.school_id)
    if unit is None or unit.kind is not UnitKind.SCHOOL:
        raise ExceptionPlaceInvalidError(field="schoolId")
    if place.class_id is None:
        return
    found = (await organisation.find_classes([place.class_id])).get(place.class_id)
    if found is None or (found.school_id, found.school_year) != (place.school_id, school_year):
        raise ExceptionPlaceInvalidError(field="classId")


async def _decidable(
    actor: Actor,
    take: Callable[[int], Awaitable[Row | None]],
    proposal_id: int,
    field: str,
    *,
    confirmed: bool,
) -> Row:
    require_right(actor, Action.LOCK)
    found = await _found(take, proposal_id, field)
    action = ProposalAction.CONFIRM if confirmed else ProposalAction.REJECT
    allow(proposal_refusal(actor, action, found.facts), field)
    return found


async def _decide(actor: Actor, table: str, proposal_id: int, *, confirmed: bool) -> None:
    assert actor.staff_id is not None
    await calendar.decide(table, proposal_id, actor.staff_id, confirmed=confirmed)


async def _found(take: Callable[[int], Awaitable[Row | None]], proposal_id: int, field: str) -> Row:
    found = await take(proposal_id)
    if found is None:
        raise NotFoundError(field=field)
    return found


async def _record(actor: Actor, deed: str, school_id: int | None = None, **detail: str | int) -> None:
    await audit.append(actor, deed, [(school_id, None)], **detail)
