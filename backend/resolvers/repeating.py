"""A mutation with an idempotency key is carried out once, however often it is sent.

The key comes in the header ``Idempotency-Key`` (draft-ietf-httpapi-idempotency-key-header) or, over a socket, as
``extensions.idempotencyKey`` of the request. It is the person's own and holds for a day. The same request gets the
same answer; another request under the same key is refused; one that is still under way is waited for. Claim, work
and answer are one transaction. A fault leaves nothing behind, and a refusal has done nothing, so both may be tried
again under the same key. What is kept can be read with that key only (``backend.adapters.request_seal``).
"""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from graphql import ExecutionResult, GraphQLError, print_ast
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from backend.adapters.request_seal import RequestSeal
from backend.context import Context
from backend.db.repositories import requests
from backend.domain.errors import DomainError, IdempotencyKeyInvalidError, IdempotencyKeyReusedError

HEADER, EXTENSION = "idempotency-key", "idempotencyKey"
KEY = re.compile(r"[A-Za-z0-9._~:+/=-]{8,128}")


@asynccontextmanager
async def once_per_key(operation: ExecutionContext) -> AsyncIterator[None]:
    """Stands inside the operation's transaction, around its execution.

    No extension of its own: what a second extension raises when it begins would leave the first one's transaction open.
    """
    context: Context = operation.context
    key = key_of(operation) if operation.operation_type is OperationType.MUTATION else None
    if key is None or context.identity is None:
        yield
        return
    if not KEY.fullmatch(key):
        operation.result = _refused(IdempotencyKeyInvalidError())
        yield
        return
    person = (context.identity.issuer, context.identity.subject)
    request = _hash(*person, key)
    seal = RequestSeal.of(context.services.settings.session_secret, key, *person)
    claim = await requests.claim(request, seal.mark(*_asked(operation)))
    if not claim.is_new:
        operation.result = _known(claim, seal)
        yield
        return
    context.acted = False
    yield
    if operation.result is not None and not operation.result.errors:
        answer = seal.close(orjson.dumps(operation.result.data)) if context.acted else None
        await requests.keep(request, answer)


def key_of(operation: ExecutionContext) -> str | None:
    """The key of a request; a header belongs to the one request it came with, not to all of a socket's."""
    sent = (operation.operation_extensions or {}).get(EXTENSION)
    connection = operation.context.connection
    if sent is None and connection.scope["type"] == "http":
        sent = connection.headers.get(HEADER)
    return None if sent is None else str(sent).strip('"')


def _known(claim: requests.Claim, seal: RequestSeal) -> ExecutionResult:
    if not claim.is_same:
        return _refused(IdempotencyKeyReusedError())
    assert claim.answer is not None  # a claim is committed with its answer or not at all
    return ExecutionResult(data=orjson.loads(seal.open(claim.answer)))


def _refused(error: DomainError) -> ExecutionResult:
    return ExecutionResult(data=None, errors=[GraphQLError(error.reason, original_error=error)])


def _asked(operation: ExecutionContext) -> tuple[str, ...]:
    """What is asked, by whom in which assignment: the same key for anything else is a mistake."""
    document = operation.query or (
        print_ast(operation.graphql_document) if operation.graphql_document else ""
    )
    variables = orjson.dumps(operation.variables or {}, option=orjson.OPT_SORT_KEYS).decode()
    assignment = str(operation.context.actor.assignment_id)
    return document, operation.operation_name or "", variables, assignment


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
