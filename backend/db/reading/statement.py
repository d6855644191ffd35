"""The statement of a whole document: it enters its scope and answers every root field in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.db.reading.expressions import literal
from backend.db.reading.roots import Bound

SCOPE_BINDS = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of one text column; the scope's settings are its first binds."""

    text: str
    binds: tuple[Any, ...]


def joined(keys: Sequence[str], bounds: Sequence[Bound]) -> Statement:
    """The statement that answers root fields under their names.

    The scope is entered by the row that everything else is computed for: a sub-select is evaluated when its value
    is needed, so no policy reads its settings before.
    """
    parts: list[str] = []
    binds: list[Any] = []
    for place, (key, bound) in enumerate(zip(keys, bounds, strict=True)):
        opening = literal(f'{"," if place else "{"}"{key}":')
        first = SCOPE_BINDS + len(binds) + 1
        parts.append(f"{opening} || {_numbered(bound, first)}")
        binds += bound.values
    text = f"SELECT {' || '.join(parts)} || '}}' FROM enter_scope($1, $2, $3, $4)"
    return Statement(text, tuple(binds))


def _numbered(bound: Bound, first: int) -> str:
    text = bound.expression
    for place in range(len(bound.values)):
        text = text.replace(f"${{{place}}}", f"${first + place}")
    return text
