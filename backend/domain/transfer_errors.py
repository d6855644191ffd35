"""The branch of the error tree that belongs to books that change schools."""

from backend.domain.domain_error import DomainError


class TransferError(DomainError):
    """A transfer that cannot be done so."""


class BookBusyError(TransferError):
    """A signature or a verdict is on its way for a record of the book."""

    code = "BOOK_BUSY"


class TransferOpenError(TransferError):
    """A transfer of the book is under way already."""

    code = "TRANSFER_OPEN"


class SchoolHasBookError(TransferError):
    """The book is at the receiving school already."""

    code = "SCHOOL_HAS_BOOK"


class BookNotFoundError(TransferError):
    """No book has this code and this pupil's birth date."""

    code = "BOOK_NOT_FOUND"


class ClassUnsuitableError(TransferError):
    """The class is none of the receiving school's."""

    code = "CLASS_UNSUITABLE"


class HandOverOutdatedError(TransferError):
    """The managing school has changed the book since it sealed its release."""

    code = "HAND_OVER_OUTDATED"


class HandOverInvalidError(TransferError):
    """A hand-over document that has just been sealed, or comes out of the store, does not hold."""

    code = "HAND_OVER_INVALID"
