"""What one document may ask at most, by who sends it; the whole truth in one table."""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import (
    OperationTooCostlyError,
    OperationTooDeepError,
    OperationTooLargeError,
    OperationTooLongError,
    RequestError,
)
from backend.domain.policy import Role

LENGTH_MAX = 20_000
"""Characters of a document. What is long in a request are its variables."""

TOKENS_MAX = 1_000
"""Words and signs of a document, counted while they are read."""

DEFINITIONS_MAX = 60
"""Operations and fragments of a document."""


class Audience(StrEnum):
    """Who sends a document, as far as it is known before anything is read from the database."""

    PUBLIC = "PUBLIC"
    STAFF = "STAFF"
    INTEGRATOR = "INTEGRATOR"


MAY_ASK_FREELY = frozenset({Role.DEPARTMENT_OFFICER})
"""Staff who may run documents of their own; everybody else of the staff runs those of the application."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a document asks, fragments counted as often as they are used; sums stop at ``SATURATED``."""

    depth: int = 0
    roots: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0
    repeats: int = 0
    """How often one selection names the same field: validation compares each with each."""


SATURATED = 10**9

LIMITS: dict[Audience, Measure] = {
    Audience.PUBLIC: Measure(depth=15, roots=4, fields=400, aliases=10, directives=20, cost=500, repeats=10),
    Audience.STAFF: Measure(
        depth=15, roots=20, fields=800, aliases=60, directives=40, cost=5_000, repeats=10
    ),
    Audience.INTEGRATOR: Measure(
        depth=15, roots=10, fields=800, aliases=60, directives=40, cost=2_000, repeats=10
    ),
}
"""Depth 15 lets the customary introspection query through where introspection is on."""

CEILING = Measure(depth=15, roots=20, fields=800, aliases=60, directives=40, cost=5_000, repeats=10)
"""Past this a document is good for nobody, and is not even validated."""

_TOO_MUCH: tuple[tuple[str, type[RequestError]], ...] = (
    ("depth", OperationTooDeepError),
    ("roots", OperationTooLargeError),
    ("fields", OperationTooLargeError),
    ("aliases", OperationTooLargeError),
    ("directives", OperationTooLargeError),
    ("repeats", OperationTooLargeError),
    ("cost", OperationTooCostlyError),
)


def excess(measure: Measure, limits: Measure) -> RequestError | None:
    """The first limit that a document exceeds, or None."""
    for name, error in _TOO_MUCH:
        asked, most = getattr(measure, name), getattr(limits, name)
        if asked > most:
            return error(what=name, asked=asked, max=most)
    return None


def too_long(length: int) -> RequestError | None:
    """Whether a text is longer than a document may be."""
    return OperationTooLongError(max=LENGTH_MAX) if length > LENGTH_MAX else None
