"""Transfers: the life of a hand-over, whose turn it is, and what bars it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import (
    BookBusyError,
    NotPermittedError,
)
from backend.domain.policy import Actor, Refusal, Role
from backend.domain.transfer import (
    BLOCKS,
    GRANTS,
    OPEN,
    SEALING,
    TRANSITIONS,
    OpenWork,
    Side,
    TransferAction,
    TransferFacts,
    TransferState,
    life,
    sides,
    transfer_refusal,
)
from backend.domain.transfer_errors import HandOverOutdatedError

OLD, NEW, BOOK = 1, 2, 3
MACHINE = {Side.WORKER, Side.SUCCESSION}
PEOPLE = {
    Side.WORKER: Actor(role=Role.PUBLIC),
    Side.SUCCESSION: Actor(role=Role.PUBLIC),
    Side.RELEASING: Actor(role=Role.PRINCIPAL, school_ids=frozenset({OLD})),
    Side.RECEIVING: Actor(role=Role.PRINCIPAL, school_ids=frozenset({NEW})),
    Side.FAMILY: Actor(role=Role.GUARDIAN, book_ids=frozenset({BOOK})),
}


def facts(state: TransferState, *work: OpenWork) -> TransferFacts:
    return TransferFacts(state=state, book_id=BOOK, from_school_id=OLD, to_school_id=NEW, open_work=work)


@given(
    state=st.sampled_from(TransferState), action=st.sampled_from(TransferAction), side=st.sampled_from(Side)
)
def test_only_the_table_carries_a_transfer_on(
    state: TransferState, action: TransferAction, side: Side
) -> None:
    """An act is allowed exactly when the table has it for this state and side."""
    step = TRANSITIONS.get((state, action))
    allowed = step is not None and side in step[1] and not _released_twice(state, action)
    assert (transfer_refusal(PEOPLE[side], action, facts(state)) is None) == allowed


def _released_twice(state: TransferState, action: TransferAction) -> bool:
    """A release whose book has not changed since is not sealed anew."""
    return state is TransferState.RELEASED and action is TransferAction.RELEASE


def test_a_release_that_holds_no_more_is_sealed_anew_before_it_is_accepted() -> None:
    """Outdated: the receiving school is refused and the managing one may release again."""
    outdated = replace(facts(TransferState.RELEASED), outdated=True)
    refused = transfer_refusal(PEOPLE[Side.RECEIVING], TransferAction.ACCEPT, outdated)
    assert isinstance(refused, HandOverOutdatedError)
    assert transfer_refusal(PEOPLE[Side.RELEASING], TransferAction.RELEASE, outdated) is None


def test_only_a_seal_takes_a_transfer_on_from_where_it_waits_for_one() -> None:
    """What people have done is followed by the worker's step alone; people can only take it back."""
    ways = {(before, after) for before, after, side in life() if side is Side.WORKER}
    assert {before for before, _ in ways} == set(SEALING)
    by_people = {after for before, after, side in life() if before in SEALING and side not in MACHINE}
    assert by_people == {TransferState.CANCELLED}


def test_a_transfer_always_ends_and_an_end_is_final() -> None:
    """From each open state there is a way on and a way out; from an end there is none."""
    for state in TransferState:
        ways = {after for before, after, _ in life() if before is state}
        assert bool(ways - set(OPEN)) == (state in OPEN)


@pytest.mark.parametrize("role", sorted(set(Role) - set(GRANTS)))
def test_other_roles_only_look(role: Role) -> None:
    """Whatever their scope: who is neither head nor family stands on no side."""
    actor = Actor(role=role, school_ids=frozenset({OLD, NEW}), book_ids=frozenset({BOOK}))
    assert sides(actor, facts(TransferState.ASKED)) == frozenset()
    for action in TransferAction:
        error = transfer_refusal(actor, action, facts(TransferState.ASKED))
        assert isinstance(error, NotPermittedError)
        assert error.reason == Refusal.ROLE


@pytest.mark.parametrize("work", OpenWork)
def test_what_is_on_its_way_bars_and_what_is_unfinished_does_not(work: OpenWork) -> None:
    """A ceremony or a packet under way bars release and acceptance; an open year is only shown."""
    releasing = transfer_refusal(
        PEOPLE[Side.RELEASING], TransferAction.RELEASE, facts(TransferState.ASKED, work)
    )
    accepting = transfer_refusal(
        PEOPLE[Side.RECEIVING], TransferAction.ACCEPT, facts(TransferState.RELEASED, work)
    )
    for error in (releasing, accepting):
        assert isinstance(error, BookBusyError) == (work in BLOCKS)
    refusing = transfer_refusal(
        PEOPLE[Side.RELEASING], TransferAction.REFUSE, facts(TransferState.ASKED, work)
    )
    assert refusing is None
