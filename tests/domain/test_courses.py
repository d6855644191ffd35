"""What each act does to a record, state by state; the policy has said before whether it may be done."""

import pytest

from backend.domain.courses import Course, acts_on_standing, course_of
from backend.domain.lifecycle import NEXT, OPENS_SUCCESSOR, Action, State
from backend.domain.submission import Verdict


def _plain(becomes: State, **more: object) -> Course:
    given = {
        "on_standing": False,
        "becomes": becomes,
        "opens": True,
        "goes_back": False,
        "keeps_standing": True,
        "verdict": None,
    }
    return Course(**{**given, **more})


@pytest.mark.parametrize(
    ("action", "working", "standing", "is_other", "course"),
    [
        (Action.RETURN, State.ISSUED, None, False, _plain(State.RETURNED)),
        (Action.RETURN, State.TEACHER_SIGNED, State.ACCEPTED, True, _plain(State.RETURNED)),
        (Action.REJECT, State.SUBMITTED, None, False, _plain(State.REJECTED, verdict=Verdict.REJECTED)),
        (
            Action.WITHDRAW,
            State.ACCEPTED,
            State.ACCEPTED,
            False,
            _plain(State.WITHDRAWN, keeps_standing=False, verdict=Verdict.WITHDRAWN),
        ),
        (
            Action.WITHDRAW,
            State.DRAFT,
            State.ACCEPTED,
            True,
            _plain(
                State.WITHDRAWN,
                on_standing=True,
                opens=False,
                keeps_standing=False,
                verdict=Verdict.WITHDRAWN,
            ),
        ),
        (
            Action.WITHDRAW,
            State.SUBMITTED,
            State.ACCEPTED,
            True,
            _plain(State.WITHDRAWN, verdict=Verdict.WITHDRAWN),
        ),
        (Action.REPLACE, State.ACCEPTED, State.ACCEPTED, False, _plain(State.ACCEPTED)),
        (
            Action.DISCARD,
            State.ISSUED,
            State.ACCEPTED,
            True,
            _plain(State.WITHDRAWN, opens=False, goes_back=True),
        ),
    ],
)
def test_what_is_done(
    action: Action, working: State, standing: State | None, is_other: bool, course: Course
) -> None:
    """Each kind of act: which revision ends and how, whether a draft follows, what goes on standing."""
    assert course_of(action, working, standing, is_other=is_other) == course


@pytest.mark.parametrize("action", sorted(OPENS_SUCCESSOR))
def test_a_successor_follows_what_was_worked_on(action: Action) -> None:
    """In every state that allows it the school goes on with a new draft, and the lifecycle names the end."""
    for (state, known), after in NEXT.items():
        if known is action:
            standing = state if state is State.ACCEPTED else None
            course = course_of(action, state, standing, is_other=False)
            assert (course.becomes, course.opens, course.on_standing) == (after, True, False)


def test_what_is_worked_on_comes_first() -> None:
    """An act means the standing revision only where the working one does not allow it and another stands."""
    assert acts_on_standing(Action.WITHDRAW, State.DRAFT, State.ACCEPTED)
    assert not acts_on_standing(Action.WITHDRAW, State.SUBMITTED, State.ACCEPTED)
    assert not acts_on_standing(Action.WITHDRAW, State.DRAFT, None)
