"""The branch of the error tree that belongs to files brought in."""

from backend.domain.domain_error import DomainError


class FileRejectedError(DomainError):
    """An import file as a whole."""


class FileEmptyError(FileRejectedError):
    code = "FILE_EMPTY"


class FileTooLargeError(FileRejectedError):
    code = "FILE_TOO_LARGE"


class FileTooManyRowsError(FileRejectedError):
    code = "FILE_TOO_MANY_ROWS"


class FileUnreadableError(FileRejectedError):
    code = "FILE_UNREADABLE"


class FileEncryptedError(FileRejectedError):
    code = "FILE_ENCRYPTED"


class FileKindUnknownError(FileRejectedError):
    code = "FILE_KIND_UNKNOWN"


class FileHeaderError(FileRejectedError):
    code = "FILE_HEADER"


class SchoolUnknownError(FileRejectedError):
    code = "SCHOOL_UNKNOWN"
