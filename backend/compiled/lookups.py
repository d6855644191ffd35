"""A document that is one lookup and nothing else: its arguments, and the JSON of its answer or of its refusal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationType,
    VariableNode,
    get_named_type,
)
from graphql.execution.values import get_argument_values, get_variable_values

from backend.compiled.documents import children, collect, fragments_of, operation_of
from backend.compiled.lookup_shapes import LOOKUP_TYPES, Told
from backend.compiled.shaping import shape_of
from backend.db.reading.expressions import NotCompiledError, Selected
from backend.domain.access import AccessPurpose
from backend.domain.errors import DomainError
from backend.resolvers.public import question_of
from backend.services.lookup import Question

ROOT, PROOF = "lookup", "inclusion"


class LookupPlan:
    """How such a document is answered."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> None:
        """Raises NotCompiledError when it is another document, or a resolver is needed."""
        self._schema = schema
        self._operation = operation_of(document, operation_name)
        if self._operation.operation is not OperationType.QUERY or self._operation.directives:
            raise NotCompiledError("operation")
        self.key, self._nodes = _only_root(schema, document, self._operation)
        query = schema.query_type
        if query is None:
            raise NotCompiledError("query")
        self._field = query.fields[ROOT]
        named = get_named_type(self._field.type)
        if not isinstance(named, GraphQLObjectType):
            raise NotCompiledError(ROOT)
        self._plain = _plain(self._nodes[0], self._field)
        selected = children(self._nodes, named, fragments_of(document))
        self._shape = shape_of(LOOKUP_TYPES, named.name, selected)
        self._proven = _names(selected, PROOF)

    def question(self, variables: Mapping[str, Any] | None, address: str) -> Question | None:
        """What is asked with these variables; None when only the ordinary execution can say what is wrong."""
        given = self._plainly(variables or {}) or self._arguments(variables or {})
        if given is None:
            return None
        try:
            purpose = AccessPurpose(given.get("purpose", AccessPurpose.NOT_STATED))
            question = question_of(
                given["code"], given.get("secondFactor"), given.get("shareCode"), purpose, address
            )
            return replace(question, proven=self._proven)
        except (DomainError, ValueError):
            return None

    def _plainly(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """The arguments, when each is a variable that is given as it should be."""
        if self._plain is None:
            return None
        try:
            return {name: parse(variables[variable]) for name, variable, parse in self._plain}
        except (KeyError, GraphQLError, TypeError, ValueError):
            return None

    def _arguments(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        definitions = self._operation.variable_definitions or ()
        values = get_variable_values(self._schema, definitions, dict(variables), max_errors=1)
        if isinstance(values, list):
            return None
        try:
            return get_argument_values(self._field, self._nodes[0], values)
        except GraphQLError:
            return None

    def data(self, told: Told) -> bytes:
        """The JSON of ``data``."""
        return orjson.dumps({self.key: self._shape(told)})

    def error(self, refused: DomainError) -> GraphQLError:
        """The error of a lookup that was refused, where graphql-core would place it."""
        return GraphQLError(refused.reason, self._nodes, path=[self.key], original_error=refused)


def _names(selected: Sequence[Selected], name: str) -> bool:
    return any(field.name == name or _names(field.children, name) for field in selected)


Plain = list[tuple[str, str, Callable[[Any], Any]]]


def _plain(node: FieldNode, field: GraphQLField) -> Plain | None:
    """Arguments with their variables and how a value is read; None unless all are variables.

    A null is read by no scalar of ours, so what is absent or null goes the long way.
    """
    found: Plain = []
    for argument in node.arguments or ():
        named = get_named_type(field.args[argument.name.value].type)
        if not isinstance(argument.value, VariableNode) or not isinstance(named, GraphQLScalarType):
            return None
        found.append((argument.name.value, argument.value.name.value, named.parse_value))
    return found


def _only_root(schema: GraphQLSchema, document: DocumentNode, operation: Any) -> tuple[str, list[FieldNode]]:
    query = schema.query_type
    if query is None:
        raise NotCompiledError("query")
    roots = list(collect(operation.selection_set, query, fragments_of(document)).items())
    if len(roots) != 1 or roots[0][1][0].name.value != ROOT:
        raise NotCompiledError("roots")
    return roots[0]
