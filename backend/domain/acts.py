"""Who may do what to a packet, a ceremony, a lock period or a proposal, and why not: what ``policy`` is for records.

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
    OwnMatterError,
    ProposalDecidedError,
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
    EXCEPT = "EXCEPT"
    REHEARSE = "REHEARSE"
    SEAL = "SEAL"


class ProposalAction(StrEnum):
    """What can be done to what one person proposed and another must confirm."""

    CONFIRM = "CONFIRM"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyFacts:
    """Whose ceremony it is, how many records wait, and how many failed."""

    signer_id: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFacts:
    """How many records wait for the department's verdict, and whether the packet's check is still to come."""

    pending: int
    being_checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LockPeriodFacts:
    """Whether the lock has begun (it never goes back), and whether the deadline has passed by the database's clock."""

    sealed: bool
    due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts:
    """Who proposed it, for whom if it is for somebody, and whether it is decided."""

    proposed_by_id: int
    decided: bool
    for_staff_id: int | None = None


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
    """The department accepts what waits, once it is checked."""
    if Action.ACCEPT not in GRANTS[actor.role]:
        return NotPermittedError(Refusal.ROLE)
    if not submission.pending:
        return NotPermittedError(Refusal.STATE)
    return NotPermittedError(Refusal.CHECKING) if submission.being_checked else None


def lock_period_refusal(
    actor: Actor, action: LockPeriodAction, period: LockPeriodFacts
) -> DomainError | None:
    """The department moves a deadline and grants exceptions until the lock begins, and locks once it is due.

    A lock can be rehearsed at any time before.
    """
    if Action.LOCK not in GRANTS[actor.role]:
        return NotPermittedError(Refusal.ROLE)
    if period.sealed:
        return LockPeriodSealedError()
    if action is LockPeriodAction.SEAL and not period.due:
        return LockPeriodNotDueError()
    return None


def proposal_refusal(actor: Actor, action: ProposalAction, proposal: ProposalFacts) -> DomainError | None:
    """Two people: who proposed something may take it back and never confirm it, and nobody decides for themselves."""
    if Action.LOCK not in GRANTS[actor.role] or actor.staff_id is None:
        return NotPermittedError(Refusal.ROLE)
    if proposal.decided:
        return ProposalDecidedError()
    involved = {proposal.proposed_by_id, proposal.for_staff_id}
    if action is ProposalAction.CONFIRM and actor.staff_id in involved:
        return OwnMatterError()
    return None
