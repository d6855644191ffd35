"""A stand-in for the Ministry's side: it takes files of reports, keeps them, and answers for each record.

Nothing of the real one: its interface is not public. Run as ``ministry.py FOLDER PORT``; the folder holds ``server.pem``
(certificate and key), ``clients.pem`` (whose client certificates it accepts), ``account.json`` (name and password) and,
for whoever wants to see it misbehave, ``rules.json``, read at each request:

``refuse``       {"every": N, "code": "…", "reason": "…"}: refuse each Nth record of a file; a file later sent again too
``answerAfter``  how often it is asked before it has receipts
``delay``        seconds before each answer
``drop``         BEFORE or AFTER: cut the connection at a PUT before or after keeping the file
``times``        how many requests ``drop`` or ``nonsense`` still spoils; always when absent
``nonsense``     what comes instead of an answer: a name of ``NONSENSE``
``twice``        say everything twice: each receipt, and the whole answer on the wire
``forget``       answer as if nothing had ever come
``alone``        digests it claims to hold that nobody sent

Whatever it keeps survives its end. ``journal.jsonl`` has a line for each file that it took and each that came again.
"""

import hmac
import io
import json
import ssl
import sys
import time
import zipfile
from base64 import b64decode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 1_000
LARGEST = 256 * 1024 * 1024
JUNK = 10 * 1024 * 1024
OK, ACCEPTED, NOBODY, ABSENT, BROKEN = 200, 202, 401, 404, 400


