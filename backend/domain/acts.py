"""Who may do what to a packet, a ceremony or a lock period, and why not: what ``policy`` is for records.

The API asks the same function before it acts and to fill ``viewerActions`` and ``viewerRefusals``. The thing is one
that the actor sees; what lies outside the scope is answered before anybody asks here.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import (
    DomainError,
    LockPeriodNotDueError,
    LockPeriodSealedError,
    NotPermittedError,
)
from backend.domain.lifecycle import Action
from backend.domain.policy import GRANTS, Actor, Refusal


class CeremonyAction(StrEnum):
    """What can be done to a ceremony."""

    CANCEL = "CANCEL"
    RETRY = "RETRY"


class SubmissionAction(StrEnum):
    """What can be done to a class packet."""

    ACCEPT = "ACCEPT"


class LockPeriodAction(StrEnum):
    """What can be done to a lock period."""

    SCHEDULE = "SCHEDULE"
    SEAL = "SEAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyFacts:
    """Whose ceremony it is, how many records wait, and how many failed."""

    signer_id: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFacts:
    """How many records wait for the department's verdict."""

    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockPeriodFacts:
    """Whether the period is sealed, and whether its deadline has passed by the database's clock."""

    sealed: bool
    due: bool


def ceremony_refusal(actor: Actor, action: CeremonyAction, ceremony: CeremonyFacts) -> DomainError | None:
    """Only the signer stops a ceremony or tries again, and only while there is something to stop or to try."""
    if actor.staff_id is None or actor.staff_id != ceremony.signer_id:
        return NotPermittedError(Refusal.ROLE)
    left = ceremony.waiting if action is CeremonyAction.CANCEL else ceremony.failed
    return None if left else NotPermittedError(Refusal.STATE)


def submission_refusal(
    actor: Actor,
    action: SubmissionAction,  # noqa: ARG001 - one of three functions of one shape
    submission: SubmissionFacts,
) -> DomainError | None:
    """The department accepts what waits."""
    if Action.ACCEPT not in GRANTS[actor.role]:
        return NotPermittedError(Refusal.ROLE)
    return None if submission.pending else NotPermittedError(Refusal.STATE)


def lock_period_refusal(
    actor: Actor, action: LockPeriodAction, period: LockPeriodFacts
) -> DomainError | None:
    """The department moves a deadline until the seal, and seals once it has passed."""
    if Action.LOCK not in GRANTS[actor.role]:
        return NotPermittedError(Refusal.ROLE)
    if period.sealed:
        return LockPeriodSealedError()
    if action is LockPeriodAction.SEAL and not period.due:
        return LockPeriodNotDueError()
    return None
