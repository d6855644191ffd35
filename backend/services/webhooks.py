"""Telling receivers of changes: signed messages from the journal, at least once and in order.

A message is made from the receiver's last confirmed position, never from the job, so that whatever was lost or is
asked for again is sent by the next one; its id is the same whenever it holds the same changes.
"""

from dataclasses import dataclass

import orjson

from backend.db.repositories import changes, queue
from backend.db.repositories.changes import ChangeRow
from backend.domain.canonical import Json
from backend.domain.errors import IntegratorUnknownError
from backend.domain.school_year import SchoolYear
from backend.jobs import DeliverWebhook

BATCH = 100


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted to a receiver, and the positions between which its changes lie."""

    url: str
    id: str
    body: bytes
    before: int
    position: int


async def next_message(client_key: int) -> Message | None:
    """The next message for a client; None when it has everything, or receives nothing any more."""
    receiver = await changes.receiver(client_key)
    if receiver is None:
        return None
    rows = await changes.after(receiver.webhook_position, BATCH)
    if not rows:
        return None
    last = rows[-1].position
    body = orjson.dumps(
        {"type": "registry.changes", "changes": [as_json(row) for row in rows], "position": last}
    )
    message_id = f"{receiver.client_id}.{rows[0].position}-{last}"
    return Message(receiver.webhook_url, message_id, body, receiver.webhook_position, last)


def as_json(row: ChangeRow) -> dict[str, Json]:
    """A change as receivers read it; the same words as in the API."""
    return {
        "position": row.position,
        "at": row.at.isoformat(),
        "kind": row.kind.value,
        "codeDigest": row.code_digest,
        "revision": row.number,
        "schoolYear": str(SchoolYear(row.school_year)),
        "effectiveFrom": None if row.effective_from is None else row.effective_from.isoformat(),
    }


async def replay(client_id: str, position: int) -> None:
    """Send everything after a position once more.

    Raises:
        IntegratorUnknownError: when there is no such client, or it receives no webhooks.
    """
    key = await changes.rewind(client_id, position)
    if key is None:
        raise IntegratorUnknownError(field="clientId")
    await queue.put([DeliverWebhook(key, position)])
