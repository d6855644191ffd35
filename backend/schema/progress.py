"""Progress by day, by grade, at which pace, and for everybody."""

from collections.abc import Mapping
from datetime import date

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.domain.lifecycle import State
from backend.domain.progress import SchoolForecast as Carried
from backend.schema.organisation import OrgUnit, StateCount

Info = strawberry.Info[Context, None]


@strawberry.type(description="How the records of one grade stand. Right: staff, their scope.")
class GradeProgress:
    grade: int
    counts: list[StateCount]


@strawberry.type(description="How records stood at the end of a day; today's as they stand now.")
class DayProgress:
    day: date
    counts: list[StateCount]

    @classmethod
    def of(cls, day: date, counts: Mapping[State, int]) -> "DayProgress":
        return cls(
            day=day,
            counts=[StateCount(state=state, count=counts[state]) for state in State if state in counts],
        )


@strawberry.type(
    description="When a school would have reported everything at its pace. Right: the school, district, department."
)
class SchoolForecast:
    school_id: strawberry.Private[int]
    total: int
    done: int = strawberry.field(description="Submitted, accepted or locked.")
    per_day: float = strawberry.field(description="Over the last seven days.")
    finishes_on: date | None = strawberry.field(description="None while it stands still.")
    on_time: bool | None = strawberry.field(description="Before the next lock; none without one ahead.")

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.school_id)
        return None if found is None else OrgUnit.of(found)

    @classmethod
    def of(cls, item: Carried) -> "SchoolForecast":
        return cls(
            school_id=item.school_id,
            total=item.forecast.total,
            done=item.forecast.done,
            per_day=round(item.forecast.per_day, 1),
            finishes_on=item.forecast.finishes_on,
            on_time=item.on_time,
        )


@strawberry.type(description="How many records stand in a state; none where the number is small.")
class ShownCount:
    state: State
    count: int | None


@strawberry.type(description="How the records of a district stand, for everybody; small numbers are hidden.")
class PublicProgress:
    district_id: strawberry.Private[int]
    counts: list[ShownCount]

    @strawberry.field
    async def district(self, info: Info) -> OrgUnit | None:
        found = await info.context.loaders.units.load(self.district_id)
        return None if found is None else OrgUnit.of(found)

    @classmethod
    def of(cls, unit_id: int, counts: Mapping[State, int | None]) -> "PublicProgress":
        shown = [ShownCount(state=state, count=counts[state]) for state in State if state in counts]
        return cls(district_id=unit_id, counts=shown)
