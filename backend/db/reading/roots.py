"""The root fields that a statement can answer, each with the rows it starts from."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from backend.db.reading.expressions import Expressions, NotCompiledError, Selected, by_class, gathered
from backend.db.repositories.records import Position, RecordFilter

_SCHOOL = "LEFT JOIN org_unit u ON u.id = {0}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a root field is asked: ``shape`` decides the text of its expression, ``values`` are its binds."""

    shape: tuple[Hashable, ...]
    values: tuple[Hashable, ...]


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


RECORD_FILTERS = {
    "school_id": "y.school_id = {}::bigint",
    "class_id": "y.school_class_id = {}::bigint",
    "school_year": "y.school_year = {}::smallint",
    "states": "y.state = ANY ({}::text[])",
    "name": "y.name_fold LIKE '%' || {}::text || '%'",
}
_ORDER = "y.school_class_id, y.sort_key, y.id"
_CURSOR = (
    "translate(encode(convert_to('[' || y.school_class_id || ',' || to_json(y.sort_key)::text || ',' || y.id || ']',"
    " 'UTF8'), 'base64'), E'+/=\\n', '-_')"
)
_PAGE = (
    "(SELECT y.*, row_number() OVER (ORDER BY {order}) AS place{total} FROM ("
    "SELECT y.id, y.book_id, y.school_id, y.school_class_id, y.school_year, y.grade, y.pupil_name, y.sort_key, y.state,"
    " y.working_revision_id, y.standing_revision_id, y.left_behind FROM year_record y{where} ORDER BY {order} LIMIT {most}) y) y"
)
_JOINS = {
    "b": "LEFT JOIN record_book b ON b.id = y.book_id",
    "c": "LEFT JOIN school_class c ON c.id = y.school_class_id",
    "w": "LEFT JOIN revision w ON w.id = y.working_revision_id",
    "s": "LEFT JOIN revision s ON s.id = y.standing_revision_id",
    "u": _SCHOOL.format("y.school_id"),
}
"""What belongs to a record, by alias. Book and class are seen by whoever sees the record; were one missing, the answer
would hold a null that it must not have, and the resolvers would be asked."""


def records_asked(wanted: RecordFilter, after: Position | None, size: int) -> Asked:
    """A page of records: the filters that are given, whether it follows a position, and how long it is."""
    given = [
        (name, value)
        for name in RECORD_FILTERS
        if (value := getattr(wanted, name)) is not None and value != ()
    ]
    values = [tuple(str(item) for item in value) if name == "states" else value for name, value in given]
    shape = (tuple(name for name, _ in given), after is not None, size)
    return Asked(shape, (*values, *(after or ())))


def records(selected: Sequence[Selected], filters: Sequence[str], follows: bool, size: int) -> str:
    """The expression of such a page. The page is cut first, so that only its rows are joined and written.

    Raises:
        NotCompiledError: when the selection needs a resolver.
    """
    parts = take_apart(selected)
    node = f"({Expressions().object('Record', parts.node, 'y')})" if parts.node else "''"
    joins = [join for alias, join in _JOINS.items() if re.search(rf"\b{alias}\.", node)]
    page = _PAGE.format(
        order=_ORDER,
        total=", count(*) OVER () AS total" if any(f.name == "endCursor" for f in parts.page) else "",
        where=_where(filters, follows=follows),
        most=size + 1,
    )
    edge = f"coalesce({_edge(parts.edge, node)}, E'\\x02')"
    answer = _connection(parts, edge, size, has_before=follows)
    return f"(SELECT {answer} FROM {' '.join([page, *joins])})"


def _where(filters: Sequence[str], *, follows: bool) -> str:
    conditions = [RECORD_FILTERS[name].format(f"${{{place}}}") for place, name in enumerate(filters)]
    if follows:
        at = [f"${{{len(filters) + offset}}}" for offset in range(3)]
        conditions.append(f"({_ORDER}) > ({at[0]}::bigint, {at[1]}::text, {at[2]}::bigint)")
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _edge(selected: Sequence[Selected], node: str) -> str:
    values = {"node": node, "cursor": f"('\"' || {_CURSOR} || '\"')", "__typename": "'\"RecordEdge\"'"}
    return _fixed_object(selected, values)


