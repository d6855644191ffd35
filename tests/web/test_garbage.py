"""Looking for garbage around open streams: what has settled is set aside, and what closed streams leave still goes."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from backend.web import garbage
from backend.web.garbage import CLOSED_LEAST, OPENED_TOGETHER, Garbage


class Cycle:
    """What only a look can find once nobody needs it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The collector is the whole process's; here nothing but what is tried makes it look."""
    thresholds = gc.get_threshold()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_streams_are_made_of_is_set_aside_when_some_have_opened() -> None:
    """A look that comes later passes over what a hundred streams have opened."""
    watched, kept = Garbage(), [Cycle() for _ in range(500)]
    before = gc.get_freeze_count()
    for _ in range(OPENED_TOGETHER - 1):
        watched.opened()
    assert gc.get_freeze_count() == before
    watched.opened()
    assert gc.get_freeze_count() >= before + len(kept)


def test_what_nobody_needs_is_not_set_aside() -> None:
    """Garbage that is there when streams are set aside goes before."""
    watched = Garbage()
    left = weakref.ref(Cycle())
    assert left() is not None
    for _ in range(OPENED_TOGETHER):
        watched.opened()
    assert left() is None


def test_what_closed_streams_leave_goes_once_many_have_closed() -> None:
    """Cycles that were set aside while they were needed are found after enough streams have closed."""
    watched, stream = Garbage(), Cycle()
    for _ in range(OPENED_TOGETHER):
        watched.opened()
    left = weakref.ref(stream)
    del stream
    gc.collect()
    assert left() is not None
    for _ in range(CLOSED_LEAST - 1):
        watched.closed(0)
    assert left() is not None
    watched.closed(0)
    assert left() is None


def test_the_more_streams_are_open_the_later_everything_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look halts whoever is still there, so it waits until half as many have closed."""
    looks: list[int] = []
    monkeypatch.setattr(garbage.gc, "unfreeze", lambda: looks.append(1))
    watched = Garbage()
    for _ in range(2 * CLOSED_LEAST - 1):
        watched.closed(4 * CLOSED_LEAST)
    assert looks == []
    watched.closed(4 * CLOSED_LEAST)
    assert looks == [1]
