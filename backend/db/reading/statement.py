"""The statement of a whole document: it enters its scope and answers every root field in one round trip."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from backend.db.reading.expressions import literal
from backend.db.reading.roots import Asked

SCOPE_BINDS = 4
# the sub-select stays one of its own (OFFSET) and is computed whole (set_config is volatile)
_SCOPE = (
    "(SELECT set_config('app.schools', $1, true), set_config('app.classes', $2, true),"
    " set_config('app.staff', $3, true), set_config('app.code', $4, true) OFFSET 0) AS scope"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of one column, the answer's bytes; the scope's settings are its first binds."""

    text: str
    binds: tuple[Hashable, ...]


def joined(keys: Sequence[str], expressions: Sequence[str], asked: Sequence[Asked]) -> str:
    """The text of the statement that answers root fields under their names.

    The scope is entered by the row that everything else is computed for: a sub-select is evaluated when its value
    is needed, so no policy reads its settings before.
    """
    parts: list[str] = []
    first = SCOPE_BINDS + 1
    for place, (key, expression, wanted) in enumerate(zip(keys, expressions, asked, strict=True)):
        opening = literal(f'{"," if place else "{"}"{key}":')
        parts.append(f"{opening} || {_numbered(expression, len(wanted.values), first)}")
        first += len(wanted.values)
    return f"SELECT convert_to({' || '.join(parts)} || '}}', 'UTF8') FROM {_SCOPE}"


def _numbered(expression: str, count: int, first: int) -> str:
    for place in range(count):
        expression = expression.replace(f"${{{place}}}", f"${first + place}")
    return expression
