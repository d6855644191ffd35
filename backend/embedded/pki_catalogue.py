"""Which certificates the development PKI has issued, and which it has revoked.

One JSON file, replaced whole: the issuing side writes it, the answering process re-reads it when it changes.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from backend.embedded.data_folder import replace

FILE = "catalogue.json"


@dataclass(slots=True)
class Entry:
    """One issued certificate."""

    issuer: str
    serial: int
    holder: dict[str, str] = field(default_factory=dict)
    revoked_since: datetime | None = None


@dataclass(slots=True)
class Catalogue:
    """Issued certificates by label."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, label: str, issuer: str, certificate: x509.Certificate, holder: dict[str, str]) -> None:
        self.entries[label] = Entry(issuer, certificate.serial_number, holder)

    def revoke(self, label: str, since: datetime) -> None:
        self.entries[label].revoked_since = since.astimezone(UTC).replace(microsecond=0)

    def of_issuer(self, issuer: str) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.issuer == issuer]

    def save(self, folder: Path) -> None:
        document = {label: _as_json(entry) for label, entry in self.entries.items()}
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        if not (folder / FILE).exists() or (folder / FILE).read_bytes() != content:
            replace(folder / FILE, content)


def load(folder: Path) -> Catalogue:
    path = folder / FILE
    document = json.loads(path.read_bytes()) if path.exists() else {}
    return Catalogue({label: _from_json(entry) for label, entry in document.items()})


def _as_json(entry: Entry) -> dict[str, Any]:
    revoked = entry.revoked_since.isoformat() if entry.revoked_since else None
    # A serial number has 159 bits, more than many readers of JSON numbers keep.
    return {
        "issuer": entry.issuer,
        "serial": f"{entry.serial:x}",
        "holder": entry.holder,
        "revoked_since": revoked,
    }


def _from_json(document: dict[str, Any]) -> Entry:
    revoked = document["revoked_since"]
    return Entry(
        issuer=document["issuer"],
        serial=int(document["serial"], 16),
        holder=document["holder"],
        revoked_since=datetime.fromisoformat(revoked) if revoked else None,
    )
