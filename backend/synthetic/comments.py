"""What teachers write: each has a small stock of sentences for a class, and words the rest anew.

A comment is about 100 characters long, as observed; a few use the 300 that fit the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

from backend.domain.levels import COMMENT_MAX
from backend.synthetic.words import packaged, pick

GOOD, FAIR, WEAK = "good", "fair", "weak"

_STOCK = {GOOD: 5, FAIR: 4, WEAK: 2}
"""Sentences a teacher keeps ready for a topic."""

_FROM_STOCK, _LONG = 0.65, 0.025
_SLACK = 60
_SECOND_GOOD, _CLOSING = 0.85, 0.5


@dataclass(slots=True)
class Teacher:
    """The comments of one class; ``topic`` is a subject's code or a group's."""

    chance: Random
    _stock: dict[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def comment(self, topic: str, quality: str) -> str:
        draw = self.chance.random()
        if draw < _LONG:
            return long_comment(self.chance, topic, quality)
        if draw < _FROM_STOCK:
            return pick(self.chance, self._ready(topic, quality))
        return _sentence(self.chance, topic, quality)

    def _ready(self, topic: str, quality: str) -> Sequence[str]:
        key = (topic, quality)
        if key not in self._stock:
            self._stock[key] = [_sentence(self.chance, topic, quality) for _ in range(_STOCK[quality])]
        return self._stock[key]


def long_comment(chance: Random, topic: str, quality: str) -> str:
    """A comment that nearly fills its cell, never more."""
    return _joined(
        chance,
        [*_two(chance, topic, quality), *_shuffled(chance, _general())],
        COMMENT_MAX - int(chance.random() * _SLACK),
    )


def full_comment(chance: Random, topic: str) -> str:
    """A comment of exactly as many characters as fit, cut off as schools' programs cut it."""
    clauses = [*_clauses(topic, GOOD), *_shuffled(chance, _general()), *_clauses(topic, FAIR)]
    return f"{_joined(chance, clauses, 2 * COMMENT_MAX)[: COMMENT_MAX - 1]}…"


def _sentence(chance: Random, topic: str, quality: str) -> str:
    clauses = (
        _two(chance, topic, quality)
        if chance.random() < _SECOND_GOOD
        else [pick(chance, _clauses(topic, quality))]
    )
    if quality != GOOD:
        clauses.append(pick(chance, _clauses(topic, "advice")))
    elif chance.random() < _CLOSING:
        clauses.append(pick(chance, packaged("comments")["closing"]))
    return _joined(chance, clauses, COMMENT_MAX)


def _two(chance: Random, topic: str, quality: str) -> list[str]:
    clauses = _clauses(topic, quality)
    first = int(chance.random() * len(clauses))
    step = 1 + int(chance.random() * (len(clauses) - 1))
    return [clauses[first], clauses[(first + step) % len(clauses)]]


def _joined(chance: Random, clauses: Sequence[str], limit: int) -> str:
    """One sentence of as many of the clauses, in order, as stay within the limit."""
    text = f"{pick(chance, packaged('comments')['opening'])} {clauses[0]}"
    for clause in clauses[1:]:
        if len(text) + len(clause) + 3 <= limit:
            text = f"{text}; {clause}"
    return f"{text}."


def _shuffled(chance: Random, items: Sequence[str]) -> list[str]:
    return chance.sample(items, len(items))


@cache
def _clauses(topic: str, quality: str) -> Sequence[str]:
    bank: Mapping[str, Sequence[str]] = {**packaged("comments")["subject"], **packaged("comments")["group"]}[
        topic
    ]
    return tuple(bank[quality])


@cache
def _general() -> Sequence[str]:
    return tuple(packaged("comments")["longest"])
