"""The department's reports to the Ministry, and where the three levels differ."""

import strawberry
from strawberry import relay

from backend.db.repositories import ministry as rows
from backend.db.repositories import ministry_reading as reading
from backend.db.repositories import periods
from backend.domain.errors import LockPeriodUnknownError, NotFoundError
from backend.domain.lifecycle import Action
from backend.domain.ministry import Difference, ReportedState, days_left
from backend.resolvers.answering import Info, answering, node_key
from backend.schema.department import LockPeriod
from backend.schema.ministry import (
    MinistryDifference,
    MinistryDifferencePage,
    MinistryItem,
    MinistryItemPage,
    MinistryPart,
    MinistryPartPage,
    MinistryReport,
    MinistryReportPayload,
    MinistryStanding,
)
from backend.schema.paging import connection, decode_cursor, encode_cursor, page_size
from backend.schema.payloads import LockPeriodPayload
from backend.services import ministry
from backend.services.acting import require_right

_reporting = answering(lambda errors: MinistryReportPayload(user_errors=errors), step_up=True)
_asking = answering(lambda errors: LockPeriodPayload(user_errors=errors))


async def reports(
    info: Info,
    lock_period_id: relay.GlobalID | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[MinistryReport]:
    """Reports, the newest first."""
    require_right(info.context.staff, Action.LOCK)
    size = page_size(first)
    period = None if lock_period_id is None else _period(lock_period_id)
    found = await rows.reports(period, before_id=_place(after), limit=size + 1)
    nodes = [MinistryReport.of(row) for row in found]
    return connection(nodes, size, lambda item: encode_cursor(int(item.id)), after=after)


async def parts(
    info: Info, report_id: relay.GlobalID, first: int | None = None, after: str | None = None
) -> MinistryPartPage:
    """Files of a report in order."""
    require_right(info.context.staff, Action.LOCK)
    size, place = page_size(first), _place(after)
    found = await rows.parts(_report(report_id), after=-1 if place is None else place, limit=size + 1)
    nodes = [MinistryPart.of(row) for row in found[:size]]
    cursors = [encode_cursor(item.number) for item in nodes]
    return MinistryPartPage(nodes=nodes, page_info=_page(cursors, after, more=len(found) > size))


async def items(
    info: Info,
    report_id: relay.GlobalID,
    state: ReportedState | None = None,
    first: int | None = None,
    after: str | None = None,
) -> MinistryItemPage:
    """Records of a report in the order of its files."""
    require_right(info.context.staff, Action.LOCK)
    size = page_size(first)
    found = await reading.items(_report(report_id), state, after=_place(after) or 0, limit=size + 1)
    nodes = [MinistryItem.of(row) for row in found[:size]]
    cursors = [encode_cursor(item.key) for item in nodes]
    return MinistryItemPage(nodes=nodes, page_info=_page(cursors, after, more=len(found) > size))


async def standing(info: Info, lock_period_id: relay.GlobalID) -> MinistryStanding:
    """Where a window stands between the three levels."""
    require_right(info.context.staff, Action.LOCK)
    key = _period(lock_period_id)
    period = (await periods.find([key])).get(key)
    if period is None:
        raise LockPeriodUnknownError(field="lockPeriodId")
    left = days_left(period.reports_at, await periods.now())
    return MinistryStanding.of(
        due=(_configured(info), period.reports_at, left),
        to_report=await rows.count_to_report(key),
        counts=await reading.difference_counts(key),
        inventory=await reading.inventory(key),
    )


async def reconciliation(
    info: Info,
    lock_period_id: relay.GlobalID,
    kind: Difference | None = None,
    first: int | None = None,
    after: str | None = None,
) -> MinistryDifferencePage:
    """Every difference of a window, by kind."""
    require_right(info.context.staff, Action.LOCK)
    size = page_size(first)
    found = await reading.differences(_period(lock_period_id), kind, after=_difference(after), limit=size + 1)
    nodes = [MinistryDifference.of(row) for row in found[:size]]
    cursors = [encode_cursor(*item.place) for item in nodes]
    return MinistryDifferencePage(nodes=nodes, page_info=_page(cursors, after, more=len(found) > size))


@_reporting
async def build(info: Info, lock_period_id: relay.GlobalID, dry_run: bool = False) -> MinistryReportPayload:
    """Begin a report of what is in none."""
    row, count = await ministry.build(info.context.staff, _period(lock_period_id), dry_run=dry_run)
    return MinistryReportPayload(
        ministry_report=None if row is None else MinistryReport.of(row), record_count=count
    )


@_reporting
async def send(info: Info, report_id: relay.GlobalID) -> MinistryReportPayload:
    """Let a built report be sent."""
    row = await ministry.send(info.context.staff, _report(report_id), configured=_configured(info))
    return MinistryReportPayload(ministry_report=MinistryReport.of(row), record_count=row.record_count)


@_reporting
async def resend(info: Info, report_id: relay.GlobalID) -> MinistryReportPayload:
    """Begin a report of what another had refused."""
    row, count = await ministry.resend(info.context.staff, _report(report_id))
    return MinistryReportPayload(ministry_report=MinistryReport.of(row), record_count=count)


@_asking
async def reconcile(info: Info, lock_period_id: relay.GlobalID) -> LockPeriodPayload:
    """Ask the Ministry what it holds."""
    key = _period(lock_period_id)
    await ministry.ask_inventory(info.context.staff, key, configured=_configured(info))
    return LockPeriodPayload(lock_period=LockPeriod.of((await periods.find([key]))[key]))


def _page(cursors: list[str], after: str | None, *, more: bool) -> relay.PageInfo:
    return relay.PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def _configured(info: Info) -> bool:
    return bool(info.context.services.settings.ministry_url)


def _period(lock_period_id: relay.GlobalID) -> int:
    return node_key(lock_period_id, "LockPeriod", "lockPeriodId")


def _report(report_id: relay.GlobalID) -> int:
    return node_key(report_id, "MinistryReport", "reportId")


def _place(after: str | None) -> int | None:
    match decode_cursor(after):
        case None:
            return None
        case [int() as place]:
            return place
        case _:
            raise NotFoundError(field="after")


def _difference(after: str | None) -> tuple[int, int]:
    match decode_cursor(after):
        case None:
            return -1, 0
        case [int() as kind, int() as key]:
            return kind, key
        case _:
            raise NotFoundError(field="after")


@strawberry.type
class MinistryQueries:
    ministry_reports: relay.Connection[MinistryReport] = strawberry.field(
        resolver=reports, description="Reports to the Ministry, the newest first. Right: department."
    )
    ministry_parts: MinistryPartPage = strawberry.field(
        resolver=parts, description="Files of a report. Right: department."
    )
    ministry_items: MinistryItemPage = strawberry.field(
        resolver=items, description="Records of a report. Right: department."
    )
    ministry_standing: MinistryStanding = strawberry.field(
        resolver=standing,
        description="Where a window stands between school, department and Ministry. Right: department.",
    )
    ministry_reconciliation: MinistryDifferencePage = strawberry.field(
        resolver=reconciliation,
        description="Every record of a window on which school, department and Ministry differ. Right: department.",
    )


@strawberry.type
class MinistryMutations:
    ministry_report_build: MinistryReportPayload = strawberry.mutation(
        resolver=build,
        description="Build a report of everything of a sealed window that is in none. Right: department.",
    )
    ministry_report_send: MinistryReportPayload = strawberry.mutation(
        resolver=send, description="Send a built report. Right: department."
    )
    ministry_report_resend: MinistryReportPayload = strawberry.mutation(
        resolver=resend,
        description="Build a report of what another had refused; that one stays as it is. Right: department.",
    )
    lock_period_reconcile: LockPeriodPayload = strawberry.mutation(
        resolver=reconcile, description="Ask the Ministry what it holds of a window. Right: department."
    )
