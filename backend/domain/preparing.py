"""Who may do what to a training, a visit, or what was proposed at one (plan, part IV).

The API asks the same functions before it acts and to fill ``viewerActions`` and ``viewerRefusals``.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import DomainError, NotPermittedError, ProposalAnsweredError
from backend.domain.participation import SUPERVISES
from backend.domain.policy import Actor, Refusal, Role

SCHOOL_SIDE = frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL})
"""Who speaks for a school."""


class TrainingAction(StrEnum):
    """What can be done to a training."""

    ATTEND = "ATTEND"


class VisitAction(StrEnum):
    """What can be done to a visit."""

    PROPOSE = "PROPOSE"


class VisitProposalAction(StrEnum):
    """What can be done to what was proposed at a visit."""

    ANSWER = "ANSWER"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitProposalFacts:
    """Which side proposed it, and whether the other has answered."""

    by_school: bool
    answered: bool


def training_refusal(actor: Actor) -> DomainError | None:
    """A school's leaders write down who of theirs was there."""
    may = actor.role in SCHOOL_SIDE and actor.unit_id is not None
    return None if may else NotPermittedError(Refusal.ROLE)


def visit_refusal(actor: Actor) -> DomainError | None:
    """Both sides of a visit propose."""
    return None if actor.role in SCHOOL_SIDE | SUPERVISES else NotPermittedError(Refusal.ROLE)


def visit_proposal_refusal(actor: Actor, proposal: VisitProposalFacts) -> DomainError | None:
    """The other side answers, once."""
    refusal = visit_refusal(actor)
    if refusal is not None:
        return refusal
    own = proposal.by_school == (actor.role in SCHOOL_SIDE)
    return ProposalAnsweredError() if own or proposal.answered else None
