"""The document of a hand-over, signed by both schools: which book, from whom to whom, with which years.

The managing school's seal says what it gives; the receiving school's, over the same words, what it has taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.domain.lifecycle import State


@dataclass(frozen=True, slots=True, kw_only=True)
class YearLine:
    """A year that the book holds; digests are SHA-256, hexadecimal, and empty where there is no file yet."""

    school_year: str
    grade: int
    class_name: str
    school_code: str
    revision: int
    state: State
    content_digest: str
    xml_digest: str
    pdf_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What the managing school seals; ``nonce`` makes it good for one release of one transfer."""

    transfer: int
    nonce: str
    lookup_code: str
    pupil_name: str
    birth_date: date
    from_school_code: str
    from_school_name: str
    to_school_code: str
    to_school_name: str
    released_at: datetime
    years: Sequence[YearLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What the receiving school adds, and the digest of the release that it is about."""

    release_digest: str
    school_year: str
    class_name: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverFacts:
    """What a document must be: the release, the seals' registered certificates (PEM), and the acceptance if it has one."""

    release: Release
    release_seal: str
    acceptance: Acceptance | None = None
    acceptance_seal: str = ""
