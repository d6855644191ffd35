"""What subscriptions to changes send."""

from collections import Counter

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.context import Context
from backend.domain.lifecycle import State
from backend.domain.live import ChangeKind
from backend.domain.school_year import SchoolYear
from backend.schema.organisation import OrgUnit, StateCount
from backend.schema.participation import Participation, ParticipationProgress

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="A change in the viewer's scope. After a broken connection, `after:` the last cursor goes on without"
    " gap or repetition; a `GAP` says that the stream no longer reaches back so far and the page must be loaded anew."
)
class LiveChange:
    cursor: str = strawberry.field(description="The position to resume after.")
    kind: ChangeKind
    subject_id: relay.GlobalID | None = strawberry.field(
        description="What changed; absent for OPENED and GAP."
    )
    node: relay.Node | None = strawberry.field(
        description="The subject as it is now, read under the viewer's scope: a record, or its class when many of its"
        " records changed at once; a submission; a lock period; a transfer."
    )


@strawberry.type(
    description="That the counts of a school, or its taking part, have changed, with both as they are now; of several"
    " changes at once the last is told. After a broken connection, `after:` the last cursor goes on without gap or"
    " repetition; a `GAP` says that the stream no longer reaches back so far and the page must be loaded anew."
)
class ProgressChange:
    cursor: str = strawberry.field(description="The position to resume after.")
    kind: ChangeKind
    school_key: strawberry.Private[int | None]
    school_year: strawberry.Private[int]

    @strawberry.field(description="The school; absent for OPENED and GAP.")
    async def school(self, info: Info) -> OrgUnit | None:
        row = None if self.school_key is None else await info.context.loaders.units.load(self.school_key)
        return None if row is None else OrgUnit.of(row)

    @strawberry.field(description="How many of its records of the year stand in which state.")
    async def counts(self, info: Info) -> list[StateCount]:
        if self.school_key is None:
            return []
        rows = await info.context.loaders.class_counts.load((self.school_key, self.school_year))
        sums: Counter[State] = Counter()
        for row in rows or []:
            sums[row.state] += row.count
        return [StateCount(state=state, count=sums[state]) for state in State if sums[state]]

    @strawberry.field(description="Its declaration that it takes part; null while there is none.")
    async def participation(self, info: Info) -> Participation | None:
        if self.school_key is None:
            return None
        row = await info.context.loaders.declared.load((self.school_key, self.school_year))
        return None if row is None else Participation.of(row)

    @strawberry.field(description="How many schools of its district take part, and who is missing.")
    async def participation_progress(self, info: Info) -> ParticipationProgress | None:
        unit = None if self.school_key is None else await info.context.loaders.units.load(self.school_key)
        if unit is None or unit.parent_id is None:
            return None
        row = await info.context.loaders.taking_part.load((unit.parent_id, self.school_year))
        return None if row is None else ParticipationProgress.of(row, SchoolYear(self.school_year))
