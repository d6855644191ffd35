"""Where the time between a commit and its watchers goes: each hop by the stamps of publisher and API process."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench.subscriptions.publishing import Published

PATH = "/observed"
"""Where an observed process answers with its notes."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A part of the way, in milliseconds; every delivery counts once."""

    name: str
    p50: float
    p99: float
    longest: float


Weighted = tuple[float, int]
"""Seconds, and to how many watchers they happened."""


def spread(name: str, found: Iterable[Weighted]) -> Hop:
    """Percentiles of weighted times."""
    times = sorted(found)
    if not times:
        return Hop(name, 0.0, 0.0, 0.0)
    reached, total = [], 0
    for _, count in times:
        total += count
        reached.append(total)
    p50, p99 = (times[bisect_left(reached, share * total)][0] for share in (0.5, 0.99))
    return Hop(name, *(round(1_000 * item, 1) for item in (p50, p99, times[-1][0])))


def hops(published: Published, notes: dict[str, list[Any]]) -> list[Hop]:
    """The hops of what was published, from the notes of ``observed``."""
    committed = {change.record: change.at for change in published.changes}
    taken = dict(notes["taken"])
    passed = {
        place: (committed[record], began, done, taken[place])
        for place, (record, began, done) in published.passed.items()
        if record in committed and place in taken
    }
    begun, ended = min(at for at, *_ in passed.values()), max(got for *_, got in passed.values())
    return [
        spread("commit to relay", ((began - at, 1) for at, began, _, _ in passed.values())),
        spread("relay to Redis", ((done - began, 1) for _, began, done, _ in passed.values())),
        spread("Redis to API", ((got - done, 1) for _, _, done, got in passed.values())),
        *_inside(notes, passed),
        spread("rights judged (each)", ((took, 1) for at, took in notes["judged"] if begun <= at <= ended)),
        spread("garbage (each)", ((took, 1) for _, at, took in notes["pauses"] if begun <= at <= ended)),
        spread("loop late (each)", ((took, 1) for due, took in notes["late"] if begun <= due <= ended)),
    ]


Passed = dict[int, tuple[float, float, float, float]]


def _inside(notes: dict[str, list[Any]], passed: Passed) -> list[Hop]:
    """From the line of events to the sockets: readings are found by the batches that came of them."""
    readings: dict[int, list[Sequence[Any]]] = {}
    for reading in notes["read"]:
        for place in reading[0]:
            readings.setdefault(place, []).append(reading)
    waiting, reading, judging, writing, whole = [], [], [], [], []
    for places, began, done, count in notes["given"]:
        for place in places:
            if place not in passed:
                continue
            # the latest reading of this event that had ended when its batch was handed out
            read = max((item for item in readings[place] if item[2] <= began), key=lambda item: item[2])
            waiting.append((read[1] - passed[place][3], count))
            reading.append((read[2] - read[1], count))
            judging.append((began - read[2], count))
            writing.append((done - began, count))
            whole.append((done - passed[place][0], count))
    names = ("wait for the reading", "reading", "reading to writing", "writing", "commit to written")
    return [
        spread(name, found)
        for name, found in zip(names, (waiting, reading, judging, writing, whole), strict=True)
    ]
