"""Whole answers to lookups, kept while nothing they rest on has changed.

A locked record never changes, so its answer need not be made again for each parent who scans the same code. What is
never skipped: each read is judged against the database and recorded there as an access event, in one statement that
also says whether the answer still holds; and the limits are asked as for any lookup. Reads that come at the same time
are recorded together.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from backend.adapters.addresses import network_of
from backend.adapters.rate_limits import Counted, RateLimits
from backend.adapters.together import Together
from backend.context import KnownBook
from backend.db.reading.pools import ReadPools
from backend.db.repositories.access import RECORD_KNOWN, KnownRead, known_binds
from backend.domain.policy import PUBLIC
from backend.domain.rate_limits import By, Operation
from backend.observability import log

KEPT_BYTES = 64 * 1_048_576
KEPT_SECONDS = 3_600.0
LINKED_SECONDS = 120.0
"""An answer with links to files: these are good for five minutes."""

LINK = b"/files/"
RECORDED_TOGETHER, RECORDINGS_AT_ONCE = 100, 2


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer, and what it rests on; ``ends_at`` by the monotonic clock."""

    book: KnownBook
    headers: list[tuple[bytes, bytes]]
    body: bytes
    ends_at: float


class KnownAnswers:
    """Answers by the key of their request."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, KnownAnswer] = OrderedDict()
        self._size = 0

    def find(self, key: bytes) -> KnownAnswer | None:
        known = self._kept.get(key)
        if known is None or known.ends_at > time.monotonic():
            return known
        self._drop(key)
        return None

    def keep(self, key: bytes, book: KnownBook, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        lasts = LINKED_SECONDS if LINK in body else KEPT_SECONDS
        self._drop(key)
        self._kept[key] = KnownAnswer(book, headers, body, time.monotonic() + lasts)
        self._size += len(body)
        while self._size > KEPT_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        known = self._kept.pop(key, None)
        if known is not None:
            self._size -= len(known.body)


class KnownReads:
    """Reads of books whose answers are known: allowed, still true, and then written down."""

    def __init__(self, doors: ReadPools) -> None:
        self._doors = doors
        self._together: Together[KnownRead, bool] = Together(
            self._record, most=RECORDED_TOGETHER, at_once=RECORDINGS_AT_ONCE
        )

    async def still_holds(self, book: KnownBook, address: str, limits: RateLimits) -> bool:
        """Whether nothing has changed and one more lookup is allowed; then it has been recorded."""
        if await limits.take_all(*_counted(book, address)) > 0:
            return False
        read = KnownRead(
            code=book.code,
            fingerprint=book.fingerprint,
            purpose=book.purpose,
            means=book.means,
            outcome=book.outcome,
            network=network_of(address),
        )
        try:
            return await self._together.ask(read)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            log.warning("known_answer_failed", reason=type(error).__name__)
            return False

    async def _record(self, reads: Sequence[KnownRead]) -> Sequence[bool]:
        held: list[bool] = await self._doors.value(PUBLIC, RECORD_KNOWN, known_binds(reads))
        return held


def _counted(book: KnownBook, address: str) -> tuple[Counted, Counted]:
    # the factor is right, or the answer would not be known: it is no try, and only asks whether tries are left
    is_try = book.counted is Operation.LOOKUP_TRY
    return (
        Counted(Operation.QUERY, {By.ADDRESS: address}),
        Counted(book.counted, {By.CODE: book.code, By.ADDRESS: address}, kept=not is_try),
    )
