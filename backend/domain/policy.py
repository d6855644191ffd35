"""Who may do what to which record, and the reason when they may not.

``refusal`` is pure: the API asks it before it acts and to fill ``viewerActions``; the row-level security of the
database says the same about visibility, and a test proves that both agree.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from backend.domain.lifecycle import STANDING, Action, State, allowed


class Role(StrEnum):
    """A role comes from an assignment in a unit, or from a verified link to a child, never from a login token."""

    HOMEROOM_TEACHER = "HOMEROOM_TEACHER"
    PRINCIPAL = "PRINCIPAL"
    DEPUTY_PRINCIPAL = "DEPUTY_PRINCIPAL"
    CLERK = "CLERK"
    DISTRICT_OFFICER = "DISTRICT_OFFICER"
    DEPARTMENT_OFFICER = "DEPARTMENT_OFFICER"
    GUARDIAN = "GUARDIAN"
    INTEGRATOR = "INTEGRATOR"
    PUBLIC = "PUBLIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a person in one of their assignments, a guardian, another institution's program, or the public.

    ``school_ids`` are the schools the assignment reaches (its own, or those of its district today);
    ``may_sign_for_principal`` is a deputy's delegation; ``book_ids`` are the books of a guardian's children, or
    those granted to a program.
    """

    role: Role
    staff_id: int | None = None
    assignment_id: int | None = None
    unit_id: int | None = None
    school_ids: frozenset[int] = field(default=frozenset())
    class_ids: frozenset[int] = field(default=frozenset())
    book_ids: frozenset[int] = field(default=frozenset())
    may_sign_for_principal: bool = False
    lookup_code: str | None = field(default=None, repr=False)
    client_key: int | None = None


PUBLIC = Actor(role=Role.PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """What the policy needs to know of a record and the revision acted on.

    ``window_open`` is false after the deadline of the record's window unless an exception reaches it;
    ``has_standing`` says that another revision of the record is accepted or locked; ``being_checked`` that the packet it
    was submitted in has not been checked yet; ``left_behind`` that the pupil left before the year was finished.
    """

    state: State
    school_id: int
    class_id: int
    managing_school_id: int
    book_id: int = 0
    lookup_code: str = field(default="", repr=False)
    window_open: bool = True
    has_standing: bool = False
    has_successor: bool = False
    record_locked: bool = False
    complete: bool = True
    being_checked: bool = False
    left_behind: bool = False


class Refusal(StrEnum):
    """Why not. ``SCOPE`` is answered like a record that does not exist."""

    SCOPE = "NOT_FOUND"
    ROLE = "ROLE_MAY_NOT"
    LOCKED = "RECORD_LOCKED"
    STATE = "STATE_FORBIDS"
    CHECKING = "BEING_CHECKED"
    LEFT = "PUPIL_LEFT"
    DEADLINE = "DEADLINE_PASSED"
    INCOMPLETE = "RECORD_INCOMPLETE"
    NO_STANDING = "NOTHING_STANDS"
    ALREADY_OPEN = "REPLACEMENT_OPEN"


Coverage = Callable[[Actor, RecordFacts], bool]


def own_class(actor: Actor, record: RecordFacts) -> bool:
    return record.class_id in actor.class_ids


def own_school(actor: Actor, record: RecordFacts) -> bool:
    return record.school_id in actor.school_ids


def own_and_here(actor: Actor, record: RecordFacts) -> bool:
    """A school writes its years as long as it manages the book; after a transfer it only reads them."""
    return own_school(actor, record) and record.managing_school_id in actor.school_ids


def own_class_and_here(actor: Actor, record: RecordFacts) -> bool:
    return own_class(actor, record) and record.managing_school_id == record.school_id


def managed_or_own(actor: Actor, record: RecordFacts) -> bool:
    return own_school(actor, record) or record.managing_school_id in actor.school_ids


def schools_of_unit(actor: Actor, record: RecordFacts) -> bool:
    return record.school_id in actor.school_ids


def province(_actor: Actor, _record: RecordFacts) -> bool:
    return True


def holds_code(actor: Actor, record: RecordFacts) -> bool:
    return bool(actor.lookup_code) and actor.lookup_code == record.lookup_code


def stands_for_own_child(actor: Actor, record: RecordFacts) -> bool:
    """A family sees what the school has reported and the department accepted, not what is being worked on."""
    stands = record.state in STANDING or record.has_standing or record.record_locked
    return stands and record.book_id in actor.book_ids


def opened_and_locked(actor: Actor, record: RecordFacts) -> bool:
    """What another institution's program may see: what is in effect, by code or by grant."""
    return record.state is State.LOCKED and (holds_code(actor, record) or record.book_id in actor.book_ids)


VISIBLE: dict[Role, Coverage] = {
    Role.HOMEROOM_TEACHER: own_class,
    Role.PRINCIPAL: managed_or_own,
    Role.DEPUTY_PRINCIPAL: managed_or_own,
    Role.CLERK: managed_or_own,
    Role.DISTRICT_OFFICER: schools_of_unit,
    Role.DEPARTMENT_OFFICER: province,
    Role.GUARDIAN: stands_for_own_child,
    Role.INTEGRATOR: opened_and_locked,
    Role.PUBLIC: holds_code,
}
"""Which records a role can see at all."""

GRANTS: dict[Role, dict[Action, Coverage]] = {
    Role.HOMEROOM_TEACHER: {Action.EDIT: own_class_and_here, Action.SIGN_AS_TEACHER: own_class_and_here},
    Role.PRINCIPAL: dict.fromkeys(
        (
            Action.SIGN_AS_PRINCIPAL,
            Action.ISSUE,
            Action.RETURN,
            Action.SUBMIT,
            Action.WITHDRAW,
            Action.REPLACE,
            Action.DISCARD,
        ),
        own_and_here,
    ),
    Role.DEPUTY_PRINCIPAL: dict.fromkeys((Action.SIGN_AS_PRINCIPAL, Action.RETURN), own_and_here),
    Role.CLERK: dict.fromkeys((Action.EDIT, Action.ISSUE, Action.SUBMIT), own_and_here),
    Role.DISTRICT_OFFICER: {},
    Role.DEPARTMENT_OFFICER: dict.fromkeys((Action.ACCEPT, Action.REJECT, Action.LOCK), province),
    Role.GUARDIAN: {},
    Role.INTEGRATOR: {},
    Role.PUBLIC: {},
}
"""What a role may do, beyond looking, and to which of the records it sees (plan, part IV; Điều lệ Art. 11–15)."""

MAY_READ_AUDIT = frozenset(
    {Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK, Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER}
)
"""Who may read what was done: a school's leaders and clerk there, a district below it, the department everywhere."""

MAY_IMPORT = frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK})
"""Who may bring the school's own files in."""


