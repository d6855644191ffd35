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


class CertificateUsageError(SigningFailedError):
    """The certificate is not for signing documents."""

    code = "CERTIFICATE_USAGE"


class CustodyForbiddenError(SigningFailedError):
    """Keys in files are for development."""

    code = "CUSTODY_FORBIDDEN"


class KeyLockedError(SigningFailedError):
    """The PIN is wrong or the token is locked: nobody tries again by himself, or the token locks for good."""

    code = "KEY_LOCKED"


class KeyRefusedError(SigningFailedError):
    """Whoever keeps the key, or its owner, said no."""

    code = "KEY_REFUSED"


class NonceUsedError(SigningFailedError):
    """What was handed out to be signed has come back already, came back too late, or was handed to somebody else."""

    code = "NONCE_USED"


class SignatureWrongError(SigningFailedError):
    """What came back is no signature of the registered key over what was to be signed."""

    code = "SIGNATURE_WRONG"


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


class SigningClockWrongError(SigningFailedError):
    """The clock of the machine that signs and the timestamp authority's are far apart: one of them is wrong."""

    code = "SIGNING_CLOCK_WRONG"
    transient = True


class RevocationUnavailableError(SigningFailedError):
    code = "REVOCATION_UNAVAILABLE"
    transient = True


class KeyUnavailableError(SigningFailedError):
    code = "KEY_UNAVAILABLE"
    transient = True


class AuthorisationExpiredError(SigningFailedError):
    """The owner's confirmation ran out before the key was used."""

    code = "AUTHORISATION_EXPIRED"
    transient = True


class StoreUnavailableError(SigningFailedError):
    code = "STORE_UNAVAILABLE"
    transient = True


class UnexpectedFailureError(SigningFailedError):
    """A fault of the system, not of the record: the log has it, the job tries again."""

    code = "UNEXPECTED_FAILURE"
    transient = True
