"""From a selection to the SQL expression of its JSON.

Text is escaped by ``to_json``, which never lets a control character through; the marks of values that are put in
afterwards, and of a value that should not be null, are control characters and so can come from no data.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db.reading.shapes import TYPES, Classes, Column, Counts, Field, Kind, Late, One

LATE_MARK, LATE_SEPARATOR, NULL_MARK = "\x01", "\x1f", "\x02"


class NotCompiledError(Exception):
    """The selection holds something that only its resolver can answer."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One field of a selection, under its name in the answer."""

    key: str
    name: str
    children: tuple["Selected", ...] = ()


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


class Expressions:
    """Builds the expressions of one statement and remembers which rows it needs joined."""

    def __init__(self) -> None:
        self.aliases: set[str] = set()

    def object(self, type_name: str, selected: Sequence[Selected], alias: str) -> str:
        """The text of a JSON object.

        Raises:
            NotCompiledError: when a field is none of ``TYPES``.
        """
        parts, fixed = [], "{"
        for place, field in enumerate(selected):
            fixed += ("," if place else "") + f'"{field.key}":'
            if field.name == "__typename":
                fixed += f'"{type_name}"'
                continue
            parts += [literal(fixed), self._value(_shape(type_name, field.name), field, alias)]
            fixed = ""
        return " || ".join([*parts, literal(fixed + "}")])

    def rows(self, type_name: str, selected: Sequence[Selected], alias: str) -> str:
        """The text of a row's object, or a mark when something in it is null that should not be."""
        return f"coalesce({self.object(type_name, selected, alias)}, E'\\x02')"

    def _value(self, shape: Field, field: Selected, alias: str) -> str:
        match shape:
            case Column():
                return _column(shape, alias)
            case Late():
                return self._late(shape)
            case One():
                return self._one(shape, field)
            case Counts():
                return f"'[' || {alias}.counts || ']'"
            case Classes():
                return self._classes(field, alias)

    def _one(self, shape: One, field: Selected) -> str:
        self.aliases.add(shape.alias)
        text = f"({self.object(shape.type_name, field.children, shape.alias)})"
        return f"CASE WHEN {shape.present} IS NULL THEN 'null' ELSE {text} END" if shape.present else text

    def _classes(self, field: Selected, alias: str) -> str:
        narrowed = f"n.school_id = {alias}.school_id AND n.school_year = {alias}.school_year"
        row = self.rows("ClassProgress", field.children, "k")
        return gathered(row, by_class(self, field.children, narrowed), "k.grade, k.class_id")

    def counts(self, selected: Sequence[Selected]) -> str:
        """The aggregate that fills the column ``counts`` for a selection."""
        asked = [field for field in selected if field.name == "counts"]
        if len(asked) > 1:
            raise NotCompiledError("counts")
        row = self.rows("StateCount", asked[0].children, "n") if asked else "''"
        return f"string_agg({row}, ',' ORDER BY n.state)"

    def _late(self, shape: Late) -> str:
        facts = " || E'\\x1f' || ".join(shape.facts)
        return f"E'\\x01{shape.name}\\x1f' || {facts} || E'\\x01'"


def by_class(expressions: Expressions, selected: Sequence[Selected], narrowed: str) -> str:
    """Rows of classes with their counts, under the alias ``k``, their class joined as ``c``."""
    return (
        f"(SELECT n.school_id, n.grade, n.school_class_id AS class_id, {expressions.counts(selected)} AS counts"
        f" FROM state_count n WHERE {narrowed} AND n.count > 0 GROUP BY 1, 2, 3) k"
        " LEFT JOIN school_class c ON c.id = k.class_id"
    )


def gathered(row: str, source: str, order: str) -> str:
    """The text of a list over rows."""
    return f"'[' || coalesce((SELECT string_agg({row}, ',' ORDER BY {order}) FROM {source}), '') || ']'"


def _shape(type_name: str, field_name: str) -> Field:
    shape = TYPES.get(type_name, {}).get(field_name)
    if shape is None:
        raise NotCompiledError(f"{type_name}.{field_name}")
    return shape


def _column(column: Column, alias: str) -> str:
    value = column.expression.format(alias)
    text = JSON_TEXT[column.kind].format(value, column.type_name)
    return f"coalesce({text}, 'null')" if column.nullable else text


_UTC = "({0} AT TIME ZONE 'UTC')"
JSON_TEXT: dict[Kind, str] = {
    Kind.TEXT: "to_json({0})::text",
    Kind.NAME: "('\"' || {0} || '\"')",
    Kind.INT: "({0})::text",
    Kind.BOOL: "CASE WHEN {0} THEN 'true' ELSE 'false' END",
    # as Python writes it: six digits of a second's fraction, or none
    Kind.INSTANT: f"('\"' || to_char({_UTC}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || CASE WHEN date_trunc('second', {{0}}) = {{0}}"
    f" THEN '' ELSE to_char({_UTC}, '.US') END || '+00:00\"')",
    Kind.KEY: "('\"' || encode(convert_to('{1}:' || {0}, 'UTF8'), 'base64') || '\"')",
}
"""The JSON text of a value of each kind; ``{0}`` is the value, ``{1}`` the type of a global id."""
