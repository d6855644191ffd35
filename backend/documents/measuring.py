"""Measures a document in one walk: every fragment once, whatever uses it and however often.

A limiter that follows each spread does work that doubles with every line of a query. Here fragments are measured in
the order of their use, deepest first, and a spread only adds what is already known. A ring of fragments adds
nothing; validation refuses it later.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionNode,
    SelectionSetNode,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from backend.documents.limits import SATURATED, Measure
from backend.documents.prices import DEFAULT_ITEMS, ITEMS, PAGE_DEFAULT, PAGE_MAX, PRICE

NOTHING = Measure()
_META: dict[str, GraphQLField] = {
    "__schema": SchemaMetaFieldDef,
    "__type": TypeMetaFieldDef,
    "__typename": TypeNameMetaFieldDef,
}
_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation of a document."""

    kind: str
    measure: Measure
    root_fields: frozenset[str]
    introspects: bool


@dataclass(slots=True)
class Measuring:
    """One walk over one document; ``visited`` counts the selections it looked at.

    ``values`` are the variables that pages may ask by; without them each counts as the largest page.
    """

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    values: Mapping[str, Any] | None = None
    known: dict[str, Measure] = field(default_factory=dict)
    visited: int = 0
    introspects: bool = False

    def of_operation(self, operation: OperationDefinitionNode) -> Measured:
        """What an operation asks, all fragments being known."""
        root = self.schema.get_root_type(operation.operation)
        measure = _plus_directives(self._own_set(operation.selection_set, root), operation)
        roots = frozenset(_names(operation.selection_set, self.fragments))
        return Measured(operation.operation.value, measure, roots, self.introspects)

    def learn(self, name: str) -> None:
        """Measure a fragment whose own fragments are known."""
        fragment = self.fragments[name]
        parent = self.schema.get_type(fragment.type_condition.name.value)
        self.known[name] = _plus_directives(self._own_set(fragment.selection_set, parent), fragment)

    def _set(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Measure:
        total = NOTHING
        for selection in selections.selections if selections else ():
            self.visited += 1
            total = _plus(total, self._selection(selection, parent))
        return total

    def _own_set(self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Measure:
        """A selection with its inline fragments, whose fields stand beside its own."""
        most = max(Counter(_answer_names(selections)).values(), default=0)
        return _plus(self._set(selections, parent), Measure(repeats=most))

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType | None) -> Measure:
        match selection:
            case FieldNode():
                return _plus_directives(self._field(selection, parent), selection)
            case FragmentSpreadNode():
                return _plus_directives(self.known.get(selection.name.value, NOTHING), selection)
            case InlineFragmentNode():
                condition = selection.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                inside = self._set(selection.selection_set, inner)
                # a level of its own: what is nested costs whoever walks it, fields or not
                return _plus_directives(replace(inside, depth=inside.depth + 1), selection)
        return NOTHING

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        name = node.name.value
        self.introspects |= name in _INTROSPECTION
        definition = _definition(parent, name)
        inner = self._own_set(node.selection_set, get_named_type(definition.type) if definition else None)
        place = f"{parent.name}.{name}" if parent else name
        return Measure(
            depth=inner.depth + 1,
            roots=1,
            fields=min(inner.fields + 1, SATURATED),
            aliases=min(inner.aliases + (node.alias is not None), SATURATED),
            directives=inner.directives,
            repeats=inner.repeats,
            cost=min(
                _price(place, definition) + _items(place, node, definition, self.values) * inner.cost,
                SATURATED,
            ),
        )


def measure(
    schema: GraphQLSchema, document: DocumentNode, values: Mapping[str, Any] | None = None
) -> dict[str, Measured]:
    """Every operation of a document by its name (``""`` when it has none); without values for every value."""
    walk = walk_over(schema, document, values)
    return {
        node.name.value if node.name else "": walk.of_operation(node)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    }


def given_values(document: DocumentNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Every variable of a document with what is sent for it, else its default; None where there is neither."""
    return {
        item.variable.name.value: variables.get(
            item.variable.name.value,
            int(item.default_value.value) if isinstance(item.default_value, IntValueNode) else None,
        )
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        for item in node.variable_definitions or ()
    }


def walk_over(
    schema: GraphQLSchema, document: DocumentNode, values: Mapping[str, Any] | None = None
) -> Measuring:
    """A walk that knows every fragment of the document."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    walk = Measuring(schema, fragments, values)
    for name in _deepest_first(fragments):
        walk.learn(name)
    return walk


def _deepest_first(fragments: dict[str, FragmentDefinitionNode]) -> Iterator[str]:
    """Fragments so that each comes after those it uses, but for rings; without recursion."""
    # each fragment's spreads are read once and never from the start again
    uses = {name: _spreads(node.selection_set) for name, node in fragments.items()}
    begun: set[str] = set()
    for start in fragments:
        path = [] if start in begun else [start]
        begun.add(start)
        while path:
            unseen = next((name for name in uses[path[-1]] if name in fragments and name not in begun), None)
            if unseen is None:
                yield path.pop()
            else:
                begun.add(unseen)
                path.append(unseen)


def _spreads(selections: SelectionSetNode | None) -> Iterator[str]:
    for selection in selections.selections if selections else ():
        if isinstance(selection, FragmentSpreadNode):
            yield selection.name.value
        elif isinstance(selection, FieldNode | InlineFragmentNode):
            yield from _spreads(selection.selection_set)


def _answer_names(selections: SelectionSetNode | None) -> Iterator[str]:
    for selection in selections.selections if selections else ():
        if isinstance(selection, FieldNode):
            yield (selection.alias or selection.name).value
        elif isinstance(selection, InlineFragmentNode):
            yield from _answer_names(selection.selection_set)


def _names(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], seen: set[str] | None = None
) -> Iterator[str]:
    """Names of the fields at the top, through fragments, each fragment once."""
    seen = set() if seen is None else seen
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            yield selection.name.value
        elif isinstance(selection, InlineFragmentNode):
            yield from _names(selection.selection_set, fragments, seen)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            if selection.name.value in fragments:
                yield from _names(fragments[selection.name.value].selection_set, fragments, seen)


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    if name in _META:
        return _META[name]
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def _price(place: str, definition: GraphQLField | None) -> int:
    if place in PRICE:
        return PRICE[place]
    return 1 if definition is None or is_composite_type(get_named_type(definition.type)) else 0


def _items(
    place: str, node: FieldNode, definition: GraphQLField | None, values: Mapping[str, Any] | None
) -> int:
    if definition is None:
        return 1
    if "first" in definition.args:
        return _first(node, values)
    if place.endswith("Connection.edges"):
        return 1
    inner = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
    return ITEMS.get(place, DEFAULT_ITEMS) if is_list_type(inner) else 1


def _first(node: FieldNode, values: Mapping[str, Any] | None) -> int:
    """What ``first`` asks for; a variable of unknown value counts as the largest page."""
    for argument in node.arguments or ():
        if argument.name.value == "first":
            value = argument.value
            if isinstance(value, VariableNode) and values is not None:
                return _page(values.get(value.name.value))
            is_short = isinstance(value, IntValueNode) and len(value.value) < len(str(SATURATED))
            return max(1, min(int(cast(IntValueNode, value).value), PAGE_MAX)) if is_short else PAGE_MAX
    return PAGE_DEFAULT


def _page(value: object) -> int:
    """How many rows a page has for a value of ``first``; what is no number is refused later, and costs the most."""
    if value is None:
        return PAGE_DEFAULT
    return max(1, min(value, PAGE_MAX)) if isinstance(value, int) else PAGE_MAX


def _plus(one: Measure, other: Measure) -> Measure:
    return Measure(
        depth=max(one.depth, other.depth),
        roots=min(one.roots + other.roots, SATURATED),
        fields=min(one.fields + other.fields, SATURATED),
        aliases=min(one.aliases + other.aliases, SATURATED),
        directives=min(one.directives + other.directives, SATURATED),
        cost=min(one.cost + other.cost, SATURATED),
        repeats=max(one.repeats, other.repeats),
    )


def _plus_directives(
    measured: Measure,
    node: SelectionNode | OperationDefinitionNode | FragmentDefinitionNode,
) -> Measure:
    count = len(node.directives or ())
    return _plus(measured, Measure(directives=count)) if count else measured
