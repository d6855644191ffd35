"""The audit's chain: whatever is changed, removed, slipped in or moved shows at its place."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.audit import GENESIS, Break, Chain, Link, link_hash

FIRST = date(2025, 6, 30)


def _chain(says: list[tuple[int, str]]) -> list[Link]:
    links, head, number, day = [], GENESIS, 0, FIRST
    for place, (days, text) in enumerate(says):
        number = number + 1 if days == 0 else 1
        day += timedelta(days=days)
        head = link_hash(head, day, number, text)
        links.append(Link(day, number, place, head, text))
    return links


def _faults(links: list[Link]) -> list[tuple[Break, int]]:
    chain = Chain()
    return [(fault.kind, fault.event_id) for link in links for fault in chain.judge(link)]


EVENTS = st.lists(st.tuples(st.integers(0, 2), st.text(max_size=20)), min_size=1, max_size=12)


@given(EVENTS)
def test_an_untouched_chain_has_no_fault(says):
    """Through days and over midnight; each day's head is its last link."""
    links = _chain(says)
    chain = Chain()
    assert [fault for link in links for fault in chain.judge(link)] == []
    assert chain.head == links[-1].hash
    assert chain.heads == {link.day: (link.number, link.hash) for link in links}


@given(EVENTS, st.data())
def test_a_changed_event_is_found_at_its_place_alone(says, data):
    """One character is enough, and the events around it are not blamed."""
    links = _chain(says)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], says=links[place].says + "x")
    assert _faults(links) == [(Break.CHANGED, place)]


@given(EVENTS, st.data())
def test_a_removed_event_is_found(says, data):
    """Its link says that something was there."""
    links = _chain(says)
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], says=None)
    assert _faults(links) == [(Break.REMOVED, place)]


def test_an_event_removed_with_its_link_is_found():
    """The number is missing, and the next link stands on something else."""
    links = _chain([(0, "a"), (0, "b"), (0, "c")])
    assert _faults([links[0], links[2]]) == [(Break.MISSING_LINK, 2), (Break.CHANGED, 2)]


def test_a_last_event_removed_with_its_link_is_told_by_the_head():
    """Nothing inside can tell; a head that was kept elsewhere is not found any more."""
    links = _chain([(0, "a"), (0, "b")])
    chain = Chain()
    assert list(chain.judge(links[0])) == []
    assert links[1].hash not in {hash_ for _, hash_ in chain.heads.values()}


def test_exchanged_events_are_found():
    """What each says must stand at its own place."""
    first, second = _chain([(0, "a"), (0, "b")])
    faults = _faults([replace(first, says="b"), replace(second, says="a")])
    assert faults == [(Break.CHANGED, 0), (Break.CHANGED, 1)]
