"""From a parsed document to selections: fragments laid open, equal response names merged."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from backend.db.reading.expressions import NotCompiledError, Selected

Fragments = Mapping[str, FragmentDefinitionNode]
Collected = dict[str, list[FieldNode]]


def fragments_of(document: DocumentNode) -> Fragments:
    return {
        item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)
    }


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that is meant.

    Raises:
        NotCompiledError: when it is not the only one that could be.
    """
    found = [
        item
        for item in document.definitions
        if isinstance(item, OperationDefinitionNode)
        and (name is None or (item.name is not None and item.name.value == name))
    ]
    if len(found) != 1:
        raise NotCompiledError("operation")
    return found[0]


def collect(selection: SelectionSetNode, of: GraphQLObjectType, fragments: Fragments) -> Collected:
    """Field nodes by response name, in the order of the answer.

    Raises:
        NotCompiledError: for directives, and for fragments on anything but the type itself.
    """
    collected: Collected = {}
    for field in _fields(selection, of, fragments):
        collected.setdefault(field.alias.value if field.alias else field.name.value, []).append(field)
    return collected


def _fields(selection: SelectionSetNode, of: GraphQLObjectType, fragments: Fragments) -> Iterator[FieldNode]:
    for item in selection.selections:
        if item.directives:
            raise NotCompiledError("directive")
        match item:
            case FieldNode():
                yield item
            case FragmentSpreadNode():
                inner = fragments[item.name.value]
                yield from _inside(inner.selection_set, inner.type_condition.name.value, of, fragments)
            case InlineFragmentNode():
                condition = item.type_condition.name.value if item.type_condition else of.name
                yield from _inside(item.selection_set, condition, of, fragments)
            case _:
                raise NotCompiledError(item.kind)


def _inside(
    selection: SelectionSetNode, condition: str, of: GraphQLObjectType, fragments: Fragments
) -> Iterator[FieldNode]:
    if condition != of.name:
        raise NotCompiledError(condition)
    yield from _fields(selection, of, fragments)


def children(nodes: Sequence[FieldNode], of: GraphQLObjectType, fragments: Fragments) -> tuple[Selected, ...]:
    """What is selected below fields of one response name.

    Raises:
        NotCompiledError: when a field takes arguments or is not of an object or a leaf.
    """
    collected: Collected = {}
    for node in nodes:
        if node.selection_set is not None:
            for key, fields in collect(node.selection_set, of, fragments).items():
                collected.setdefault(key, []).extend(fields)
    return tuple(_selected(key, fields, of, fragments) for key, fields in collected.items())


def _selected(key: str, nodes: Sequence[FieldNode], of: GraphQLObjectType, fragments: Fragments) -> Selected:
    name = nodes[0].name.value
    if name == "__typename":
        return Selected(key, name)
    if any(node.arguments for node in nodes):
        raise NotCompiledError(name)
    named = get_named_type(of.fields[name].type)
    below = children(nodes, named, fragments) if isinstance(named, GraphQLObjectType) else ()
    return Selected(key, name, below)
