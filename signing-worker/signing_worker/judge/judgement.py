"""The answer of a judge, as it travels back to whoever asked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

CHANGED, UNKNOWN = "CHANGED", "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSignature:
    """What one signature says: its field, its signer's common name, whether its bytes and its issuer hold."""

    field: str
    signer: str
    intact: bool
    trusted: bool
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """``CHANGED`` for a document made by this system and altered, ``UNKNOWN`` for any other."""

    verdict: str
    signatures: tuple[JudgedSignature, ...] = ()

    def as_json(self) -> dict[str, Any]:
        signatures = [
            {**asdict(item), "signed_at": item.signed_at.isoformat() if item.signed_at else None}
            for item in self.signatures
        ]
        return {"verdict": self.verdict, "signatures": signatures}


NOTHING = Judgement(UNKNOWN)
