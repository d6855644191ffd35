"""What a selection of the API's fields is in SQL: one table for each type, from field to expression.

A type or field that is not here is answered by its resolver. ``{0}`` stands for the alias of the object's row;
aliases of joined rows are fixed for each root (``backend.db.reading.roots``).
"""

from dataclasses import dataclass
from enum import Enum, auto

from backend.db.windows import BEING_CHECKED, CLOSED_FOR_RECORD, CONFIRMED


class Kind(Enum):
    """How a column's value becomes JSON."""

    TEXT = auto()
    NAME = auto()  # of an enum: needs no escaping
    INT = auto()
    BOOL = auto()
    INSTANT = auto()
    KEY = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """A value; ``type_name`` is the type that a global id names."""

    expression: str
    kind: Kind = Kind.TEXT
    nullable: bool = False
    type_name: str = ""


@dataclass(frozen=True, slots=True)
class One:
    """An object on the row of another alias; null where ``present`` is."""

    type_name: str
    alias: str
    present: str = ""


class Counts:
    """Counts by state, gathered in the column ``counts`` of the object's row."""


class Classes:
    """The classes of a school's progress, each with its counts."""


@dataclass(frozen=True, slots=True)
class Late:
    """A value that the process puts in afterwards, from facts of the row (``backend.compiled.late``)."""

    name: str
    facts: tuple[str, ...]


Field = Column | One | Counts | Classes | Late


def _key(type_name: str) -> Column:
    return Column("{0}.id", Kind.KEY, type_name=type_name)


def _school_year(column: str) -> Column:
    return Column(f"{column} || '-' || ({column} + 1)", Kind.NAME)


_CLOSED = (
    "(SELECT jsonb_object_agg(k.school_year, k.names) FROM (SELECT p.school_year,"
    ' string_agg(p."window", \',\' ORDER BY p."window") AS names FROM lock_period p'
    " WHERE p.sealed_at IS NOT NULL OR p.locks_at <= now() GROUP BY 1) k)"
)
"""The windows that have closed, by year: asked once for a statement, because no row is named in it."""

_CLOSED_HERE = (
    f'(SELECT string_agg(p."window", \',\' ORDER BY p."window") FROM lock_period p WHERE {CLOSED_FOR_RECORD})'
)
_EXCEPTED = f"(SELECT EXISTS (SELECT FROM lock_exception e WHERE {CONFIRMED.format(clock='now()')}))"
"""Whether any exception holds that the viewer sees, asked once too: only then is each row asked for its own windows."""

_POLICY_FACTS = (
    "coalesce(w.state, '')",
    "coalesce(w.\"window\", '')",
    "coalesce(w.complete::text, '')",
    "(s.id IS NOT NULL AND s.id <> w.id)::text",
    "coalesce(s.state, '')",
    "coalesce(s.\"window\", '')",
    "coalesce(s.complete::text, '')",
    "(y.school_id = ANY ((SELECT scope_schools())::bigint[]))::text",
    "coalesce((y.school_class_id = ANY ((SELECT scope_classes())::bigint[]))::text, '')",
    "(b.managing_school_id = ANY ((SELECT scope_schools())::bigint[]))::text",
    f"coalesce(CASE WHEN {_EXCEPTED} THEN {_CLOSED_HERE} ELSE {_CLOSED} ->> y.school_year::text END, '')",
    f"({BEING_CHECKED})::text",
    "y.left_behind::text",
)

TYPES: dict[str, dict[str, Field]] = {
    "OrgUnit": {
        "id": _key("OrgUnit"),
        "kind": Column("{0}.kind", Kind.NAME),
        "code": Column("{0}.code"),
        "name": Column("{0}.name"),
        "commune": Column("{0}.commune"),
        "district": Column("{0}.district"),
    },
    "SchoolClass": {
        "id": _key("SchoolClass"),
        "name": Column("{0}.name"),
        "grade": Column("{0}.grade", Kind.INT),
        "schoolYear": _school_year("{0}.school_year"),
        "school": One("OrgUnit", "u", "u.id"),
    },
    "Revision": {
        "number": Column("{0}.number", Kind.INT),
        "state": Column("{0}.state", Kind.NAME),
        "version": Column("{0}.version", Kind.INT),
        "window": Column('{0}."window"', Kind.NAME),
        "complete": Column("{0}.complete", Kind.BOOL),
        "openedBy": Column("{0}.opened_by", Kind.NAME, nullable=True),
        "reason": Column("{0}.reason"),
        "effectiveFrom": Column("{0}.effective_from", Kind.INSTANT, nullable=True),
        "updatedAt": Column("{0}.updated_at", Kind.INSTANT),
    },
    "Record": {
        "id": _key("Record"),
        "schoolYear": _school_year("{0}.school_year"),
        "grade": Column("{0}.grade", Kind.INT),
        "className": Column("c.name"),
        "pupilName": Column("{0}.pupil_name"),
        "state": Column("{0}.state", Kind.NAME),
        "lookupCode": Column("b.lookup_code", Kind.NAME),
        "workingRevision": One("Revision", "w"),
        "standingRevision": One("Revision", "s", "s.id"),
        "school": One("OrgUnit", "u", "u.id"),
        "schoolClass": One("SchoolClass", "c"),
        "viewerActions": Late("viewer_actions", _POLICY_FACTS),
    },
    "StateCount": {
        "state": Column("{0}.state", Kind.NAME),
        "count": Column("{0}.count", Kind.INT),
    },
    "ClassProgress": {
        "school": One("OrgUnit", "u", "u.id"),
        "schoolClass": One("SchoolClass", "c", "c.id"),
        "counts": Counts(),
    },
    "SchoolProgress": {
        "school": One("OrgUnit", "u", "u.id"),
        "counts": Counts(),
        "classes": Classes(),
    },
    "DistrictProgress": {
        "district": One("OrgUnit", "u", "u.id"),
        "counts": Counts(),
    },
}
"""Everything that a statement can answer by itself."""
