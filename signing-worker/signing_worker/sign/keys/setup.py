"""The file that ``PKI_CUSTODY`` names: which tokens and signing services there are, and until when roots are trusted."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TokenSetup:
    """The PKCS#11 module, and the folder with ``<token label>.pin``."""

    module: Path
    pins: Path


@dataclass(frozen=True, slots=True)
class ServiceSetup:
    """A remote signing service: its address, the file with our bearer token, and how long a person may take."""

    url: str
    token_file: Path
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class TrustedSpan:
    """From when until when a root (SHA-256 of its certificate, lower case) may vouch for a signature."""

    fingerprint: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class CustodySetup:
    """What the file says; without one there are no tokens, no service, and roots hold by their own dates."""

    tokens: TokenSetup | None = None
    service: ServiceSetup | None = None
    spans: tuple[TrustedSpan, ...] = ()


NOWHERE = CustodySetup()


def read_custody(file: Path) -> CustodySetup:
    """Read the file.

    Raises:
        ValueError: when it is not what it should be, or names something unknown.
    """
    try:
        said = tomllib.loads(file.read_text("utf-8"))
        setup = CustodySetup(_tokens(said.pop("pkcs11", None)), _service(said.pop("csc", None)))
        spans = tuple(_span(row) for row in said.pop("root", ()))
    except (OSError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"PKI_CUSTODY: {error!r}") from error
    if said:
        raise ValueError(f"PKI_CUSTODY: {', '.join(said)}")
    return CustodySetup(setup.tokens, setup.service, spans)


def _tokens(said: Mapping[str, Any] | None) -> TokenSetup | None:
    return None if said is None else TokenSetup(Path(said["module"]), Path(said["pins"]))


def _service(said: Mapping[str, Any] | None) -> ServiceSetup | None:
    if said is None:
        return None
    return ServiceSetup(said["url"].rstrip("/"), Path(said["token"]), float(said.get("seconds", 120)))


def _span(said: Mapping[str, Any]) -> TrustedSpan:
    fingerprint = said["sha256"].replace(":", "").lower()
    return TrustedSpan(fingerprint, _midnight(said["from"]), _midnight(said["until"]))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
