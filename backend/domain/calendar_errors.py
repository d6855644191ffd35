"""The branch of the error tree that belongs to the calendar."""

from backend.domain.domain_error import DomainError


class CalendarError(DomainError):
    """Dates of the calendar, or an exception to them, that cannot be so."""


class LockDateInvalidError(CalendarError):
    """A lock lies ahead, the main one before the supplementary one."""

    code = "LOCK_DATE_INVALID"


class ExceptionDateInvalidError(CalendarError):
    """An exception ends in the future, and before the department reports."""

    code = "EXCEPTION_DATE_INVALID"


class ExceptionPlaceInvalidError(CalendarError):
    """An exception names a school, or a class of that school and year."""

    code = "EXCEPTION_PLACE_INVALID"
