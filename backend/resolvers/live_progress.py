"""A subscription to how far the work is: counts of schools, and who takes part.

An event names a school. Which year is meant the subscription says: an event of another year shows the counts of this one
as they were.
"""

from collections.abc import AsyncGenerator
from functools import partial

import strawberry

from backend.context import Context
from backend.domain.live import LiveEvent, Topic
from backend.resolvers.answering import Info, year_of
from backend.resolvers.identity import refresh_actor
from backend.resolvers.live import Showing, send_changes
from backend.schema.live import ProgressChange
from backend.services.progress import require_schools, sees

PROGRESS = frozenset({Topic.PROGRESS, Topic.PARTICIPATION})
NOTHING: tuple[ProgressChange, ...] = ()


async def progress_changed(
    info: Info, school_year: str, after: str | None = None
) -> AsyncGenerator[ProgressChange, None]:
    """Schools whose counts or whose taking part have changed.

    Raises:
        NotPermittedError: unless whole schools are shown to the viewer.
    """
    year = year_of(school_year).start
    actor = await refresh_actor(info.context)
    if actor.assignment_id is not None:
        require_schools(actor)
    shows = Showing(partial(_change, year), partial(_notice, year), only_last=True)
    await send_changes(info, PROGRESS, after, shows)
    for change in NOTHING:
        yield change


async def _change(year: int, context: Context, event: LiveEvent) -> ProgressChange | None:
    if not sees(context.actor, event.subject_id):
        return None
    return ProgressChange(
        cursor=str(event.position), kind=event.kind, school_key=event.subject_id, school_year=year
    )


def _notice(year: int, event: LiveEvent) -> ProgressChange:
    return ProgressChange(cursor=str(event.position), kind=event.kind, school_key=None, school_year=year)


@strawberry.type
class ProgressSubscriptions:
    progress_changed = strawberry.subscription(
        resolver=progress_changed,
        description="Counts of schools, and who takes part, as they change. Right: principal, deputy, clerk, district,"
        " department, their scope.",
    )
