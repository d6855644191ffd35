"""Requests that were asked before, to the byte, and that one statement answers.

The first time a request goes the whole way: it is parsed, measured, priced, judged by its document and answered by a
compiled read. What of that depends on the request alone need not be done again; what depends on who asks and when is
done each time: the session, the limits, the assignments, and the statement itself in the scope of whoever asks. An
answer is never kept.
"""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.compiled.reads import CompiledReads
from backend.context import Context, Finished, Services, bucket_of, choose_actor
from backend.domain.errors import RateLimitedError
from backend.domain.policy import Role
from backend.domain.rate_limits import Operation
from backend.web.gateway import CONTEXT, COOKIE, identity_of
from backend.web.recording import Bounded, Recorder, key_of, send_answer, small_operation, whole_body

KEPT_REQUESTS = 5_000
OK = 200
DATA = b'{"data":'
LENGTH = b"content-length"


@dataclass(frozen=True, slots=True)
class Repeated:
    """How a request is answered for somebody of a role: a statement, and what stands after its data."""

    finished: Finished
    role: Role
    headers: list[tuple[bytes, bytes]]
    rest: bytes


class RepeatedReads:
    """Stands before the application for requests with a session."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._kept: Bounded[Repeated] = Bounded(KEPT_REQUESTS)
        self.reads: CompiledReads | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = small_operation(scope)
        if self.reads is None or headers is None or b"cookie" not in headers or b"authorization" in headers:
            await self._app(scope, receive, send)
            return
        body, receive = await whole_body(receive)
        key = key_of(scope, headers, body)
        known = self._kept.get(key)
        answer = None if known is None else await self._answer(known, headers[b"cookie"], self.reads)
        if known is not None and answer is not None:
            length = (LENGTH, str(len(answer)).encode())
            await send_answer(send, [*known.headers, length], answer)
            return
        recorder = Recorder(send)
        await self._app(scope, receive, recorder)
        self._keep(key, scope.get(CONTEXT), recorder)

    async def _answer(self, known: Repeated, cookie: bytes, reads: CompiledReads) -> bytes | None:
        """The answer, or None when somebody of another role asks or anything is out of the ordinary."""
        identity = await identity_of(self._services, _session_key(cookie))
        if identity is None:
            return None
        actor = choose_actor(await reads.logins.find(identity), identity.assignment_id)
        if actor.role is not known.role or actor.staff_id is None:
            return None
        try:
            await self._services.limits.require(Operation.QUERY, bucket_of(identity))
        except RateLimitedError:
            return None
        data = await reads.read(actor, known.finished.statement)
        return None if data is None else DATA + data + known.rest

    def _keep(self, key: bytes, context: Context | None, recorder: Recorder) -> None:
        if context is None or context.finished is None or recorder.status != OK:
            return
        opening = DATA + context.finished.data
        if recorder.body.startswith(opening):
            headers = [item for item in recorder.headers if item[0].lower() != LENGTH]
            rest = bytes(recorder.body[len(opening) :])
            finished = Finished(context.finished.statement, context.finished.role, b"")
            self._kept.keep(key, Repeated(finished, context.finished.role, headers, rest))


def _session_key(cookie: bytes) -> str | None:
    try:
        found = SimpleCookie(cookie.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value
