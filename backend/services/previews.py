"""Previews of a record before its lock: unsigned, marked on each page, drawn when asked for and never stored."""

from backend.db.repositories import queue, signing
from backend.db.repositories.signing import RevisionToSign
from backend.domain.lifecycle import PREVIEWED


async def ask_worker(revision_id: int, question_id: str) -> None:
    """Have the worker draw a revision; its answer comes to the mailbox of the question."""
    await queue.put_preview(revision_id, question_id)


async def begin(revision_id: int) -> RevisionToSign | None:
    """What to draw, or None when the revision is gone or no longer drawn as a preview."""
    revision = await signing.find_revision(revision_id)
    return revision if revision is not None and revision.state in PREVIEWED else None
