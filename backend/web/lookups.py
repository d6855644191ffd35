"""Lookups by strangers, answered before the gateway: by one statement, or by what is known already.

The first time a document goes the whole way: parsed, measured, priced, executed. When it is one lookup and nothing
else, the next time only its question is asked (``backend.compiled.lookups``); and when the very same question comes
again, only whether its answer still holds (``backend.web.known_answers``). Limits, judging and the access event are
the same on every way. Only a request without cookie and authorization is answered here.
"""

from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from graphql import GraphQLSchema
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.adapters.rate_limits import Counted
from backend.compiled.lookup_shapes import Told
from backend.compiled.lookups import LookupPlan
from backend.context import Context, Services
from backend.db.reading.expressions import NotCompiledError
from backend.db.reading.pools import ReadPools
from backend.db.repositories.lookups import Seen
from backend.domain.access import AccessOutcome
from backend.domain.messages import Language
from backend.domain.rate_limits import By, Operation
from backend.graph import told
from backend.observability import log
from backend.resolvers.public import counted_as, known_book, refusal
from backend.services.lookup import Question, look_through
from backend.web.gateway import CONTEXT, address_in
from backend.web.known_answers import KnownAnswers, KnownReads
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

KEPT_DOCUMENTS = 1_000
PERSONAL = frozenset({b"cookie", b"authorization"})

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Planned:
    """How a document is answered: its plan, the headers, and what stands after the data."""

    plan: LookupPlan
    headers: Headers
    rest: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A request that may be a lookup; ``variables`` as they were sent."""

    whole: bytes
    document: bytes
    variables: object
    language: Language
    address: str


class Lookups:
    """Stands before the application for requests of nobody in particular."""

    def __init__(self, app: ASGIApp, services: Services, schema: GraphQLSchema) -> None:
        self._app = app
        self._services = services
        self._schema = schema
        self._answers = KnownAnswers()
        self._plans: Bounded[Planned] = Bounded(KEPT_DOCUMENTS)
        self._doors: ReadPools | None = None
        self._reads: KnownReads | None = None

    def open(self, doors: ReadPools) -> None:
        """Begin to answer; without doors everything goes on to the application."""
        self._doors, self._reads = doors, KnownReads(doors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = small_operation(scope)
        if self._doors is None or headers is None or not PERSONAL.isdisjoint(headers):
            await self._app(scope, receive, send)
            return
        body, receive = await whole_body(receive)
        whole, address = key_of(headers, body), address_in(self._services, scope)
        if await self._send_known(whole, address, send):
            return
        document, variables = apart(body)
        request = Request(whole, key_of(headers, document), variables, language_in(headers), address)
        planned = self._plans.get(request.document)
        answer = None if planned is None else await self._look(planned, request, self._doors)
        if planned is not None and answer is not None:
            await send_answer(send, [*planned.headers, (LENGTH, str(len(answer)).encode())], answer)
            return
        recorder = Recorder(send)
        await self._app(scope, receive, recorder)
        self._keep(request, body, scope.get(CONTEXT), recorder)

    async def _send_known(self, whole: bytes, address: str, send: Send) -> bool:
        known = self._answers.find(whole)
        if known is None or self._reads is None:
            return False
        if not await self._reads.still_holds(known.book, address, self._services.limits):
            return False
        await send_answer(send, known.headers, known.body)
        return True

    async def _look(self, planned: Planned, request: Request, doors: ReadPools) -> bytes | None:
        """The answer by one statement; None when the ordinary way must be gone, which then says what is wrong."""
        variables = request.variables if isinstance(request.variables, dict) else None
        question = planned.plan.question(variables, request.address)
        if question is None:
            return None
        counted = counted_as(question, request.address)
        limits = self._services.limits
        if await limits.take_all(Counted(Operation.QUERY, {By.ADDRESS: request.address}), counted) > 0:
            return None
        try:
            seen = await look_through(doors, question)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("compiled_lookup_failed", reason=type(error).__name__)
            return None
        if seen.outcome is AccessOutcome.REFUSED:
            return _refused(planned, question, request.language)
        if counted.operation is Operation.LOOKUP_TRY:
            await limits.give_back(counted.operation, counted.whose)
        return self._answer(planned, request, question, seen)

    def _answer(self, planned: Planned, request: Request, question: Question, seen: Seen) -> bytes | None:
        full = seen.outcome is AccessOutcome.FULL
        try:
            data = planned.plan.data(Told(seen.years, full, request.language, self._services.settings))
        except (LookupError, TypeError, ValueError) as error:
            # a document that is not as ours are: the ordinary way reads it strictly, and its look is written down too
            log.warning("compiled_lookup_failed", reason=type(error).__name__)
            return None
        answer = DATA + data + planned.rest
        operation = counted_as(question, request.address).operation
        book = known_book(question, operation, seen.fingerprint, full=full)
        if book is not None:
            length = (LENGTH, str(len(answer)).encode())
            self._answers.keep(request.whole, book, [*planned.headers, length], answer)
        return answer

    def _keep(self, request: Request, body: bytes, context: Context | None, recorder: Recorder) -> None:
        if context is None or context.known_book is None or recorder.status != OK:
            return
        answer = bytes(recorder.body)
        self._answers.keep(request.whole, context.known_book, recorder.headers, answer)
        plan, rest = self._plan(body, context), _rest(answer)
        if plan is not None and rest is not None:
            headers = [item for item in recorder.headers if item[0].lower() != LENGTH]
            self._plans.keep(request.document, Planned(plan, headers, rest))

    def _plan(self, body: bytes, context: Context) -> LookupPlan | None:
        document = context.prepared.document if context.prepared else None
        if document is None:
            return None
        try:
            return LookupPlan(self._schema, document, orjson.loads(body).get("operationName"))
        except NotCompiledError:
            return None


def _rest(answer: bytes) -> bytes | None:
    """What stands after the data of an answer; None when it is written in another way than ours."""
    parts: dict[str, Any] = orjson.loads(answer)
    data = orjson.dumps(parts.pop("data", None))
    rest = b"," + orjson.dumps(parts)[1:] if parts else b"}"
    return rest if answer == DATA + data + rest else None


def _refused(planned: Planned, question: Question, language: Language) -> bytes:
    error = told(planned.plan.error(refusal(question)), language)
    return DATA + b'null,"errors":' + orjson.dumps([error.formatted]) + planned.rest
