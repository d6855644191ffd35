"""Parses, measures and validates each document once, however many ask it; a bounded store by digest.

The documents of our own frontend stay for good; others leave in the order in which they were last asked. What is
kept holds nothing of a request: errors are made anew for everybody, because later steps write into them.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    parse,
    specified_rules,
    validate,
)

from backend.documents.limits import (
    CEILING,
    DEFINITIONS_MAX,
    TOKENS_MAX,
    excess,
    too_long,
)
from backend.documents.measuring import Measured, given_values, measure
from backend.domain.errors import (
    DomainError,
    OperationTooDeepError,
    OperationTooLargeError,
    OperationTooLongError,
)

KEPT_MAX = 500
ERRORS_MAX = 10
"""Faults of one document that are told; the rest would be told after these are mended."""

_PAST_THE_TOKENS = "Parsing aborted"


@dataclass(slots=True)
class Prepared:
    """A document that has been read, or why it could not be."""

    document: DocumentNode | None = None
    operations: dict[str, Measured] = field(default_factory=dict)
    refusal: DomainError | GraphQLError | None = None
    faults: tuple[GraphQLError, ...] = ()

    def chosen(self, operation_name: str | None) -> Measured | None:
        """The operation that runs; None when the name leaves it open."""
        if operation_name:
            return self.operations.get(operation_name)
        return next(iter(self.operations.values())) if len(self.operations) == 1 else None

    def priced(
        self, schema: GraphQLSchema, operation_name: str | None, variables: Mapping[str, Any]
    ) -> Measured | None:
        """The operation that runs, its pages as large as these variables make them."""
        if self.document is None:
            return None
        operations = measure(schema, self.document, given_values(self.document, variables))
        return Prepared(self.document, operations).chosen(operation_name)

    def errors(self) -> list[GraphQLError]:
        """Why the document does not run, made for one request."""
        if self.refusal is not None:
            return [_anew(self.refusal)]
        return [_anew(fault) for fault in self.faults]


def digest_of(text: str) -> str:
    """The name of a document: the SHA-256 of its UTF-8 bytes, hexadecimal."""
    return sha256(text.encode()).hexdigest()


class PreparedDocuments:
    """The documents of a process, which has one schema."""

    def __init__(self, kept_max: int = KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._others: OrderedDict[str, Prepared] = OrderedDict()
        self._own: dict[str, Prepared] = {}
        self.prepared_count = 0
        """How many documents were really read."""

    def get(self, schema: GraphQLSchema, text: str, *, own: bool = False) -> Prepared:
        """The document of a text; ``own`` says that the frontend sends it, so that it stays."""
        digest = digest_of(text)
        known = self._own.get(digest) or self._others.get(digest)
        if known is not None:
            if digest in self._others:
                self._others.move_to_end(digest)
            return known
        prepared = self._own_or_other(own)[digest] = self._prepare(schema, text)
        while len(self._others) > self._kept_max:
            self._others.popitem(last=False)
        return prepared

    def _own_or_other(self, own: bool) -> dict[str, Prepared]:
        return self._own if own else self._others

    def _prepare(self, schema: GraphQLSchema, text: str) -> Prepared:
        self.prepared_count += 1
        try:
            document = _read(text)
        except (DomainError, GraphQLError) as error:
            return Prepared(refusal=error)
        operations = measure(schema, document)
        too_much = _excess(operations)
        if too_much is not None:
            # no page has less than a row: what is too much even then is too much for every value of a variable
            too_much = _excess(measure(schema, document, dict.fromkeys(given_values(document, {}), 1)))
        if too_much is not None:
            return Prepared(refusal=too_much)
        faults = validate(schema, document, specified_rules, max_errors=ERRORS_MAX)
        return Prepared(document, operations, faults=tuple(faults))


def _excess(operations: Mapping[str, Measured]) -> DomainError | None:
    return next(filter(None, (excess(item.measure, CEILING) for item in operations.values())), None)


def _read(text: str) -> DocumentNode:
    """The document of a text.

    Raises:
        DomainError: when it is too long, too deep for the parser, or has too many definitions.
        GraphQLError: when it is no GraphQL.
    """
    if (long := too_long(len(text))) is not None:
        raise long
    try:
        document = parse(text, max_tokens=TOKENS_MAX)
    except RecursionError:
        raise OperationTooDeepError(max=CEILING.depth) from None
    except GraphQLSyntaxError as error:
        if _PAST_THE_TOKENS in error.message:
            raise OperationTooLongError(max=TOKENS_MAX) from None
        raise
    if (count := len(document.definitions)) > DEFINITIONS_MAX:
        raise OperationTooLargeError(what="definitions", asked=count, max=DEFINITIONS_MAX)
    return document


def _anew(error: DomainError | GraphQLError) -> GraphQLError:
    if isinstance(error, DomainError):
        return GraphQLError(error.reason, original_error=error)
    nodes: Sequence[object] | None = error.nodes
    if nodes:
        return GraphQLError(error.message, error.nodes)
    return GraphQLError(error.message, source=error.source, positions=error.positions)
