"""Whether a document is what the registry holds: first by its digest, which decides at once.

A file whose SHA-256 is registered is genuine; what the registry knows of its revision says whether it is still
current. Any other file is judged by the worker, in a process with limits, never here.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from backend.db.repositories import ceremonies, queue
from backend.db.repositories.ceremonies import RegisteredFile
from backend.domain.lifecycle import STANDING, State


class Registered(StrEnum):
    """What being registered means for a file."""

    GENUINE_CURRENT = "GENUINE_CURRENT"
    GENUINE_SUPERSEDED = "GENUINE_SUPERSEDED"
    GENUINE_WITHDRAWN = "GENUINE_WITHDRAWN"
    GENUINE_INTERMEDIATE = "GENUINE_INTERMEDIATE"


@dataclass(frozen=True, slots=True)
class Known:
    """A registered file; ``standing_number`` is the revision that stands now, if any."""

    verdict: Registered
    standing_number: int | None


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def find_registered(digest: str) -> Known | None:
    """What the registry says of a digest, or None when it does not know it."""
    found = await ceremonies.find_by_digest(digest)
    return None if found is None else Known(_verdict(found), found.standing_number)


async def ask_worker(upload_id: str) -> None:
    """Have the worker judge an upload; its answer comes to the mailbox of the upload's id."""
    await queue.put_judgement(upload_id)


def _verdict(found: RegisteredFile) -> Registered:
    if found.state is State.WITHDRAWN:
        return Registered.GENUINE_WITHDRAWN
    if found.state is State.SUPERSEDED or (found.standing_number or found.number) != found.number:
        return Registered.GENUINE_SUPERSEDED
    if found.state in STANDING and found.is_last:
        return Registered.GENUINE_CURRENT
    return Registered.GENUINE_INTERMEDIATE
