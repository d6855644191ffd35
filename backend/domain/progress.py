"""How far the work is, day by day: burn-up, forecast, and what of it anybody may know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from backend.domain.lifecycle import State

REPORTED = frozenset({State.SUBMITTED, State.ACCEPTED, State.LOCKED})
"""Out of the school's hands: what a deadline asks for."""

LOOK_BACK_DAYS = 7
SMALLEST_SHOWN = 5
"""A smaller count could point to a child."""

DAYS_MAX = 400


@dataclass(frozen=True, slots=True)
class Step:
    """On a day the count of a state changed by so much, over all of a scope's schools together."""

    day: date
    state: State
    change: int


def by_day(steps: Iterable[Step], first: date, last: date) -> Iterator[tuple[date, dict[State, int]]]:
    """Counts at the end of each day from ``first`` to ``last``; ``steps`` come in the order of their days."""
    counts: dict[State, int] = {}
    waiting = iter(steps)
    step = next(waiting, None)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        while step is not None and step.day <= day:
            counts[step.state] = counts.get(step.state, 0) + step.change
            step = next(waiting, None)
        yield day, {state: count for state, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a school would have reported everything at the pace of the last week; None when it stands still."""

    total: int
    done: int
    per_day: float
    finishes_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolForecast:
    """A school's forecast and whether it is in time for the next lock; None without one ahead."""

    school_id: int
    forecast: Forecast
    on_time: bool | None


def forecast(total: int, done: int, done_before: int, today: date) -> Forecast:
    """Carry the pace of the last ``LOOK_BACK_DAYS`` on; what is done already was done by today."""
    per_day = max(0, done - done_before) / LOOK_BACK_DAYS
    if done >= total:
        return Forecast(total, done, per_day, today)
    if not per_day:
        return Forecast(total, done, 0.0, None)
    return Forecast(total, done, per_day, today + timedelta(days=ceil((total - done) / per_day)))


def shown(counts: Mapping[State, int]) -> dict[State, int | None]:
    """Counts for those who may know no names: small ones hidden, and never one alone, which the sum would betray."""
    hidden = {state for state, count in counts.items() if 0 < count < SMALLEST_SHOWN}
    if len(hidden) == 1:
        others = [state for state, count in counts.items() if count and state not in hidden]
        hidden |= set(sorted(others, key=lambda state: (counts[state], state))[:1])
    return {state: None if state in hidden else count for state, count in counts.items()}
