"""Whether people still hold the scope under which they began to watch."""

from collections.abc import Collection
from dataclasses import replace

from backend.db.repositories import live
from backend.db.repositories.live import Held
from backend.domain.policy import Actor


def scope_of(actor: Actor) -> Actor:
    """The scope without the person: what everybody who has it sees alike."""
    return replace(actor, staff_id=None, assignment_id=None)


async def ended(holders: Collection[tuple[int, Actor]]) -> set[tuple[int, Actor]]:
    """Who of these (assignment, scope) holds that scope no longer."""
    held = await live.held({assignment for assignment, _ in holders})
    return {holder for holder in holders if not _same(held.get(holder[0]), holder[1])}


def _same(held: Held | None, actor: Actor) -> bool:
    if held is None:
        return False
    role, unit_id, class_id, schools = held
    classes = frozenset() if class_id is None else frozenset({class_id})
    return (role, unit_id, classes, schools) == (actor.role, actor.unit_id, actor.class_ids, actor.school_ids)
