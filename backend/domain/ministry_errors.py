"""The branch of the error tree that belongs to the reports to the Ministry."""

from backend.domain.domain_error import DomainError


class MinistryError(DomainError):
    """A report that cannot be built, or the Ministry's side that does not answer as agreed."""


class LockPeriodNotSealedError(MinistryError):
    """A window is reported when its lock is through."""

    code = "LOCK_PERIOD_NOT_SEALED"


class SealsPendingError(MinistryError):
    """Locked records still wait for the department's seal on their files."""

    code = "SEALS_PENDING"


class NothingToReportError(MinistryError):
    """Every record that could be sent is in a report already."""

    code = "NOTHING_TO_REPORT"


class MinistryUnconfiguredError(MinistryError):
    """No address of the Ministry is set: reports are built and not sent."""

    code = "MINISTRY_UNCONFIGURED"


class MinistryUnreachableError(MinistryError):
    """No answer, or one that was cut off."""

    code = "MINISTRY_UNREACHABLE"


class MinistryBarsError(MinistryError):
    """The other side does not accept the certificate or the account."""

    code = "MINISTRY_BARS"


class MinistryNonsenseError(MinistryError):
    """An answer that is not what was agreed; nothing is believed of it."""

    code = "MINISTRY_NONSENSE"
