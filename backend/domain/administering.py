"""Who may do what to a role that is held, a proposal of one, a unit, or a guardian's link, and why not.

The rights are ``administration.RIGHTS``. The API asks the same functions before it acts and to fill ``viewerActions``
and ``viewerRefusals``; the thing is one that the actor sees.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.acts import ProposalAction, ProposalFacts, proposal_refusal
from backend.domain.administration import UNIT_OF, assign_refusal, rights_of
from backend.domain.errors import AssignmentInvalidError, DomainError, NotPermittedError, OwnMatterError
from backend.domain.organisation import UnitKind
from backend.domain.participation import SUPERVISES
from backend.domain.policy import MAY_IMPORT, Actor, Refusal, Role


class AssignmentAction(StrEnum):
    """What can be done to a role that somebody holds; whoever holds it can act in it."""

    ACT_AS = "ACT_AS"
    END = "END"
    DELEGATE = "DELEGATE"


class OrgUnitAction(StrEnum):
    """What can be done to a unit, or in its name."""

    END = "END"
    ASSIGN = "ASSIGN"
    IMPORT = "IMPORT"
    VISIT = "VISIT"


class GuardianLinkAction(StrEnum):
    """What can be done to a guardian's link."""

    END = "END"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFacts:
    """Who holds which role where, whether it has begun, and whether it has ended."""

    staff_id: int
    role: Role
    unit_id: int
    begun: bool = True
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """Which unit it is, and whether it has ended."""

    id: int
    kind: UnitKind
    over: bool


def held_refusal(actor: Actor, action: AssignmentAction, held: HeldFacts) -> DomainError | None:
    """Whoever hands a role out ends it, and lets a deputy sign for the principal; nobody does so for themselves."""
    if action is AssignmentAction.ACT_AS:
        own = held.staff_id == actor.staff_id and held.begun and not held.over
        return None if own else NotPermittedError(Refusal.SCOPE)
    delegates = action is AssignmentAction.DELEGATE
    may = rights_of(actor).delegates or not delegates
    refusal = assign_refusal(actor, held.role, held.unit_id) if may else Refusal.ROLE
    if refusal is not None:
        return NotPermittedError(refusal)
    bars = (
        (held.staff_id == actor.staff_id, OwnMatterError()),
        (held.over, NotPermittedError(Refusal.STATE)),
        (delegates and held.role is not Role.DEPUTY_PRINCIPAL, AssignmentInvalidError()),
    )
    return next((error for barred, error in bars if barred), None)


def assignment_proposal_refusal(
    actor: Actor, action: ProposalAction, role: Role, unit_id: int, facts: ProposalFacts
) -> DomainError | None:
    """Whoever hands the role out decides about it, unless they proposed it or would get it."""
    if not rights_of(actor).units:
        return NotPermittedError(Refusal.ROLE)
    refusal = assign_refusal(actor, role, unit_id)
    return proposal_refusal(actor, action, facts) if refusal is None else NotPermittedError(refusal)


def _end(actor: Actor, unit: UnitFacts) -> Refusal | None:
    if not rights_of(actor).units:
        return Refusal.ROLE
    return Refusal.STATE if unit.over or unit.kind is UnitKind.DEPARTMENT else None


def _assign(actor: Actor, unit: UnitFacts) -> Refusal | None:
    held_there = [role for role in rights_of(actor).assigns if unit.kind in UNIT_OF[role]]
    if not held_there:
        return Refusal.ROLE
    if all(assign_refusal(actor, role, unit.id) for role in held_there):
        return Refusal.SCOPE
    return Refusal.STATE if unit.over else None


def _import(actor: Actor, unit: UnitFacts) -> Refusal | None:
    if actor.role not in MAY_IMPORT:
        return Refusal.ROLE
    return None if unit.id in actor.school_ids else Refusal.SCOPE


def _visit(actor: Actor, unit: UnitFacts) -> Refusal | None:
    if actor.role not in SUPERVISES or actor.unit_id is None:
        return Refusal.ROLE
    own = actor.role is not Role.DISTRICT_OFFICER or unit.id in actor.school_ids
    return None if own and unit.kind is UnitKind.SCHOOL else Refusal.SCOPE


UNIT_ACTS: dict[OrgUnitAction, Callable[[Actor, UnitFacts], Refusal | None]] = {
    OrgUnitAction.END: _end,
    OrgUnitAction.ASSIGN: _assign,
    OrgUnitAction.IMPORT: _import,
    OrgUnitAction.VISIT: _visit,
}
"""What bars each act; a unit outside the actor's reach is answered like one that does not exist."""


def unit_refusal(actor: Actor, action: OrgUnitAction, unit: UnitFacts) -> DomainError | None:
    """Why the actor may not do this to a unit."""
    refusal = UNIT_ACTS[action](actor, unit)
    return None if refusal is None else NotPermittedError(refusal)


def link_refusal(actor: Actor, managing_school_id: int) -> DomainError | None:
    """The school that manages the book links its guardians, and ends that."""
    may = rights_of(actor).guardians and managing_school_id in actor.school_ids
    return None if may else NotPermittedError(Refusal.ROLE)
