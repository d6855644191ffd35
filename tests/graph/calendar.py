"""The calendar of locks as rows of the role matrix."""

from collections.abc import Callable
from typing import Any

from tests.graph.rows import ANYWHERE, PERIODS, SCHOOLS, Variables, doing, node, reading
from tests.graph.stage import Stage
from tests.strategies.records import YEAR

Given = Callable[[Stage, str, str | None], Variables]
REASON = "Mưa lũ."


def _proposed(kind: str, name: str, *, is_node: bool) -> Given:
    """What another officer has proposed."""

    def variables(stage: Stage, seat: str, _login: str | None) -> Variables:
        place = "proposed" if seat == "there" else seat
        return {name: stage.node(kind, place) if is_node else str(stage.keys.get((kind, place), 999_999_999))}

    return variables


def _exception(stage: Stage, seat: str, _login: str | None) -> Variables:
    wanted: dict[str, Any] = {
        "lockPeriodId": stage.node("LockPeriod", "there"),
        "schoolId": stage.node("OrgUnit", seat),
        "expiresAt": "2100-07-01T00:00:00+07:00",
        "reason": REASON,
    }
    return {"exception": wanted}


LOOK = "query ($period: ID!, $unit: ID!) { lockPreflight(lockPeriodId: $period, unitId: $unit) { missing } }"
BLOCKED = """
query ($period: ID!, $unit: ID!) { recordsMissingLock(lockPeriodId: $period, unitId: $unit) {
  edges { node { id lockBlockers { blocker } } } } }"""


def _before_lock(stage: Stage, seat: str) -> Variables:
    return {"period": stage.node("LockPeriod", "there"), "unit": stage.node("OrgUnit", seat)}


CALENDAR = (
    reading(
        "Query.lockPreflight",
        LOOK,
        _before_lock,
        objects=SCHOOLS,
        shows=lambda value, _stage, _seat: value["missing"] > 0,
    ),
    reading("Query.recordsMissingLock", BLOCKED, _before_lock, objects=SCHOOLS),
    reading(
        "Query.lockRehearsals",
        "query ($id: ID!) { lockRehearsals(lockPeriodId: $id) { id } }",
        lambda stage, _seat: {"id": stage.node("LockPeriod", "there")},
        objects=ANYWHERE,
    ),
    reading("Query.lockClock", "{ lockClock { agrees } }", lambda *_: {}, objects=ANYWHERE),
    doing(
        "Mutation.lockPeriodRehearse",
        "$lockPeriodId: ID!",
        lambda stage, seat, _: {"lockPeriodId": stage.node("LockPeriod", seat)},
        PERIODS,
        is_public=True,
    ),
    node("LockException", "id reason school { id }"),
    reading("Query.calendarChanges", "{ calendarChanges { id } }", lambda *_: {}, objects=ANYWHERE),
    reading(
        "Query.lockExceptions",
        "{ lockExceptions { edges { node { id } } } }",
        lambda *_: {},
        objects=ANYWHERE,
    ),
    doing(
        "Mutation.lockPeriodSchedule",
        "$schoolYear: String!, $window: LockWindow!, $locksAt: DateTime!, $reason: String!",
        lambda *_: {
            "schoolYear": str(YEAR),
            "window": "SUPPLEMENTARY",
            "locksAt": "2100-08-15T00:00:00+07:00",
            "reason": REASON,
        },
        ANYWHERE,
    ),
    *(
        doing(
            f"Mutation.calendarChange{act}",
            "$changeId: ID!",
            _proposed("CalendarChange", "changeId", is_node=False),
            PERIODS,
            is_public=True,
        )
        for act in ("Confirm", "Reject")
    ),
    doing(
        "Mutation.lockExceptionPropose",
        "$exception: LockExceptionInput!",
        _exception,
        SCHOOLS,
        is_public=True,
    ),
    *(
        doing(
            f"Mutation.lockException{act}",
            "$exceptionId: ID!",
            _proposed("LockException", "exceptionId", is_node=True),
            PERIODS,
            is_public=True,
        )
        for act in ("Confirm", "Reject")
    ),
)
