"""What the use cases need from outside: the write-once store and the stream of live events."""

from collections.abc import Sequence
from typing import Protocol

from backend.domain.live import LiveEvent


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


class EventBus(Protocol):
    """The one line of live events, for every process."""

    async def publish(self, events: Sequence[LiveEvent]) -> None:
        """Add events in the order of their positions; one that is already there is left out.

        Raises:
            Exception: whatever the bus raises when it is away; then the caller keeps the events.
        """
        ...
