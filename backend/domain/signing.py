"""Who signs a record, in which order, and what each signature does to its state (plan, part II; domain §3.4)."""

from enum import StrEnum

from backend.domain.lifecycle import Action, State
from backend.domain.organisation import KeyCustody


class SignatureRole(StrEnum):
    """The four signatures of a complete record, in the order in which they are made."""

    HOMEROOM_TEACHER = "HOMEROOM_TEACHER"
    PRINCIPAL = "PRINCIPAL"
    SCHOOL_SEAL = "SCHOOL_SEAL"
    LOCK_SEAL = "LOCK_SEAL"


SIGNING_ACTION: dict[SignatureRole, Action] = {
    SignatureRole.HOMEROOM_TEACHER: Action.SIGN_AS_TEACHER,
    SignatureRole.PRINCIPAL: Action.SIGN_AS_PRINCIPAL,
    SignatureRole.SCHOOL_SEAL: Action.ISSUE,
}
"""What a person does by each signature; the lock seal is not a person's act but follows the lock."""

SIGNED_FROM: dict[SignatureRole, State] = {
    SignatureRole.HOMEROOM_TEACHER: State.DRAFT,
    SignatureRole.PRINCIPAL: State.TEACHER_SIGNED,
    SignatureRole.SCHOOL_SEAL: State.PRINCIPAL_SIGNED,
    SignatureRole.LOCK_SEAL: State.LOCKED,
}
"""The state in which a revision waits for each signature."""


class ItemState(StrEnum):
    """Where one record stands within a signing ceremony."""

    QUEUED = "QUEUED"
    SIGNING = "SIGNING"
    AWAITING_KEY = "AWAITING_KEY"
    SIGNED = "SIGNED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


OPEN_ITEMS = frozenset({ItemState.QUEUED, ItemState.SIGNING, ItemState.AWAITING_KEY})
ASKED_KEYS = frozenset({KeyCustody.CSC, KeyCustody.AGENT})
"""Custodies where somebody is asked: files are prepared first, and one confirmation covers many of them."""
