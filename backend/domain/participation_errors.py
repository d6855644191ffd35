"""The branch of the error tree that belongs to the schools' taking part."""

from backend.domain.domain_error import DomainError


class ParticipationError(DomainError):
    """An act of taking part that cannot be done so."""


class ConditionsNotMetError(ParticipationError):
    """A condition of the plan is not met, or nothing shows that it is."""

    code = "CONDITIONS_NOT_MET"


class ConditionsIncompleteError(ParticipationError):
    """A declaration speaks of each of the four conditions once."""

    code = "CONDITIONS_INCOMPLETE"


class DayInvalidError(ParticipationError):
    """A training or a visit lies outside its school year."""

    code = "DAY_INVALID"


class DaysInvalidError(ParticipationError):
    """No days, or more than are shown at once."""

    code = "DAYS_INVALID"


class ProposalAnsweredError(ParticipationError):
    """A proposal is answered once, by the other side."""

    code = "PROPOSAL_ANSWERED"
