"""Who may do what to which record: the matrix, scopes, deadlines, locks, delegation."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.lifecycle import FINAL, Action, State, allowed
from backend.domain.policy import (
    BEFORE_DEADLINE,
    GRANTS,
    MAY_IMPORT,
    PUBLIC,
    VISIBLE,
    Actor,
    RecordFacts,
    Refusal,
    Role,
    refusal,
    viewer_actions,
)
from tests.domain.policy_matrix import CLASS, CODE, GOLDEN, SCHOOL, actors, facts, matrix, staff

OTHER_SCHOOL, OTHER_CLASS, OTHER_BOOK, OTHER_CODE = 8, 80, 800, "1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed"

ids = st.integers(1, 4)
some_actors = st.builds(
    Actor,
    role=st.sampled_from(Role),
    school_ids=st.frozensets(ids, max_size=3),
    class_ids=st.frozensets(ids, max_size=3),
    book_ids=st.frozensets(ids, max_size=3),
    may_sign_for_principal=st.booleans(),
    lookup_code=st.none() | st.sampled_from("ab"),
)
some_records = st.builds(
    RecordFacts,
    state=st.sampled_from(State),
    school_id=ids,
    class_id=ids,
    managing_school_id=ids,
    book_id=ids,
    lookup_code=st.sampled_from("ab"),
    window_open=st.booleans(),
    has_standing=st.booleans(),
    has_successor=st.booleans(),
    record_locked=st.booleans(),
    complete=st.booleans(),
    being_checked=st.booleans(),
    left_behind=st.booleans(),
)
deeds = st.sampled_from([action for action in Action if action is not Action.VIEW])


def test_the_matrix_is_the_committed_one():
    """Role × action × state, and what each situation changes: a change of the policy is seen in review."""
    assert GOLDEN.read_text("utf-8") == matrix()


def test_both_tables_know_every_role():
    """No role is without an answer, and a grant is never wider than what the role sees."""
    assert set(VISIBLE) == set(GRANTS) == set(Role)


@pytest.mark.parametrize(
    ("name", "where", "sees"),
    [
        ("HOMEROOM_TEACHER", {"class_id": OTHER_CLASS}, False),
        ("HOMEROOM_TEACHER", {"school_id": OTHER_SCHOOL, "class_id": OTHER_CLASS}, False),
        ("PRINCIPAL", {"class_id": OTHER_CLASS}, True),
        ("PRINCIPAL", {"school_id": OTHER_SCHOOL, "managing_school_id": OTHER_SCHOOL}, False),
        ("PRINCIPAL", {"school_id": OTHER_SCHOOL}, True),
        ("PRINCIPAL", {"managing_school_id": OTHER_SCHOOL}, True),
        ("DEPUTY_PRINCIPAL", {"school_id": OTHER_SCHOOL, "managing_school_id": OTHER_SCHOOL}, False),
        ("CLERK", {"school_id": OTHER_SCHOOL, "managing_school_id": OTHER_SCHOOL}, False),
        ("DISTRICT_OFFICER", {"school_id": OTHER_SCHOOL}, False),
        ("DISTRICT_OFFICER", {"managing_school_id": OTHER_SCHOOL}, True),
        ("DEPARTMENT_OFFICER", {"school_id": OTHER_SCHOOL, "class_id": OTHER_CLASS}, True),
        ("PUBLIC", {"lookup_code": OTHER_CODE}, False),
    ],
)
def test_who_sees_what(name, where, sees):
    """Own class, own or managed school, own district, the province, the book whose code one holds."""
    record = facts(State.DRAFT, **where)
    assert refusal(actors()[name], Action.VIEW, record) is (None if sees else Refusal.SCOPE)


@given(some_actors, some_records, deeds)
def test_outside_the_scope_nothing_else_is_told(actor, record, action):
    """Every act on a record one cannot see gets the answer of a record that does not exist."""
    unseen = refusal(actor, Action.VIEW, record) is Refusal.SCOPE
    assert (refusal(actor, action, record) is Refusal.SCOPE) is unseen


@given(some_actors, some_records, deeds)
def test_what_is_allowed_is_granted_seen_and_a_step_of_the_lifecycle(actor, record, action):
    """A yes needs a grant that covers the record, an open state, no lock, and the window where it counts."""
    if refusal(actor, action, record) is None:
        assert GRANTS[actor.role][action](actor, record)
        assert VISIBLE[actor.role](actor, record)
        assert action in allowed(record.state)
        assert not record.record_locked
        assert record.window_open or action not in BEFORE_DEADLINE


@given(some_actors, some_records)
def test_viewer_actions_are_the_acts_without_refusal(actor, record):
    """What the screen offers is what the policy allows, in the order of the actions."""
    expected = [action for action in Action if refusal(actor, action, record) is None]
    assert viewer_actions(actor, record) == expected


@given(some_actors, some_records)
def test_nobody_acts_on_a_locked_or_ended_revision(actor, record):
    """Never past a lock: whoever asks may at most look."""
    locked = replace(record, record_locked=True)
    assert set(viewer_actions(actor, locked)) <= {Action.VIEW}
    for state in FINAL:
        assert set(viewer_actions(actor, replace(record, state=state))) <= {Action.VIEW}


@given(some_records, deeds)
def test_the_public_the_family_and_the_district_only_look(record, action):
    """A code opens a record to the eye, a family what stands for its child; a district reads its schools."""
    standing = replace(record, has_standing=True)
    for actor in (
        replace(PUBLIC, lookup_code=record.lookup_code),
        Actor(role=Role.GUARDIAN, book_ids=frozenset({record.book_id})),
        staff(Role.DISTRICT_OFFICER, school_ids=frozenset({record.school_id})),
    ):
        assert refusal(actor, action, standing) is Refusal.ROLE


@pytest.mark.parametrize(
    ("state", "changes", "sees"),
    [
        (State.ACCEPTED, {}, True),
        (State.LOCKED, {"record_locked": True}, True),
        (State.DRAFT, {"has_standing": True}, True),
        (State.SUBMITTED, {}, False),
        (State.ISSUED, {}, False),
        (State.WITHDRAWN, {}, False),
        (State.ACCEPTED, {"book_id": OTHER_BOOK}, False),
        (State.LOCKED, {"record_locked": True, "book_id": OTHER_BOOK}, False),
    ],
)
def test_a_guardian_sees_what_stands_for_their_own_child(state, changes, sees):
    """Not what the school still works on, and nothing of another child."""
    expected = None if sees else Refusal.SCOPE
    assert refusal(actors()["GUARDIAN"], Action.VIEW, facts(state, **changes)) is expected


@pytest.mark.parametrize("name", ["PRINCIPAL", "CLERK", "DEPUTY_PRINCIPAL with delegation"])
def test_the_school_that_manages_a_book_only_reads_other_schools_years(name):
    """Issued years stay with the school that issued them: only it corrects and answers for them."""
    record = facts(State.ISSUED, school_id=OTHER_SCHOOL, class_id=OTHER_CLASS)
    assert viewer_actions(actors()[name], record) == [Action.VIEW]


@pytest.mark.parametrize("action", sorted(BEFORE_DEADLINE))
def test_the_deadline_bars_what_belongs_before_it(action):
    """Submitting, withdrawing and replacing end with the window; an exception opens it again."""
    [state, *_] = [state for state in State if action in allowed(state)]
    principal = actors()["PRINCIPAL"]
    assert refusal(principal, action, facts(state, window_open=False)) is Refusal.DEADLINE
    assert refusal(principal, action, facts(state, window_open=True)) is None


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (Action.RETURN, State.ISSUED),
        (Action.SIGN_AS_PRINCIPAL, State.TEACHER_SIGNED),
        (Action.ISSUE, State.PRINCIPAL_SIGNED),
    ],
)
def test_the_deadline_bars_nothing_within_the_school(action, state):
    """Signing and returning do not touch what was reported, so no deadline bars them."""
    assert refusal(actors()["PRINCIPAL"], action, facts(state, window_open=False)) is None


def test_a_deputy_signs_for_the_principal_only_by_delegation():
    """Without the delegation the answer is that of a role that may not; it gives nothing beyond the signature."""
    without, delegated = actors()["DEPUTY_PRINCIPAL"], actors()["DEPUTY_PRINCIPAL with delegation"]
    record = facts(State.TEACHER_SIGNED)
    assert refusal(without, Action.SIGN_AS_PRINCIPAL, record) is Refusal.ROLE
    assert refusal(delegated, Action.SIGN_AS_PRINCIPAL, record) is None
    assert refusal(delegated, Action.ISSUE, facts(State.PRINCIPAL_SIGNED)) is Refusal.ROLE


@pytest.mark.parametrize("name", ["HOMEROOM_TEACHER", "CLERK", "DISTRICT_OFFICER", "DEPARTMENT_OFFICER"])
def test_a_delegation_is_worth_nothing_to_other_roles(name):
    """Only a deputy can be delegated."""
    actor = replace(actors()[name], may_sign_for_principal=True)
    assert refusal(actor, Action.SIGN_AS_PRINCIPAL, facts(State.TEACHER_SIGNED)) is Refusal.ROLE


@pytest.mark.parametrize(
    ("situation", "name", "action", "state", "reason"),
    [
        (
            {"record_locked": True, "window_open": False},
            "PRINCIPAL",
            Action.REPLACE,
            State.ACCEPTED,
            Refusal.LOCKED,
        ),
        ({"window_open": False}, "PRINCIPAL", Action.SUBMIT, State.DRAFT, Refusal.STATE),
        ({}, "PRINCIPAL", Action.DISCARD, State.DRAFT, Refusal.NO_STANDING),
        (
            {"has_successor": True, "window_open": False},
            "PRINCIPAL",
            Action.REPLACE,
            State.ACCEPTED,
            Refusal.ALREADY_OPEN,
        ),
        ({"complete": False}, "HOMEROOM_TEACHER", Action.SIGN_AS_TEACHER, State.DRAFT, Refusal.INCOMPLETE),
    ],
)
def test_the_weightiest_reason_is_given(situation, name, action, state, reason):
    """Of several reasons the one is named that no smaller step can lift."""
    assert refusal(actors()[name], action, facts(state, **situation)) is reason


def test_an_incomplete_draft_can_still_be_edited():
    """Only signing asks for completeness."""
    teacher = actors()["HOMEROOM_TEACHER"]
    assert refusal(teacher, Action.EDIT, facts(State.DRAFT, complete=False)) is None


def test_no_code_opens_no_record():
    """The public without a code sees nothing, not even a record without one."""
    assert refusal(PUBLIC, Action.VIEW, facts(lookup_code="")) is Refusal.SCOPE
    assert refusal(PUBLIC, Action.VIEW, facts()) is Refusal.SCOPE
    assert refusal(replace(PUBLIC, lookup_code=CODE), Action.VIEW, facts()) is None


def test_an_empty_code_opens_nothing():
    """Two absences are no match."""
    assert refusal(replace(PUBLIC, lookup_code=""), Action.VIEW, facts(lookup_code="")) is Refusal.SCOPE


def test_codes_stay_out_of_what_is_printed():
    """Neither an actor nor a record shows the lookup code in a log or a traceback."""
    assert CODE not in f"{actors()['PUBLIC']!r} {facts()!r}"


def test_who_may_import():
    """A school's leaders and its clerk bring files in; a teacher edits one record at a time."""
    assert {Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK} == MAY_IMPORT


def test_the_world_of_the_matrix_is_within_everybodys_scope():
    """The snapshot speaks of people who see the record; otherwise it would show scope answers only."""
    assert {refusal(actor, Action.VIEW, facts(State.LOCKED)) for actor in actors().values()} == {None}
    assert {actor.role for actor in actors().values()} == set(Role)
    assert (facts().school_id, facts().class_id) == (SCHOOL, CLASS)
