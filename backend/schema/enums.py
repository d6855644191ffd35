"""Domain enums as GraphQL sees them: registered once, then used in annotations as they are.

The two scales are two enums because T and C mean different things in each.
"""

import strawberry

from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, AccessReader
from backend.domain.acts import CeremonyAction, LockPeriodAction, ProposalAction, SubmissionAction
from backend.domain.administering import AssignmentAction, GuardianLinkAction, OrgUnitAction
from backend.domain.calendar import LockStage, Window
from backend.domain.completion import Award
from backend.domain.departure import DepartureAction, DepartureReason
from backend.domain.identifiers import Gender
from backend.domain.integrators import ChangeKind as RegistryChangeKind
from backend.domain.integrators import Detail
from backend.domain.levels import SubjectLevel, TraitGroup, TraitLevel
from backend.domain.lifecycle import Action, State
from backend.domain.live import ChangeKind
from backend.domain.ministry import Difference, PartState, ReportAction, ReportedState, ReportState
from backend.domain.organisation import ArtefactKind, UnitAct, UnitKind
from backend.domain.outcome import Outcome
from backend.domain.participation import Condition, ParticipationAction, ParticipationState, ReportKind
from backend.domain.policy import Role
from backend.domain.preflight import Blocker, Remedy
from backend.domain.preparing import TrainingAction, VisitAction, VisitProposalAction
from backend.domain.revoking import Revocation
from backend.domain.signing import ItemState, SignatureRole
from backend.domain.submission import SubmissionStage, Verdict
from backend.domain.transfer import OpenWork, TransferAction, TransferState

strawberry.enum(State, name="RecordState", description="Where a revision stands (lifecycle table).")
strawberry.enum(Action, name="RecordAction", description="What can be done to a record.")
strawberry.enum(CeremonyAction, name="CeremonyAction", description="What can be done to a ceremony.")
strawberry.enum(SubmissionAction, name="SubmissionAction", description="What can be done to a class packet.")
strawberry.enum(LockPeriodAction, name="LockPeriodAction", description="What can be done to a lock period.")
strawberry.enum(
    ProposalAction, name="ProposalAction", description="What can be done to what takes two people."
)
strawberry.enum(
    AssignmentAction, name="AssignmentAction", description="What can be done to a role that is held."
)
strawberry.enum(
    OrgUnitAction, name="OrgUnitAction", description="What can be done to a unit, or in its name."
)
strawberry.enum(
    GuardianLinkAction, name="GuardianLinkAction", description="What can be done to a guardian's link."
)
strawberry.enum(Revocation, name="RevocationAction", description="What can be done to what lets others in.")
strawberry.enum(TrainingAction, name="TrainingSessionAction", description="What can be done to a training.")
strawberry.enum(VisitAction, name="SupervisionVisitAction", description="What can be done to a visit.")
strawberry.enum(
    VisitProposalAction,
    name="SupervisionProposalAction",
    description="What can be done to what was proposed at a visit.",
)
strawberry.enum(Blocker, name="Blocker", description="What keeps a record from its lock.")
strawberry.enum(Remedy, name="Remedy", description="What clears a blocker.")
strawberry.enum(LockStage, name="LockStage", description="How far a lock period is.")
strawberry.enum(SubjectLevel, name="SubjectLevel", description="Level of a subject: T, H or C (TT27 Art. 6).")
strawberry.enum(
    TraitLevel, name="TraitLevel", description="Level of a quality or competence: T, Đ or C (TT27 Art. 6)."
)
strawberry.enum(TraitGroup, name="TraitGroup", description="Qualities and competences (TT27 Art. 5).")
strawberry.enum(Outcome, name="Outcome", description="Outcome of the year (TT27 Art. 9).")
strawberry.enum(Award, name="Award", description="Awards (TT27 Art. 13).")
strawberry.enum(Window, name="LockWindow", description="Which of the year's two locks takes a record.")
strawberry.enum(Gender, name="Gender")
strawberry.enum(Role, name="Role", description="What a person is in a unit, by assignment.")
strawberry.enum(UnitKind, name="UnitKind")
strawberry.enum(UnitAct, name="UnitAct", description="What a reorganisation does with a unit on its day.")
strawberry.enum(
    SignatureRole,
    name="SignatureRole",
    description="The four signatures of a complete record, in their order.",
)
strawberry.enum(ItemState, name="CeremonyItemState")
strawberry.enum(Verdict, name="SubmissionVerdict")
strawberry.enum(SubmissionStage, name="SubmissionStage", description="How far a packet is.")
strawberry.enum(ArtefactKind, name="ArtefactKind")
strawberry.enum(AccessReader, name="AccessReader", description="Whose side a reader of a book is on.")
strawberry.enum(AccessPurpose, name="AccessPurpose", description="What a read of a book is for.")
strawberry.enum(AccessMeans, name="AccessMeans", description="What opened the book to a reader.")
strawberry.enum(AccessOutcome, name="AccessOutcome", description="How much a reader was shown.")
strawberry.enum(ChangeKind, name="ChangeKind", description="What a live event says.")
strawberry.enum(Detail, name="RegistryDetail", description="How much of a record a purpose needs.")
strawberry.enum(
    RegistryChangeKind, name="RegistryChangeKind", description="What the journal says of a revision."
)
strawberry.enum(
    Condition,
    name="ParticipationCondition",
    description="What a school must have before it takes part (plan, part II).",
)
strawberry.enum(
    ParticipationState, name="ParticipationState", description="Where a school's declaration stands."
)
strawberry.enum(
    ParticipationAction, name="ParticipationAction", description="What can be done to a declaration."
)
strawberry.enum(DepartureReason, name="DepartureReason", description="Why a pupil is no longer there.")
strawberry.enum(DepartureAction, name="DepartureAction", description="What can be done to a departure.")
strawberry.enum(TransferState, name="TransferState", description="Where a transfer stands.")
strawberry.enum(TransferAction, name="TransferAction", description="What can be done to a transfer.")
strawberry.enum(OpenWork, name="TransferOpenWork", description="What the managing school has not finished.")
strawberry.enum(ReportKind, name="ParticipationReportKind", description="The monthly reports (plan, part V).")
strawberry.enum(ReportState, name="MinistryReportState", description="How far a report to the Ministry is.")
strawberry.enum(PartState, name="MinistryPartState", description="How far one file of such a report is.")
strawberry.enum(
    ReportedState, name="MinistryItemState", description="What became of a record in such a report."
)
strawberry.enum(
    ReportAction, name="MinistryReportAction", description="What can be done to a report to the Ministry."
)
strawberry.enum(
    Difference, name="MinistryDifferenceKind", description="How school, department and Ministry can differ."
)
