"""What goes into a drawing of the form and what comes out of it.

A sheet is a plain value that travels to another process; it holds everything the pages show, so that the same
sheet always gives the same bytes, whatever the clock, the machine's name or the day.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from backend.domain.canonical import content_digest
from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from backend.domain.signing import SignatureRole


class CopyKind(StrEnum):
    """What a copy is for; every kind but the base carries a mark on each page."""

    SIGNED_BASE = "SIGNED_BASE"
    PREVIEW = "PREVIEW"
    WITHDRAWN = "WITHDRAWN"
    EXTRACT = "EXTRACT"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSheet:
    """One pupil's form for one school year.

    ``packet`` is the XML to embed. ``copy_number``, ``made_at`` and ``effective_on`` belong to copies only: the
    base that is going to be signed knows neither a copy nor the day it will be locked.
    """

    content: RecordContent
    lookup_code: LookupCode
    public_url: str
    revision: int
    kind: CopyKind = CopyKind.SIGNED_BASE
    packet: bytes | None = None
    copy_number: str = ""
    made_at: datetime | None = None
    effective_on: date | None = None

    def __post_init__(self) -> None:
        if self.kind is CopyKind.SIGNED_BASE and (self.copy_number or self.made_at or self.effective_on):
            raise ValueError("the base to be signed is no copy")

    @property
    def address(self) -> str:
        """Where the QR code leads: permanent, because it is printed."""
        return f"{self.public_url.rstrip('/')}/t/{self.lookup_code.value}"

    @property
    def identifier(self) -> bytes:
        """The file's 16-byte identifier (ISO 32000-1, 14.4), made from what the file says."""
        said = f"{content_digest(to_json(self.content))}/{self.revision}/{self.kind}/{self.copy_number}"
        return hashlib.sha256(said.encode()).digest()[:16]


@dataclass(frozen=True, slots=True)
class MarkBox:
    """Where a signature's visible mark goes: page from 0, PDF points from the lower left corner."""

    page: int
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class RenderedForm:
    """The drawn form and the areas that wait for the four signatures."""

    pdf: bytes
    pages: int
    boxes: Mapping[SignatureRole, MarkBox]


class FormRefusedError(ValueError):
    """The sheet cannot be drawn as it stands; the argument says why.

    It travels between processes, so it carries nothing but text.
    """


@dataclass(frozen=True, slots=True)
class DrawnBatch:
    """The forms of a batch in its order, or why one is refused.

    ``stamped`` and ``compared`` count forms; ``difference`` says what ended stamping, in words without a pupil's.
    """

    forms: tuple[RenderedForm | FormRefusedError, ...]
    stamped: int
    compared: int
    difference: str = ""


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """A monthly report as a PDF and as a workbook."""

    pdf: bytes
    xlsx: bytes
