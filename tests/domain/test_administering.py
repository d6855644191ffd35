"""Who may do what to a held role, a unit and a link, and why not: each bar alone."""

import pytest

from backend.domain.acts import ProposalAction, ProposalFacts
from backend.domain.administering import (
    AssignmentAction,
    HeldFacts,
    OrgUnitAction,
    UnitFacts,
    assignment_proposal_refusal,
    held_refusal,
    link_refusal,
    unit_refusal,
)
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Role

ME, SOMEBODY, OWN, OTHER = 1, 2, 7, 8
END, DELEGATE, ACT_AS = AssignmentAction.END, AssignmentAction.DELEGATE, AssignmentAction.ACT_AS


def _actor(role: Role) -> Actor:
    return Actor(role=role, staff_id=ME, unit_id=OWN, school_ids=frozenset({OWN}))


PRINCIPAL, CLERK, DISTRICT, DEPARTMENT = (
    _actor(role) for role in (Role.PRINCIPAL, Role.CLERK, Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER)
)


def _reason(refusal) -> str | None:
    return None if refusal is None else refusal.reason


def _held(role: Role, **changes) -> HeldFacts:
    return HeldFacts(**{"staff_id": SOMEBODY, "role": role, "unit_id": OWN} | changes)


@pytest.mark.parametrize(
    ("actor", "action", "held", "reason"),
    [
        (PRINCIPAL, END, _held(Role.CLERK), None),
        (PRINCIPAL, END, _held(Role.PRINCIPAL), "ROLE_MAY_NOT"),
        (PRINCIPAL, END, _held(Role.CLERK, unit_id=OTHER), "NOT_FOUND"),
        (PRINCIPAL, END, _held(Role.CLERK, staff_id=ME), "OWN_MATTER"),
        (PRINCIPAL, END, _held(Role.CLERK, over=True), "STATE_FORBIDS"),
        (PRINCIPAL, DELEGATE, _held(Role.DEPUTY_PRINCIPAL), None),
        (PRINCIPAL, DELEGATE, _held(Role.CLERK), "ASSIGNMENT_INVALID"),
        (DEPARTMENT, DELEGATE, _held(Role.DEPUTY_PRINCIPAL), "ROLE_MAY_NOT"),
        (DEPARTMENT, END, _held(Role.PRINCIPAL, unit_id=OTHER), None),
        (CLERK, END, _held(Role.CLERK), "ROLE_MAY_NOT"),
        (CLERK, ACT_AS, _held(Role.CLERK, staff_id=ME), None),
        (CLERK, ACT_AS, _held(Role.CLERK), "NOT_FOUND"),
        (CLERK, ACT_AS, _held(Role.CLERK, staff_id=ME, begun=False), "NOT_FOUND"),
        (CLERK, ACT_AS, _held(Role.CLERK, staff_id=ME, over=True), "NOT_FOUND"),
    ],
)
def test_a_held_role(actor, action, held, reason):
    """Whoever hands it out ends it, the principal delegates to a deputy, its holder acts in it while it holds."""
    assert _reason(held_refusal(actor, action, held)) == reason


@pytest.mark.parametrize(
    ("actor", "action", "kind", "over", "reason"),
    [
        (DEPARTMENT, OrgUnitAction.END, UnitKind.SCHOOL, False, None),
        (DEPARTMENT, OrgUnitAction.END, UnitKind.SCHOOL, True, "STATE_FORBIDS"),
        (DEPARTMENT, OrgUnitAction.END, UnitKind.DEPARTMENT, False, "STATE_FORBIDS"),
        (PRINCIPAL, OrgUnitAction.END, UnitKind.SCHOOL, False, "ROLE_MAY_NOT"),
        (DEPARTMENT, OrgUnitAction.ASSIGN, UnitKind.COMMUNE, False, None),
        (DEPARTMENT, OrgUnitAction.ASSIGN, UnitKind.COMMUNE, True, "STATE_FORBIDS"),
        (PRINCIPAL, OrgUnitAction.ASSIGN, UnitKind.COMMUNE, False, "ROLE_MAY_NOT"),
        (PRINCIPAL, OrgUnitAction.IMPORT, UnitKind.SCHOOL, False, None),
        (DEPARTMENT, OrgUnitAction.IMPORT, UnitKind.SCHOOL, False, "ROLE_MAY_NOT"),
        (DISTRICT, OrgUnitAction.VISIT, UnitKind.SCHOOL, False, None),
        (DISTRICT, OrgUnitAction.VISIT, UnitKind.COMMUNE, False, "NOT_FOUND"),
        (PRINCIPAL, OrgUnitAction.VISIT, UnitKind.SCHOOL, False, "ROLE_MAY_NOT"),
    ],
)
def test_a_unit(actor, action, kind, over, reason):
    """The department ends units, those who hand out roles do so there, a school imports, offices visit."""
    assert _reason(unit_refusal(actor, action, UnitFacts(id=OWN, kind=kind, over=over))) == reason


@pytest.mark.parametrize("action", [OrgUnitAction.ASSIGN, OrgUnitAction.IMPORT])
def test_another_school_is_out_of_reach(action):
    """Answered like one that is not there."""
    there = UnitFacts(id=OTHER, kind=UnitKind.SCHOOL, over=False)
    assert _reason(unit_refusal(PRINCIPAL, action, there)) == "NOT_FOUND"
    assert _reason(unit_refusal(DISTRICT, OrgUnitAction.VISIT, there)) == "NOT_FOUND"


@pytest.mark.parametrize(
    ("actor", "proposer", "decided", "action", "reason"),
    [
        (DEPARTMENT, SOMEBODY, False, ProposalAction.CONFIRM, None),
        (DEPARTMENT, ME, False, ProposalAction.CONFIRM, "OWN_MATTER"),
        (DEPARTMENT, ME, False, ProposalAction.REJECT, None),
        (DEPARTMENT, SOMEBODY, True, ProposalAction.REJECT, "PROPOSAL_DECIDED"),
        (PRINCIPAL, SOMEBODY, False, ProposalAction.CONFIRM, "ROLE_MAY_NOT"),
    ],
)
def test_a_proposal_of_a_role(actor, proposer, decided, action, reason):
    """Another person of the department confirms it, once."""
    facts = ProposalFacts(proposed_by_id=proposer, decided=decided, for_staff_id=SOMEBODY + 1)
    assert _reason(assignment_proposal_refusal(actor, action, Role.PRINCIPAL, OWN, facts)) == reason


@pytest.mark.parametrize("role", Role)
def test_a_guardians_link(role):
    """The managing school's leaders and clerk, and nobody elsewhere."""
    may = role in {Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK}
    assert _reason(link_refusal(_actor(role), OWN)) == (None if may else "ROLE_MAY_NOT")
    assert _reason(link_refusal(_actor(role), OTHER)) == "ROLE_MAY_NOT"
