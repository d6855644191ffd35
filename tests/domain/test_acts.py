"""Who may do what to a ceremony, a packet and a lock period: every role, every situation."""

import pytest

from backend.domain.acts import (
    CeremonyAction,
    CeremonyFacts,
    LockPeriodAction,
    LockPeriodFacts,
    ProposalAction,
    ProposalFacts,
    SubmissionAction,
    SubmissionFacts,
    ceremony_refusal,
    lock_period_refusal,
    proposal_refusal,
    submission_refusal,
)
from backend.domain.policy import Role
from tests.domain.policy_matrix import actors

SIGNER = 1
"""The staff id of everybody in ``actors``, but of the public and of guardians."""


def _reason(refusal) -> str | None:
    return None if refusal is None else refusal.reason


@pytest.mark.parametrize(
    ("action", "signer", "waiting", "failed", "reason"),
    [
        (CeremonyAction.CANCEL, SIGNER, 1, 0, None),
        (CeremonyAction.CANCEL, SIGNER, 0, 1, "STATE_FORBIDS"),
        (CeremonyAction.RETRY, SIGNER, 0, 1, None),
        (CeremonyAction.RETRY, SIGNER, 1, 0, "STATE_FORBIDS"),
        (CeremonyAction.CANCEL, 2, 1, 1, "ROLE_MAY_NOT"),
        (CeremonyAction.RETRY, 2, 1, 1, "ROLE_MAY_NOT"),
    ],
)
def test_only_the_signer_acts_on_a_ceremony(action, signer, waiting, failed, reason):
    """And only while something waits, or failed."""
    ceremony = CeremonyFacts(signer_id=signer, waiting=waiting, failed=failed)
    assert _reason(ceremony_refusal(actors()["HOMEROOM_TEACHER"], action, ceremony)) == reason


def test_nobody_without_a_post_acts_on_a_ceremony():
    """A guardian and the public have no staff id that could be the signer's."""
    ceremony = CeremonyFacts(signer_id=SIGNER, waiting=1, failed=1)
    for name, actor in actors().items():
        if actor.staff_id is None:
            assert _reason(ceremony_refusal(actor, CeremonyAction.CANCEL, ceremony)) == "ROLE_MAY_NOT", name


@pytest.mark.parametrize("name", actors())
def test_the_department_alone_accepts_and_locks(name):
    """Everybody else is refused by role, whatever the state; the department by what is left to do."""
    actor = actors()[name]
    is_department = actor.role is Role.DEPARTMENT_OFFICER
    for pending, reason in ((1, None), (0, "STATE_FORBIDS")):
        packet = SubmissionFacts(pending=pending)
        expected = reason if is_department else "ROLE_MAY_NOT"
        assert _reason(submission_refusal(actor, SubmissionAction.ACCEPT, packet)) == expected
        unchecked = SubmissionFacts(pending=pending, being_checked=True)
        expected = (reason or "BEING_CHECKED") if is_department else "ROLE_MAY_NOT"
        assert _reason(submission_refusal(actor, SubmissionAction.ACCEPT, unchecked)) == expected
    for sealed, due, schedule, seal in (
        (False, False, None, "LOCK_PERIOD_NOT_DUE"),
        (False, True, None, None),
        (True, True, "LOCK_PERIOD_SEALED", "LOCK_PERIOD_SEALED"),
    ):
        period = LockPeriodFacts(sealed=sealed, due=due)
        before = (LockPeriodAction.SCHEDULE, LockPeriodAction.EXCEPT, LockPeriodAction.REHEARSE)
        for action, reason in (*((action, schedule) for action in before), (LockPeriodAction.SEAL, seal)):
            expected = reason if is_department else "ROLE_MAY_NOT"
            assert _reason(lock_period_refusal(actor, action, period)) == expected


@pytest.mark.parametrize(
    ("action", "proposed_by", "for_whom", "decided", "reason"),
    [
        (ProposalAction.CONFIRM, 2, None, False, None),
        (ProposalAction.CONFIRM, SIGNER, None, False, "OWN_MATTER"),
        (ProposalAction.CONFIRM, 2, SIGNER, False, "OWN_MATTER"),
        (ProposalAction.REJECT, SIGNER, None, False, None),
        (ProposalAction.CONFIRM, 2, None, True, "PROPOSAL_DECIDED"),
        (ProposalAction.REJECT, 2, None, True, "PROPOSAL_DECIDED"),
    ],
)
def test_what_takes_two_people_takes_two(action, proposed_by, for_whom, decided, reason):
    """Nobody confirms their own proposal or one for themselves, and nothing is decided twice; others have no part."""
    proposal = ProposalFacts(proposed_by_id=proposed_by, decided=decided, for_staff_id=for_whom)
    for actor in actors().values():
        expected = reason if actor.role is Role.DEPARTMENT_OFFICER else "ROLE_MAY_NOT"
        assert _reason(proposal_refusal(actor, action, proposal)) == expected
