"""A client of the registry in Python, standard library only: a token, a read, the feed of changes.

REGISTRY_URL=http://127.0.0.1:8000 python infra/examples/python/registry.py LOOKUP_CODE
"""

import base64
import hashlib
import json
import os
import sys
import urllib.parse
import urllib.request

READ = """query ($code: String!) {
  registryRecord(purpose: VERIFICATION, code: $code) { book { maskedName years { schoolYear verdict sentence } } } }"""
CHANGES = "query ($after: String) { changes(after: $after) { cursor hasMore changes { position kind codeDigest } } }"


class Registry:
    """One program's access to one server."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self._url = url.rstrip("/")
        self._basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token = ""

    def sign_in(self) -> None:
        """Fetch a token; it is good for ten minutes."""
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        answer = self._post("/oauth/token", form, "application/x-www-form-urlencoded", f"Basic {self._basic}")
        self._token = answer["access_token"]

    def ask(self, document: str, **variables: object) -> dict:
        """Run an operation; the first error is raised with its code."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        answer = self._post("/graphql", body, "application/json", f"Bearer {self._token}")
        if answer.get("errors"):
            raise RuntimeError(answer["errors"][0]["extensions"]["code"])
        return answer["data"]

    def changes(self, cursor: str | None = None) -> tuple[list[dict], str]:
        """Every change after a cursor, and the cursor to keep for the next time."""
        found: list[dict] = []
        while True:
            page = self.ask(CHANGES, after=cursor)["changes"]
            found += page["changes"]
            cursor = page["cursor"]
            if not page["hasMore"]:
                return found, str(cursor)

    def _post(self, path: str, body: bytes, kind: str, authorization: str) -> dict:
        headers = {"content-type": kind, "authorization": authorization}
        request = urllib.request.Request(self._url + path, body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def main() -> None:
    """Read a record and say which of the changes concern it."""
    environment = os.environ
    registry = Registry(
        environment.get("REGISTRY_URL", "http://127.0.0.1:8000"),
        environment.get("REGISTRY_CLIENT", "sandbox"),
        environment.get("REGISTRY_SECRET", "sandbox-secret-for-everybody"),
    )
    registry.sign_in()
    code = sys.argv[1]
    book = registry.ask(READ, code=code)["registryRecord"]["book"]
    for year in book["years"]:
        print(year["schoolYear"], year["verdict"], year["sentence"])
    changes, cursor = registry.changes()
    digest = hashlib.sha256(code.encode()).hexdigest()
    mine = [change["kind"] for change in changes if change["codeDigest"] == digest]
    print("changes", len(changes), "of this book", *mine, "cursor", cursor)


if __name__ == "__main__":
    main()
