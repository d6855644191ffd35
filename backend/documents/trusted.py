"""The documents of our own frontend: what the build wrote down, by the digest of the text that is sent.

``documents.json`` stands beside the built pages: ``{"public": {digest: text}, "staff": {digest: text}}``. What the
public pages send anybody may ask; what the staff application sends, whoever is signed in, and before that only the
question who is signed in.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.documents.limits import Audience
from backend.observability import log

FILE = Path(__file__).parents[2] / "frontend" / "dist" / "documents.json"
BUNDLES = {"public": Audience.PUBLIC, "staff": Audience.STAFF}


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Texts by digest, and who may ask them."""

    texts: Mapping[str, str] = field(default_factory=dict)
    audiences: Mapping[str, frozenset[Audience]] = field(default_factory=dict)

    def text(self, digest: str) -> str | None:
        return self.texts.get(digest)

    def trusts(self, audience: Audience, digest: str) -> bool:
        """Whether this is a document that the audience's application sends."""
        return audience in self.audiences.get(digest, ())


def read_trusted(file: Path = FILE) -> TrustedDocuments:
    """What the frontend's build wrote down; nothing when it was not built."""
    if not file.exists():
        log.warning("trusted_documents_missing")
        return TrustedDocuments()
    bundles: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
    texts: dict[str, str] = {}
    audiences: dict[str, frozenset[Audience]] = {}
    for bundle, documents in bundles.items():
        who = {BUNDLES[bundle], Audience.STAFF}
        for digest, text in documents.items():
            texts[digest] = text
            audiences[digest] = audiences.get(digest, frozenset()) | who
    return TrustedDocuments(texts, audiences)
