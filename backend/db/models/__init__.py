"""The tables. Rules that a row must obey whoever writes it stand in the migrations as triggers."""

from backend.db.models.access import AccessEvent, PrintConfirmation, ShareCode
from backend.db.models.audit import AuditEvent
from backend.db.models.changes import RegistryChange
from backend.db.models.integrators import IntegratorClient, IntegratorGrant, IntegratorUsage
from backend.db.models.locking import (
    CalendarChange,
    LedgerEntry,
    LockException,
    LockPeriod,
    LockRehearsal,
    SealObstacle,
    TreeHead,
    WorkerClock,
)
from backend.db.models.ministry import (
    MinistryHolding,
    MinistryInventory,
    MinistryItem,
    MinistryPart,
    MinistryReport,
)
from backend.db.models.organisation import (
    Assignment,
    AssignmentProposal,
    OrgUnit,
    SchoolClass,
    SigningCredential,
    Staff,
)
from backend.db.models.participation import (
    Participation,
    ParticipationReport,
    Readiness,
    SupervisionProposal,
    SupervisionVisit,
    TrainingAttendance,
    TrainingSession,
    WorkingGroupMember,
)
from backend.db.models.pupils import Enrolment, Guardian, GuardianLogin, Pupil, RecordBook
from backend.db.models.records import Revision, SchoolCount, StateCount, YearRecord
from backend.db.models.signing import (
    Artefact,
    CeremonyItem,
    PreparedSignature,
    Signature,
    SigningCeremony,
    SigningIntent,
)
from backend.db.models.submissions import Submission, SubmissionItem
from backend.db.models.transfers import Departure, SealIntent, Transfer, TransferSnapshot

__all__ = [
    "AccessEvent",
    "Artefact",
    "Assignment",
    "AssignmentProposal",
    "AuditEvent",
    "CalendarChange",
    "CeremonyItem",
    "Departure",
    "Enrolment",
    "Guardian",
    "GuardianLogin",
    "IntegratorClient",
    "IntegratorGrant",
    "IntegratorUsage",
    "LedgerEntry",
    "LockException",
    "LockPeriod",
    "LockRehearsal",
    "MinistryHolding",
    "MinistryInventory",
    "MinistryItem",
    "MinistryPart",
    "MinistryReport",
    "OrgUnit",
    "Participation",
    "ParticipationReport",
    "PreparedSignature",
    "PrintConfirmation",
    "Pupil",
    "Readiness",
    "RecordBook",
    "RegistryChange",
    "Revision",
    "SchoolClass",
    "SchoolCount",
    "SealIntent",
    "SealObstacle",
    "ShareCode",
    "Signature",
    "SigningCeremony",
    "SigningCredential",
    "SigningIntent",
    "Staff",
    "StateCount",
    "Submission",
    "SubmissionItem",
    "SupervisionProposal",
    "SupervisionVisit",
    "TrainingAttendance",
    "TrainingSession",
    "Transfer",
    "TransferSnapshot",
    "TreeHead",
    "WorkerClock",
    "WorkingGroupMember",
    "YearRecord",
]
