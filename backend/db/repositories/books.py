"""Record books as the holder of a code sees them (``backend.db.repositories.lookups`` reads them)."""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownYear:
    """A school year of the book and the revision that is shown: the standing one, else the newest issued."""

    record_id: int
    school_year: int
    grade: int
    revision_id: int
    number: int
    state: State
    effective_from: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVersion:
    """A revision of the year that the school had issued."""

    number: int
    state: State
    effective_from: datetime | None


ISSUED = (State.ISSUED, State.SUBMITTED, State.ACCEPTED, State.LOCKED, State.WITHDRAWN)
"""Only what a school has issued is anybody else's business."""
