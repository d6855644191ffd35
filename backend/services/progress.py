"""How far the work is: by day, by grade, at which pace, and for everybody."""

from collections.abc import Sequence
from datetime import date

from backend.db.repositories import progress
from backend.domain.calendar import VIETNAM
from backend.domain.errors import DaysInvalidError, NotPermittedError
from backend.domain.lifecycle import State
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.progress import DAYS_MAX, SchoolForecast, by_day, forecast, shown

SEES_SCHOOLS = frozenset(
    {Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK, Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER}
)
"""Who is shown a school as a whole."""


def sees(actor: Actor, school_id: int) -> bool:
    """Whether the actor is shown this school as a whole, as the tables' rights say it of its counts."""
    everywhere = actor.role is Role.DEPARTMENT_OFFICER
    return actor.role in SEES_SCHOOLS and (everywhere or school_id in actor.school_ids)


Days = Sequence[tuple[date, dict[State, int]]]


async def history(actor: Actor, school_year: int, unit_id: int | None, first: date, last: date) -> Days:
    """Counts at the end of each day.

    Raises:
        NotPermittedError: unless the actor is shown whole schools. DaysInvalidError: for no or too many days.
    """
    require_schools(actor)
    if not 0 <= (last - first).days < DAYS_MAX:
        raise DaysInvalidError(field="last", max=DAYS_MAX)
    return list(by_day(await progress.steps(school_year, unit_id), first, last))


async def forecasts(actor: Actor, school_year: int, district_id: int | None) -> list[SchoolForecast]:
    """When each school would be done at its pace, the latest first; those that stand still before all.

    Raises:
        NotPermittedError: unless the actor is shown whole schools.
    """
    require_schools(actor)
    today, locks_at = await progress.deadline(school_year)
    limit = None if locks_at is None else locks_at.astimezone(VIETNAM).date()
    found = []
    for row in await progress.paces(school_year, district_id):
        said = forecast(row.total, row.done, row.done_before, today)
        on_time = None if limit is None else said.finishes_on is not None and said.finishes_on <= limit
        found.append(SchoolForecast(school_id=row.school_id, forecast=said, on_time=on_time))
    return sorted(found, key=_lateness)


async def for_everybody(school_year: int) -> dict[int, dict[State, int | None]]:
    """Counts by district, small ones hidden."""
    return {unit: shown(counts) for unit, counts in (await progress.for_everybody(school_year)).items()}


def _lateness(item: SchoolForecast) -> tuple[bool, int, int]:
    finishes = item.forecast.finishes_on
    return finishes is not None, 0 if finishes is None else -finishes.toordinal(), item.school_id


def require_schools(actor: Actor) -> None:
    """See that the actor is shown whole schools.

    Raises:
        NotPermittedError: when not.
    """
    if actor.role not in SEES_SCHOOLS:
        raise NotPermittedError(Refusal.ROLE)
