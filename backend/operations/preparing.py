"""Takes the prepared document of an operation, and refuses what this person may not ask before anything runs."""

import re
from collections.abc import Iterator

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from backend.context import Context
from backend.documents.limits import LIMITS, Audience, excess
from backend.documents.measuring import Measured
from backend.documents.prepared import Prepared, PreparedDocuments, digest_of
from backend.documents.prices import NEVER_IN_AN_ADDRESS
from backend.domain.errors import (
    DomainError,
    IntrospectionOffError,
    OperationByGetError,
    OperationNotTrustedError,
)

_SUGGESTION = re.compile(r" Did you mean .*\?")


class PrepareDocument(SchemaExtension):
    """Reads a document once for all who ask it; who asks decides whether it may run.

    Members of the staff may send a document of their own as far as their role allows, which is known only when
    the operation begins: ``Context.asks_freely`` tells ``begin``.
    """

    def __init__(self, documents: PreparedDocuments) -> None:
        self._documents = documents

    def on_parse(self) -> Iterator[None]:
        operation = self.execution_context
        context: Context = operation.context
        if operation.query:
            own = _check_sender(context, operation.query)
            prepared = self._documents.get(operation.schema._schema, operation.query, own=own)  # noqa: SLF001
            context.prepared = prepared
            if prepared.document is None:
                raise prepared.errors()[0]
            operation.graphql_document = prepared.document
        yield

    def on_validate(self) -> Iterator[None]:
        operation = self.execution_context
        context: Context = operation.context
        prepared = context.prepared
        if prepared is not None:
            refusal = _refusal(context, prepared, operation.operation_name) or self._too_much(prepared)
            operation.pre_execution_errors = (
                [GraphQLError(refusal.reason, original_error=refusal)] if refusal else prepared.errors()
            )
        yield

    def _too_much(self, prepared: Prepared) -> DomainError | None:
        """Why the operation is too much for who asks it, or None.

        A price holds for every value of the variables, so that it is known with the document. Only a query that it
        would refuse is priced by what its pages really ask for, and then answered anew each time.
        """
        operation = self.execution_context
        context: Context = operation.context
        context.priced = None
        limits = LIMITS[context.audience]
        chosen: Measured | None = prepared.chosen(operation.operation_name)
        refusal = None if chosen is None else excess(chosen.measure, limits)
        if refusal is None or chosen is None or chosen.kind != OperationType.QUERY.value:
            return refusal
        schema = operation.schema._schema  # noqa: SLF001 - Strawberry's own graphql-core schema
        context.priced = prepared.priced(schema, operation.operation_name, operation.variables or {})
        return None if context.priced is None else excess(context.priced.measure, limits)

    def get_results(self) -> dict[str, object]:
        """The price of the operation and the most that may be asked, as ``extensions.cost``."""
        context: Context = self.execution_context.context
        chosen = context.priced or (
            context.prepared and context.prepared.chosen(self.execution_context.operation_name)
        )
        if not chosen:
            return {}
        limit = LIMITS[context.audience].cost
        return {"cost": {"requested": chosen.measure.cost, "limit": limit}}


def _check_sender(context: Context, text: str) -> bool:
    """Whether the frontend sends this document.

    Raises:
        GraphQLError: for a stranger's own document where only those of the public pages are taken.
    """
    services = context.services
    own = services.trusted.trusts(context.audience, digest_of(text))
    context.asks_freely = not own and not services.takes_any_document
    if context.asks_freely and context.audience is Audience.PUBLIC:
        error = OperationNotTrustedError()
        raise GraphQLError(error.reason, original_error=error)
    return own


def _refusal(context: Context, prepared: Prepared, operation_name: str | None) -> DomainError | None:
    chosen = prepared.chosen(operation_name)
    if chosen is None:
        return None
    open_to_all = context.services.takes_any_document
    if chosen.introspects and context.audience is Audience.PUBLIC and not open_to_all:
        return IntrospectionOffError()
    if context.by_get and (context.asks_freely or chosen.root_fields & NEVER_IN_AN_ADDRESS):
        return OperationByGetError()
    return None


def without_suggestion(message: str) -> str:
    """A message that does not name what there is instead."""
    return _SUGGESTION.sub("", message)
