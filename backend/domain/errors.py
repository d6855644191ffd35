"""What can go wrong, as one tree; every leaf has a stable code and a sentence in the catalogue.

DomainError
├── NotPermittedError          the policy's refusal, its reason as code
├── NotFoundError              absent, or outside what the viewer may see: the same answer
├── ConflictError              STALE: somebody changed it meanwhile
├── ReasonRequiredError        an act that needs a reason came without one
├── ContentRejectedError       the content has faults
├── RequestError               the request cannot be carried out as it stands
│   ├── EmptySelectionError, SelectionTooLargeError, SelectionMixedError, AlreadyQueuedError
│   ├── LookupCodeInvalidError, LookupCodeUnknownError, SecondFactorWrongError, TooManyTriesError
│   ├── ShareDaysError, SecondFactorRequiredError
│   ├── ScopeMissingError, QuotaUsedError, IntegratorUnknownError, IntegratorExistsError
│   ├── NetworkInvalidError, WebhookUrlInvalidError
│   ├── NotSignedInError, SignerUnknownError, StepUpRequiredError
│   ├── LockPeriodUnknownError, LockPeriodSealedError, LockPeriodNotDueError
│   ├── RateLimitedError, IdempotencyKeyInvalidError, IdempotencyKeyReusedError
│   ├── WatchEndedError, WatchBehindError, TooManyWatchersError
│   ├── OperationTooLongError, OperationTooDeepError, OperationTooLargeError, OperationTooCostlyError
│   ├── OperationUnknownError, OperationNotTrustedError, OperationByGetError, OperationTimedOutError
│   ├── IntrospectionOffError, RequestMalformedError, RequestTooLargeError
│   └── DocumentTooLargeError, WorkerBusyError
├── AdministrationError        an act of administration that cannot be done so
│   ├── AlreadyThereError, AssignmentInvalidError, CitizenNumberInvalidError
│   └── OwnMatterError, ProposalDecidedError, UnitInvalidError
├── ParticipationError         an act of taking part that cannot be done so
│   ├── ConditionsIncompleteError, ConditionsNotMetError
│   └── DayInvalidError, DaysInvalidError, ProposalAnsweredError
├── TransferError              a book that cannot change schools so
│   ├── BookBusyError, BookNotFoundError, ClassUnsuitableError
│   ├── HandOverInvalidError, HandOverOutdatedError
│   └── SchoolHasBookError, TransferOpenError
├── CalendarError              dates of the calendar, or exceptions to them, that cannot be so
│   └── LockDateInvalidError, ExceptionDateInvalidError, ExceptionPlaceInvalidError
├── MinistryError              a report to the Ministry, or the Ministry's side
│   ├── LockPeriodNotSealedError, SealsPendingError, NothingToReportError, MinistryUnconfiguredError
│   └── MinistryUnreachableError, MinistryBarsError, MinistryNonsenseError
├── FileRejectedError          an import file as a whole
│   ├── FileEmptyError, FileTooLargeError, FileTooManyRowsError
│   ├── FileUnreadableError, FileEncryptedError, FileKindUnknownError, FileHeaderError
│   └── SchoolUnknownError
└── SigningFailedError         a signature could not be made
    ├── CertificateMissingError, CertificateExpiredError, CertificateRevokedError
    ├── CertificateUntrustedError, CertificateOfAnotherError
    ├── CertificateUsageError, CustodyForbiddenError
    ├── KeyLockedError, KeyRefusedError, SignatureWrongError, NonceUsedError
    ├── ContentChangedError, RenderFailedError, LedgerForkedError
    └── transient, tried again: TimestampUnavailableError, RevocationUnavailableError, AuthorisationExpiredError,
        KeyUnavailableError, SigningClockWrongError, StoreUnavailableError, UnexpectedFailureError
"""

