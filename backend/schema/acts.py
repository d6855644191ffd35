"""What the viewer may do to a thing, and why not: one type of refusal for each kind of act."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.acts import CeremonyAction, LockPeriodAction, ProposalAction, SubmissionAction
from backend.domain.administering import AssignmentAction, GuardianLinkAction, OrgUnitAction
from backend.domain.departure import DepartureAction
from backend.domain.errors import DomainError
from backend.domain.messages import Language, sentence
from backend.domain.ministry import ReportAction
from backend.domain.participation import ParticipationAction
from backend.domain.policy import Refusal
from backend.domain.preparing import TrainingAction, VisitAction, VisitProposalAction
from backend.domain.revoking import Revocation
from backend.domain.transfer import TransferAction
from backend.schema.error_codes import ErrorCode

Act = TypeVar(
    "Act",
    CeremonyAction,
    SubmissionAction,
    LockPeriodAction,
    ParticipationAction,
    ProposalAction,
    TransferAction,
    DepartureAction,
    ReportAction,
    AssignmentAction,
    GuardianLinkAction,
    OrgUnitAction,
    TrainingAction,
    VisitAction,
    VisitProposalAction,
    Revocation,
)
RefusalT = TypeVar("RefusalT")
Judge = Callable[[Act], DomainError | None]


@strawberry.type(description="Why the viewer may not do something to a ceremony now.")
class CeremonyRefusal:
    action: CeremonyAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a packet now.")
class SubmissionRefusal:
    action: SubmissionAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a lock period now.")
class LockPeriodRefusal:
    action: LockPeriodAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a declaration now.")
class ParticipationRefusal:
    action: ParticipationAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a report to the Ministry now.")
class MinistryReportRefusal:
    action: ReportAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not decide about a proposal now.")
class ProposalRefusal:
    action: ProposalAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a departure now.")
class DepartureRefusal:
    action: DepartureAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a transfer now.")
class TransferRefusal:
    action: TransferAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not take back what lets others in now.")
class RevocationRefusal:
    action: Revocation
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a role that is held now.")
class AssignmentRefusal:
    action: AssignmentAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a unit now.")
class OrgUnitRefusal:
    action: OrgUnitAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a guardian's link now.")
class GuardianLinkRefusal:
    action: GuardianLinkAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a training now.")
class TrainingSessionRefusal:
    action: TrainingAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not do something to a visit now.")
class SupervisionVisitRefusal:
    action: VisitAction
    code: ErrorCode
    message: str


@strawberry.type(description="Why the viewer may not answer what was proposed at a visit now.")
class SupervisionProposalRefusal:
    action: VisitProposalAction
    code: ErrorCode
    message: str


NEVER = frozenset({Refusal.ROLE, Refusal.SCOPE})
"""What bars for good: not the viewer's business, so that there is nothing to explain."""


def allowed(actions: Iterable[Act], judge: Judge[Act]) -> list[Act]:
    """The acts that nothing bars."""
    return [action for action in actions if judge(action) is None]


def refused(
    actions: Iterable[Act], judge: Judge[Act], shown: Callable[..., RefusalT], language: Language
) -> list[RefusalT]:
    """The acts that are barred now, though they are the viewer's at another time."""
    answers = ((action, judge(action)) for action in actions)
    return [
        shown(
            action=action,
            code=ErrorCode(error.reason),
            message=sentence(error.reason, language, **error.params),
        )
        for action, error in answers
        if error is not None and error.reason not in NEVER
    ]
