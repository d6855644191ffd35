"""A school prints a copy of a record in effect and confirms it."""

from backend.db.repositories import audit, prints
from backend.db.repositories.prints import NOT_IN_EFFECT, OUT_OF_SCOPE, PrintRow
from backend.domain.access import AccessPurpose
from backend.domain.errors import NotFoundError, NotPermittedError, ReasonRequiredError
from backend.domain.policy import Actor, Refusal
from backend.domain.printing import PRINTS
from backend.domain.text import clean

RECIPIENT_MAX, NOTE_MAX = 120, 500


async def confirm(
    actor: Actor,
    record_id: int,
    recipient: str,
    purpose: AccessPurpose,
    note: str,
    network: str,
    *,
    dry_run: bool = False,
) -> PrintRow | None:
    """Note a copy; its sheet follows by job, and the family sees the print among the reads. None for a dry run.

    Raises:
        NotPermittedError: unless a leader or clerk prints, or when the record is not locked and sealed.
        NotFoundError: when the school neither issued the record nor keeps its book.
        ReasonRequiredError: when it is not said for whom.
    """
    if actor.role not in PRINTS:
        raise NotPermittedError(Refusal.ROLE)
    whom = clean(recipient)[:RECIPIENT_MAX]
    if not whom:
        raise ReasonRequiredError(field="recipient")
    said = clean(note)[:NOTE_MAX]
    key = await prints.confirm(record_id, whom, purpose, said, network, trial=dry_run)
    if key == OUT_OF_SCOPE:
        raise NotFoundError(field="recordId")
    if key == NOT_IN_EFFECT:
        raise NotPermittedError(Refusal.STATE, field="recordId")
    if dry_run:
        return None
    row = (await prints.find([key]))[key]
    await audit.append(actor, "RECORD_PRINT", [(row.school_id, row.revision_id)], print=row.id)
    return row
