"""A receiver of the registry's webhooks in Python: proves what it got, keeps it once, and answers before it works.

pip install cryptography
REGISTRY_KEYS=http://127.0.0.1:8000/oauth/jwks python infra/examples/python/receiver.py 127.0.0.1:9000 changes.jsonl

Each change is one line of the file. A message comes at least once and in order: what is not newer than the last
position is answered and not kept again.
"""

import base64
import json
import os
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE_SECONDS = 300
BODY_MAX = 1_000_000


def read_keys(source: str) -> list[Ed25519PublicKey]:
    """The registry's Ed25519 keys, from the address of its key set or from a file."""
    if "://" in source:
        with urllib.request.urlopen(source, timeout=10) as answer:
            found = json.load(answer)
    else:
        found = json.loads(Path(source).read_text("utf-8"))
    texts = [key["x"] for key in found["keys"] if key.get("crv") == "Ed25519"]
    return [Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(text + "=")) for text in texts]


def is_genuine(keys: list[Ed25519PublicKey], headers: dict[str, str], body: bytes) -> bool:
    """Whether one of the signatures is one of the keys', over id, time and the body's very bytes, and fresh."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return False
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    signatures = [item[4:] for item in headers.get("webhook-signature", "").split() if item[:4] == "v1a,"]
    return any(_holds(key, signature, signed) for key in keys for signature in signatures)


def _holds(key: Ed25519PublicKey, signature: str, signed: bytes) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


class Journal:
    """Changes as they came, each once; what is written is on the disk before the registry is answered."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        lines = file.read_text("utf-8").splitlines() if file.exists() else []
        self._position = max((json.loads(line)["position"] for line in lines), default=0)

    def take(self, changes: list[dict]) -> None:
        """Keep what is new."""
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            for change in changes:
                if change["position"] > self._position:
                    file.write(json.dumps(change) + "\n")
                    self._position = change["position"]
            file.flush()
            os.fsync(file.fileno())


class Handler(BaseHTTPRequestHandler):
    """Answers 204 to what is genuine, new or not, and 4xx to anything else."""

    keys: list[Ed25519PublicKey]
    journal: Journal

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > BODY_MAX:
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        if not is_genuine(self.keys, {name.lower(): value for name, value in self.headers.items()}, body):
            self._answer(401)
            return
        message = json.loads(body)
        if message["type"] == "registry.changes":
            self.journal.take(message["changes"])
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing of what it is sent."""


def main() -> None:
    """Listen until somebody stops it."""
    host, _, port = sys.argv[1].rpartition(":")
    Handler.keys = read_keys(os.environ["REGISTRY_KEYS"])
    Handler.journal = Journal(Path(sys.argv[2]))
    server = ThreadingHTTPServer((host, int(port)), Handler)
    print(f"listening on {host}:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
