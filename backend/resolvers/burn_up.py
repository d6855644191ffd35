"""Progress by grade, by day, at which pace, and for everybody."""

from datetime import date

import strawberry
from strawberry import relay

from backend.db.repositories import progress as rows
from backend.resolvers.answering import Info, node_key, year_of
from backend.resolvers.participation import require_staff
from backend.schema.organisation import StateCount
from backend.schema.progress import DayProgress, GradeProgress, PublicProgress, SchoolForecast
from backend.services import progress


async def grades(
    info: Info, school_year: str, school_id: relay.GlobalID | None = None
) -> list[GradeProgress]:
    """How the records of each grade stand, exact at this moment."""
    require_staff(info)
    key = node_key(school_id, "OrgUnit", "schoolId") if school_id else None
    by_grade: dict[int, GradeProgress] = {}
    for row in await rows.by_grade(year_of(school_year).start, key):
        graded = by_grade.setdefault(row.grade, GradeProgress(grade=row.grade, counts=[]))
        graded.counts.append(StateCount(state=row.state, count=row.count))
    return list(by_grade.values())


async def history(
    info: Info, school_year: str, first: date, last: date, unit_id: relay.GlobalID | None = None
) -> list[DayProgress]:
    """How records stood at the end of each day."""
    key = node_key(unit_id, "OrgUnit", "unitId") if unit_id else None
    found = await progress.history(info.context.staff, year_of(school_year).start, key, first, last)
    return [DayProgress.of(day, counts) for day, counts in found]


async def forecasts(
    info: Info, school_year: str, district_id: relay.GlobalID | None = None
) -> list[SchoolForecast]:
    """When each school would be done, the latest first."""
    key = node_key(district_id, "OrgUnit", "districtId") if district_id else None
    found = await progress.forecasts(info.context.staff, year_of(school_year).start, key)
    return [SchoolForecast.of(item) for item in found]


async def for_everybody(school_year: str) -> list[PublicProgress]:
    """How the records of each district stand, small numbers hidden."""
    found = await progress.for_everybody(year_of(school_year).start)
    return [PublicProgress.of(unit_id, counts) for unit_id, counts in found.items()]


@strawberry.type
class ProgressQueries:
    grade_progress: list[GradeProgress] = strawberry.field(
        resolver=grades, description="Records by grade and state. Right: staff, their scope."
    )
    progress_history: list[DayProgress] = strawberry.field(
        resolver=history,
        description="Records by day and state. Right: the school's leaders and clerk, district, department.",
    )
    progress_forecast: list[SchoolForecast] = strawberry.field(
        resolver=forecasts,
        description="When each school would be done at its pace, the latest first. Right: the school's leaders and"
        " clerk, district, department.",
    )
    public_progress: list[PublicProgress] = strawberry.field(
        resolver=for_everybody,
        description="Records by district and state, small numbers hidden. Right: everybody.",
    )
