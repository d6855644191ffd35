"""Whether people still hold the scope under which they began to watch."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from backend.db.repositories import live
from backend.db.scope import array
from backend.domain.policy import Actor


def scope_of(actor: Actor) -> Actor:
    """The scope without the person: what everybody who has it sees alike."""
    return replace(actor, staff_id=None, assignment_id=None)


async def ended(holders: Mapping[Actor, Collection[int]]) -> set[tuple[int, Actor]]:
    """Which assignments no longer give the scope that they are said to give, each with that scope."""
    actors = tuple(holders)
    scopes = [
        (actor.role.value, actor.unit_id, array(actor.class_ids), array(actor.school_ids)) for actor in actors
    ]
    found = await live.ended(scopes, [holders[actor] for actor in actors])
    return {(assignment, actors[place]) for place, assignment in found}
