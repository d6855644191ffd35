"""Root fields that can be answered by a statement: their arguments in the words of ``backend.db.reading``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from strawberry import relay

from backend.db.reading import roots
from backend.db.reading.expressions import NotCompiledError
from backend.db.reading.roots import Asked
from backend.db.repositories.records import RecordFilter
from backend.domain.errors import DomainError
from backend.domain.lifecycle import State
from backend.domain.school_year import SchoolYear
from backend.domain.text import fold
from backend.resolvers.answering import node_key
from backend.resolvers.records import position
from backend.schema.paging import page_size

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """``asked`` reads arguments; ``write`` makes the expression of a selection for the shape of what is asked."""

    asked: Callable[[Arguments], Asked]
    write: Callable[..., str]


def _records(arguments: Arguments) -> Asked:
    wanted = _filter(arguments.get("filter") or {})
    return roots.records_asked(wanted, position(arguments.get("after")), page_size(arguments.get("first")))


def _filter(given: Arguments) -> RecordFilter:
    year = given.get("schoolYear")
    return RecordFilter(
        school_id=_key(given.get("schoolId"), "OrgUnit"),
        class_id=_key(given.get("classId"), "SchoolClass"),
        school_year=None if year is None else SchoolYear.parse(year).start,
        states=tuple(State(state) for state in given.get("states") or ()),
        name=fold(given["name"]) if given.get("name") else None,
    )


def _of_school(arguments: Arguments) -> Asked:
    return roots.progress_asked(_year(arguments), _key(arguments.get("schoolId"), "OrgUnit"))


def _of_district(arguments: Arguments) -> Asked:
    return roots.progress_asked(_year(arguments), _key(arguments.get("districtId"), "OrgUnit"))


def _of_all(arguments: Arguments) -> Asked:
    return roots.progress_asked(_year(arguments))


def _year(arguments: Arguments) -> int:
    return SchoolYear.parse(arguments["schoolYear"]).start


def _key(text: str | None, type_name: str) -> int | None:
    if text is None:
        return None
    try:
        return node_key(relay.GlobalID.from_id(text), type_name, type_name)
    except (ValueError, DomainError) as error:
        raise NotCompiledError(type_name) from error


STAFF_ROOTS: Mapping[str, Answer] = {
    "records": Answer(_records, roots.records),
    "progress": Answer(_of_school, roots.class_progress),
    "schoolProgress": Answer(_of_district, roots.school_progress),
    "districtProgress": Answer(_of_all, roots.district_progress),
}
"""For people with an assignment; what they see of it is the scope's matter."""
