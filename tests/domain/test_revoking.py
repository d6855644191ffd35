"""Who takes back what lets others in: by role, by whose book it is, and only what still holds."""

import pytest

from backend.domain.policy import SHARES, Actor, Role
from backend.domain.revoking import REVOKES, SharedFacts, program_refusal, session_refusal, shared_refusal

OWN, OTHER, BOOK, ELSES = 7, 8, 70, 80


def _actor(role: Role) -> Actor:
    is_guardian = role is Role.GUARDIAN
    return Actor(
        role=role,
        school_ids=frozenset() if is_guardian else frozenset({OWN}),
        book_ids=frozenset({BOOK}) if is_guardian else frozenset(),
    )


def _reason(refusal) -> str | None:
    return None if refusal is None else refusal.reason


@pytest.mark.parametrize("role", Role)
def test_who_may_share_a_book_ends_its_sharing(role):
    """The managing school and the family; what has ended is refused by state, another's book by role."""
    may = role in SHARES
    for school, book, over, reason in (
        (OWN, BOOK, False, None),
        (OWN, BOOK, True, "STATE_FORBIDS"),
        (OTHER, ELSES, False, "ROLE_MAY_NOT"),
        (None, ELSES, False, "ROLE_MAY_NOT"),
    ):
        facts = SharedFacts(book_id=book, managing_school_id=school, over=over)
        assert _reason(shared_refusal(_actor(role), facts)) == (reason if may else "ROLE_MAY_NOT")
    assert set(REVOKES) == set(SHARES)


@pytest.mark.parametrize("role", Role)
def test_the_department_alone_ends_a_program(role):
    """Once."""
    may = role is Role.DEPARTMENT_OFFICER
    for revoked, reason in ((False, None), (True, "STATE_FORBIDS")):
        refusal = program_refusal(_actor(role), revoked=revoked)
        assert _reason(refusal) == (reason if may else "ROLE_MAY_NOT")


def test_a_session_is_ended_by_its_person():
    """Another's is answered like one that is not there."""
    assert session_refusal(own=True) is None
    assert _reason(session_refusal(own=False)) == "NOT_FOUND"
