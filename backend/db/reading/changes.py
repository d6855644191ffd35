"""Statements that read the subjects of live events: the JSON of each, as a scope sees it."""

from collections.abc import Sequence

from backend.db.reading.expressions import Expressions, NotCompiledError, Selected
from backend.db.reading.statement import SCOPE_BINDS
from backend.db.repositories.records import FROM

END_OF_KEY, END_OF_ROW = "\x1d", "\x1e"
"""Between an id and its object, and between rows: no text that ``to_json`` has written holds a control character."""

SOURCES = {
    "Record": ("y", FROM, "y.school_id"),
    "SchoolClass": ("c", "FROM school_class c", "c.school_id"),
}
"""Type to the alias of its row, the rows that it is read from, and its school."""


def subjects(type_name: str, selected: Sequence[Selected]) -> str:
    """A statement of one text: the subjects whose ids are its last bind, as far as the scope shows them.

    Raises:
        NotCompiledError: when the selection needs a resolver.
    """
    if type_name not in SOURCES:
        raise NotCompiledError(type_name)
    alias, source, school = SOURCES[type_name]
    expressions = Expressions()
    row = f"{alias}.id || E'\\x1d' || {expressions.rows(type_name, selected, alias)}"
    joins = f" LEFT JOIN org_unit u ON u.id = {school}" if "u" in expressions.aliases else ""
    wanted = f"{alias}.id = ANY (${SCOPE_BINDS + 1}::bigint[])"
    rows = f"SELECT string_agg({row}, E'\\x1e') {source}{joins} WHERE {wanted}"
    return f"SELECT coalesce(({rows}), '') FROM enter_scope($1, $2, $3, $4)"


def read_subjects(text: str) -> dict[int, str]:
    """Objects by id, from what such a statement answers."""
    rows = (row.partition(END_OF_KEY) for row in text.split(END_OF_ROW) if row)
    return {int(key): node for key, _, node in rows}