def managed(actor: Actor, record: RecordFacts) -> bool:
    return record.managing_school_id in actor.school_ids


SHARES: dict[Role, Coverage] = {
    **dict.fromkeys((Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK), managed),
    Role.GUARDIAN: stands_for_own_child,
}
"""Who may let others read a book, by a share code or a grant, and take it back."""

BEFORE_DEADLINE = frozenset({Action.SUBMIT, Action.WITHDRAW, Action.REPLACE})
NEEDS_COMPLETE = frozenset({Action.SIGN_AS_TEACHER})

BARS: tuple[tuple[Refusal, Callable[[Action, RecordFacts], bool]], ...] = (
    (Refusal.LOCKED, lambda _, record: record.record_locked),
    (Refusal.STATE, lambda action, record: action not in allowed(record.state)),
    (Refusal.LEFT, lambda _, record: record.left_behind),
    (Refusal.CHECKING, lambda action, record: action is Action.ACCEPT and record.being_checked),
    (Refusal.NO_STANDING, lambda action, record: action is Action.DISCARD and not record.has_standing),
    (Refusal.ALREADY_OPEN, lambda action, record: action is Action.REPLACE and record.has_successor),
    (Refusal.INCOMPLETE, lambda action, record: action in NEEDS_COMPLETE and not record.complete),
    (Refusal.DEADLINE, lambda action, record: action in BEFORE_DEADLINE and not record.window_open),
)
"""What bars a granted action, the weightiest first."""


def refusal(actor: Actor, action: Action, record: RecordFacts) -> Refusal | None:
    """Why the actor may not do this to the record now; None when they may."""
    if not VISIBLE[actor.role](actor, record):
        return Refusal.SCOPE
    if action is Action.VIEW:
        return None
    if not _granted(actor, action, record):
        return Refusal.ROLE
    return _state_refusal(action, record)


def _granted(actor: Actor, action: Action, record: RecordFacts) -> bool:
    covers = GRANTS[actor.role].get(action)
    if covers is None or not covers(actor, record):
        return False
    needs_delegation = actor.role is Role.DEPUTY_PRINCIPAL and action is Action.SIGN_AS_PRINCIPAL
    return actor.may_sign_for_principal or not needs_delegation


def _state_refusal(action: Action, record: RecordFacts) -> Refusal | None:
    return next((refusal for refusal, bars in BARS if bars(action, record)), None)


def viewer_actions(actor: Actor, record: RecordFacts) -> list[Action]:
    """Everything the actor may do to the record now, in the order of ``Action``."""
    return [action for action in Action if refusal(actor, action, record) is None]
