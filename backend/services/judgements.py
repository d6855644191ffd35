"""What the policy has allowed, remembered by the facts it was asked about.

The policy is pure: for the same role, action and facts it says the same for ever. So what it allowed once need not be
asked again, and the facts it allowed can travel with an act: the database, which sees them under the record's lock, carries
out the course of those it finds and nothing for any other. What was refused is not remembered; that is told from the record.
"""

from collections.abc import Mapping

from backend.db.repositories.acts import Acted
from backend.domain.courses import Course, course_of
from backend.domain.lifecycle import Action
from backend.domain.policy import Actor, Role
from backend.services.acting import require

KEPT = 40
"""Facts of one role and action. They are few: states, windows, whose school it is."""

_Kind = tuple[Role, bool, Action]


class Judgements:
    """Courses of what was allowed."""

    def __init__(self) -> None:
        self._allowed: dict[_Kind, dict[str, Course]] = {}

    def known(self, actor: Actor, action: Action) -> Mapping[str, Course]:
        """What is known to be allowed to somebody like the actor, by facts."""
        return self._allowed.setdefault((actor.role, actor.may_sign_for_principal, action), {})

    def judge(self, actor: Actor, action: Action, seen: Acted) -> None:
        """Ask the policy about a record that was seen, and remember when it allows.

        Raises:
            NotFoundError, NotPermittedError: when it does not.
        """
        require(actor, action, seen.record)
        allowed = self._allowed.setdefault((actor.role, actor.may_sign_for_principal, action), {})
        if len(allowed) >= KEPT:
            allowed.clear()
        record = seen.record
        standing = record.standing
        allowed[seen.facts] = course_of(
            action,
            record.working.state,
            None if standing is None else standing.state,
            is_other=standing is not None and standing.id != record.working.id,
        )


judgements = Judgements()
"""Of this process."""
