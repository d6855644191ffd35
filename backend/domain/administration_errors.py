"""The branch of the error tree that belongs to administration."""

from backend.domain.domain_error import DomainError


class AdministrationError(DomainError):
    """An act of administration that cannot be done so."""


class AlreadyThereError(AdministrationError):
    """The role, the link or the code is there already."""

    code = "ALREADY_THERE"


class AssignmentInvalidError(AdministrationError):
    """Role, unit, class and dates do not go together."""

    code = "ASSIGNMENT_INVALID"


class CitizenNumberInvalidError(AdministrationError):
    code = "CITIZEN_NUMBER_INVALID"


class OwnMatterError(AdministrationError):
    """Nobody decides for themselves."""

    code = "OWN_MATTER"


class ProposalDecidedError(AdministrationError):
    code = "PROPOSAL_DECIDED"


class UnitInvalidError(AdministrationError):
    """Kind, parent, code, name or dates of a unit do not go together."""

    code = "UNIT_INVALID"
