"""Which role may use which operation and see which things at all: one table, from which each role's SDL is made.

What is granted by the policy is taken from the policy. The role matrix proves the table: a role is in a row exactly
when it gets something else than a refusal or nothing for some object.
"""

from collections.abc import Callable

from backend.domain.administration import RIGHTS, Rights
from backend.domain.departure import RECORDS_DEPARTURES, SEES_DEPARTURES
from backend.domain.lifecycle import Action
from backend.domain.participation import GRANTS as TAKING_PART
from backend.domain.participation import ORGANISES, SUPERVISES, ParticipationAction
from backend.domain.policy import GRANTS, MAY_IMPORT, SHARES, Role
from backend.domain.printing import PRINTS
from backend.domain.signing import SIGNING_ACTION
from backend.domain.transfer import ASKS, REQUESTS, SEES_TRANSFERS, TransferAction
from backend.domain.transfer import GRANTS as HANDS_OVER

EVERYBODY = frozenset(Role)
SCHOOL = frozenset({Role.HOMEROOM_TEACHER, Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK})
LEADERS = SCHOOL - {Role.HOMEROOM_TEACHER}
DEPARTMENT = frozenset({Role.DEPARTMENT_OFFICER})
STAFF = SCHOOL | {Role.DISTRICT_OFFICER} | DEPARTMENT
FAMILY = frozenset({Role.GUARDIAN})
SIGNED_IN = STAFF | FAMILY
PROGRAMS = frozenset({Role.INTEGRATOR})


def _granted(*actions: Action) -> frozenset[Role]:
    return frozenset(role for role, granted in GRANTS.items() if any(action in granted for action in actions))


def _administers(does: Callable[[Rights], bool]) -> frozenset[Role]:
    return frozenset(role for role, rights in RIGHTS.items() if does(rights))


def _carries(action: ParticipationAction) -> frozenset[Role]:
    return frozenset(role for role, granted in TAKING_PART.items() if action in granted)


def _hands_over(action: TransferAction) -> frozenset[Role]:
    return frozenset(role for role, granted in HANDS_OVER.items() if action in granted)


SIGNERS = _granted(*SIGNING_ACTION.values())

THINGS: dict[str, frozenset[Role]] = {
    "OrgUnit": EVERYBODY,
    "LockPeriod": EVERYBODY,
    "LedgerHead": EVERYBODY,
    "SchoolClass": STAFF | FAMILY,
    "LockException": STAFF,
    "MinistryReport": _granted(Action.LOCK),
    "Record": STAFF | FAMILY,
    "Submission": STAFF,
    "Ceremony": SCHOOL | DEPARTMENT,
    "CeremonyItem": SCHOOL | DEPARTMENT,
    "ShareCode": SCHOOL | FAMILY,
    "AccessEvent": SCHOOL | DEPARTMENT | FAMILY,
    "AuditEvent": STAFF - {Role.HOMEROOM_TEACHER},
    "IntegratorGrant": SCHOOL | DEPARTMENT | FAMILY | PROGRAMS,
    "Integrator": SCHOOL | DEPARTMENT | FAMILY | PROGRAMS,
    "Participation": STAFF,
    "TrainingSession": STAFF,
    "SupervisionVisit": STAFF,
    "ParticipationReport": STAFF,
    "Transfer": SEES_TRANSFERS,
    "Departure": SEES_DEPARTURES,
}
"""Types with an id: who may see any of them."""

