"""A document's plan: which of its root fields a statement answers, and the statements for what is asked.

A plan is made once for a document; the text of a statement once for each set of arguments that are given at all,
because an absent condition must not be a condition that is always true: the planner would have to plan for both.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, FieldNode, GraphQLObjectType, GraphQLSchema, OperationType, get_named_type
from graphql.execution.values import get_argument_values, get_variable_values

from backend.compiled.documents import children, collect, fragments_of, operation_of
from backend.compiled.roots import STAFF_ROOTS, Answer
from backend.db.reading.expressions import NotCompiledError, Selected
from backend.db.reading.roots import Asked
from backend.db.reading.statement import Statement, joined

KEPT_STATEMENTS, KEPT_TEXTS = 2_000, 200

Shapes = tuple[tuple[Hashable, ...], ...]


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of a document."""

    key: str
    answer: Answer
    selected: tuple[Selected, ...]
    node: FieldNode
    field: Any


class Plan:
    """How one operation of one document is answered."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> None:
        """Raises NotCompiledError when a resolver is needed."""
        self._schema = schema
        self._operation = operation_of(document, operation_name)
        if self._operation.operation is not OperationType.QUERY or self._operation.directives:
            raise NotCompiledError("operation")
        self._roots = self._read_roots(document)
        self._made: OrderedDict[bytes, Statement] = OrderedDict()
        self._texts: OrderedDict[Shapes, str] = OrderedDict()

    def statement(self, variables: Mapping[str, Any] | None) -> Statement:
        """The statement for these variables; those asked for last are kept.

        Raises:
            NotCompiledError: when they are not what the document asks for; its ordinary execution will say so.
        """
        key = orjson.dumps(variables)
        made = self._made.get(key) or self._make(variables)
        self._made[key] = made
        self._made.move_to_end(key)
        if len(self._made) > KEPT_STATEMENTS:
            self._made.popitem(last=False)
        return made

    def _make(self, variables: Mapping[str, Any] | None) -> Statement:
        values = get_variable_values(
            self._schema, self._operation.variable_definitions or (), dict(variables or {}), max_errors=1
        )
        if isinstance(values, list):
            raise NotCompiledError("variables")
        asked = [
            root.answer.asked(get_argument_values(root.field, root.node, values)) for root in self._roots
        ]
        return Statement(self._text(asked), tuple(value for each in asked for value in each.values))

    def _text(self, asked: Sequence[Asked]) -> str:
        shapes = tuple(each.shape for each in asked)
        text = self._texts.get(shapes)
        if text is None:
            expressions = [
                root.answer.write(root.selected, *each.shape)
                for root, each in zip(self._roots, asked, strict=True)
            ]
            text = self._texts[shapes] = joined([root.key for root in self._roots], expressions, asked)
            if len(self._texts) > KEPT_TEXTS:
                self._texts.popitem(last=False)
        return text

    def _read_roots(self, document: DocumentNode) -> tuple[Root, ...]:
        query, fragments = self._schema.query_type, fragments_of(document)
        if query is None:
            raise NotCompiledError("query")
        roots = []
        for key, nodes in collect(self._operation.selection_set, query, fragments).items():
            name = nodes[0].name.value
            if name not in STAFF_ROOTS:
                raise NotCompiledError(name)
            field = query.fields[name]
            named = get_named_type(field.type)
            if not isinstance(named, GraphQLObjectType):
                raise NotCompiledError(name)
            roots.append(Root(key, STAFF_ROOTS[name], children(nodes, named, fragments), nodes[0], field))
        return tuple(roots)


class Plans:
    """Plans by document and operation; what cannot be compiled is remembered as such."""

    def __init__(self, schema: GraphQLSchema, *, kept: int = 1_000) -> None:
        self._schema = schema
        self._kept = kept
        self._plans: OrderedDict[tuple[str, str | None], Plan | None] = OrderedDict()

    def find(self, query: str, document: DocumentNode, operation_name: str | None) -> Plan | None:
        """The plan of a document, or None when resolvers answer it."""
        key = (query, operation_name)
        if key in self._plans:
            return self._plans[key]
        try:
            plan = Plan(self._schema, document, operation_name)
        except NotCompiledError:
            plan = None
        self._plans[key] = plan
        if len(self._plans) > self._kept:
            self._plans.popitem(last=False)
        return plan
