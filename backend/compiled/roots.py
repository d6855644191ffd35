"""Root fields that can be answered by a statement: their arguments in the words of ``backend.db.reading``."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from strawberry import relay

from backend.db.reading import roots
from backend.db.reading.expressions import NotCompiledError, Selected
from backend.db.reading.roots import Bound
from backend.db.repositories.records import RecordFilter
from backend.domain.errors import DomainError
from backend.domain.lifecycle import State
from backend.domain.school_year import SchoolYear
from backend.domain.text import fold
from backend.resolvers.answering import node_key
from backend.resolvers.records import position
from backend.schema.paging import page_size

Arguments = Mapping[str, Any]
Build = Callable[[Sequence[Selected], Arguments], Bound]


def _records(selected: Sequence[Selected], arguments: Arguments) -> Bound:
    after = position(arguments.get("after"))
    return roots.records(
        selected, _filter(arguments.get("filter") or {}), after, page_size(arguments.get("first"))
    )


def _filter(given: Arguments) -> RecordFilter:
    year = given.get("schoolYear")
    return RecordFilter(
        school_id=_key(given.get("schoolId"), "OrgUnit"),
        class_id=_key(given.get("classId"), "SchoolClass"),
        school_year=None if year is None else SchoolYear.parse(year).start,
        states=tuple(State(state) for state in given.get("states") or ()),
        name=fold(given["name"]) if given.get("name") else None,
    )


def _progress(selected: Sequence[Selected], arguments: Arguments) -> Bound:
    return roots.class_progress(selected, _year(arguments), _key(arguments.get("schoolId"), "OrgUnit"))


def _school_progress(selected: Sequence[Selected], arguments: Arguments) -> Bound:
    return roots.school_progress(selected, _year(arguments), _key(arguments.get("districtId"), "OrgUnit"))


def _district_progress(selected: Sequence[Selected], arguments: Arguments) -> Bound:
    return roots.district_progress(selected, _year(arguments))


def _year(arguments: Arguments) -> int:
    return SchoolYear.parse(arguments["schoolYear"]).start


def _key(text: str | None, type_name: str) -> int | None:
    if text is None:
        return None
    try:
        return node_key(relay.GlobalID.from_id(text), type_name, type_name)
    except (ValueError, DomainError) as error:
        raise NotCompiledError(type_name) from error


STAFF_ROOTS: Mapping[str, Build] = {
    "records": _records,
    "progress": _progress,
    "schoolProgress": _school_progress,
    "districtProgress": _district_progress,
}
"""For people with an assignment; what they see of it is the scope's matter."""
