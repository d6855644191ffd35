"""The audit's chain: each event is a link of its day, made of the link before, its place and what it says.

Whoever holds one head can tell that nothing before it was changed, removed or slipped in.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act came from, coarsely: through which door, from which network, with what kind of device."""

    door: str = ""
    network: str = ""
    device: str = ""


UNKNOWN_ORIGIN = Origin()


class Break(StrEnum):
    """What is wrong at a place of the chain."""

    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    MISSING_LINK = "MISSING_LINK"
    UNSEALED = "UNSEALED"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is stored, and what its event says now; None when the event is gone."""

    day: date
    number: int
    event_id: int
    hash: str
    says: str | None


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A break, and the event at it."""

    kind: Break
    event_id: int
    day: date | None = None
    number: int | None = None


def link_hash(before: str, day: date, number: int, says: str) -> str:
    """The link of an event, as 64 hexadecimal digits."""
    return hashlib.sha256(f"{before} {day.isoformat()} {number} {says}".encode()).hexdigest()


@dataclass(slots=True)
class Chain:
    """Judges links in their order; after a break it goes on from what is stored, to find every other one."""

    head: str = GENESIS
    heads: dict[date, tuple[int, str]] = field(default_factory=dict)
    """Number and hash of the last link of each day."""

    _day: date | None = None
    _number: int = 0

    def judge(self, link: Link) -> Iterator[ChainFault]:
        """Take the next link; what is wrong with it."""
        expected = self._number + 1 if link.day == self._day else 1
        if link.number != expected:
            yield ChainFault(Break.MISSING_LINK, link.event_id, link.day, link.number)
        if link.says is None:
            yield ChainFault(Break.REMOVED, link.event_id, link.day, link.number)
        elif link_hash(self.head, link.day, link.number, link.says) != link.hash:
            yield ChainFault(Break.CHANGED, link.event_id, link.day, link.number)
        self.head, self._day, self._number = link.hash, link.day, link.number
        self.heads[link.day] = (link.number, link.hash)
