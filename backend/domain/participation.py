"""Who takes part in the pilot: four conditions, a declaration, and who carries it on (plan, parts II and IV).

A school declares how it meets the conditions, its district proposes it, the department approves it. At least half of
the schools of every district must take part; all of them are encouraged to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backend.domain.errors import ConditionsNotMetError, DomainError, NotPermittedError
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.school_year import SchoolYear


class Condition(StrEnum):
    """What a school must have before it takes part (plan, part II)."""

    EQUIPMENT = "EQUIPMENT"
    SOFTWARE = "SOFTWARE"
    SIGNATURES = "SIGNATURES"
    STAFF = "STAFF"


class ParticipationState(StrEnum):
    """Where a school's declaration stands."""

    DECLARED = "DECLARED"
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    RETURNED = "RETURNED"
    WITHDRAWN = "WITHDRAWN"


class ParticipationAction(StrEnum):
    """What can be done to a declaration."""

    DECLARE = "DECLARE"
    PROPOSE = "PROPOSE"
    APPROVE = "APPROVE"
    RETURN = "RETURN"
    WITHDRAW = "WITHDRAW"


_S, _A = ParticipationState, ParticipationAction
TRANSITIONS: dict[tuple[ParticipationState | None, ParticipationAction], ParticipationState] = {
    (None, _A.DECLARE): _S.DECLARED,
    (_S.DECLARED, _A.DECLARE): _S.DECLARED,
    (_S.RETURNED, _A.DECLARE): _S.DECLARED,
    (_S.WITHDRAWN, _A.DECLARE): _S.DECLARED,
    (_S.DECLARED, _A.PROPOSE): _S.PROPOSED,
    (_S.PROPOSED, _A.APPROVE): _S.APPROVED,
    (_S.DECLARED, _A.RETURN): _S.RETURNED,
    (_S.PROPOSED, _A.RETURN): _S.RETURNED,
    (_S.DECLARED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.PROPOSED, _A.WITHDRAW): _S.WITHDRAWN,
    (_S.APPROVED, _A.WITHDRAW): _S.WITHDRAWN,
}
"""The whole life of a declaration; nothing else happens to it."""

DECLARES = frozenset({_A.DECLARE, _A.WITHDRAW})
GRANTS: dict[Role, frozenset[ParticipationAction]] = {
    Role.PRINCIPAL: DECLARES,
    Role.DEPUTY_PRINCIPAL: DECLARES,
    Role.DISTRICT_OFFICER: frozenset({_A.PROPOSE, _A.RETURN}),
    # schools without a district stand below the department itself
    Role.DEPARTMENT_OFFICER: frozenset({_A.PROPOSE, _A.APPROVE, _A.RETURN}),
}
"""Who carries a declaration on; roles that are not here only look."""

NEEDS_CONDITIONS = frozenset({_A.PROPOSE, _A.APPROVE})
NEEDS_REASON = frozenset({_A.RETURN, _A.WITHDRAW})

ORGANISES = frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER})
"""Who keeps the working group of their unit, holds trainings, makes monthly reports, and answers for a school."""

SUPERVISES = frozenset({Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER})
"""Who visits schools and writes down what was found."""

SEES_PARTICIPATION = frozenset(
    {
        Role.HOMEROOM_TEACHER,
        Role.PRINCIPAL,
        Role.DEPUTY_PRINCIPAL,
        Role.CLERK,
        Role.DISTRICT_OFFICER,
        Role.DEPARTMENT_OFFICER,
    }
)

LEAST_SHARE = (1, 2)
"""At least half of the schools of every district (plan, part II)."""


class ReportKind(StrEnum):
    """The monthly reports of the plan's calendar (plan, part V)."""

    SURVEY = "SURVEY"
    TRAINING = "TRAINING"
    IMPLEMENTATION = "IMPLEMENTATION"
    SUPERVISION = "SUPERVISION"
    WRAP_UP = "WRAP_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a school says of one condition, and what shows it."""

    condition: Condition
    met: bool
    evidence: str

    @property
    def holds(self) -> bool:
        return self.met and bool(self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipationFacts:
    """What the rules need to know of a declaration; ``state`` is None before the first."""

    state: ParticipationState | None
    unmet: tuple[Condition, ...] = ()


def unmet(answers: Mapping[Condition, Answer]) -> tuple[Condition, ...]:
    """Conditions that are not met, or of which nothing is shown."""
    return tuple(item for item in Condition if item not in answers or not answers[item].holds)


def participation_refusal(
    actor: Actor, action: ParticipationAction, facts: ParticipationFacts
) -> DomainError | None:
    """Why the actor may not do this to a declaration that they see; None when they may."""
    if action not in GRANTS.get(actor.role, ()):
        return NotPermittedError(Refusal.ROLE)
    if (facts.state, action) not in TRANSITIONS:
        return NotPermittedError(Refusal.STATE)
    if action in NEEDS_CONDITIONS and facts.unmet:
        return ConditionsNotMetError(conditions=", ".join(facts.unmet))
    return None


def least(schools: int) -> int:
    """How many of so many schools must take part, rounded up."""
    of, all_of = LEAST_SHARE
    return -(-schools * of // all_of)


def within(year: SchoolYear, day: date) -> bool:
    """Whether a day belongs to the preparation or the course of a school year: July before to August after it."""
    return date(year.start, 7, 1) <= day <= date(year.start + 1, 8, 31)
