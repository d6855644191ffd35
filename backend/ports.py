"""What the use cases need from outside: the write-once store and the stream of live events."""

from dataclasses import dataclass
from typing import Protocol


class ArtefactStore(Protocol):
    """Write-once storage named by content: a digest always answers with the same bytes."""

    async def put(self, data: bytes) -> str:
        """Store bytes and return their SHA-256; storing the same bytes again is harmless.

        Raises:
            StoreUnavailableError: when the store does not answer.
        """
        ...

    async def get(self, digest: str) -> bytes:
        """The bytes of a digest, verified.

        Raises:
            StoreUnavailableError: when they are absent, altered or out of reach.
        """
        ...


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """Something changed that somebody may be watching: ids only, the watcher reads the rest as itself."""

    topic: str
    subject_id: int
    school_id: int


class EventBus(Protocol):
    """Live events; losing one costs freshness, never data, so a failure to publish is logged and forgotten."""

    async def publish(self, event: LiveEvent) -> None: ...
