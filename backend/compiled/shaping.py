"""From a selection to a function that makes its JSON values from plain data: what graphql-core does, laid open once.

A type is a table from field to how its value is read from the object's source; a document's selection becomes nested
functions, so that nothing is looked up, awaited or checked for each field of each answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.db.reading.expressions import NotCompiledError, Selected

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class One:
    """A field with an object of a type, or null."""

    type_name: str
    read: Read


@dataclass(frozen=True, slots=True)
class Many:
    """A field with a list of objects of a type."""

    type_name: str
    read: Callable[[Any], Iterable[Any]]


Types = Mapping[str, Mapping[str, Read | One | Many]]


def shape_of(types: Types, type_name: str, selected: Sequence[Selected]) -> Read:
    """The function from an object's source to its values under the names of the answer, in its order.

    Raises:
        NotCompiledError: when a field is in no table.
    """
    fields = tuple((field.key, _field(types, type_name, field)) for field in selected)
    return lambda source: {key: read(source) for key, read in fields}


def _field(types: Types, type_name: str, field: Selected) -> Read:
    if field.name == "__typename":
        return lambda _source: type_name
    shape = types[type_name].get(field.name)
    match shape:
        case None:
            raise NotCompiledError(f"{type_name}.{field.name}")
        case One():
            return _one(shape.read, shape_of(types, shape.type_name, field.children))
        case Many():
            return _many(shape.read, shape_of(types, shape.type_name, field.children))
        case _:
            return shape


def _one(read: Read, inner: Read) -> Read:
    def shaped(source: Any) -> Any:
        found = read(source)
        return None if found is None else inner(found)

    return shaped


def _many(read: Callable[[Any], Iterable[Any]], inner: Read) -> Read:
    return lambda source: [inner(item) for item in read(source)]