OPERATIONS: dict[str, frozenset[Role]] = {
    "Query.node": EVERYBODY,
    "Query.viewer": EVERYBODY,
    "Query.lockPeriods": EVERYBODY,
    "Query.lookup": EVERYBODY,
    "Query.ledgerHead": EVERYBODY,
    "Query.ledgerHeads": EVERYBODY,
    "Query.ledgerState": EVERYBODY,
    "Query.ledgerChecks": _granted(Action.LOCK),
    "Query.inclusionProof": EVERYBODY,
    "Query.consistencyProof": EVERYBODY,
    "Query.verify": EVERYBODY,
    "Query.signInProviders": EVERYBODY,
    "Query.lockPreflight": STAFF,
    "Query.recordsMissingLock": STAFF,
    "Query.lockRehearsals": _granted(Action.LOCK),
    "Query.lockClock": _granted(Action.LOCK),
    "Query.ministryReports": _granted(Action.LOCK),
    "Query.ministryParts": _granted(Action.LOCK),
    "Query.ministryItems": _granted(Action.LOCK),
    "Query.ministryStanding": _granted(Action.LOCK),
    "Query.ministryReconciliation": _granted(Action.LOCK),
    "Mutation.ministryReportBuild": _granted(Action.LOCK),
    "Mutation.ministryReportSend": _granted(Action.LOCK),
    "Mutation.ministryReportResend": _granted(Action.LOCK),
    "Mutation.lockPeriodReconcile": _granted(Action.LOCK),
    "Mutation.lockPeriodRehearse": _granted(Action.LOCK),
    "Query.calendarChanges": _granted(Action.LOCK),
    "Query.lockExceptions": STAFF,
    "Query.records": STAFF,
    "Query.submissions": STAFF,
    "Query.progress": STAFF,
    "Query.schoolProgress": STAFF - {Role.HOMEROOM_TEACHER},
    "Query.districtProgress": STAFF - {Role.HOMEROOM_TEACHER},
    "Query.ceremonies": SCHOOL | DEPARTMENT,
    "Query.ceremonyItems": SCHOOL | DEPARTMENT,
    "Query.registryRecord": PROGRAMS,
    "Query.integratorGrants": PROGRAMS,
    "Query.changes": PROGRAMS,
    "Query.integrators": DEPARTMENT,
    "Query.auditEvents": STAFF - {Role.HOMEROOM_TEACHER},
    "Subscription.signingProgress": SCHOOL | DEPARTMENT,
    "Mutation.recordEdit": _granted(Action.EDIT),
    "Mutation.recordReturn": _granted(Action.RETURN),
    "Mutation.recordWithdraw": _granted(Action.WITHDRAW),
    "Mutation.recordReplace": _granted(Action.REPLACE),
    "Mutation.recordDiscard": _granted(Action.DISCARD),
    "Mutation.recordReject": _granted(Action.REJECT),
    "Mutation.recordAccept": _granted(Action.ACCEPT),
    "Mutation.submissionCreate": _granted(Action.SUBMIT),
    "Mutation.submissionAccept": _granted(Action.ACCEPT),
    "Mutation.ceremonyStart": SIGNERS,
    "Mutation.ceremonyCancel": SIGNERS,
    "Mutation.ceremonyRetry": SIGNERS,
    "Mutation.ceremonyTokenChallenge": SIGNERS,
    "Mutation.ceremonyTokenAnswer": SIGNERS,
    "Mutation.lockPeriodSchedule": _granted(Action.LOCK),
    "Mutation.calendarChangeConfirm": _granted(Action.LOCK),
    "Mutation.calendarChangeReject": _granted(Action.LOCK),
    "Mutation.lockExceptionPropose": _granted(Action.LOCK),
    "Mutation.lockExceptionConfirm": _granted(Action.LOCK),
    "Mutation.lockExceptionReject": _granted(Action.LOCK),
    "Mutation.lockPeriodSeal": _granted(Action.LOCK),
    "Mutation.recordsImport": MAY_IMPORT,
    "Mutation.printConfirmationCreate": PRINTS,
    "Mutation.shareCodeCreate": frozenset(SHARES),
    "Mutation.shareCodeRevoke": frozenset(SHARES),
    "Subscription.recordChanges": STAFF,
    "Subscription.submissionStatus": STAFF,
    "Subscription.lockStatus": STAFF,
    "Subscription.progressChanged": STAFF - {Role.HOMEROOM_TEACHER},
    "Subscription.transferStatus": STAFF,
    "Mutation.integratorAdd": DEPARTMENT,
    "Mutation.integratorRevoke": DEPARTMENT,
    "Mutation.integratorGrantCreate": frozenset(SHARES),
    "Mutation.integratorGrantRevoke": frozenset(SHARES),
    "Query.heldRoles": _administers(lambda rights: bool(rights.assigns)),
    "Query.assignmentProposals": DEPARTMENT,
    "Mutation.assignmentCreate": _administers(lambda rights: bool(rights.assigns)),
    "Mutation.assignmentConfirm": DEPARTMENT,
    "Mutation.assignmentReject": DEPARTMENT,
    "Mutation.assignmentEnd": _administers(lambda rights: bool(rights.assigns)),
    "Mutation.assignmentDelegate": _administers(lambda rights: rights.delegates),
    "Mutation.orgUnitCreate": _administers(lambda rights: rights.units),
    "Mutation.orgUnitEnd": _administers(lambda rights: rights.units),
    "Mutation.orgUnitsReorganise": _administers(lambda rights: rights.units),
    "Mutation.guardianLinkCreate": _administers(lambda rights: rights.guardians),
    "Mutation.guardianLinkEnd": _administers(lambda rights: rights.guardians),
    "Query.gradeProgress": STAFF,
    "Query.progressHistory": STAFF - {Role.HOMEROOM_TEACHER},
    "Query.progressForecast": STAFF - {Role.HOMEROOM_TEACHER},
    "Query.publicProgress": EVERYBODY,
    "Query.participations": STAFF,
    "Query.participationProgress": STAFF,
    "Query.workingGroup": STAFF,
    "Query.trainingSessions": STAFF,
    "Query.supervisionVisits": STAFF,
    "Query.participationReports": STAFF,
    "Mutation.participationDeclare": _carries(ParticipationAction.DECLARE),
    "Mutation.participationsPropose": _carries(ParticipationAction.PROPOSE),
    "Mutation.participationsApprove": _carries(ParticipationAction.APPROVE),
    "Mutation.participationsReturn": _carries(ParticipationAction.RETURN),
    "Mutation.participationsWithdraw": _carries(ParticipationAction.WITHDRAW),
    "Mutation.workingGroupSet": ORGANISES,
    "Mutation.trainingSessionHold": ORGANISES,
    "Mutation.trainingSessionAttend": frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL}),
    "Mutation.supervisionVisitRecord": SUPERVISES,
    "Mutation.supervisionProposalMake": ORGANISES,
    "Mutation.supervisionProposalAnswer": ORGANISES,
    "Mutation.participationReportMake": ORGANISES,
    "Query.transfers": SEES_TRANSFERS,
    "Query.departures": SEES_DEPARTURES,
    "Mutation.departureCreate": RECORDS_DEPARTURES,
    "Mutation.departureEnd": RECORDS_DEPARTURES,
    "Mutation.transferRequest": REQUESTS,
    "Mutation.transferOpen": ASKS,
    "Mutation.transferAsk": _hands_over(TransferAction.ASK),
    "Mutation.transferRelease": _hands_over(TransferAction.RELEASE),
    "Mutation.transferAccept": _hands_over(TransferAction.ACCEPT),
    "Mutation.transferRefuse": _hands_over(TransferAction.REFUSE),
    "Mutation.transferCancel": _hands_over(TransferAction.CANCEL),
    "Mutation.viewerActAs": STAFF,
    "Mutation.sessionRevoke": SIGNED_IN,
    "Mutation.sessionRevokeOthers": SIGNED_IN,
}
"""Root fields by coordinate: who may use them."""
