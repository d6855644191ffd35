"""What the registry may expect of a program's webhook receiver, tried against it: ``hocba integrator check-receiver``.

The receiver is given a key of the kit's own to trust for the time of the check, so that nothing of the registry's
is needed and none of its changes is sent. A receiver that keeps these promises loses nothing and believes nobody else.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import orjson

from backend.adapters.tokens import TokenKeys
from backend.cli.conformance import BrokenError
from backend.embedded.token_keys import ensure_keys

ANSWER_SECONDS = 10.0
"""As long as the registry waits before it counts a message as not delivered."""

STALE_SECONDS = 600
LARGEST = 100
"""Changes of the largest message."""

ISSUER = "hocba-check-receiver"
KEPT_FIRST = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it goes over the line."""

    body: bytes
    headers: dict[str, str]


class ReceiverKit:
    """The checks of one run; positions go on rising, as the registry's do."""

    def __init__(self, url: str, keys: TokenKeys, strangers: TokenKeys, http: httpx2.AsyncClient) -> None:
        self._url = url
        self._keys = keys
        self._strangers = strangers
        self._http = http
        self._run = secrets.token_hex(4)
        self._position = int(time.time())

    async def takes_a_message(self) -> None:
        """A genuine message is answered with 2xx."""
        await self._taken(self._message())

    async def takes_a_repeat(self) -> None:
        """The same message again, to the byte, is answered with 2xx: it was delivered."""
        message = self._message()
        await self._taken(message)
        await self._taken(message)

    async def takes_a_message_sent_anew(self) -> None:
        """The same id and body with a new time and signature, as after an answer that was lost, too."""
        message = self._message()
        await self._taken(message)
        name = message.headers["webhook-id"]
        await self._taken(self._signed(message.body, name, int(time.time()) + 1))

    async def takes_the_largest_message(self) -> None:
        """A hundred changes are answered in ten seconds: keep first, work afterwards."""
        await self._taken(self._message(changes=LARGEST))

    async def takes_what_it_does_not_know(self) -> None:
        """New fields and another type break nothing."""
        await self._taken(self._message(more={"later": {"field": 1}}))
        await self._taken(self._message(more={"type": "registry.other"}))

    async def takes_one_of_two_signatures(self) -> None:
        """While keys change a message carries both signatures; one that holds is enough."""
        message = self._message()
        stranger = self._signed(message.body, message.headers["webhook-id"], keys=self._strangers)
        both = f"{stranger.headers['webhook-signature']} {message.headers['webhook-signature']}"
        await self._taken(Posted(message.body, message.headers | {"webhook-signature": both}))

    async def refuses_a_strangers_signature(self) -> None:
        """Signed by a key that it does not trust: 4xx."""
        message = self._message()
        name = message.headers["webhook-id"]
        await self._refused(self._signed(message.body, name, keys=self._strangers))

    async def refuses_a_changed_body(self) -> None:
        """One more byte under a genuine signature: 4xx."""
        message = self._message()
        await self._refused(Posted(message.body + b" ", message.headers))

    async def refuses_another_id_or_time(self) -> None:
        """Both are signed too: 4xx."""
        message = self._message()
        other = str(int(message.headers["webhook-timestamp"]) + 1)
        await self._refused(Posted(message.body, message.headers | {"webhook-id": "another"}))
        await self._refused(Posted(message.body, message.headers | {"webhook-timestamp": other}))

    async def refuses_a_message_without_proof(self) -> None:
        """Each of the three headers left out, and a signature that is none: 4xx."""
        message = self._message()
        for name in KEPT_FIRST:
            left = {key: value for key, value in message.headers.items() if key != name}
            await self._refused(Posted(message.body, left))
        await self._refused(Posted(message.body, message.headers | {"webhook-signature": "v1a,AAAA"}))

    async def refuses_an_old_message(self) -> None:
        """A genuine message of ten minutes ago is a replay: 4xx; so is one from the future."""
        for away in (-STALE_SECONDS, STALE_SECONDS):
            message = self._message()
            name = message.headers["webhook-id"]
            await self._refused(self._signed(message.body, name, int(time.time()) + away))

    def checks(self) -> list[Callable[[], Awaitable[None]]]:
        """In the order in which a receiver is usually built."""
        return [
            self.takes_a_message,
            self.takes_a_repeat,
            self.takes_a_message_sent_anew,
            self.takes_the_largest_message,
            self.takes_what_it_does_not_know,
            self.takes_one_of_two_signatures,
            self.refuses_a_strangers_signature,
            self.refuses_a_changed_body,
            self.refuses_another_id_or_time,
            self.refuses_a_message_without_proof,
            self.refuses_an_old_message,
        ]

    def _message(self, changes: int = 1, more: dict[str, Any] | None = None) -> Posted:
        """A genuine message of changes that are nobody's."""
        first = self._position + 1
        self._position += changes
        body = {
            "type": "registry.changes",
            "changes": [_change(position) for position in range(first, self._position + 1)],
            "position": self._position,
        }
        text = orjson.dumps(body | (more or {}))
        return self._signed(text, f"check-{self._run}.{first}-{self._position}")

    def _signed(self, body: bytes, name: str, at: int | None = None, keys: TokenKeys | None = None) -> Posted:
        timestamp = int(time.time()) if at is None else at
        headers = {
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": (keys or self._keys).sign_webhook(name, timestamp, body),
        }
        return Posted(body, headers)

    async def _taken(self, message: Posted) -> None:
        answer = await self._http.post(self._url, content=message.body, headers=message.headers)
        if not answer.is_success:
            raise BrokenError(f"answered {answer.status_code}")

    async def _refused(self, message: Posted) -> None:
        answer = await self._http.post(self._url, content=message.body, headers=message.headers)
        if not answer.is_client_error:
            raise BrokenError(f"answered {answer.status_code}")


def _change(position: int) -> dict[str, Any]:
    return {
        "position": position,
        "at": "2025-06-30T17:00:00+00:00",
        "kind": "LOCKED",
        "codeDigest": "0" * 64,
        "revision": 1,
        "schoolYear": "2024-2025",
        "effectiveFrom": "2025-06-30T17:00:00+00:00",
    }


def make_keys(file: Path) -> Path:
    """The kit's own keys, made where they are absent, and beside them what the receiver is to trust."""
    ensure_keys(file)
    public = file.with_name(f"{file.stem}.public.json")
    public.write_bytes(orjson.dumps(TokenKeys(file, ISSUER).public()))
    return public


async def run(url: str, file: Path, seconds: float = ANSWER_SECONDS) -> list[tuple[str, str, str]]:
    """Every check's name, promise, and what was seen instead; empty where the promise holds."""
    results = []
    with TemporaryDirectory() as folder:
        strangers = TokenKeys(ensure_keys(Path(folder) / "strangers.json"), ISSUER)
        async with httpx2.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False) as http:
            for check in ReceiverKit(url, TokenKeys(file, ISSUER), strangers, http).checks():
                seen = ""
                try:
                    await check()
                except (BrokenError, httpx2.HTTPError) as error:
                    seen = f"{type(error).__name__}: {error}"
                name = getattr(check, "__name__", "")
                results.append((name.replace("_", " "), (check.__doc__ or "").strip(), seen))
    return results
