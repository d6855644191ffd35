"""Gives every type, field, argument and value of the schema a description.

What says nothing where it is defined is described by ``words.toml``: first by the entry of its own place
(``Type`` or ``Type.field``), then by the one of its name. Error codes say what their English sentence says.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
)

from backend.domain.messages import catalogue

ERROR_CODES = "ErrorCode"
_WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)


@cache
def words() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("backend.schema").joinpath("words.toml").read_text("utf-8"))


def describe(schema: GraphQLSchema) -> None:
    """Fill in what has no description yet; a test finds what is left without."""
    for kind in schema.type_map.values():
        if not kind.name.startswith("__"):
            for thing, said in _things(kind):
                thing.description = thing.description or said


def _things(kind: GraphQLNamedType) -> Iterator[tuple[Any, str | None]]:
    """A type with everything in it, and what the words say of each."""
    yield kind, words()["types"].get(kind.name)
    if isinstance(kind, GraphQLEnumType):
        yield from ((value, _value(kind.name, name)) for name, value in kind.values.items())
    if isinstance(kind, _WITH_FIELDS):
        for name, field in kind.fields.items():
            yield field, _word(kind.name, name)
            arguments: Mapping[str, Any] = getattr(field, "args", {})
            yield from ((item, _word(f"{kind.name}.{name}", key)) for key, item in arguments.items())


def _word(place: str, name: str) -> str | None:
    said: str | None = words().get(place, {}).get(name) or words()["fields"].get(name)
    return said


def _value(enum: str, name: str) -> str | None:
    if enum == ERROR_CODES:
        return catalogue()[name]["en"] if name in catalogue() else None
    said: str | None = words()["enums"].get(enum, {}).get(name)
    return said
