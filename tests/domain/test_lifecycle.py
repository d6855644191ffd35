"""The life of a revision: the table, what follows from it, and what it must never allow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.lifecycle import (
    FINAL,
    NEEDS_REASON,
    NEXT,
    OPENS_SUCCESSOR,
    PERFORMED_BY,
    SIGNED,
    STANDING,
    WORKING,
    Action,
    Performer,
    State,
    allowed,
    diagram,
    next_state,
    transitions,
)
from backend.domain.signing import OPEN_ITEMS, SIGNED_FROM, SIGNING_ACTION, ItemState, SignatureRole

GOLDEN = Path(__file__).parents[1] / "golden" / "lifecycle.txt"
walks = st.lists(st.sampled_from(Action), max_size=30)


def lived(actions: list[Action]) -> Iterator[tuple[State, Action, State]]:
    """The steps of a life that takes each action where it is allowed and passes over the others."""
    state = State.DRAFT
    for action in actions:
        after = next_state(state, action)
        if after is not None:
            yield state, action, after
            state = after


def reachable(start: State, barred: frozenset[State] = frozenset()) -> set[State]:
    """States that some path leads to, without entering a barred one."""
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        ends = {end for (state, _), end in NEXT.items() if state is here} - barred - found
        found |= ends
        waiting += ends
    return found


def test_every_state_is_reachable_from_the_draft():
    """No state is dead: some path leads from DRAFT to each."""
    assert reachable(State.DRAFT) == set(State)


def test_nothing_leaves_a_lock():
    """LOCKED has no way out, and looking is all that it allows."""
    assert allowed(State.LOCKED) == {Action.VIEW}
    assert State.LOCKED in FINAL


def test_final_states_are_the_five_ends():
    """A revision ends locked, returned, rejected, withdrawn or superseded; all else goes on."""
    assert {State.LOCKED, State.RETURNED, State.REJECTED, State.WITHDRAWN, State.SUPERSEDED} == FINAL


@pytest.mark.parametrize(
    "stage", [State.TEACHER_SIGNED, State.PRINCIPAL_SIGNED, State.ISSUED, State.SUBMITTED, State.ACCEPTED]
)
def test_no_path_passes_a_stage_by(stage):
    """Every path to LOCKED goes through each signature, the submission and the acceptance."""
    assert State.LOCKED not in reachable(State.DRAFT, barred=frozenset({stage}))


@given(walks)
def test_signatures_come_in_order(actions):
    """Whatever is tried, teacher, principal and seal sign in this order, each once, before submission."""
    signing = [*SIGNING_ACTION.values(), Action.SUBMIT, Action.ACCEPT]
    made = [action for _, action, _ in lived(actions) if action in signing]
    assert made == signing[: len(made)]


@given(walks)
def test_signed_content_never_becomes_a_draft_again(actions):
    """After the first signature no step leads back to a state whose content can change."""
    states = [after for _, _, after in lived(actions)]
    signed = [state in SIGNED for state in states]
    assert signed == sorted(signed)
    edits = [state for state, action, _ in lived(actions) if action is Action.EDIT]
    assert set(edits) <= {State.DRAFT}


@pytest.mark.parametrize("state", State)
def test_states_divide_into_working_standing_and_ended(state):
    """A revision is being worked on, stands, or has ended without standing."""
    assert [state in WORKING, state in STANDING, state in FINAL - STANDING].count(True) == 1


def test_every_action_of_the_table_has_a_performer():
    """The performer table covers NEXT exactly: no action without a side, no side for an unknown action."""
    assert set(PERFORMED_BY) == {action for _, action in NEXT}
    assert all(PERFORMED_BY.values())


def test_only_the_worker_signs_and_only_the_department_accepts_or_locks():
    """A school's database role can neither write a signature nor accept nor lock."""
    sides = {end: {who for _, to, who in transitions() if to is end} for end in State}
    for signed in (State.TEACHER_SIGNED, State.PRINCIPAL_SIGNED, State.ISSUED):
        assert sides[signed] == {Performer.WORKER}
    for judged in (State.ACCEPTED, State.REJECTED, State.LOCKED, State.SUPERSEDED):
        assert sides[judged] == {Performer.DEPARTMENT}


def test_transitions_are_the_table_without_its_loops():
    """Each change of state of the table is there for each of its performers, and nothing else."""
    expected = {
        (start, end, who)
        for (start, action), end in NEXT.items()
        for who in PERFORMED_BY[action]
        if start != end
    }
    assert transitions() == expected
    assert all(start is not end for start, end, _ in transitions())


def test_actions_that_open_a_successor_need_a_reason():
    """Sending a record back or aside is told to people, so it carries a reason."""
    assert OPENS_SUCCESSOR < NEEDS_REASON
    assert {Action.DISCARD} == NEEDS_REASON - OPENS_SUCCESSOR
    assert all(any(action is used for _, used in NEXT) for action in NEEDS_REASON)


def test_a_replacement_leaves_the_accepted_revision_standing():
    """REPLACE keeps what stands until its successor is accepted; WITHDRAW takes it back at once."""
    assert next_state(State.ACCEPTED, Action.REPLACE) is State.ACCEPTED
    assert next_state(State.ACCEPTED, Action.WITHDRAW) is State.WITHDRAWN


def test_each_signature_is_made_from_the_state_before_it():
    """The signing table agrees with the lifecycle: each role's action is allowed exactly where it signs."""
    for role, action in SIGNING_ACTION.items():
        assert [state for state in State if action in allowed(state)] == [SIGNED_FROM[role]]
    assert list(SIGNED_FROM) == list(SignatureRole)
    assert set(SignatureRole) - set(SIGNING_ACTION) == {SignatureRole.LOCK_SEAL}


def test_items_of_a_ceremony_are_open_until_decided():
    """An item waits or is being signed; signed, failed and cancelled ones are done."""
    assert set(ItemState) - OPEN_ITEMS == {ItemState.SIGNED, ItemState.FAILED, ItemState.CANCELLED}


@pytest.mark.parametrize("state", State)
def test_looking_is_always_allowed(state):
    """VIEW is no step of the table, and every state allows it."""
    assert Action.VIEW in allowed(state)
    assert next_state(state, Action.VIEW) is None


def allowed_table() -> str:
    """What each state allows and where it leads, one line a state."""
    lines = []
    for state in State:
        steps = [
            f"{action}→{NEXT[state, action]}" for action in Action if action in allowed(state) - {Action.VIEW}
        ]
        lines.append(f"{state}: {' '.join(steps) or '-'}")
    return "\n".join(lines) + "\n"


def test_the_table_is_the_committed_one():
    """A change of the lifecycle is seen in review: the snapshot has a line for each state."""
    assert GOLDEN.read_text("utf-8") == allowed_table()


def test_the_diagram_draws_every_change_of_state():
    """The Mermaid diagram has one arrow for each change, one start, and an end for each final state."""
    lines = diagram().splitlines()
    arrows = {f"    {start} --> {end}: {action}" for (start, action), end in NEXT.items() if start is not end}
    ends = {f"    {state} --> [*]" for state in FINAL}
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> DRAFT"]
    assert sorted(lines[2:]) == sorted(arrows | ends)
