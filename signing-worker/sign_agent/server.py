"""The agent's listener: loopback only, for one site's pages only, and never without the person's word.

A page of another site is turned away by its origin, a page that has had its name rebound to this machine by the host that it
asks for, and a form or an image by the kind of its body. Browsers ask before they let a public page reach a private
network; they are answered for the one site.
"""

import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from cryptography import x509

from backend.domain.errors import DomainError
from sign_agent.asking import Asked, Confirm
from signing_worker.sign.keys.desk import Custodian

PORT = 17_890
LARGEST = 1024 * 1024
DIGESTS_MAX, DIGEST_BYTES = 2000, 32
OK, EMPTY, BAD, FORBIDDEN, ABSENT, BUSY, FAILED = 200, 204, 400, 403, 404, 409, 502


@dataclass(frozen=True, slots=True)
class Agent:
    """For which site it signs, with which key, and how it asks."""

    site: str
    locator: str
    keys: Custodian
    confirm: Confirm
    asking: Lock = field(default_factory=Lock)

    def sign(
        self, purpose: str, certificate: x509.Certificate, digests: Sequence[bytes]
    ) -> list[bytes] | str:
        """Signatures in the order of their digests, or the code of why there are none."""
        if not self.confirm(Asked(self.site, purpose, len(digests), self.locator).sentence):
            return "KEY_REFUSED"
        try:
            made = asyncio.run(self._signed(certificate, digests))
        except DomainError as error:
            return error.reason
        failed = next((item for item in made if isinstance(item, DomainError)), None)
        return failed.reason if failed else [item for item in made if isinstance(item, bytes)]

    async def _signed(
        self, certificate: x509.Certificate, digests: Sequence[bytes]
    ) -> list[bytes | DomainError]:
        key = await self.keys.open(self.locator, certificate)
        return await key.sign_digests(digests)


class Listener(ThreadingHTTPServer):
    """The agent on a loopback port."""

    daemon_threads = True

    def __init__(self, agent: Agent, port: int = PORT) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self.agent = agent
        self.hosts = {f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}"}


class Desk(BaseHTTPRequestHandler):
    """One request."""

    server: Listener
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self) -> None:
        if self._is_known():
            self._say(EMPTY, None)

    def do_GET(self) -> None:
        if self._is_known():
            found = self.path == "/v1/about"
            self._say(OK if found else ABSENT, {"program": "hocba-sign-agent", "version": 1} if found else {})

    def do_POST(self) -> None:
        if not self._is_known():
            return
        size = int(self.headers.get("content-length") or 0)
        kind = (self.headers.get("content-type") or "").partition(";")[0].strip()
        if self.path != "/v1/sign" or kind != "application/json" or not 0 < size <= LARGEST:
            self.close_connection = True
            self._say(BAD, {"code": "REQUEST_MALFORMED"})
            return
        try:
            asked = _read(json.loads(self.rfile.read(size)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._say(BAD, {"code": "REQUEST_MALFORMED"})
            return
        self._sign(*asked)

    def _sign(self, purpose: str, certificate: x509.Certificate, digests: list[bytes]) -> None:
        agent = self.server.agent
        # one question at a time: whoever answers one must not have answered another
        if not agent.asking.acquire(blocking=False):
            self._say(BUSY, {"code": "KEY_UNAVAILABLE"})
            return
        try:
            made = agent.sign(purpose, certificate, digests)
        finally:
            agent.asking.release()
        if isinstance(made, str):
            self._say(FAILED, {"code": made})
        else:
            self._say(OK, {"signatures": [b64encode(item).decode() for item in made]})

    def _is_known(self) -> bool:
        """Whether the site's own page asks, and asks for this machine by its own name."""
        origins, hosts = (self.headers.get_all(name) or [] for name in ("origin", "host"))
        if origins == [self.server.agent.site] and len(hosts) == 1 and hosts[0] in self.server.hosts:
            return True
        self.close_connection = True
        self._send(FORBIDDEN, b"", {})
        return False

    def _say(self, status: int, said: Mapping[str, Any] | None) -> None:
        allowed = {
            "access-control-allow-origin": self.server.agent.site,
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "content-type",
            "access-control-allow-private-network": "true",
            "cache-control": "no-store",
            "vary": "origin",
        }
        body = b"" if said is None else json.dumps(said).encode()
        self._send(status, body, allowed | ({"content-type": "application/json"} if body else {}))

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing of what is signed is written down."""


def _read(said: Mapping[str, Any]) -> tuple[str, x509.Certificate, list[bytes]]:
    purpose, digests = said["purpose"], [b64decode(item, validate=True) for item in said["digests"]]
    certificate = x509.load_pem_x509_certificate(said["certificate"].encode())
    if not isinstance(purpose, str) or not 0 < len(digests) <= DIGESTS_MAX:
        raise ValueError
    if any(len(item) != DIGEST_BYTES for item in digests):
        raise ValueError
    return purpose, certificate, digests
