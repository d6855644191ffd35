"""Webhooks as they arrive: signed over id, time and body, and not believed delivered before they are."""

import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc.jwk import OKPKey

from backend.adapters.tokens import TokenKeys
from backend.embedded.token_keys import ensure_keys
from backend.services.webhooks import Message
from signing_worker.deliver import NotDeliveredError, Webhooks


class Receiver(HTTPServer):
    """Keeps what it is sent and answers as it is told."""

    answer = 204
    received: list[tuple[dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stays silent."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver(("127.0.0.1", 0), _Handler)
    server.received = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _message(receiver: Receiver) -> Message:
    return Message(
        f"http://127.0.0.1:{receiver.server_port}/hook", "lms.1-1", b'{"type":"registry.changes"}', 0, 1
    )


def _keys(tmp_path: Path) -> TokenKeys:
    return TokenKeys(ensure_keys(tmp_path / "keys.json"), "https://hocba.example")


async def test_a_receiver_can_prove_what_it_got(receiver: Receiver, tmp_path: Path) -> None:
    """The signature holds by the published key, and for no other body, time or id."""
    keys = _keys(tmp_path)
    await Webhooks(keys).post(_message(receiver))
    ((headers, body),) = receiver.received
    (published,) = [key for key in keys.public()["keys"] if key["kty"] == "OKP"]
    public = OKPKey.import_key(published).public_key
    assert isinstance(public, Ed25519PublicKey)
    kind, signature = headers["webhook-signature"].split(",")
    assert kind == "v1a"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    public.verify(base64.b64decode(signature), signed + body)
    for forged in (signed + body + b" ", b"1" + signed + body):
        with pytest.raises(InvalidSignature):
            public.verify(base64.b64decode(signature), forged)


@pytest.mark.parametrize("answer", [302, 400, 410, 500])
async def test_only_success_is_a_delivery(receiver: Receiver, tmp_path: Path, answer: int) -> None:
    """A refusal, a fault and a redirect are each tried again later, and a redirect is not followed."""
    receiver.answer = answer
    with pytest.raises(NotDeliveredError):
        await Webhooks(_keys(tmp_path)).post(_message(receiver))
    assert len(receiver.received) == 1


async def test_nobody_there_is_no_delivery(receiver: Receiver, tmp_path: Path) -> None:
    """A closed port is not delivered either; without keys nothing is sent at all."""
    message = _message(receiver)
    with pytest.raises(NotDeliveredError):
        await Webhooks(None).post(message)
    assert receiver.received == []
    away = Message("http://127.0.0.1:9/hook", message.id, message.body, 0, 1)
    with pytest.raises(NotDeliveredError):
        await Webhooks(_keys(tmp_path)).post(away)
