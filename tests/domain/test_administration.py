"""Who may hand out what: the table of rights, its reach, and what it can never give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.administration import (
    PARENT_OF,
    RIGHTS,
    TWO_PEOPLE,
    UNIT_OF,
    assign_refusal,
    fits,
    rights_of,
)
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Refusal, Role

OWN, OTHER = 7, 8


def actor(role: Role) -> Actor:
    return Actor(role=role, staff_id=1, unit_id=OWN, school_ids=frozenset({OWN}))


TABLE = {
    Role.PRINCIPAL: {Role.HOMEROOM_TEACHER, Role.DEPUTY_PRINCIPAL, Role.CLERK},
    Role.DEPARTMENT_OFFICER: {
        Role.PRINCIPAL,
        Role.DEPUTY_PRINCIPAL,
        Role.CLERK,
        Role.HOMEROOM_TEACHER,
        Role.DISTRICT_OFFICER,
        Role.DEPARTMENT_OFFICER,
    },
}


@pytest.mark.parametrize("role", Role)
def test_the_table_of_roles(role):
    """A principal hands out the school's roles, the department every role of a unit, nobody else any."""
    handed_out = {wanted for wanted in Role if assign_refusal(actor(role), wanted, OWN) is None}
    assert handed_out == TABLE.get(role, set())


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_a_principal_reaches_their_own_school_only(role, wanted):
    """Elsewhere the answer is that of a unit that is not there; only the department reaches further."""
    here, there = (assign_refusal(actor(role), wanted, unit) for unit in (OWN, OTHER))
    if here is None and role is Role.PRINCIPAL:
        assert there is Refusal.SCOPE
    else:
        assert there is here


def test_what_only_one_role_does():
    """Units are the department's, delegation the principal's, links the school office's."""
    assert [role for role in Role if rights_of(actor(role)).units] == [Role.DEPARTMENT_OFFICER]
    assert [role for role in Role if rights_of(actor(role)).delegates] == [Role.PRINCIPAL]
    assert {role for role in Role if rights_of(actor(role)).guardians} == {
        Role.PRINCIPAL,
        Role.DEPUTY_PRINCIPAL,
        Role.CLERK,
    }


def test_the_weightier_roles_take_two_people():
    """Principals and the department; both can be handed out, by somebody who can also confirm."""
    assert {Role.PRINCIPAL, Role.DEPARTMENT_OFFICER} == TWO_PEOPLE
    assert {role for role in RIGHTS if TWO_PEOPLE & set(RIGHTS[role].assigns)} == {Role.DEPARTMENT_OFFICER}


def test_every_role_that_is_handed_out_has_a_kind_of_unit():
    """A role without one could be handed out nowhere."""
    handed_out = {role for rights in RIGHTS.values() for role in rights.assigns}
    assert handed_out == set(UNIT_OF)
    assert set(PARENT_OF) == set(UnitKind) - {UnitKind.DEPARTMENT}


@given(st.sampled_from(Role), st.sampled_from(UnitKind), st.booleans())
def test_a_role_fits_its_kind_of_unit(role, kind, has_class):
    """And a class belongs to homeroom teachers alone."""
    expected = kind in UNIT_OF.get(role, ()) and has_class == (role is Role.HOMEROOM_TEACHER)
    assert fits(role, kind, has_class=has_class) is expected
