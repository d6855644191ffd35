"""A pupil who leaves and goes to no other school of the province: why, since when, and what stays possible.

The book stays with the school that manages it, readable by everybody who could read it; years in effect stay in effect. A
year that is not finished is left behind: nobody writes, counts or awaits it until the pupil comes back.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.domain_error import DomainError
from backend.domain.errors import NotPermittedError
from backend.domain.policy import Actor, Refusal, Role


class DepartureReason(StrEnum):
    """Why a pupil is no longer there."""

    ELSEWHERE = "ELSEWHERE"
    ABROAD = "ABROAD"
    DROPPED_OUT = "DROPPED_OUT"
    ILLNESS = "ILLNESS"
    DECEASED = "DECEASED"
    OTHER = "OTHER"


class DepartureAction(StrEnum):
    """What can be done to a departure."""

    END = "END"


RECORDS_DEPARTURES = frozenset({Role.PRINCIPAL, Role.CLERK})
"""The head answers for the school's books, the clerk keeps the register (Điều lệ Art. 11, 15)."""
SEES_DEPARTURES = frozenset(
    {
        Role.PRINCIPAL,
        Role.DEPUTY_PRINCIPAL,
        Role.CLERK,
        Role.DISTRICT_OFFICER,
        Role.DEPARTMENT_OFFICER,
        Role.GUARDIAN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureFacts:
    """Which school noted it, and whether the pupil is back."""

    school_id: int
    over: bool


def departure_refusal(actor: Actor, departure: DepartureFacts) -> DomainError | None:
    """Why the actor may not note that the pupil of a departure that they see is back."""
    if actor.role not in RECORDS_DEPARTURES or departure.school_id not in actor.school_ids:
        return NotPermittedError(Refusal.ROLE)
    return NotPermittedError(Refusal.STATE) if departure.over else None
