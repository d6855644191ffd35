"""A measure of each operation: its kind and its first root field, which are the schema's own words."""

from collections.abc import Iterator

from graphql import FieldNode, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from backend.observability import measured, traced


class Measured(SchemaExtension):
    """Subscriptions are counted by the hub instead: they last as long as somebody looks."""

    def on_operation(self) -> Iterator[None]:
        with traced("operation") as span, measured("operation", kind="none", field="none") as labels:
            yield
            labels["kind"], labels["field"] = self._named()
            span.set_attributes({"kind": labels["kind"], "field": labels["field"]})

    def _named(self) -> tuple[str, str]:
        schema = self.execution_context.schema._schema  # noqa: SLF001 - Strawberry's own graphql-core schema
        document = self.execution_context.graphql_document
        for part in () if document is None else document.definitions:
            if not isinstance(part, OperationDefinitionNode):
                continue
            root = schema.get_root_type(part.operation)
            first = next(
                (item for item in part.selection_set.selections if isinstance(item, FieldNode)), None
            )
            known = root is not None and first is not None and first.name.value in root.fields
            return part.operation.value, first.name.value if known and first else "none"
        return "none", "none"
