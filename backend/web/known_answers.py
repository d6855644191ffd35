"""Whole answers to lookups, kept while nothing they rest on has changed.

A locked record never changes, so its answer need not be made again for each parent who scans the same code. What is
never skipped: each read is judged against the database and recorded there as an access event, in one statement that
also says whether the answer still holds (``book_fingerprint``); and the limits are asked as for any lookup. Only a request
without cookie and authorization, the same to the byte, gets a kept answer.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.adapters.addresses import network_of
from backend.context import Context, KnownBook, Services
from backend.db.reading.pools import ReadPools
from backend.db.repositories.access import RECORD_KNOWN
from backend.domain.policy import Actor, Role
from backend.domain.rate_limits import By, Operation
from backend.observability import log
from backend.web.gateway import CONTEXT, address_of
from backend.web.recording import Recorder, key_of, send_answer, small_operation, whole_body

KEPT_BYTES = 64 * 1_048_576
KEPT_SECONDS = 3_600.0
LINKED_SECONDS = 120.0
"""An answer with links to files: these are good for five minutes."""

LINK = b"/files/"
OK = 200
PERSONAL = frozenset({b"cookie", b"authorization"})


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer, and what it rests on; ``ends_at`` by the monotonic clock."""

    book: KnownBook
    headers: list[tuple[bytes, bytes]]
    body: bytes
    ends_at: float


class KnownAnswers:
    """Stands before the whole application."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services
        self._kept: OrderedDict[bytes, KnownAnswer] = OrderedDict()
        self._size = 0
        self.doors: ReadPools | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = small_operation(scope)
        if self.doors is None or headers is None or not PERSONAL.isdisjoint(headers):
            await self._app(scope, receive, send)
            return
        body, receive = await whole_body(receive)
        key = key_of(scope, headers, body)
        known = self._find(key)
        if known is not None and await self._still_holds(known, scope, self.doors):
            await send_answer(send, known.headers, known.body)
            return
        recorder = Recorder(send)
        await self._app(scope, receive, recorder)
        self._keep(key, scope, recorder)

    def _find(self, key: bytes) -> KnownAnswer | None:
        known = self._kept.get(key)
        if known is None or known.ends_at > time.monotonic():
            return known
        self._drop(key)
        return None

    async def _still_holds(self, known: KnownAnswer, scope: Scope, doors: ReadPools) -> bool:
        """Whether nothing has changed and one more lookup is allowed; then it has been recorded."""
        book = known.book
        address = address_of(self._services, Request(scope))
        if not await self._allowed(book, {By.CODE: book.code, By.ADDRESS: address}):
            return False
        actor = Actor(role=Role.PUBLIC, lookup_code=book.code)
        binds = (book.fingerprint, str(book.purpose), str(book.means), str(book.outcome), network_of(address))
        try:
            return bool(await doors.value(actor, RECORD_KNOWN, binds))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("known_answer_failed", reason=type(error).__name__)
            return False

    async def _allowed(self, book: KnownBook, buckets: Mapping[By, str]) -> bool:
        limits = self._services.limits
        if book.counted is Operation.LOOKUP_TRY:
            return await limits.allows(book.counted, buckets)
        return await limits.take(book.counted, buckets) == 0

    def _keep(self, key: bytes, scope: Scope, recorder: Recorder) -> None:
        context: Context | None = scope.get(CONTEXT)
        if context is None or context.known_book is None or recorder.status != OK:
            return
        body = bytes(recorder.body)
        lasts = LINKED_SECONDS if LINK in body else KEPT_SECONDS
        self._drop(key)
        self._kept[key] = KnownAnswer(context.known_book, recorder.headers, body, time.monotonic() + lasts)
        self._size += len(body)
        while self._size > KEPT_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        known = self._kept.pop(key, None)
        if known is not None:
            self._size -= len(known.body)
