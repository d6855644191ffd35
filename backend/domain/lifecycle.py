"""The life of a revision: one table that everything else is made from.

``NEXT`` is the whole truth: the database constraint, ``viewerActions`` and the drawn diagram
(``python -m backend.domain.lifecycle``) come from it. The order of signatures is the plan's
(teacher, head, school); withdrawal and replacement end at the lock (plan, part III).
"""

from enum import StrEnum


class State(StrEnum):
    """Where a revision stands."""

    DRAFT = "DRAFT"
    TEACHER_SIGNED = "TEACHER_SIGNED"
    PRINCIPAL_SIGNED = "PRINCIPAL_SIGNED"
    ISSUED = "ISSUED"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    LOCKED = "LOCKED"
    RETURNED = "RETURNED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"


class Action(StrEnum):
    """What can be done to a record; the last two happen by themselves."""

    VIEW = "VIEW"
    EDIT = "EDIT"
    SIGN_AS_TEACHER = "SIGN_AS_TEACHER"
    SIGN_AS_PRINCIPAL = "SIGN_AS_PRINCIPAL"
    ISSUE = "ISSUE"
    RETURN = "RETURN"
    SUBMIT = "SUBMIT"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    REPLACE = "REPLACE"
    DISCARD = "DISCARD"
    LOCK = "LOCK"
    SUPERSEDE = "SUPERSEDE"


NEXT: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.EDIT): State.DRAFT,
    (State.DRAFT, Action.SIGN_AS_TEACHER): State.TEACHER_SIGNED,
    (State.DRAFT, Action.DISCARD): State.WITHDRAWN,
    (State.TEACHER_SIGNED, Action.SIGN_AS_PRINCIPAL): State.PRINCIPAL_SIGNED,
    (State.TEACHER_SIGNED, Action.RETURN): State.RETURNED,
    (State.TEACHER_SIGNED, Action.DISCARD): State.WITHDRAWN,
    (State.PRINCIPAL_SIGNED, Action.ISSUE): State.ISSUED,
    (State.PRINCIPAL_SIGNED, Action.RETURN): State.RETURNED,
    (State.PRINCIPAL_SIGNED, Action.DISCARD): State.WITHDRAWN,
    (State.ISSUED, Action.SUBMIT): State.SUBMITTED,
    (State.ISSUED, Action.RETURN): State.RETURNED,
    (State.ISSUED, Action.DISCARD): State.WITHDRAWN,
    (State.SUBMITTED, Action.ACCEPT): State.ACCEPTED,
    (State.SUBMITTED, Action.REJECT): State.REJECTED,
    (State.SUBMITTED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Action.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Action.REPLACE): State.ACCEPTED,
    (State.ACCEPTED, Action.SUPERSEDE): State.SUPERSEDED,
    (State.ACCEPTED, Action.LOCK): State.LOCKED,
}

OPENS_SUCCESSOR = frozenset({Action.RETURN, Action.REJECT, Action.WITHDRAW, Action.REPLACE})
"""Actions after which the school works on a new draft that begins with the same content.

Signatures stay with the revision they were made on and never move to the new one.
"""

NEEDS_REASON = frozenset({Action.RETURN, Action.REJECT, Action.WITHDRAW, Action.REPLACE, Action.DISCARD})


class Performer(StrEnum):
    """On whose side an action happens; the database lets each side make only its own changes of state."""

    SCHOOL = "SCHOOL"
    WORKER = "WORKER"
    DEPARTMENT = "DEPARTMENT"


PERFORMED_BY: dict[Action, frozenset[Performer]] = {
    Action.EDIT: frozenset({Performer.SCHOOL}),
    Action.SIGN_AS_TEACHER: frozenset({Performer.WORKER}),
    Action.SIGN_AS_PRINCIPAL: frozenset({Performer.WORKER}),
    Action.ISSUE: frozenset({Performer.WORKER}),
    Action.RETURN: frozenset({Performer.SCHOOL}),
    Action.SUBMIT: frozenset({Performer.SCHOOL}),
    Action.ACCEPT: frozenset({Performer.DEPARTMENT}),
    Action.REJECT: frozenset({Performer.DEPARTMENT}),
    Action.WITHDRAW: frozenset({Performer.SCHOOL}),
    Action.REPLACE: frozenset({Performer.SCHOOL}),
    Action.DISCARD: frozenset({Performer.SCHOOL, Performer.DEPARTMENT}),
    Action.LOCK: frozenset({Performer.DEPARTMENT}),
    Action.SUPERSEDE: frozenset({Performer.DEPARTMENT}),
}
"""A signature is asked for by a person and made by the worker; a lock ends the replacements still open."""

SIGNED = frozenset(State) - {State.DRAFT}
"""States in which the content can no longer change."""

WORKING = frozenset(
    {State.DRAFT, State.TEACHER_SIGNED, State.PRINCIPAL_SIGNED, State.ISSUED, State.SUBMITTED}
)
STANDING = frozenset({State.ACCEPTED, State.LOCKED})
PREVIEWED = WORKING | {State.ACCEPTED}
"""States before the lock in which an unsigned, marked copy may be drawn; later the signed file says everything."""
FINAL = frozenset(State) - {state for state, _ in NEXT}


def next_state(state: State, action: Action) -> State | None:
    """The state an action leads to, or None when the state does not allow it."""
    return NEXT.get((state, action))


def allowed(state: State) -> frozenset[Action]:
    """Every action a state allows; looking is always allowed."""
    return frozenset(action for start, action in NEXT if start is state) | {Action.VIEW}


def transitions() -> frozenset[tuple[State, State, Performer]]:
    """Every change of state the database may see, and on whose side."""
    return frozenset(
        (start, end, performer)
        for (start, action), end in NEXT.items()
        if start is not end
        for performer in PERFORMED_BY[action]
    )


def diagram() -> str:
    """The lifecycle as a Mermaid state diagram."""
    lines = [f"    {start} --> {end}: {action}" for (start, action), end in NEXT.items() if start is not end]
    ends = [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(["stateDiagram-v2", "    [*] --> DRAFT", *lines, *ends])


if __name__ == "__main__":
    print(diagram())  # noqa: T201 - the diagram is this command's output