def _connection(parts: ConnectionParts, edge: str, size: int, *, has_before: bool) -> str:
    page = {
        "hasNextPage": f"CASE WHEN count(*) > {size} THEN 'true' ELSE 'false' END",
        "hasPreviousPage": "'true'" if has_before else "'false'",
        "startCursor": _cursor_at("1"),
        "endCursor": _cursor_at(f"least(y.total, {size})"),
        "__typename": "'\"PageInfo\"'",
    }
    joined = f"string_agg({edge}, ',' ORDER BY {_ORDER}) FILTER (WHERE y.place <= {size})"
    edges = f"'[' || coalesce({joined}, '') || ']'"
    values = {
        "edges": edges,
        "pageInfo": f"({_fixed_object(parts.page, page)})",
        "__typename": "'\"RecordConnection\"'",
    }
    return _fixed_object(parts.keys, values)


def _cursor_at(place: str) -> str:
    return f"coalesce('\"' || min({_CURSOR}) FILTER (WHERE y.place = {place}) || '\"', 'null')"


def _fixed_object(selected: Sequence[Selected], values: dict[str, str]) -> str:
    """The text of an object whose fields are all in ``values``."""
    parts = ["'{'"]
    for place, field in enumerate(selected):
        if field.name not in values:
            raise NotCompiledError(field.name)
        parts += [f"'{',' if place else ''}\"{field.key}\":'", values[field.name]]
    return " || ".join([*parts, "'}'"])


def progress_asked(school_year: int, unit_id: int | None = None) -> Asked:
    """Counts of a school year, perhaps of one unit alone."""
    return Asked((unit_id is not None,), (school_year,) if unit_id is None else (school_year, unit_id))


def class_progress(selected: Sequence[Selected], of_one: bool) -> str:
    """Counts by class and state, perhaps of one school."""
    expressions = Expressions()
    row = expressions.rows("ClassProgress", selected, "k")
    narrowed = "n.school_year = ${0}::smallint" + (" AND n.school_id = ${1}::bigint" if of_one else "")
    source = f"{by_class(expressions, selected, narrowed)} {_SCHOOL.format('k.school_id')}"
    return gathered(row, source, "k.school_id, k.grade, k.class_id")


def school_progress(selected: Sequence[Selected], of_one: bool) -> str:
    """Counts by school and state, perhaps of one district."""
    expressions = Expressions()
    row = expressions.rows("SchoolProgress", selected, "d")
    narrowed = " WHERE u.parent_id = ${1}::bigint" if of_one else ""
    source = (
        f"(SELECT n.school_id, n.school_year, {expressions.counts(selected)} AS counts FROM school_count n"
        " WHERE n.school_year = ${0}::smallint AND n.count > 0 GROUP BY 1, 2) d"
        f" JOIN org_unit u ON u.id = d.school_id{narrowed}"
    )
    return gathered(row, source, "d.school_id")


def district_progress(selected: Sequence[Selected], _of_one: bool) -> str:
    """Counts by district and state."""
    expressions = Expressions()
    row = expressions.rows("DistrictProgress", selected, "d")
    source = (
        f"(SELECT n.district_id, {expressions.counts(selected)} AS counts FROM ({DISTRICT_SUMS}) n GROUP BY 1) d"
        " LEFT JOIN org_unit u ON u.id = d.district_id"
    )
    return gathered(row, source, "d.district_id")


DISTRICT_SUMS = (
    "SELECT o.parent_id AS district_id, m.state, sum(m.count)::int AS count FROM school_count m"
    " JOIN org_unit o ON o.id = m.school_id"
    " WHERE m.school_year = ${0}::smallint AND m.count > 0 AND o.parent_id IS NOT NULL GROUP BY 1, 2"
)