def _wrong(said: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps(said | changes).encode()


def _unknown(said: dict[str, Any]) -> bytes:
    stranger = {"record": "f" * 64, "state": "RECEIVED", "code": "", "reason": ""}
    return _wrong(said, records=[*said["records"], stranger])


def _contradicting(said: dict[str, Any]) -> bytes:
    other = [dict(item, state="REFUSED", code="OTHER") for item in said["records"]]
    return _wrong(said, state="ANSWERED", records=[*said["records"], *other, {"record": "x"}])


NONSENSE = {
    "NOT_JSON": lambda _: b"<html>Bao tri he thong</html>",
    "EMPTY": lambda _: b"",
    "DEEP": lambda _: b"[" * 100_000,
    "WRONG_PART": lambda said: _wrong(said, part="0" * 64),
    "MORE_FIELDS": lambda said: _wrong(said, hint="x"),
    "STATE": lambda said: _wrong(said, state="MAYBE"),
    "UNKNOWN_RECORD": _unknown,
    "CONTRADICTION": _contradicting,
    "INCOMPLETE": lambda said: _wrong(said, state="ANSWERED", records=[]),
    "JUNK": lambda _: b"0" * JUNK,
    "REDIRECT": lambda _: b"",
    "GONE": lambda _: b"not found",
}
"""Answers that nobody should believe; REDIRECT comes as 302, GONE as a 404 of somebody who knows nothing."""


class Ministry(ThreadingHTTPServer):
    """The server with what it keeps."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self.folder, self.lock, self.spoilt = folder, Lock(), 0
        self.spoilt_by: dict[str, Any] = {}
        self.asked: dict[str, int] = {}
        (folder / "parts").mkdir(exist_ok=True)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(folder / "server.pem")
        self.tls.load_verify_locations(folder / "clients.pem")
        self.tls.verify_mode = ssl.CERT_REQUIRED

    def get_request(self) -> tuple[Any, Any]:
        """A connection, whose handshake is left to the thread that serves it."""
        connection, address = super().get_request()
        connection.settimeout(30)
        return self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody without a certificate, or who hung up."""

    def rules(self) -> dict[str, Any]:
        """How to behave now; ``times`` begins anew when the rules change."""
        file = self.folder / "rules.json"
        rules: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        if rules != self.spoilt_by:
            self.spoilt_by, self.spoilt = rules, 0
        return rules

    def spoils(self, rules: dict[str, Any]) -> bool:
        """Whether this request is one of those that go wrong."""
        self.spoilt += 1
        return self.spoilt <= rules.get("times", self.spoilt)

    def part_file(self, digest: str) -> Path:
        return self.folder / "parts" / f"{digest}.json"

    def keep(self, period: str, digest: str, data: bytes, rules: dict[str, Any]) -> None:
        """Take a file once; the same again changes nothing."""
        with self.lock:
            again = self.part_file(digest).exists()
            with (self.folder / "journal.jsonl").open("a") as journal:
                journal.write(json.dumps({"part": digest, "again": again}) + "\n")
            if not again:
                said = {"period": period, "records": _verdicts(data, rules.get("refuse"))}
                self.part_file(digest).write_text(json.dumps(said))

    def part(self, digest: str) -> dict[str, Any] | None:
        file = self.part_file(digest)
        found: dict[str, Any] | None = json.loads(file.read_text()) if file.exists() else None
        return found

    def held(self, period: str, after: str, rules: dict[str, Any]) -> list[dict[str, Any]]:
        """Receipts of a window by digest; of a record that was sent again the better one."""
        best: dict[str, dict[str, Any]] = {}
        for file in (self.folder / "parts").glob("*.json"):
            said = json.loads(file.read_text())
            for item in said["records"] if said["period"] == period else ():
                if best.get(item["record"], {}).get("state") != "RECEIVED":
                    best[item["record"]] = item
        for digest in rules.get("alone", ()):
            best[digest] = {"record": digest, "state": "RECEIVED", "code": "", "reason": ""}
        return [best[key] for key in sorted(best) if key > after]


def _verdicts(data: bytes, refuse: dict[str, Any] | None) -> list[dict[str, str]]:
    """A verdict for each record of a file, judged by what the archive holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as files:
        digests = [sha256(files.read(name)).hexdigest() for name in files.namelist() if name.endswith(".xml")]
    every = refuse["every"] if refuse else len(digests) + 1
    return [
        {"record": digest, "state": "REFUSED", "code": refuse["code"], "reason": refuse["reason"]}
        if refuse and place % every == 0
        else {"record": digest, "state": "RECEIVED", "code": "", "reason": ""}
        for place, digest in enumerate(digests, start=1)
    ]


class Desk(BaseHTTPRequestHandler):
    """One request."""

    server: Ministry
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        rules = self.server.rules()
        where = self._address()
        size = int(self.headers.get("content-length") or 0)
        if where is None or size > LARGEST:
            return
        data, (period, _, digest) = self.rfile.read(size), where
        if sha256(data).hexdigest() != digest or self.headers.get("idempotency-key") != digest:
            self._say(BROKEN, {})
            return
        drop = rules.get("drop") if "drop" in rules and self.server.spoils(rules) else None
        if drop != "BEFORE":
            self.server.keep(period, digest, data, rules)
        if drop:
            self.connection.close()
            return
        self._say(ACCEPTED, {"part": digest, "state": "RECEIVED", "records": []}, rules)

    def do_GET(self) -> None:
        rules = self.server.rules()
        where = self._address()
        if where is None:
            return
        period, kind, digest = where
        if kind == "records":
            self._list(period, rules)
            return
        part = None if rules.get("forget") else self.server.part(digest)
        if part is None:
            self._say(ABSENT, {"part": digest, "state": "UNKNOWN", "records": []}, rules)
            return
        asked = self.server.asked[digest] = self.server.asked.get(digest, 0) + 1
        if asked <= rules.get("answerAfter", 0):
            self._say(OK, {"part": digest, "state": "RECEIVED", "records": []}, rules)
            return
        self._say(OK, {"part": digest, "state": "ANSWERED", "records": part["records"]}, rules)

    def _list(self, period: str, rules: dict[str, Any]) -> None:
        after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        held = self.server.held(period, after, rules)
        said = {"period": period, "records": held[:PAGE], "more": len(held) > PAGE}
        self._say(OK, said, {key: value for key, value in rules.items() if key != "twice"})

    def _address(self) -> tuple[str, str, str] | None:
        """Window, kind and digest of an address; answers itself whoever may not ask."""
        account = json.loads((self.server.folder / "account.json").read_text())
        given = (self.headers.get("authorization") or "").removeprefix("Basic ")
        expected = f"{account['name']}:{account['password']}".encode()
        try:
            known = hmac.compare_digest(b64decode(given), expected)
        except ValueError:
            known = False
        parts = urlsplit(self.path).path.strip("/").split("/")
        if not known:
            self._say(NOBODY, {})
        elif parts[1:] == ["records"]:
            return parts[0], "records", ""
        elif len(parts) == 3 and parts[1] == "parts" and parts[2].isalnum():  # noqa: PLR2004 - window, word, digest
            return parts[0], "parts", parts[2]
        else:
            self._say(BROKEN, {})
        return None

    def _say(self, status: int, said: dict[str, Any], rules: dict[str, Any] | None = None) -> None:
        rules = rules or {}
        time.sleep(rules.get("delay", 0))
        if rules.get("twice"):
            said = said | {"records": [item for item in said["records"] for _ in range(2)]}
        body, kind = json.dumps(said).encode(), rules.get("nonsense")
        if kind and self.server.spoils(rules):
            body = NONSENSE[kind](said)
            status = {"REDIRECT": 302, "GONE": ABSENT}.get(kind, status)
        head = f"HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        if status == 302:  # noqa: PLR2004 - the one redirect
            head += "Location: http://127.0.0.1:9/\r\n"
        answer = head.encode() + b"Connection: close\r\n\r\n" + body
        self.close_connection = True
        self.wfile.write(answer * (2 if rules.get("twice") else 1))

    def log_message(self, *_: object) -> None:
        """The journal says what matters."""


if __name__ == "__main__":
    Ministry(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
