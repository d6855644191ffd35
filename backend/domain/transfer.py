"""The hand-over of a book from the school that manages it to another one (TT28/2020 Art. 36).

A parent asks, the receiving school asks for the book, the managing school releases it, the receiving school accepts.
``TRANSITIONS`` is the whole truth: the database's guard is filled from it.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import BookBusyError, DomainError, NotPermittedError
from backend.domain.lifecycle import State
from backend.domain.policy import Actor, Refusal, Role


class TransferState(StrEnum):
    """Where a transfer stands; the last three are its ends."""

    REQUESTED = "REQUESTED"
    ASKED = "ASKED"
    RELEASED = "RELEASED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"


class TransferAction(StrEnum):
    """What can be done to a transfer that is under way."""

    ASK = "ASK"
    RELEASE = "RELEASE"
    ACCEPT = "ACCEPT"
    REFUSE = "REFUSE"
    CANCEL = "CANCEL"


class Side(StrEnum):
    """Who acts: the family, the school that has the book, the school that is to have it."""

    FAMILY = "FAMILY"
    RELEASING = "RELEASING"
    RECEIVING = "RECEIVING"


class OpenWork(StrEnum):
    """What the managing school has not finished; ``BLOCKS`` names what must be first."""

    YEAR_OPEN = "YEAR_OPEN"
    YEAR_UNSIGNED = "YEAR_UNSIGNED"
    YEAR_UNSUBMITTED = "YEAR_UNSUBMITTED"
    YEAR_UNLOCKED = "YEAR_UNLOCKED"
    CEREMONY_UNDER_WAY = "CEREMONY_UNDER_WAY"
    SUBMISSION_UNDER_WAY = "SUBMISSION_UNDER_WAY"


BLOCKS = frozenset({OpenWork.CEREMONY_UNDER_WAY, OpenWork.SUBMISSION_UNDER_WAY})
"""A signature or a verdict that is on its way would meet a record that has changed hands."""

OPEN_WORK_OF: dict[State, OpenWork] = {
    State.DRAFT: OpenWork.YEAR_OPEN,
    State.TEACHER_SIGNED: OpenWork.YEAR_UNSIGNED,
    State.PRINCIPAL_SIGNED: OpenWork.YEAR_UNSIGNED,
    State.ISSUED: OpenWork.YEAR_UNSUBMITTED,
    State.SUBMITTED: OpenWork.SUBMISSION_UNDER_WAY,
    State.ACCEPTED: OpenWork.YEAR_UNLOCKED,
}
"""What a year's working revision says by its state; a year without a standing revision stays behind as a snapshot."""

_S, _A = TransferState, TransferAction
OPEN = (_S.REQUESTED, _S.ASKED, _S.RELEASED)
"""A book has at most one transfer in these."""

TRANSITIONS: dict[tuple[TransferState, TransferAction], tuple[TransferState, frozenset[Side]]] = {
    (_S.REQUESTED, _A.ASK): (_S.ASKED, frozenset({Side.RECEIVING})),
    (_S.ASKED, _A.RELEASE): (_S.RELEASED, frozenset({Side.RELEASING})),
    (_S.RELEASED, _A.ACCEPT): (_S.ACCEPTED, frozenset({Side.RECEIVING})),
    (_S.REQUESTED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RECEIVING})),
    (_S.ASKED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RELEASING})),
    (_S.RELEASED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RECEIVING})),
    (_S.REQUESTED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.FAMILY})),
    (_S.ASKED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.FAMILY, Side.RECEIVING})),
    (_S.RELEASED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.RECEIVING, Side.RELEASING})),
}
"""The whole life of a transfer, and which side carries it on."""

GRANTS: dict[Role, frozenset[TransferAction]] = {
    Role.PRINCIPAL: frozenset(_A),
    Role.GUARDIAN: frozenset({_A.CANCEL}),
}
"""The head answers for a school's books (Điều lệ Art. 11); a family may take its request back."""

REQUESTS = frozenset({Role.GUARDIAN})
ASKS = frozenset({Role.PRINCIPAL})
SEES_TRANSFERS = frozenset(Role) - {Role.PUBLIC, Role.INTEGRATOR, Role.HOMEROOM_TEACHER}
NEEDS_REASON = frozenset({_A.REFUSE, _A.CANCEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """What the rules need to know of a transfer; ``open_work`` only counts before the hand-over."""

    state: TransferState
    book_id: int
    from_school_id: int
    to_school_id: int
    open_work: tuple[OpenWork, ...] = ()


def sides(actor: Actor, facts: TransferFacts) -> frozenset[Side]:
    """On which side of a transfer the actor stands; none for who only looks."""
    if actor.role is Role.GUARDIAN:
        return frozenset({Side.FAMILY}) if facts.book_id in actor.book_ids else frozenset()
    if actor.role not in GRANTS:
        return frozenset()
    places = ((facts.from_school_id, Side.RELEASING), (facts.to_school_id, Side.RECEIVING))
    return frozenset(side for school_id, side in places if school_id in actor.school_ids)


def transfer_refusal(actor: Actor, action: TransferAction, facts: TransferFacts) -> DomainError | None:
    """Why the actor may not do this to a transfer that they see; None when they may."""
    own = sides(actor, facts)
    if action not in GRANTS.get(actor.role, ()) or not own & _sides_of(action):
        return NotPermittedError(Refusal.ROLE)
    step = TRANSITIONS.get((facts.state, action))
    if step is None or not own & step[1]:
        return NotPermittedError(Refusal.STATE)
    bars = BLOCKS.intersection(facts.open_work)
    if bars and action in {_A.RELEASE, _A.ACCEPT}:
        return BookBusyError(work=", ".join(sorted(bars)))
    return None


def _sides_of(action: TransferAction) -> frozenset[Side]:
    return frozenset(side for (_, of), (_, may) in TRANSITIONS.items() if of is action for side in may)