from backend.domain.administration_errors import (
    AdministrationError,
    AlreadyThereError,
    AssignmentInvalidError,
    CitizenNumberInvalidError,
    OwnMatterError,
    ProposalDecidedError,
    UnitInvalidError,
)
from backend.domain.calendar_errors import CalendarError
from backend.domain.domain_error import DomainError
from backend.domain.faults import Fault
from backend.domain.file_errors import (
    FileEmptyError,
    FileEncryptedError,
    FileHeaderError,
    FileKindUnknownError,
    FileRejectedError,
    FileTooLargeError,
    FileTooManyRowsError,
    FileUnreadableError,
    SchoolUnknownError,
)
from backend.domain.ministry_errors import MinistryError
from backend.domain.participation_errors import (
    ConditionsIncompleteError,
    ConditionsNotMetError,
    DayInvalidError,
    DaysInvalidError,
    ParticipationError,
    ProposalAnsweredError,
)
from backend.domain.policy import Refusal
from backend.domain.signing_errors import (
    CertificateExpiredError,
    CertificateMissingError,
    CertificateOfAnotherError,
    CertificateRevokedError,
    CertificateUntrustedError,
    ContentChangedError,
    KeyUnavailableError,
    LedgerForkedError,
    RenderFailedError,
    RevocationUnavailableError,
    SigningClockWrongError,
    SigningFailedError,
    StoreUnavailableError,
    TimestampUnavailableError,
    UnexpectedFailureError,
)
from backend.domain.transfer_errors import (
    BookBusyError,
    BookNotFoundError,
    ClassUnsuitableError,
    SchoolHasBookError,
    TransferError,
    TransferOpenError,
)

# what stands in modules of its own and belongs to the tree
__all__ = [
    "AdministrationError",
    "AlreadyThereError",
    "AssignmentInvalidError",
    "BookBusyError",
    "BookNotFoundError",
    "CalendarError",
    "CertificateExpiredError",
    "CertificateMissingError",
    "CertificateOfAnotherError",
    "CertificateRevokedError",
    "CertificateUntrustedError",
    "CitizenNumberInvalidError",
    "ClassUnsuitableError",
    "ConditionsIncompleteError",
    "ConditionsNotMetError",
    "ContentChangedError",
    "DayInvalidError",
    "DaysInvalidError",
    "DomainError",
    "FileEmptyError",
    "FileEncryptedError",
    "FileHeaderError",
    "FileKindUnknownError",
    "FileRejectedError",
    "FileTooLargeError",
    "FileTooManyRowsError",
    "FileUnreadableError",
    "KeyUnavailableError",
    "LedgerForkedError",
    "MinistryError",
    "OwnMatterError",
    "ParticipationError",
    "ProposalAnsweredError",
    "ProposalDecidedError",
    "RenderFailedError",
    "RevocationUnavailableError",
    "SchoolHasBookError",
    "SchoolUnknownError",
    "SigningClockWrongError",
    "SigningFailedError",
    "StoreUnavailableError",
    "TimestampUnavailableError",
    "TransferError",
    "TransferOpenError",
    "UnexpectedFailureError",
    "UnitInvalidError",
]


class NotPermittedError(DomainError):
    """The policy said no."""

    def __init__(self, refusal: Refusal, *, field: str = "") -> None:
        self.refusal = refusal
        super().__init__(field=field)

    @property
    def reason(self) -> str:
        return self.refusal.value


class NotFoundError(DomainError):
    code = "NOT_FOUND"


class ConflictError(DomainError):
    code = "STALE"


class ReasonRequiredError(DomainError):
    code = "REASON_REQUIRED"


class ContentRejectedError(DomainError):
    """``faults`` name every field."""

    code = "CONTENT_REJECTED"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(count=len(faults))


class RequestError(DomainError):
    """The request cannot be carried out as it stands."""


class EmptySelectionError(RequestError):
    code = "SELECTION_EMPTY"


class SelectionTooLargeError(RequestError):
    code = "SELECTION_TOO_LARGE"


class SelectionMixedError(RequestError):
    code = "SELECTION_MIXED"


class AlreadyQueuedError(RequestError):
    code = "ALREADY_QUEUED"


class LookupCodeInvalidError(RequestError):
    code = "LOOKUP_CODE_INVALID"


class LookupCodeUnknownError(RequestError):
    code = "LOOKUP_CODE_UNKNOWN"


class SecondFactorWrongError(RequestError):
    code = "SECOND_FACTOR_WRONG"


class TooManyTriesError(RequestError):
    code = "TOO_MANY_TRIES"


