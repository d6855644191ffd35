"""The answer to a lookup, field by field, from what its statement has seen (``backend.resolvers.found`` says the same)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from backend.adapters.links import file_url
from backend.compiled.content_shapes import CONTENT_TYPES
from backend.compiled.shaping import Many, One, Read, Types
from backend.domain.lifecycle import State
from backend.domain.messages import Language, sentence
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import SignatureRole
from backend.resolvers.found import birth_year, masked, reasons, verdict_of
from backend.schema.ledger import InclusionProof
from backend.schema.lookup import LookupVerdict, VerdictReason
from backend.services.lookup import found_year, inclusion_of
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Told:
    """What is told to whom; ``years`` as ``backend.db.repositories.lookups.Seen`` has them."""

    years: list[dict[str, Any]]
    full: bool
    language: Language
    settings: Settings

    @property
    def pupil(self) -> Mapping[str, Any]:
        pupil: Mapping[str, Any] = self.years[-1]["content"]["pupil"]
        return pupil


@dataclass(frozen=True, slots=True)
class ToldYear:
    """One of its years."""

    raw: dict[str, Any]
    told: Told

    @property
    def verdict(self) -> LookupVerdict:
        return verdict_of(State(self.raw["state"]))

    def shown(self, name: str) -> list[dict[str, Any]]:
        """What only the second factor opens."""
        found: list[dict[str, Any]] = self.raw[name] if self.told.full else []
        return found


def _name(told: Told) -> str:
    name: str = told.pupil["fullName"]
    return name if told.full else masked(name)


def _instant(text: str | None) -> str | None:
    # PostgreSQL leaves out zeros at the end of a second's fraction, which Python writes
    return None if text is None else datetime.fromisoformat(text).isoformat()


def _seal_pending(year: ToldYear) -> bool:
    return year.raw["state"] == State.LOCKED and all(
        item["role"] != SignatureRole.LOCK_SEAL for item in year.raw["signatures"]
    )


def _reasons(year: ToldYear) -> list[VerdictReason]:
    return reasons(found_year(year.raw), year.verdict, year.told.language, full=year.told.full)


def _proof(year: ToldYear) -> InclusionProof | None:
    row = inclusion_of(year.raw)
    return None if row is None else InclusionProof.of(row, year.told.settings, full=year.told.full)


def _files(year: ToldYear) -> Iterator[tuple[dict[str, Any], Settings]]:
    return ((item, year.told.settings) for item in year.shown("files"))


def _of_file(name: str) -> Read:
    return lambda pair: pair[0][name]


_SIGNATURE = {
    "role": "role",
    "signerName": "signer_name",
    "post": "post",
    "unitName": "unit_name",
    "certificateSerial": "certificate_serial",
    "certificateIssuer": "certificate_issuer",
}

LOOKUP_TYPES: Types = {
    **CONTENT_TYPES,
    "LookupResult": {
        "maskedName": _name,
        "birthYear": lambda told: birth_year(told.pupil, full=told.full),
        "full": attrgetter("full"),
        "years": Many("LookupYear", lambda told: [ToldYear(year, told) for year in told.years]),
    },
    "LookupYear": {
        "schoolYear": lambda year: f"{year.raw['school_year']}-{year.raw['school_year'] + 1}",
        "grade": lambda year: year.raw["grade"],
        "schoolName": lambda year: year.raw["content"]["school"]["name"],
        "state": lambda year: year.raw["state"],
        "verdict": attrgetter("verdict.name"),
        "sentence": lambda year: sentence(f"LOOKUP_{year.verdict}", year.told.language),
        "reasons": Many("VerdictReason", _reasons),
        "revision": lambda year: year.raw["number"],
        "effectiveFrom": lambda year: _instant(year.raw["effective_from"]),
        "sealPending": _seal_pending,
        "content": One("RecordContent", lambda year: year.raw["content"] if year.told.full else None),
        "signatures": Many("Signature", lambda year: year.shown("signatures")),
        "artefacts": Many("Artefact", _files),
        "inclusion": One("InclusionProof", _proof),
        "versions": Many("LookupVersion", lambda year: year.shown("versions")),
    },
    "VerdictReason": {"code": attrgetter("code.name"), "message": attrgetter("message")},
    "Signature": {
        **{field: itemgetter(name) for field, name in _SIGNATURE.items()},
        "signedAt": lambda item: _instant(item["signed_at"]),
    },
    "Artefact": {
        **{name: _of_file(name) for name in ("kind", "role", "digest", "size")},
        "url": lambda pair: file_url(pair[1], pair[0]["digest"], ArtefactKind(pair[0]["kind"])),
    },
    "InclusionProof": {
        "leafIndex": attrgetter("leaf_index"),
        "leafHash": attrgetter("leaf_hash"),
        "leaf": attrgetter("leaf"),
        "size": attrgetter("size"),
        "rootHash": attrgetter("root_hash"),
        "path": attrgetter("path"),
        "signedAt": lambda proof: proof.signed_at and proof.signed_at.isoformat(),
        "headUrl": attrgetter("head_url"),
        "url": attrgetter("url"),
    },
    "LookupVersion": {
        "number": itemgetter("number"),
        "state": itemgetter("state"),
        "effectiveFrom": lambda item: _instant(item["effective_from"]),
    },
}
