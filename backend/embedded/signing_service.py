"""The stand-in for a remote signing service (``infra/standins/csc``) of one data folder, with keys of the development PKI.

It misbehaves as the ``rules.json`` in its folder says, and asks owners on a page of its own, ``confirm_url``.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from backend.embedded.data_folder import replace
from backend.embedded.guarded import GuardedServer, ServerPlan, accepts_connections
from backend.embedded.pki import DevelopmentPki
from backend.embedded.ports import LOOPBACK, Ports

STAND_IN = Path(__file__).parents[2] / "infra" / "standins" / "csc" / "csc.py"
NAME = "csc"


class DevelopmentSigningService:
    """The stand-in of a data folder."""

    def __init__(self, data_dir: Path, pki: DevelopmentPki) -> None:
        self._server = GuardedServer(data_dir, NAME)
        self._ports = Ports(data_dir)
        self._pki = pki

    @property
    def folder(self) -> Path:
        return self._server.folder.folder(NAME)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._ports.reserve(NAME)}"

    @property
    def confirm_url(self) -> str:
        return f"{self.url}/confirm"

    @property
    def token_file(self) -> Path:
        return self.folder / "token"

    def start(self, credentials: Mapping[str, Mapping[str, object]]) -> str:
        """Start it with credentials by name, each with the ``label`` of a signer; returns its address."""
        self._server.claim()
        try:
            replace(self.token_file, self._server.folder.secret("csc.token").encode())
            known = {name: self._credential(said) for name, said in credentials.items()}
            replace(self.folder / "credentials.json", json.dumps(known).encode())
            port = self._ports.port(NAME)
            command: list[str | Path] = [sys.executable, "-I", STAND_IN, str(self.folder), str(port)]
            self._server.start(
                ServerPlan(command=command, cwd=self.folder), lambda: accepts_connections(port)
            )
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        self._server.stop()

    def behave(self, rules: Mapping[str, object]) -> None:
        """From the next request on it does as the rules say; none of them: as it should."""
        replace(self.folder / "rules.json", json.dumps(dict(rules)).encode())

    def journal(self) -> list[dict[str, object]]:
        """What was asked of owners and what was signed, in order."""
        file = self.folder / "journal.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def _credential(self, said: Mapping[str, object]) -> dict[str, object]:
        file = self._pki.key_file(str(said["label"]))
        usual = {"asks": "NOBODY", "file": str(file), "password": self._pki.keys_password}
        return {**usual, **{key: value for key, value in said.items() if key != "label"}}
