"""How every use case begins: choose the revision that is meant, and ask the policy.

An action is meant for the working revision when that one's state allows it, else for the standing one: a
withdrawal of a record whose replacement is a draft takes back what stands.
"""

from collections.abc import Sequence

from backend.db.repositories import periods, records
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.courses import acts_on_standing
from backend.domain.errors import DomainError, NotFoundError, NotPermittedError, ReasonRequiredError
from backend.domain.lifecycle import NEEDS_REASON, Action
from backend.domain.policy import GRANTS, Actor, Refusal, refusal

REASON_MAX = 500


def target(record: RecordRow, action: Action) -> RevisionRow:
    """The revision of a record that an action is meant for."""
    other = record.revisions[-1]
    on_other = other is not record.working and acts_on_standing(action, record.working.state, other.state)
    return other if on_other else record.working


def refusal_for(actor: Actor, action: Action, record: RecordRow) -> Refusal | None:
    """Why the actor may not do this to the record now, or None."""
    return refusal(actor, action, record.facts(target(record, action)))


def require(actor: Actor, action: Action, record: RecordRow, *, field: str = "recordId") -> RevisionRow:
    """The revision to act on.

    Raises:
        NotFoundError: when the record lies outside the actor's scope.
        NotPermittedError: with the policy's reason.
    """
    reason = refusal_for(actor, action, record)
    if reason is Refusal.SCOPE:
        raise NotFoundError(field=field)
    if reason is not None:
        raise NotPermittedError(reason, field=field)
    return target(record, action)


async def take(actor: Actor, action: Action, record_ids: Sequence[int]) -> list[RecordRow]:
    """The records that the actor sees, in the order of their ids; locked are those that the action may change.

    The others are only read: a role that never does this has no right to lock either, and is still told why.
    """
    held = await records.lock(record_ids) if action in GRANTS[actor.role] else []
    unheld = set(record_ids) - {record.id for record in held}
    seen = (await records.find(sorted(unheld))).values() if unheld else ()
    # what could not be locked belongs to another school, whatever it looks like by now
    refused = [record for record in seen if refusal_for(actor, action, record) is not None]
    return sorted([*held, *refused], key=lambda record: record.id)


async def take_one(actor: Actor, action: Action, record_id: int) -> tuple[RecordRow, RevisionRow]:
    """A record, locked, and the revision to act on.

    Raises:
        NotFoundError: when it is absent or outside the actor's scope.
        NotPermittedError: with the policy's reason.
    """
    found = await take(actor, action, [record_id])
    if not found:
        raise NotFoundError(field="recordId")
    return found[0], require(actor, action, found[0])


def allow(refusal: DomainError | None, field: str) -> None:
    """Go on unless the rules of ``backend.domain.acts`` say no.

    Raises:
        DomainError: the refusal, with the argument it concerns.
    """
    if refusal is not None:
        refusal.field = field
        raise refusal


def require_right(actor: Actor, action: Action) -> None:
    """What the actor's role may never do is refused before anything is looked for.

    Raises:
        NotPermittedError: when the role has no grant for the action.
    """
    if action not in GRANTS[actor.role]:
        raise NotPermittedError(Refusal.ROLE)


def require_reason(action: Action, reason: str) -> str:
    """The reason, cut to its limit.

    Raises:
        ReasonRequiredError: when an action that needs a reason has none.
    """
    if action in NEEDS_REASON and not reason.strip():
        raise ReasonRequiredError(field="reason")
    return reason.strip()[:REASON_MAX]


async def hold_calendar(actor: Actor, action: Action, record_ids: Sequence[int]) -> None:
    """Keep the lock periods of records from being locked until this transaction ends; before the records are taken.

    A lock waits for every transaction that holds its period, so what it takes includes what they did. Whoever took
    the records first and the period then would wait for a lock that waits for the records. A role that never does
    this has no right to hold either.
    """
    if action in GRANTS[actor.role]:
        await periods.hold(record_ids)


async def require_open(acted_on: Sequence[tuple[RecordRow, RevisionRow]]) -> None:
    """See that the windows of revisions are open now, after the wait for their periods.

    Raises:
        NotPermittedError: when a deadline has passed without an exception, or a period is sealed.
    """
    places = {
        (record.school_year, revision.window, record.school_id, record.school_class_id)
        for record, revision in acted_on
    }
    if not await periods.are_open(sorted(places)):
        raise NotPermittedError(Refusal.DEADLINE)
