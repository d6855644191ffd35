"""The way to the Ministry: HTTP with mutual TLS and an account, one connection for each exchange.

``PUT {url}/{period}/parts/{digest}`` sends a file under its own digest as idempotency key; ``GET`` of the same address
says whether it is there and what became of its records; ``GET {url}/{period}/records?after=`` lists what is held. A
redirect is not followed, an answer is read up to a limit, and a missing file is one only when the answer says so.
"""

import asyncio
import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Self

import httpx2

from backend.domain.ministry import (
    ANSWER_BYTES,
    Answer,
    PartAnswer,
    Receipt,
    ReportedState,
    read_answer,
    read_holdings,
)
from backend.domain.ministry_errors import (
    MinistryBarsError,
    MinistryNonsenseError,
    MinistryUnconfiguredError,
    MinistryUnreachableError,
)
from backend.settings import Settings

EXCHANGE_SECONDS = 150.0
STEP_SECONDS = 30.0
FOUND, ABSENT, BARRED = frozenset({200, 202}), 404, frozenset({401, 403})
BUSY = 500
"""From this status on the other side says that it cannot answer now."""


@dataclass(frozen=True, slots=True)
class MinistryLink:
    """Where the Ministry is, and as whom the department comes; without an address nothing is sent."""

    url: str
    account: str
    password: str = field(repr=False)
    certificate: str = ""
    key: str = ""
    authority: str = ""
    seconds: float = EXCHANGE_SECONDS

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The link that the settings describe."""
        return cls(
            settings.ministry_url.rstrip("/"),
            settings.ministry_account,
            settings.ministry_password,
            settings.ministry_certificate,
            settings.ministry_key,
            settings.ministry_authority,
        )

    async def ask(self, period: str, digest: str, known: dict[str, Receipt]) -> Answer:
        """What the Ministry says of a file.

        Raises:
            MinistryError: by its leaf; then nothing is known.
        """
        status, body = await self._exchange("GET", f"{period}/parts/{digest}")
        answer = read_answer(body, digest, known)
        if (status == ABSENT) != (answer.state is PartAnswer.UNKNOWN):
            raise MinistryNonsenseError
        return answer

    async def send(self, period: str, digest: str, data: bytes, known: dict[str, Receipt]) -> Answer:
        """Send a file; the same file again is the same as once.

        Raises:
            MinistryError: by its leaf; then it may have arrived or not.
        """
        status, body = await self._exchange("PUT", f"{period}/parts/{digest}", data, digest)
        answer = read_answer(body, digest, known)
        if status == ABSENT or answer.state is PartAnswer.UNKNOWN:
            raise MinistryNonsenseError
        return answer

    async def held(self, period: str, after: str) -> tuple[dict[str, ReportedState], bool]:
        """A page of the records that the Ministry holds of a window.

        Raises:
            MinistryError: by its leaf.
        """
        status, body = await self._exchange("GET", f"{period}/records?after={after}")
        if status == ABSENT:
            raise MinistryNonsenseError
        return read_holdings(body, period, after)

    async def _exchange(
        self, method: str, path: str, data: bytes | None = None, key: str = ""
    ) -> tuple[int, bytes]:
        if not self.url:
            raise MinistryUnconfiguredError
        try:
            async with asyncio.timeout(self.seconds), self._client() as http:
                headers = {"idempotency-key": key, "content-type": "application/zip"} if key else {}
                async with http.stream(method, f"{self.url}/{path}", content=data, headers=headers) as answer:
                    return answer.status_code, await _read(answer)
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            raise MinistryUnreachableError from error

    def _client(self) -> httpx2.AsyncClient:
        credentials = b64encode(f"{self.account}:{self.password}".encode()).decode()
        return httpx2.AsyncClient(
            verify=self._trust(),
            timeout=STEP_SECONDS,
            follow_redirects=False,
            trust_env=False,
            headers={
                "authorization": f"Basic {credentials}",
                "accept-encoding": "identity",
                "user-agent": "hocba-ministry/1",
            },
        )

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority or None)
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key or None)
        return context


async def _read(answer: httpx2.Response) -> bytes:
    if answer.status_code in BARRED:
        raise MinistryBarsError
    if answer.status_code >= BUSY:
        raise MinistryUnreachableError
    if answer.status_code not in FOUND | {ABSENT} or "content-encoding" in answer.headers:
        raise MinistryNonsenseError
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise MinistryNonsenseError
    return bytes(body)
