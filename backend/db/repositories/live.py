"""The outbox of live events, and the question who still holds their assignment."""

from collections.abc import Collection, Sequence
from itertools import accumulate, chain

from backend.db import sql
from backend.domain.live import ChangeKind, LiveEvent, Topic

BUSY = -1


async def number(most: int) -> int:
    """Give waiting events their positions; how many can be passed on, or ``BUSY`` while another process does."""
    numbered: int = await sql.value("SELECT number_live_events($1)", most)
    return numbered


async def numbered(most: int) -> list[LiveEvent]:
    """The first events of the line, held for this transaction; none while another process holds it."""
    found = await sql.rows("SELECT * FROM numbered_live_events($1)", most)
    return [_event(row) for row in found]


async def forget(upto: int) -> None:
    """Remove what has been passed on."""
    await sql.rows("SELECT forget_live_events($1)", upto)


def _event(row: sql.Row) -> LiveEvent:
    return LiveEvent(
        position=row["position"],
        topic=Topic(row["topic"]),
        kind=ChangeKind(row["kind"]),
        subject_id=row["subject_id"],
        school_id=row["school_id"],
        class_id=row["school_class_id"],
        other_school_id=row["other_school_id"],
    )


Scope = tuple[str, int | None, str, str]
"""Role and unit of an assignment, and as arrays its class and the schools that it reaches."""


async def ended(scopes: Sequence[Scope], holders: Sequence[Collection[int]]) -> list[tuple[int, int]]:
    """Who holds a scope no longer: its place among the scopes, and the assignment that it rested on.

    Args:
        scopes: each once.
        holders: the assignments that gave each of them.
    """
    roles, units, classes, schools = (list(column) for column in zip(*scopes, strict=True))
    lasts = list(accumulate(map(len, holders)))
    ids = list(chain.from_iterable(holders))
    found = await sql.rows(
        "SELECT * FROM scopes_ended($1, $2, $3, $4, $5, $6)", roles, units, classes, schools, lasts, ids
    )
    return [(row["place"] - 1, row["assignment_id"]) for row in found]
