"""Who may hand out and end what: one table for units, assignments, delegation and guardians.

A role is handed out in a unit of its kind, within the reach of whoever hands it out, never to oneself. Roles that
answer for a whole school or for the province take two people: one proposes, another confirms; the database refuses
the assignment without both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Refusal, Role

Reach = Callable[[Actor, int], bool]


def own_school(actor: Actor, unit_id: int) -> bool:
    return unit_id == actor.unit_id


def province(_actor: Actor, _unit_id: int) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role administers: ``assigns`` says which roles it hands out and ends, and where."""

    assigns: dict[Role, Reach] = field(default_factory=dict)
    delegates: bool = False
    units: bool = False
    guardians: bool = False


RIGHTS: dict[Role, Rights] = {
    Role.PRINCIPAL: Rights(
        assigns=dict.fromkeys((Role.HOMEROOM_TEACHER, Role.DEPUTY_PRINCIPAL, Role.CLERK), own_school),
        delegates=True,
        guardians=True,
    ),
    Role.DEPUTY_PRINCIPAL: Rights(guardians=True),
    Role.CLERK: Rights(guardians=True),
    Role.DEPARTMENT_OFFICER: Rights(
        assigns=dict.fromkeys(
            (
                Role.PRINCIPAL,
                Role.DEPUTY_PRINCIPAL,
                Role.CLERK,
                Role.HOMEROOM_TEACHER,
                Role.DISTRICT_OFFICER,
                Role.DEPARTMENT_OFFICER,
            ),
            province,
        ),
        units=True,
    ),
}
"""Roles that are not here administer nothing."""

TWO_PEOPLE = frozenset({Role.PRINCIPAL, Role.DEPARTMENT_OFFICER})
"""Handed out only when a second person confirms."""

SCHOOL, BETWEEN = frozenset({UnitKind.SCHOOL}), frozenset({UnitKind.DISTRICT, UnitKind.COMMUNE})
UNIT_OF: dict[Role, frozenset[UnitKind]] = {
    Role.HOMEROOM_TEACHER: SCHOOL,
    Role.PRINCIPAL: SCHOOL,
    Role.DEPUTY_PRINCIPAL: SCHOOL,
    Role.CLERK: SCHOOL,
    # whoever does at a commune what a district's office did holds the same role
    Role.DISTRICT_OFFICER: BETWEEN,
    Role.DEPARTMENT_OFFICER: frozenset({UnitKind.DEPARTMENT}),
}
"""The kinds of unit in which a role is held; a role that is not here is held in none."""

PARENT_OF: dict[UnitKind, frozenset[UnitKind]] = {
    UnitKind.DISTRICT: frozenset({UnitKind.DEPARTMENT}),
    UnitKind.COMMUNE: frozenset({UnitKind.DEPARTMENT}),
    UnitKind.SCHOOL: BETWEEN | {UnitKind.DEPARTMENT},
}
"""Below what a new unit may stand; the department is there from the installation."""

NONE = Rights()


def rights_of(actor: Actor) -> Rights:
    return RIGHTS.get(actor.role, NONE)


def assign_refusal(actor: Actor, role: Role, unit_id: int) -> Refusal | None:
    """Why the actor may not hand out or end a role in a unit; None when they may."""
    reach = rights_of(actor).assigns.get(role)
    if reach is None:
        return Refusal.ROLE
    return None if reach(actor, unit_id) else Refusal.SCOPE


def fits(role: Role, kind: UnitKind, *, has_class: bool) -> bool:
    """Whether a role can be held in a unit of a kind; a homeroom teacher, and nobody else, has a class."""
    return kind in UNIT_OF.get(role, ()) and has_class == (role is Role.HOMEROOM_TEACHER)