class RateLimitedError(RequestError):
    """Asked too often; ``seconds`` says how long to wait."""

    code = "RATE_LIMITED"


class ShareDaysError(RequestError):
    code = "SHARE_DAYS"


class SecondFactorRequiredError(RequestError):
    """More than the minimum needs the family's word."""

    code = "SECOND_FACTOR_REQUIRED"


class ScopeMissingError(RequestError):
    """The token has no scope for this."""

    code = "SCOPE_MISSING"


class QuotaUsedError(RequestError):
    code = "QUOTA_USED"


class IntegratorUnknownError(RequestError):
    code = "INTEGRATOR_UNKNOWN"


class IntegratorExistsError(RequestError):
    code = "INTEGRATOR_EXISTS"


class NetworkInvalidError(RequestError):
    code = "NETWORK_INVALID"


class OperationTooLongError(RequestError):
    code = "OPERATION_TOO_LONG"


class OperationTooDeepError(RequestError):
    code = "OPERATION_TOO_DEEP"


class OperationTooLargeError(RequestError):
    """``what`` there is too much of: roots, fields, aliases or directives."""

    code = "OPERATION_TOO_LARGE"


class OperationTooCostlyError(RequestError):
    code = "OPERATION_TOO_COSTLY"


class OperationUnknownError(RequestError):
    """A digest was sent without its document, and the document is not one of the application's."""

    code = "OPERATION_UNKNOWN"


class OperationNotTrustedError(RequestError):
    """The document is not one of those that this person's application sends."""

    code = "OPERATION_NOT_TRUSTED"


class OperationByGetError(RequestError):
    """The operation must come as POST: it changes something, or its arguments belong into no address."""

    code = "OPERATION_BY_GET"


class OperationTimedOutError(RequestError):
    """The operation took too long and was stopped, its query in the database with it."""

    code = "OPERATION_TIMED_OUT"


class IntrospectionOffError(RequestError):
    code = "INTROSPECTION_OFF"


class RequestMalformedError(RequestError):
    """The request is not GraphQL over HTTP."""

    code = "REQUEST_MALFORMED"


class RequestTooLargeError(RequestError):
    code = "REQUEST_TOO_LARGE"


class WebhookUrlInvalidError(RequestError):
    code = "WEBHOOK_URL_INVALID"


class NotSignedInError(RequestError):
    code = "NOT_SIGNED_IN"


class SignerUnknownError(RequestError):
    code = "SIGNER_UNKNOWN"


class StepUpRequiredError(RequestError):
    """The act needs a recent, strong enough login; ``address`` is where the person makes it."""

    code = "STEP_UP_REQUIRED"
    address = "/auth/step-up"


class LockPeriodUnknownError(RequestError):
    code = "LOCK_PERIOD_UNKNOWN"


class LockPeriodSealedError(RequestError):
    code = "LOCK_PERIOD_SEALED"


class LockPeriodNotDueError(RequestError):
    code = "LOCK_PERIOD_NOT_DUE"


class IdempotencyKeyInvalidError(RequestError):
    code = "IDEMPOTENCY_KEY_INVALID"


class IdempotencyKeyReusedError(RequestError):
    """The key has been used for another request of the last day."""

    code = "IDEMPOTENCY_KEY_REUSED"


class WatchEndedError(RequestError):
    """The right to watch has ended or changed; whoever still has one subscribes anew."""

    code = "WATCH_ENDED"


class WatchBehindError(RequestError):
    """The stream broke off, here or at a slow client; it goes on from the last cursor."""

    code = "WATCH_BEHIND"


class TooManyWatchersError(RequestError):
    """A person or an address has as many open streams as it may."""

    code = "TOO_MANY_WATCHERS"


class DocumentTooLargeError(RequestError):
    code = "DOCUMENT_TOO_LARGE"


class WorkerBusyError(RequestError):
    """The worker did not answer in time; nothing was decided."""

    code = "WORKER_BUSY"


def leaves(root: type[DomainError] = DomainError) -> list[type[DomainError]]:
    """Every error without subclasses, in the order of definition."""
    children = root.__subclasses__()
    return [root] if not children else [leaf for child in children for leaf in leaves(child)]
