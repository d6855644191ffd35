"""Acts whose document was asked before and that one statement carries out.

As for reads (``backend.web.repeated``), what depends on the document alone is done once: it was parsed, measured, validated,
trusted and planned when it first came. The session, the limits, the variables, the assignment and the policy are asked
for each act. A request with an idempotency key goes the whole way.
"""

from dataclasses import dataclass

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.adapters.addresses import network_of
from backend.compiled.acts import ActPlan, CompiledActs
from backend.context import Context, Services, bucket_of
from backend.domain.audit import Origin
from backend.domain.rate_limits import Operation
from backend.resolvers.repeating import HEADER
from backend.schema.errors import shown_fault
from backend.web.answers import answered
from backend.web.devices import device_of
from backend.web.entrance import ENTERED, Entered, enter
from backend.web.gateway import CONTEXT, address_of
from backend.web.negotiation import media_type
from backend.web.recording import (
    DATA,
    LENGTH,
    OK,
    Bounded,
    Recorder,
    apart,
    key_of,
    language_in,
    send_answer,
    small_operation,
    whole_body,
)
from backend.web.repeated import session_key

KEPT_DOCUMENTS = 500
NOT_HERE = frozenset({b"authorization", HEADER.encode()})


@dataclass(frozen=True, slots=True)
class Repeated:
    """How a document acts, and what stands around its data."""

    plan: ActPlan
    headers: list[tuple[bytes, bytes]]
    rest: bytes


class RepeatedActs:
    """Stands before the application for requests with a session."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._kept: Bounded[Repeated] = Bounded(KEPT_DOCUMENTS)
        self.acts: CompiledActs | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = small_operation(scope)
        if self.acts is None or headers is None or b"cookie" not in headers or NOT_HERE & headers.keys():
            await self._app(scope, receive, send)
            return
        body, receive = await whole_body(receive)
        document, variables = apart(body)
        key = key_of(headers, document)
        known = self._kept.get(key)
        if known is not None:
            entered = scope[ENTERED] = await enter(self._services, session_key(headers[b"cookie"]))
            try:
                answer = await self._answer(known, variables, entered, scope, self.acts)
            except Exception as error:  # noqa: BLE001 - whatever it is, the act may have been done and is not tried again
                await _fault(headers, error)(scope, receive, send)
                return
            if answer is not None:
                length = (LENGTH, str(len(answer)).encode())
                await send_answer(send, [*known.headers, length], answer)
                return
        recorder = Recorder(send)
        await self._app(scope, receive, recorder)
        self._keep(key, scope.get(CONTEXT), recorder)

    async def _answer(
        self, known: Repeated, variables: object, entered: Entered, scope: Scope, acts: CompiledActs
    ) -> bytes | None:
        """The answer, or None when nothing was done and the whole way must be gone."""
        identity, limits = entered.identity, self._services.limits
        if identity is None or entered.wait > 0:
            return None
        if await limits.take(Operation.MUTATION, bucket_of(identity)) > 0:
            return None
        data = await acts.act(identity, known.plan, variables, self._origin(scope))
        if data is None:
            # the whole way counts it
            await limits.give_back(Operation.MUTATION, bucket_of(identity))
            return None
        self._services.relay.wake()
        return DATA + data + known.rest

    def _origin(self, scope: Scope) -> Origin:
        request = Request(scope)
        address = address_of(self._services, request)
        return Origin("WEB", network_of(address), device_of(request.headers.get("user-agent", "")))

    def _keep(self, key: bytes, context: Context | None, recorder: Recorder) -> None:
        if context is None or context.finished_act is None or recorder.status != OK:
            return
        opening = DATA + context.finished_act.data
        if recorder.body.startswith(opening):
            headers = [item for item in recorder.headers if item[0].lower() != LENGTH]
            rest = bytes(recorder.body[len(opening) :])
            self._kept.keep(key, Repeated(context.finished_act.plan, headers, rest))


def _fault(headers: dict[bytes, bytes], error: Exception) -> Response:
    told = shown_fault(GraphQLError("", original_error=error), language_in(headers))
    media = media_type(headers.get(b"accept", b"").decode("latin-1") or None)
    return answered({"data": None, "errors": [told.formatted]}, media)
