"""The part of the SDL that a role can use at all: its root fields, what they take and what can be reached from them.

``hocba schema --roles FOLDER`` writes one file for each role. A field that could only ever be null or empty for the
role is not in its file; what a role may do to which record still depends on the record.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import chain

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)
from graphql.language import ListTypeNode, NamedTypeNode, NonNullTypeNode

from backend.domain.policy import Role
from backend.schema.rights import OPERATIONS, THINGS

ROOTS = ("Query", "Mutation", "Subscription")
_DEFINED = (
    EnumTypeDefinitionNode
    | InputObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | ObjectTypeDefinitionNode
    | ScalarTypeDefinitionNode
    | UnionTypeDefinitionNode
)


def file_name(role: Role) -> str:
    return f"{role.value.lower()}.graphql"


def sdl_for(role: Role, sdl: str) -> str:
    """The role's part of a whole SDL.

    Raises:
        KeyError: for a root field or a thing with an id that the table of rights does not know.
    """
    hidden = _hidden(role)
    definitions = [_without(item, hidden, role) for item in parse(sdl, no_location=True).definitions]
    by_name = {
        item.name.value: item
        for item in definitions
        if isinstance(item, _DEFINED) and item.name.value not in hidden
    }
    reached = _reached(by_name)
    kept = [item for item in definitions if isinstance(item, _DEFINED) and item.name.value in reached]
    return print_ast(DocumentNode(definitions=tuple(kept))) + "\n"


def _hidden(role: Role) -> frozenset[str]:
    """Things that the role never sees, with the connections that lead to them."""
    hidden = [name for name, roles in THINGS.items() if role not in roles]
    return frozenset(f"{name}{suffix}" for name in hidden for suffix in ("", "Connection", "Edge"))


def _without(definition: DefinitionNode, hidden: Collection[str], role: Role) -> DefinitionNode:
    """A type without the fields that are not for the role."""
    if not isinstance(definition, ObjectTypeDefinitionNode):
        return definition
    name = definition.name.value
    fields = tuple(
        field
        for field in definition.fields or ()
        if _named(field.type) not in hidden
        and (name not in ROOTS or role in OPERATIONS[f"{name}.{field.name.value}"])
    )
    return replace(definition, fields=fields)


def _reached(by_name: dict[str, _DEFINED]) -> set[str]:
    reached: set[str] = set()
    waiting = [name for name in ROOTS if getattr(by_name.get(name), "fields", None)]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in by_name:
            continue
        reached.add(name)
        waiting += _mentioned(by_name[name])
        waiting += [
            other
            for other, item in by_name.items()
            if isinstance(item, ObjectTypeDefinitionNode)
            and name in {face.name.value for face in item.interfaces or ()}
        ]
    return reached


def _mentioned(item: _DEFINED) -> Iterator[str]:
    """Names of the types that a type's fields and arguments speak of."""
    if isinstance(item, UnionTypeDefinitionNode):
        yield from (member.name.value for member in item.types or ())
    if isinstance(item, ObjectTypeDefinitionNode):
        yield from (face.name.value for face in item.interfaces or ())
    fields: tuple[FieldDefinitionNode | InputValueDefinitionNode, ...] = tuple(
        getattr(item, "fields", None) or ()
    )
    for field in fields:
        yield _named(field.type)
        arguments = chain(getattr(field, "arguments", None) or ())
        yield from (_named(argument.type) for argument in arguments)


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # every type expression ends in a name
    return node.name.value
