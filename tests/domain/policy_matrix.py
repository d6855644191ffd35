"""The policy as a table for reviewers: who may do what, in which state, in which situation.

``python -m tests.domain.policy_matrix`` writes ``tests/golden/policy.txt`` anew.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.domain.lifecycle import Action, State
from backend.domain.policy import PUBLIC, Actor, RecordFacts, Refusal, Role, refusal

GOLDEN = Path(__file__).parents[1] / "golden" / "policy.txt"

SCHOOL, CLASS, BOOK, CODE = 7, 70, 700, "0f8fad5bd9cb469fa16570867728950e"


def staff(role: Role, **changes: Any) -> Actor:
    """Somebody of the record's own school, class or district."""
    return Actor(
        role=role,
        staff_id=1,
        assignment_id=1,
        unit_id=SCHOOL,
        **{"school_ids": frozenset({SCHOOL})} | changes,
    )


def actors() -> dict[str, Actor]:
    """Everybody within scope; the deputy with and without the principal's delegation."""
    return {
        "HOMEROOM_TEACHER": staff(Role.HOMEROOM_TEACHER, class_ids=frozenset({CLASS})),
        "PRINCIPAL": staff(Role.PRINCIPAL),
        "DEPUTY_PRINCIPAL": staff(Role.DEPUTY_PRINCIPAL),
        "DEPUTY_PRINCIPAL with delegation": staff(Role.DEPUTY_PRINCIPAL, may_sign_for_principal=True),
        "CLERK": staff(Role.CLERK),
        "DISTRICT_OFFICER": staff(Role.DISTRICT_OFFICER),
        "DEPARTMENT_OFFICER": staff(Role.DEPARTMENT_OFFICER, school_ids=frozenset()),
        "GUARDIAN": Actor(role=Role.GUARDIAN, book_ids=frozenset({BOOK})),
        "INTEGRATOR": Actor(role=Role.INTEGRATOR, client_key=1, lookup_code=CODE),
        "PUBLIC": replace(PUBLIC, lookup_code=CODE),
    }


def facts(state: State = State.DRAFT, **changes: Any) -> RecordFacts:
    """A record of the school and class above."""
    known = {
        "school_id": SCHOOL,
        "class_id": CLASS,
        "managing_school_id": SCHOOL,
        "book_id": BOOK,
        "lookup_code": CODE,
    }
    return RecordFacts(state=state, **known | changes)


SITUATIONS: dict[str, dict[str, Any]] = {
    "another revision stands": {"has_standing": True},
    "a replacement is open": {"has_successor": True},
    "required data is missing": {"complete": False},
    "the deadline has passed": {"window_open": False},
    "its packet is being checked": {"being_checked": True},
    "its pupil has left": {"left_behind": True},
    "the record is locked": {"record_locked": True},
}

SIGNS = {None: "yes", **{reason: reason.value.lower() for reason in Refusal}}


def answers(actor: Actor, action: Action, **situation: Any) -> str:
    """The answer in each state: first where it differs, then what it is in all others."""
    by_answer: dict[str, list[str]] = {}
    for state in State:
        by_answer.setdefault(SIGNS[refusal(actor, action, facts(state, **situation))], []).append(state)
    usual = max(by_answer, key=lambda answer: len(by_answer[answer]))
    special = [f"{answer} in {' '.join(states)}" for answer, states in by_answer.items() if answer != usual]
    return "; ".join([*special, f"else {usual}" if special else usual])


def lines() -> Iterator[str]:
    """The whole matrix in the plain situation, then what another situation changes."""
    yield "An only revision, complete, before the deadline."
    for name, actor in actors().items():
        yield f"\n{name}"
        for action in Action:
            yield f"  {action}: {answers(actor, action)}"
    for what, situation in SITUATIONS.items():
        yield f"\nWhen {what}"
        for name, actor in actors().items():
            for action in Action:
                if (changed := answers(actor, action, **situation)) != answers(actor, action):
                    yield f"  {name} {action}: {changed}"


def matrix() -> str:
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    GOLDEN.write_text(matrix(), "utf-8")
