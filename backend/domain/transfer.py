"""The hand-over of a book from the school that manages it to another one (TT28/2020 Art. 36).

A parent asks, the receiving school asks for the book, the managing school releases it, the receiving school accepts.
``TRANSITIONS`` and ``SEALED`` are the whole truth: the database's guard is filled from them. What a head has done goes on
when the school's seal is on the hand-over document, which the worker puts there; until then the transfer is sealing.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import (
    BookBusyError,
    DomainError,
    NotPermittedError,
)
from backend.domain.lifecycle import State
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.transfer_errors import HandOverOutdatedError


class TransferState(StrEnum):
    """Where a transfer stands; the last three are its ends. ``RELEASING`` and ``ACCEPTING`` wait for a seal."""

    REQUESTED = "REQUESTED"
    ASKED = "ASKED"
    RELEASING = "RELEASING"
    RELEASED = "RELEASED"
    ACCEPTING = "ACCEPTING"
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
    """Who acts: the family, the school that has the book, the one that is to have it; the worker; a reorganisation."""

    FAMILY = "FAMILY"
    RELEASING = "RELEASING"
    RECEIVING = "RECEIVING"
    WORKER = "WORKER"
    SUCCESSION = "SUCCESSION"


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
OPEN = (_S.REQUESTED, _S.ASKED, _S.RELEASING, _S.RELEASED, _S.ACCEPTING)
"""A book has at most one transfer in these."""
SEALING = (_S.RELEASING, _S.ACCEPTING)
"""In these the worker's turn is next."""
HOLDS_STANDING = (_S.RELEASED, _S.ACCEPTING)
"""In these the sealed document says what the book holds, so that a later change makes it outdated."""

TRANSITIONS: dict[tuple[TransferState, TransferAction], tuple[TransferState, frozenset[Side]]] = {
    (_S.REQUESTED, _A.ASK): (_S.ASKED, frozenset({Side.RECEIVING})),
    (_S.ASKED, _A.RELEASE): (_S.RELEASING, frozenset({Side.RELEASING})),
    (_S.RELEASED, _A.RELEASE): (_S.RELEASING, frozenset({Side.RELEASING})),
    (_S.RELEASED, _A.ACCEPT): (_S.ACCEPTING, frozenset({Side.RECEIVING})),
    (_S.REQUESTED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RECEIVING})),
    (_S.ASKED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RELEASING})),
    (_S.RELEASED, _A.REFUSE): (_S.REFUSED, frozenset({Side.RECEIVING})),
    (_S.REQUESTED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.FAMILY})),
    (_S.ASKED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.FAMILY, Side.RECEIVING})),
    (_S.RELEASING, _A.CANCEL): (_S.CANCELLED, frozenset({Side.RECEIVING, Side.RELEASING})),
    (_S.RELEASED, _A.CANCEL): (_S.CANCELLED, frozenset({Side.RECEIVING, Side.RELEASING})),
    (_S.ACCEPTING, _A.CANCEL): (_S.CANCELLED, frozenset({Side.RECEIVING})),
}
"""What people do to a transfer, and which side may."""

SEALED: tuple[tuple[TransferState, TransferState], ...] = (
    (_S.RELEASING, _S.RELEASED),
    (_S.ACCEPTING, _S.ACCEPTED),
    # the old school has changed the book since it sealed its release: it releases anew
    (_S.ACCEPTING, _S.ASKED),
)
"""What follows when the worker has sealed, or cannot."""

SUCCEEDED: tuple[tuple[TransferState, TransferState], ...] = (
    (_S.RELEASING, _S.ASKED),
    (_S.RELEASED, _S.ASKED),
    (_S.ACCEPTING, _S.ASKED),
)
"""What follows when one of the schools has ended: its successor's seal is another, so the book is released anew."""


def life() -> list[tuple[TransferState, TransferState, Side]]:
    """Every change of state and whose it is, as the database keeps them."""
    people = {(before, after, side) for (before, _), (after, may) in TRANSITIONS.items() for side in may}
    sealed = {(before, after, Side.WORKER) for before, after in SEALED}
    return sorted(people | sealed | {(before, after, Side.SUCCESSION) for before, after in SUCCEEDED})


GRANTS: dict[Role, frozenset[TransferAction]] = {
    Role.PRINCIPAL: frozenset(_A),
    Role.GUARDIAN: frozenset({_A.CANCEL}),
}
"""The head answers for a school's books (Điều lệ Art. 11); a family may take its request back."""

REQUESTS = frozenset({Role.GUARDIAN})
ASKS = frozenset({Role.PRINCIPAL})
SEES_TRANSFERS = frozenset(Role) - {Role.PUBLIC, Role.INTEGRATOR, Role.HOMEROOM_TEACHER}
READS_HAND_OVER = SEES_TRANSFERS - {Role.DISTRICT_OFFICER, Role.GUARDIAN}
"""Who may fetch the document that both schools sealed: it names every year of the book with its digests."""
NEEDS_REASON = frozenset({_A.REFUSE, _A.CANCEL})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """What the rules need to know of a transfer; ``open_work`` only counts before the hand-over.

    ``outdated`` says that the book's years are no longer those of the sealed release.
    """

    state: TransferState
    book_id: int
    from_school_id: int
    to_school_id: int
    open_work: tuple[OpenWork, ...] = ()
    outdated: bool = False


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
    return _of_state(action, facts)


def _of_state(action: TransferAction, facts: TransferFacts) -> DomainError | None:
    """A release is sealed anew only when the book has changed since, and accepted only when it has not."""
    if action is _A.ACCEPT and facts.outdated:
        return HandOverOutdatedError()
    if action is _A.RELEASE and facts.state is _S.RELEASED and not facts.outdated:
        return NotPermittedError(Refusal.STATE)
    return None


def _sides_of(action: TransferAction) -> frozenset[Side]:
    return frozenset(side for (_, of), (_, may) in TRANSITIONS.items() if of is action for side in may)
