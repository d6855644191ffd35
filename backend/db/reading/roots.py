"""The root fields that a statement can answer, each with the rows it starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.db.reading.expressions import Expressions, NotCompiledError, Selected, by_class, gathered
from backend.db.repositories.records import FROM, Position, RecordFilter

_SCHOOL = "LEFT JOIN org_unit u ON u.id = {0}"


@dataclass(frozen=True, slots=True)
class Bound:
    """An SQL expression with the values of its binds; ``{n}`` are their places."""

    expression: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ConnectionParts:
    """A connection's selection, taken apart."""

    keys: tuple[Selected, ...]
    edge: tuple[Selected, ...]
    node: tuple[Selected, ...]
    page: tuple[Selected, ...]


def take_apart(selected: Sequence[Selected]) -> ConnectionParts:
    """The parts of a connection's selection.

    Raises:
        NotCompiledError: when a part is asked for twice, under two names.
    """
    edges = _at_most_one(selected, "edges")
    node = _at_most_one(edges, "node")
    return ConnectionParts(tuple(selected), edges, node, _at_most_one(selected, "pageInfo"))


def _at_most_one(selected: Sequence[Selected], name: str) -> tuple[Selected, ...]:
    found = [field for field in selected if field.name == name]
    if len(found) > 1:
        raise NotCompiledError(name)
    return found[0].children if found else ()


RECORD_FILTERS = (
    ("school_id", "y.school_id = {}::bigint"),
    ("class_id", "y.school_class_id = {}::bigint"),
    ("school_year", "y.school_year = {}::smallint"),
    ("states", "y.state = ANY ({}::text[])"),
    ("name", "y.name_fold LIKE '%' || {}::text || '%'"),
)
_ORDER = "y.school_class_id, y.sort_key, y.id"
_CURSOR = (
    "translate(encode(convert_to('[' || y.school_class_id || ',' || to_json(y.sort_key)::text || ',' || y.id || ']',"
    " 'UTF8'), 'base64'), E'+/=\\n', '-_')"
)


def records(selected: Sequence[Selected], wanted: RecordFilter, after: Position | None, size: int) -> Bound:
    """A page of records.

    Raises:
        NotCompiledError: when the selection needs a resolver.
    """
    parts, expressions = take_apart(selected), Expressions()
    node = f"({expressions.object('Record', parts.node, 'y')})" if parts.node else "''"
    edge = _edge(parts.edge, node)
    conditions, values = _conditions(wanted, after)
    joins = " " + _SCHOOL.format("y.school_id") if "u" in expressions.aliases else ""
    rows = (
        f"SELECT row_number() OVER (ORDER BY {_ORDER}) AS n, coalesce({edge}, E'\\x02') AS e, {_CURSOR} AS c"
        f" {FROM}{joins}{' WHERE ' if conditions else ''}{' AND '.join(conditions)}"
        f" ORDER BY {_ORDER} LIMIT {size + 1}"
    )
    return Bound(f"(SELECT {_connection(parts, size, has_before=after is not None)} FROM ({rows}) q)", values)


def _conditions(wanted: RecordFilter, after: Position | None) -> tuple[list[str], tuple[Any, ...]]:
    conditions: list[str] = []
    values: list[Any] = []
    for name, condition in RECORD_FILTERS:
        value = getattr(wanted, name)
        if value is not None and value != ():
            conditions.append(condition.format(f"${{{len(values)}}}"))
            values.append([str(item) for item in value] if name == "states" else value)
    if after is not None:
        places = [f"${{{len(values) + offset}}}" for offset in range(3)]
        conditions.append(f"({_ORDER}) > ({places[0]}::bigint, {places[1]}::text, {places[2]}::bigint)")
        values += after
    return conditions, tuple(values)


def _edge(selected: Sequence[Selected], node: str) -> str:
    values = {"node": node, "cursor": f"('\"' || {_CURSOR} || '\"')", "__typename": "'\"RecordEdge\"'"}
    return _fixed_object(selected, values)


def _connection(parts: ConnectionParts, size: int, *, has_before: bool) -> str:
    page = {
        "hasNextPage": f"CASE WHEN count(*) > {size} THEN 'true' ELSE 'false' END",
        "hasPreviousPage": "'true'" if has_before else "'false'",
        "startCursor": "coalesce('\"' || min(q.c) FILTER (WHERE q.n = 1) || '\"', 'null')",
        "endCursor": f"coalesce('\"' || (array_agg(q.c ORDER BY q.n DESC) FILTER (WHERE q.n <= {size}))[1] || '\"', 'null')",
        "__typename": "'\"PageInfo\"'",
    }
    edges = f"'[' || coalesce(string_agg(q.e, ',' ORDER BY q.n) FILTER (WHERE q.n <= {size}), '') || ']'"
    values = {
        "edges": edges,
        "pageInfo": f"({_fixed_object(parts.page, page)})",
        "__typename": "'\"RecordConnection\"'",
    }
    return _fixed_object(parts.keys, values)


def _fixed_object(selected: Sequence[Selected], values: dict[str, str]) -> str:
    """The text of an object whose fields are all in ``values``."""
    parts = ["'{'"]
    for place, field in enumerate(selected):
        if field.name not in values:
            raise NotCompiledError(field.name)
        parts += [f"'{',' if place else ''}\"{field.key}\":'", values[field.name]]
    return " || ".join([*parts, "'}'"])


def class_progress(selected: Sequence[Selected], school_year: int, school_id: int | None) -> Bound:
    """Counts by class and state."""
    expressions = Expressions()
    row = expressions.rows("ClassProgress", selected, "k")
    narrowed = "n.school_year = ${0}::smallint" + (
        "" if school_id is None else " AND n.school_id = ${1}::bigint"
    )
    source = f"{by_class(expressions, selected, narrowed)} {_SCHOOL.format('k.school_id')}"
    return Bound(gathered(row, source, "k.school_id, k.grade, k.class_id"), _present(school_year, school_id))


def school_progress(selected: Sequence[Selected], school_year: int, district_id: int | None) -> Bound:
    """Counts by school and state."""
    expressions = Expressions()
    row = expressions.rows("SchoolProgress", selected, "d")
    narrowed = "" if district_id is None else " WHERE u.parent_id = ${1}::bigint"
    source = (
        f"(SELECT n.school_id, n.school_year, {expressions.counts(selected)} AS counts FROM school_count n"
        " WHERE n.school_year = ${0}::smallint AND n.count > 0 GROUP BY 1, 2) d"
        f" JOIN org_unit u ON u.id = d.school_id{narrowed}"
    )
    return Bound(gathered(row, source, "d.school_id"), _present(school_year, district_id))


def district_progress(selected: Sequence[Selected], school_year: int) -> Bound:
    """Counts by district and state."""
    expressions = Expressions()
    row = expressions.rows("DistrictProgress", selected, "d")
    source = (
        f"(SELECT n.district_id, {expressions.counts(selected)} AS counts FROM ({DISTRICT_SUMS}) n GROUP BY 1) d"
        " LEFT JOIN org_unit u ON u.id = d.district_id"
    )
    return Bound(gathered(row, source, "d.district_id"), (school_year,))


DISTRICT_SUMS = (
    "SELECT o.parent_id AS district_id, m.state, sum(m.count)::int AS count FROM school_count m"
    " JOIN org_unit o ON o.id = m.school_id"
    " WHERE m.school_year = ${0}::smallint AND m.count > 0 AND o.parent_id IS NOT NULL GROUP BY 1, 2"
)


def _present(*values: int | None) -> tuple[int, ...]:
    return tuple(value for value in values if value is not None)
