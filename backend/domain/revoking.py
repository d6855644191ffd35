"""Who may take back what lets others in: share codes, grants, programs, sessions.

The API asks the same functions before it acts and to fill ``viewerActions`` and ``viewerRefusals``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import DomainError, NotPermittedError
from backend.domain.policy import Actor, Refusal, Role


class Revocation(StrEnum):
    """What can be done to what lets somebody in."""

    REVOKE = "REVOKE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFacts:
    """A share code or a grant: of which book, who manages that, and whether it has ended or was taken back."""

    book_id: int
    managing_school_id: int | None
    over: bool


def _managed(actor: Actor, shared: SharedFacts) -> bool:
    return shared.managing_school_id in actor.school_ids


def _own_child(actor: Actor, shared: SharedFacts) -> bool:
    return shared.book_id in actor.book_ids


REVOKES: dict[Role, Callable[[Actor, SharedFacts], bool]] = {
    **dict.fromkeys((Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK), _managed),
    Role.GUARDIAN: _own_child,
}
"""Who ends the sharing of which book: whoever may share it (``policy.SHARES``), also what the other side shared."""


def shared_refusal(actor: Actor, shared: SharedFacts) -> DomainError | None:
    """Why the actor may not take a share code or a grant back that they see."""
    covers = REVOKES.get(actor.role)
    if covers is None or not covers(actor, shared):
        return NotPermittedError(Refusal.ROLE)
    return NotPermittedError(Refusal.STATE) if shared.over else None


def program_refusal(actor: Actor, *, revoked: bool) -> DomainError | None:
    """Why the actor may not end a program; one that has run out can still be ended, for good."""
    if actor.role is not Role.DEPARTMENT_OFFICER:
        return NotPermittedError(Refusal.ROLE)
    return NotPermittedError(Refusal.STATE) if revoked else None


def session_refusal(*, own: bool) -> DomainError | None:
    """A person ends their own sessions, and nobody another's."""
    return None if own else NotPermittedError(Refusal.SCOPE)
