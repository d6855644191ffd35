"""Taking part: a school declares, its district proposes, the department approves (plan, parts II and IV)."""

from collections.abc import Sequence

from backend.db.repositories import audit, participation
from backend.db.repositories.participation import DistrictRow, ParticipationRow
from backend.domain.errors import (
    ConditionsIncompleteError,
    EmptySelectionError,
    NotFoundError,
    NotPermittedError,
    ReasonRequiredError,
    SelectionTooLargeError,
)
from backend.domain.participation import (
    NEEDS_REASON,
    SEES_PARTICIPATION,
    TRANSITIONS,
    Answer,
    Condition,
    ParticipationAction,
    ParticipationFacts,
    participation_refusal,
)
from backend.domain.policy import Actor, Refusal
from backend.domain.school_year import SchoolYear
from backend.domain.text import clean

AT_ONCE = 500


async def declare(
    actor: Actor, year: SchoolYear, answers: Sequence[Answer], *, dry_run: bool = False
) -> tuple[ParticipationRow | None, tuple[Condition, ...]]:
    """Say how the actor's school meets each condition, for the first time or anew.

    Returns:
        the declaration (with ``dry_run`` the one that stands, or None) and the conditions that are not met yet.

    Raises:
        NotPermittedError: by role and state. ConditionsIncompleteError: unless each condition is answered once.
    """
    if sorted(item.condition for item in answers) != sorted(Condition):
        raise ConditionsIncompleteError(field="conditions")
    school_id = actor.unit_id
    if school_id is None or actor.role not in SEES_PARTICIPATION:
        raise NotPermittedError(Refusal.ROLE)
    standing = await participation.take_of_school(school_id, year.start)
    facts = ParticipationFacts(state=None if standing is None else standing.state)
    error = participation_refusal(actor, ParticipationAction.DECLARE, facts)
    if error is not None:
        raise error
    said = [
        Answer(condition=item.condition, met=item.met, evidence=clean(item.evidence)[:500])
        for item in answers
    ]
    unmet = tuple(item.condition for item in said if not item.holds)
    if dry_run:
        return standing, unmet
    made = await participation.declare(school_id, year.start, said)
    await audit.append(
        actor, "PARTICIPATION_DECLARE", [(school_id, None)], participation=made, unmet=list(unmet)
    )
    return (await participation.find([made]))[made], unmet


async def act(
    actor: Actor, action: ParticipationAction, ids: Sequence[int], reason: str = ""
) -> list[ParticipationRow]:
    """Carry declarations on; all or none.

    Raises:
        NotPermittedError, NotFoundError, ConditionsNotMetError: by the table of the declaration's life.
        ReasonRequiredError: when it takes a reason.
    """
    if not ids:
        raise EmptySelectionError(field="participationIds")
    if len(ids) > AT_ONCE:
        raise SelectionTooLargeError(field="participationIds", max=AT_ONCE)
    if action in NEEDS_REASON and not clean(reason):
        raise ReasonRequiredError(field="reason")
    rows = await _taken(ids)
    for row in rows:
        error = participation_refusal(actor, action, row.facts)
        if error is not None:
            error.field = f"participationIds.{list(ids).index(row.id)}"
            raise error
    said = clean(reason)[:500]
    # an act leads to one state, wherever it began
    await participation.move([row.id for row in rows], TRANSITIONS[rows[0].state, action], said)
    await audit.append(actor, f"PARTICIPATION_{action}", [(row.school_id, None) for row in rows], reason=said)
    return await _taken(ids)


async def progress(actor: Actor, year: SchoolYear) -> list[DistrictRow]:
    """How far each district is, as far as the actor's schools go.

    Raises:
        NotPermittedError: unless the actor is staff.
    """
    if actor.role not in SEES_PARTICIPATION:
        raise NotPermittedError(Refusal.ROLE)
    return await participation.by_district(year.start)


async def _taken(ids: Sequence[int]) -> list[ParticipationRow]:
    rows = {row.id: row for row in await participation.take(ids)}
    for place, key in enumerate(ids):
        if key not in rows:
            raise NotFoundError(field=f"participationIds.{place}")
    return [rows[key] for key in dict.fromkeys(ids)]
