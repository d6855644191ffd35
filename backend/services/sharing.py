"""Share codes: made by a school or a guardian for one book and one purpose, ended by time or by whoever may make them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from backend.db.repositories import access, audit, records
from backend.db.repositories.access import ShareCodeRow
from backend.db.repositories.records import RecordRow
from backend.domain.access import SHARE_ALPHABET, SHARE_DAYS_MAX, SHARE_LENGTH, AccessPurpose, ShareCode
from backend.domain.errors import NotFoundError, NotPermittedError, NotSignedInError, ShareDaysError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import Action
from backend.domain.policy import SHARES, Actor, Refusal, Role
from backend.domain.revoking import shared_refusal
from backend.services.acting import allow, require
from backend.services.lookup import share_hash


@dataclass(frozen=True, slots=True)
class Shared:
    """A new share code; this is the only time that anybody sees it."""

    row: ShareCodeRow
    code: ShareCode


async def create(actor: Actor, record_id: int, purpose: AccessPurpose, days: int) -> Shared:
    """Make a share code for the book of a record.

    Raises:
        NotFoundError, NotPermittedError: by policy.
        ShareDaysError: when it would last no day, or too many.
    """
    if not 1 <= days <= SHARE_DAYS_MAX:
        raise ShareDaysError(field="validDays", max=SHARE_DAYS_MAX)
    record = await shareable(actor, record_id)
    code = ShareCode("".join(secrets.choice(SHARE_ALPHABET) for _ in range(SHARE_LENGTH)))
    hashed = share_hash(LookupCode(record.lookup_code), code)
    row = await access.create_share(record.book_id, hashed, purpose, actor.staff_id, timedelta(days=days))
    # in the name of the school that shares: the year may have been written by another
    school_id = record.managing_school_id
    await audit.append(actor, "SHARE", [(school_id, record.working.id)], share=row.id, purpose=purpose)
    return Shared(row, code)


async def revoke(actor: Actor, share_id: int) -> ShareCodeRow:
    """Take a share code back.

    Raises:
        NotFoundError: when it lies outside the actor's scope.
        NotPermittedError: when the actor may not share, or when it has ended already.
    """
    require_share_right(actor)
    found = (await access.find_shares([share_id])).get(share_id)
    if found is None:
        raise NotFoundError(field="shareCodeId")
    allow(shared_refusal(actor, found.facts), "shareCodeId")
    row = await access.revoke_share(share_id)
    if row is None:
        raise NotPermittedError(Refusal.STATE, field="shareCodeId")
    await audit.append(actor, "UNSHARE", places(actor), share=row.id)
    return row


async def shareable(actor: Actor, record_id: int) -> RecordRow:
    """A record whose book the actor may let others read.

    Raises:
        NotFoundError, NotPermittedError: by policy.
    """
    require_share_right(actor)
    record = (await records.find([record_id])).get(record_id)
    if record is None:
        raise NotFoundError(field="recordId")
    revision = require(actor, Action.VIEW, record)
    if not SHARES[actor.role](actor, record.facts(revision)):
        raise NotPermittedError(Refusal.ROLE, field="recordId")
    return record


def require_share_right(actor: Actor) -> None:
    """Whether the actor may let anybody read anything.

    Raises:
        NotSignedInError: when nobody has signed in.
        NotPermittedError: when the role may not.
    """
    if actor.role is Role.PUBLIC:
        raise NotSignedInError
    if actor.role not in SHARES:
        raise NotPermittedError(Refusal.ROLE)


def places(actor: Actor) -> list[tuple[int | None, int | None]]:
    """Where an act on no record in particular is written down: at the actor's school, or nowhere for a guardian."""
    schools: list[int | None] = [*sorted(actor.school_ids)]
    return [(school, None) for school in schools or [None]]
