"""The outbox of live events, and the question who still holds their assignment."""

from collections.abc import Collection

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


Held = tuple[str, int, int | None, frozenset[int]]
"""Role, unit, class and schools of an assignment that holds today."""


async def held(assignment_ids: Collection[int]) -> dict[int, Held]:
    """What these assignments are today; one that has ended is absent."""
    found = await sql.rows("SELECT * FROM assignments_held($1::bigint[])", list(assignment_ids))
    return {
        row["assignment_id"]: (
            row["role"],
            row["unit_id"],
            row["school_class_id"],
            frozenset(row["school_ids"]),
        )
        for row in found
    }
