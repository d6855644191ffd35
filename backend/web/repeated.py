"""Documents that were asked before and that one statement answers.

The first time a document goes the whole way: it is parsed, measured, priced, judged and answered by a compiled read.
What of that depends on the document and on the role of who asks need not be done again (a price is the document's,
whatever its variables). What depends on who asks, for what and when is done each time: the session, the limits, the
assignments, the variables, and the statement itself in the scope of whoever asks. An answer is never kept.
"""

import re
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.compiled.reads import CompiledReads
from backend.context import Context, MakesStatements, Services, choose_actor
from backend.domain.policy import Role
from backend.web.entrance import ENTERED, Entered, enter
from backend.web.gateway import CONTEXT, COOKIE
from backend.web.recording import (
    DATA,
    LENGTH,
    OK,
    Bounded,
    Recorder,
    apart,
    key_of,
    send_answer,
    small_operation,
    whole_body,
)

KEPT_DOCUMENTS = 2_000


@dataclass(frozen=True, slots=True)
class Repeated:
    """How a document is answered for somebody of a role: its plan, and what stands after the data."""

    plan: MakesStatements
    role: Role
    headers: list[tuple[bytes, bytes]]
    rest: bytes


class RepeatedReads:
    """Stands before the application for requests with a session."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._kept: Bounded[Repeated] = Bounded(KEPT_DOCUMENTS)
        self.reads: CompiledReads | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = small_operation(scope)
        if self.reads is None or headers is None or b"cookie" not in headers or b"authorization" in headers:
            await self._app(scope, receive, send)
            return
        body, receive = await whole_body(receive)
        document, variables = apart(body)
        key = key_of(headers, document)
        known = self._kept.get(key)
        answer = None
        if known is not None:
            entered = scope[ENTERED] = await enter(self._services, session_key(headers[b"cookie"]))
            answer = await self._answer(known, variables, entered, self.reads)
        if known is not None and answer is not None:
            length = (LENGTH, str(len(answer)).encode())
            await send_answer(send, [*known.headers, length], answer)
            return
        recorder = Recorder(send)
        await self._app(scope, receive, recorder)
        self._keep(key, scope.get(CONTEXT), recorder)

    async def _answer(
        self, known: Repeated, variables: object, entered: Entered, reads: CompiledReads
    ) -> bytes | None:
        """The answer, or None when somebody of another role asks or anything is out of the ordinary."""
        identity = entered.identity
        if identity is None or entered.wait > 0:
            return None
        actor = choose_actor(await reads.logins.find(identity), identity.assignment_id)
        if actor.role is not known.role or actor.staff_id is None:
            return None
        data = await reads.read(actor, known.plan, variables)
        return None if data is None else DATA + data + known.rest

    def _keep(self, key: bytes, context: Context | None, recorder: Recorder) -> None:
        if context is None or context.finished is None or recorder.status != OK:
            return
        opening = DATA + context.finished.data
        if recorder.body.startswith(opening):
            headers = [item for item in recorder.headers if item[0].lower() != LENGTH]
            rest = bytes(recorder.body[len(opening) :])
            finished = context.finished
            self._kept.keep(key, Repeated(finished.plan, finished.role, headers, rest))


_KEY = re.compile(rb"(?:^|; )" + COOKIE.encode() + rb"=([A-Za-z0-9_-]+)(?:;|$)")


def session_key(cookie: bytes) -> str | None:
    """The key of a session; one that is written as we write it is found without reading the other cookies."""
    if cookie.count(COOKIE.encode()) == 1 and (plain := _KEY.search(cookie)):
        return plain[1].decode()
    try:
        found = SimpleCookie(cookie.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
