"""What an act on one record does, as a value: which revision ends in which state, what is worked on and what stands.

``course_of`` is pure and knows nothing of who acts: the policy says whether, this says what. The database carries a course
out in one statement, and only while the facts are still those that were judged.
"""

from dataclasses import dataclass

from backend.domain.lifecycle import NEXT, Action, State, allowed
from backend.domain.submission import Verdict

VERDICT_OF = {Action.REJECT: Verdict.REJECTED, Action.WITHDRAW: Verdict.WITHDRAWN}
"""What an act says of a revision that is in a packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What is done to a record.

    ``on_standing``: to its standing revision, which is not the one being worked on. ``opens``: a new draft with the
    same content is worked on next; ``goes_back``: what stands is. ``keeps_standing``: what stands stays so.
    """

    on_standing: bool
    becomes: State
    opens: bool
    goes_back: bool
    keeps_standing: bool
    verdict: Verdict | None


def acts_on_standing(action: Action, working: State, standing: State | None) -> bool:
    """Whether an action is meant for the standing revision: when the working one's state does not allow it.

    ``standing`` is None when nothing stands beside what is worked on. A withdrawal of a record whose replacement is a
    draft takes back what stands.
    """
    return action not in allowed(working) and standing is not None and action in allowed(standing)


def course_of(action: Action, working: State, standing: State | None, *, is_other: bool) -> Course:
    """The course of a permitted action on a record; ``is_other`` says that what stands is another revision.

    Raises:
        KeyError: when the lifecycle does not know the action in this state.
    """
    on_standing = acts_on_standing(action, working, standing if is_other else None)
    before = standing if on_standing and standing is not None else working
    becomes = NEXT[before, action]
    stands = on_standing or (standing is not None and not is_other)
    goes_back = action is Action.DISCARD
    return Course(
        on_standing=on_standing,
        becomes=becomes,
        opens=not on_standing and not goes_back,
        goes_back=goes_back,
        keeps_standing=not stands or becomes is State.ACCEPTED,
        verdict=VERDICT_OF.get(action),
    )
