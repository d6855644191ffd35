"""A stand-in for a remote signing service: the protocol of the Cloud Signature Consortium, versions 1.0.4 and 2.

Run as ``csc.py FOLDER PORT``. The folder holds ``token`` (our bearer token), ``credentials.json``, read at the start

    {"name": {"file": "key.p12", "password": "…", "asks": "NOBODY" | "PAGE" | "OTP", "otp": "…", "multisign": 50}}

and, for whoever wants to see it misbehave, ``rules.json``, read at each request:

``expiresIn``  seconds that an authorisation lasts (100 otherwise); 0: it has run out when it comes
``refuse``     digests (base64) of which a call that has one in it is refused as a whole
``disabled``   names of credentials that are disabled
``delay``      seconds before each answer
``drop``       BEFORE or AFTER: cut the connection at signHash before or after signing; ``times``: how often, always if absent
``versions``   which versions it speaks: ["v1", "v2"] otherwise
``declines``   every owner says no

``/confirm`` is the page on which owners confirm: with version 1 the call waits for it, with version 2 it gets a handle to ask
with. ``journal.jsonl`` has a line for each authorisation that was asked for and each signHash that signed.
"""

import html
import json
import secrets
import sys
import time
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

LASTS, PATIENCE = 100, 100
LARGEST = 4 * 1024 * 1024
OK, SEE, BAD, NOBODY, ABSENT = 200, 303, 400, 401, 404
SHA256 = "2.16.840.1.101.3.4.2.1"
DIGEST = Prehashed(hashes.SHA256())
PAGE = '<!doctype html><meta charset="utf-8"><title>Xác nhận ký số</title><h1>Xác nhận ký số</h1>{}'
ROW = (
    '<form method="post"><p>{who}: {count} văn bản</p><input type="hidden" name="handle" value="{handle}">'
    '<button name="answer" value="yes">Ký</button> <button name="answer" value="no">Từ chối</button></form>'
)


class RefusedError(Exception):
    """What the protocol answers with 400: a code of its table."""


class Service(ThreadingHTTPServer):
    """The server with its keys and what owners have been asked."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self.folder, self.asked, self.dropped = folder, Condition(), 0
        self.token = (folder / "token").read_text().strip()
        self.credentials: dict[str, dict[str, Any]] = json.loads((folder / "credentials.json").read_text())
        for said in self.credentials.values():
            data = (folder / said["file"]).read_bytes()
            loaded = pkcs12.load_key_and_certificates(data, said["password"].encode())
            said["key"], said["certificates"] = loaded[0], [loaded[1], *loaded[2]]
        self.waiting: dict[str, dict[str, Any]] = {}

    def rules(self) -> dict[str, Any]:
        file = self.folder / "rules.json"
        rules: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return rules

    def write_down(self, **said: object) -> None:
        with self.asked, (self.folder / "journal.jsonl").open("a") as journal:
            journal.write(json.dumps(said) + "\n")

    def answer(self, handle: str, answer: str) -> None:
        """An owner's word."""
        with self.asked:
            if handle in self.waiting and not self.waiting[handle]["answer"]:
                self.waiting[handle]["answer"] = answer
            self.asked.notify_all()


