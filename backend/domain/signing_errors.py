"""The branch of the error tree that belongs to making a signature."""

from backend.domain.domain_error import DomainError


class SigningFailedError(DomainError):
    """A signature could not be made; ``transient`` says whether trying again may help."""


class CertificateMissingError(SigningFailedError):
    code = "CERTIFICATE_MISSING"


class CertificateExpiredError(SigningFailedError):
    code = "CERTIFICATE_EXPIRED"


class CertificateRevokedError(SigningFailedError):
    code = "CERTIFICATE_REVOKED"


class CertificateUntrustedError(SigningFailedError):
    code = "CERTIFICATE_UNTRUSTED"


class CertificateOfAnotherError(SigningFailedError):
    code = "CERTIFICATE_OF_ANOTHER"


class ContentChangedError(SigningFailedError):
    code = "CONTENT_CHANGED"


class RenderFailedError(SigningFailedError):
    code = "RENDER_FAILED"


class LedgerForkedError(SigningFailedError):
    """The ledger is not the continuation of what was signed before: somebody has changed it."""

    code = "LEDGER_FORKED"


class TimestampUnavailableError(SigningFailedError):
    code = "TIMESTAMP_UNAVAILABLE"
    transient = True


class RevocationUnavailableError(SigningFailedError):
    code = "REVOCATION_UNAVAILABLE"
    transient = True


class KeyUnavailableError(SigningFailedError):
    code = "KEY_UNAVAILABLE"
    transient = True


class StoreUnavailableError(SigningFailedError):
    code = "STORE_UNAVAILABLE"
    transient = True


class UnexpectedFailureError(SigningFailedError):
    """A fault of the system, not of the record: the log has it, the job tries again."""

    code = "UNEXPECTED_FAILURE"
    transient = True
