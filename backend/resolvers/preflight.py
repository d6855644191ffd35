"""Before a lock: what would miss it, rehearsals, and the clock."""

import strawberry
from strawberry import relay

from backend.db.repositories import calendar_watch, periods, records
from backend.domain.lifecycle import Action
from backend.domain.messages import sentence
from backend.domain.preflight import Blocker
from backend.resolvers.answering import Info, answering, node_key
from backend.resolvers.records import position
from backend.schema.paging import connection, encode_cursor, page_size
from backend.schema.preflight import LockClock, LockPreflight, LockRehearsal, LockRehearsalPayload
from backend.schema.records import Record
from backend.services import preflight
from backend.services.acting import require_right

REHEARSALS_SHOWN = 20


async def look(
    info: Info, lock_period_id: relay.GlobalID, unit_id: relay.GlobalID | None = None
) -> LockPreflight:
    """What would miss a lock if it were now."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    period, unit = _place(lock_period_id, unit_id)
    _, row = await preflight.look(period, unit)
    return LockPreflight.of(row, info.context.language)


async def blocked(
    info: Info,
    lock_period_id: relay.GlobalID,
    unit_id: relay.GlobalID | None = None,
    blocker: Blocker | None = None,
    first: int | None = None,
    after: str | None = None,
) -> relay.Connection[Record]:
    """Records that would miss a lock, by class and name."""
    info.context.staff  # noqa: B018 - raises when nobody is signed in
    size = page_size(first)
    period, unit = _place(lock_period_id, unit_id)
    ids = await preflight.page(period, unit, blocker, after=position(after), limit=size + 1)
    found = await records.find(ids)
    nodes = [Record.of(found[record_id]) for record_id in ids if record_id in found]
    return connection(
        nodes,
        size,
        lambda node: encode_cursor(node.row.school_class_id, node.row.sort_key, node.row.id),
        after=after,
    )


async def rehearsals(info: Info, lock_period_id: relay.GlobalID) -> list[LockRehearsal]:
    """Rehearsals of a lock, the newest first."""
    key = node_key(lock_period_id, "LockPeriod", "lockPeriodId")
    found = await preflight.rehearsals_of(info.context.staff, key, REHEARSALS_SHOWN)
    return [LockRehearsal.of(row, info.context.language) for row in found]


async def clock(info: Info) -> LockClock:
    """The clock that deadlines go by, and how far the worker's differs."""
    require_right(info.context.staff, Action.LOCK)
    ahead = await calendar_watch.clock_difference()
    tolerance = info.context.services.settings.clock_tolerance_seconds
    agrees = ahead is not None and abs(ahead) <= tolerance
    code = "CLOCK_UNSEEN" if ahead is None else "CLOCK_AGREES" if agrees else "CLOCK_DIFFERS"
    said = sentence(code, info.context.language, seconds=str(round(abs(ahead or 0), 1)))
    return LockClock(now=await periods.now(), worker_ahead=ahead, agrees=agrees, message=said)


@answering(lambda errors: LockRehearsalPayload(user_errors=errors))
async def rehearse(info: Info, lock_period_id: relay.GlobalID) -> LockRehearsalPayload:
    """Ask for a rehearsal of a lock."""
    key = node_key(lock_period_id, "LockPeriod", "lockPeriodId")
    row = await preflight.ask_rehearsal(info.context.staff, key)
    return LockRehearsalPayload(lock_rehearsal=LockRehearsal.of(row, info.context.language))


def _place(lock_period_id: relay.GlobalID, unit_id: relay.GlobalID | None) -> tuple[int, int | None]:
    period = node_key(lock_period_id, "LockPeriod", "lockPeriodId")
    return period, None if unit_id is None else node_key(unit_id, "OrgUnit", "unitId")


@strawberry.type
class PreflightQueries:
    lock_preflight: LockPreflight = strawberry.field(
        resolver=look,
        description="What a lock would take and what would miss it, in a school, a district or the province. Right:"
        " staff, their scope.",
    )
    records_missing_lock: relay.Connection[Record] = strawberry.field(
        resolver=blocked,
        description="Records that would miss a lock, by class and name. Right: staff, their scope.",
    )
    lock_rehearsals: list[LockRehearsal] = strawberry.field(
        resolver=rehearsals,
        description="Rehearsals of a lock, the newest first. Right: department.",
    )
    lock_clock: LockClock = strawberry.field(
        resolver=clock, description="The clock that deadlines go by. Right: department."
    )


@strawberry.type
class PreflightMutations:
    lock_period_rehearse: LockRehearsalPayload = strawberry.mutation(
        resolver=rehearse,
        description="Carry a lock out and undo it: how long it takes and what would miss it. Right: department.",
    )