class Desk(BaseHTTPRequestHandler):
    """One request."""

    server: Service
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path != "/confirm":
            self._send(ABSENT, b"", "text/plain")
            return
        with self.server.asked:
            rows = [
                ROW.format(who=html.escape(item["who"]), count=len(item["hashes"]), handle=handle)
                for handle, item in self.server.waiting.items()
                if not item["answer"]
            ]
        self._send(OK, PAGE.format("".join(rows)).encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(min(size, LARGEST))
        if self.path == "/confirm":
            form = parse_qs(body.decode())
            self.server.answer(form["handle"][0], form["answer"][0])
            self._send(SEE, b"", "text/plain", location="/confirm")
            return
        rules = self.server.rules()
        time.sleep(rules.get("delay", 0))
        _, _, version, method = self.path.split("/", 3)
        if version not in rules.get("versions", ("v1", "v2")):
            self._say(ABSENT, {"error": "invalid_request"})
        elif method != "info" and self.headers.get("authorization") != f"Bearer {self.server.token}":
            self._say(NOBODY, {"error": "invalid_token_of_client"})
        else:
            self._method(version, method, json.loads(body or b"{}"), rules)

    def _method(self, version: str, method: str, asked: dict[str, Any], rules: dict[str, Any]) -> None:
        try:
            said = METHODS[method](self, version, asked, rules)
        except RefusedError as error:
            self._say(BAD, {"error": str(error), "error_description": str(error)})
        except (KeyError, ValueError, TypeError):
            self._say(BAD, {"error": "invalid_request"})
        else:
            if said is None:
                self.close_connection = True
                self.connection.close()
                return
            self._say(OK, said)

    def about(self, version: str, _asked: dict[str, Any], _rules: dict[str, Any]) -> dict[str, Any]:
        specs = {"v1": "1.0.4.0", "v2": "2.0.0.2"}[version]
        return {
            "specs": specs,
            "name": "Dịch vụ ký số mẫu",
            "region": "VN",
            "lang": "vi-VN",
            "authType": ["external"],
            "methods": sorted(METHODS),
        }

    def list_all(self, _version: str, _asked: dict[str, Any], _rules: dict[str, Any]) -> dict[str, Any]:
        return {"credentialIDs": sorted(self.server.credentials)}

    def describe(self, version: str, asked: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any]:
        said = self._credential(asked)
        is_rsa = isinstance(said["key"], rsa.RSAPrivateKey)
        disabled = asked["credentialID"] in rules.get("disabled", ())
        chain = [b64encode(item.public_bytes(Encoding.DER)).decode() for item in said["certificates"]]
        about = {
            "key": {
                "status": "disabled" if disabled else "enabled",
                "algo": ["1.2.840.113549.1.1.1" if is_rsa else "1.2.840.10045.4.3.2"],
                "len": said["key"].key_size,
            },
            "cert": {"status": "valid", "certificates": chain},
            "multisign": said.get("multisign", 50),
            "SCAL": "2",
        }
        mode = "explicit" if said["asks"] == "OTP" else "implicit"
        return about | ({"authMode": mode} if version == "v1" else {"auth": {"mode": mode}})

    def authorise(self, version: str, asked: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any]:
        said = self._credential(asked)
        digests = asked["hash" if version == "v1" else "hashes"]
        if asked["numSignatures"] != len(digests) or len(digests) > said.get("multisign", 50):
            raise RefusedError("invalid_request")
        handle = secrets.token_urlsafe(16)
        self.server.write_down(method="authorize", credential=asked["credentialID"], count=len(digests))
        entry = {"who": asked["credentialID"], "hashes": set(digests), "answer": "", "sad": "", "until": 0.0}
        with self.server.asked:
            self.server.waiting[handle] = entry
        if said["asks"] == "OTP":
            given = asked.get("OTP") or {i["id"]: i["value"] for i in asked.get("authData", ())}.get("OTP")
            entry["answer"] = "yes" if given == said["otp"] else "no"
        elif said["asks"] == "NOBODY":
            entry["answer"] = "yes"
        if rules.get("declines"):
            entry["answer"] = "no"
        if version == "v1" and not entry["answer"]:
            with self.server.asked:
                self.server.asked.wait_for(lambda: entry["answer"], PATIENCE)
            entry["answer"] = entry["answer"] or "no"
        return self._authorisation(handle, rules)

    def check(self, _version: str, asked: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any]:
        return self._authorisation(asked["handle"], rules)

    def _authorisation(self, handle: str, rules: dict[str, Any]) -> dict[str, Any]:
        entry = self.server.waiting[handle]
        if entry["answer"] == "no":
            raise RefusedError("access_denied")
        if not entry["answer"]:
            return {"handle": handle}
        lasts = rules.get("expiresIn", LASTS)
        entry["sad"], entry["until"] = secrets.token_urlsafe(32), time.monotonic() + lasts
        # one that runs out while it is used says at first that it lasts
        return {"SAD": entry["sad"], "expiresIn": lasts or LASTS}

    def sign(self, version: str, asked: dict[str, Any], rules: dict[str, Any]) -> dict[str, Any] | None:
        said, digests = self._credential(asked), asked["hash" if version == "v1" else "hashes"]
        entry = next((i for i in self.server.waiting.values() if i["sad"] and i["sad"] == asked["SAD"]), None)
        if entry is None or time.monotonic() >= entry["until"]:
            raise RefusedError("invalid_token" if entry is None else "expired_sad")
        if not entry["hashes"].issuperset(digests) or set(rules.get("refuse", ())) & set(digests):
            raise RefusedError("invalid_request")
        if (asked.get("hashAlgo") or asked.get("hashAlgorithmOID")) != SHA256:
            raise RefusedError("invalid_request")
        drop = rules.get("drop") if self.server.dropped < rules.get("times", 1_000_000) else None
        self.server.dropped += drop is not None
        if drop == "BEFORE":
            return None
        made = [_signed(said["key"], b64decode(item)) for item in digests]
        self.server.write_down(method="signHash", credential=asked["credentialID"], hashes=digests)
        return None if drop else {"signatures": [b64encode(item).decode() for item in made]}

    def _credential(self, asked: dict[str, Any]) -> dict[str, Any]:
        return self.server.credentials[asked["credentialID"]]

    def _say(self, status: int, said: dict[str, Any]) -> None:
        self._send(status, json.dumps(said).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The journal says what matters."""


METHODS = {
    "info": Desk.about,
    "credentials/list": Desk.list_all,
    "credentials/info": Desk.describe,
    "credentials/authorize": Desk.authorise,
    "credentials/authorizeCheck": Desk.check,
    "signatures/signHash": Desk.sign,
}


def _signed(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, digest: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), DIGEST)
    return key.sign(digest, ec.ECDSA(DIGEST))


if __name__ == "__main__":
    Service(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
