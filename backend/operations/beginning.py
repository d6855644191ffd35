"""What an operation must pass when it begins: the rate of its kind, the right to ask freely, and the clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.websockets import WebSocket
from strawberry.types.graphql import OperationType

from backend.context import Context
from backend.documents.limits import MAY_ASK_FREELY, Audience
from backend.documents.prices import seconds_for
from backend.domain.errors import OperationNotTrustedError, OperationTimedOutError
from backend.domain.rate_limits import Operation

_COUNTED_AS = {OperationType.MUTATION: Operation.MUTATION, OperationType.SUBSCRIPTION: Operation.SUBSCRIPTION}


async def count(context: Context, kind: OperationType) -> None:
    """Count a mutation or a subscription; a query has been counted with its request, unless it came by a socket.

    Raises:
        RateLimitedError: past the limit.
    """
    counted = _COUNTED_AS.get(kind)
    if counted is None and isinstance(context.connection, WebSocket):
        counted = Operation.QUERY
    if counted is not None:
        await context.services.limits.require(counted, context.whose)


def check_document(context: Context) -> None:
    """Refuse a document of one's own to those whose role does not allow it.

    Raises:
        OperationNotTrustedError: then.
    """
    if not context.asks_freely or context.audience is Audience.INTEGRATOR:
        return
    if context.actor.role not in MAY_ASK_FREELY:
        raise OperationNotTrustedError


@asynccontextmanager
async def in_time(context: Context, kind: OperationType, operation_name: str | None) -> AsyncIterator[None]:
    """Stop what takes too long; a statement under way is cancelled in PostgreSQL too.

    Raises:
        OperationTimedOutError: then.
    """
    chosen = context.prepared and context.prepared.chosen(operation_name)
    roots = chosen.root_fields if chosen else frozenset()
    seconds = seconds_for(kind.value, roots) * context.services.seconds_factor
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise OperationTimedOutError(seconds=round(seconds)) from error
