"""What stands in the ledger: the leaf of a locked revision, and the head that the department signs.

A leaf is made of what is known at the lock and can be computed again from a file that left the house
(``infra/ledger.md``). It holds digests, the book's code and dates, and nothing that a person is called by.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.domain.canonical import canonical_bytes
from backend.domain.merkle import HASH_BYTES, leaf_hash

LEAF_FORMAT = "hocba-leaf/1"
HEAD_FORMAT = "hocba-head/1"
PROOF_FORMAT = "hocba-proof/1"


class LedgerFileError(ValueError):
    """A leaf, head or proof that is none; the message says of what kind it should have been."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file as the school had issued it: SHA-256 (hexadecimal) and length in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One locked revision; ``school_year`` as 2024-2025, files None where none had been made."""

    lookup_code: str
    school_year: str
    revision: int
    content_digest: str
    xml: FileMark | None
    pdf: FileMark | None
    effective_from: datetime

    @property
    def text(self) -> str:
        """The leaf as it is hashed: canonical JSON, the instant in UTC with six decimals."""
        return canonical_bytes(
            {
                "format": LEAF_FORMAT,
                "lookupCode": self.lookup_code,
                "schoolYear": self.school_year,
                "revision": self.revision,
                "content": self.content_digest,
                "xml": self.xml.digest if self.xml else None,
                "xmlSize": self.xml.size if self.xml else None,
                "pdf": self.pdf.digest if self.pdf else None,
                "pdfSize": self.pdf.size if self.pdf else None,
                "effectiveFrom": instant_text(self.effective_from),
            }
        ).decode()

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.text.encode())

    @classmethod
    def parse(cls, text: str) -> "Leaf":
        """Read a leaf back.

        Raises:
            LedgerFileError: unless the text is exactly what ``text`` would write.
        """
        try:
            said = json.loads(text)
            leaf = cls(
                lookup_code=said["lookupCode"],
                school_year=said["schoolYear"],
                revision=said["revision"],
                content_digest=said["content"],
                xml=_mark(said["xml"], said["xmlSize"]),
                pdf=_mark(said["pdf"], said["pdfSize"]),
                effective_from=datetime.fromisoformat(said["effectiveFrom"]),
            )
            same = leaf.text == text
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerFileError(LEAF_FORMAT) from error
        if not same:
            raise LedgerFileError(LEAF_FORMAT)
        return leaf


def _mark(digest: str | None, size: int | None) -> FileMark | None:
    return None if digest is None or size is None else FileMark(digest, size)


def instant_text(instant: datetime) -> str:
    """An instant in UTC with six decimals, as 2025-06-30T17:00:00.000000Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadNote:
    """The text that is signed: a checkpoint (C2SP tlog-checkpoint) that also names the head before it."""

    origin: str
    size: int
    root: bytes
    previous_size: int = 0
    previous_root: bytes | None = None

    @property
    def text(self) -> str:
        lines = [self.origin, str(self.size), _base64(self.root)]
        if self.previous_root is not None:
            lines.append(f"previous {self.previous_size} {_base64(self.previous_root)}")
        return "\n".join(lines) + "\n"

    @classmethod
    def parse(cls, text: str) -> "HeadNote":
        """Read a note back.

        Raises:
            LedgerFileError: unless the text is exactly what ``text`` would write.
        """
        try:
            origin, size, root, *rest = text.splitlines()
            previous = rest[0].split(" ") if rest else None
            note = cls(
                origin=origin,
                size=int(size),
                root=_hash(root),
                previous_size=int(previous[1]) if previous else 0,
                previous_root=_hash(previous[2]) if previous else None,
            )
        except (ValueError, IndexError) as error:
            raise LedgerFileError(HEAD_FORMAT) from error
        if note.text != text:
            raise LedgerFileError(HEAD_FORMAT)
        return note


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hash(text: str) -> bytes:
    """A hash in base64.

    Raises:
        ValueError: when it is none.
    """
    data = base64.b64decode(text, validate=True)
    if len(data) != HASH_BYTES:
        raise binascii.Error
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A head as it is given away: the note, the signature over it (CMS) and the timestamp over that, both DER."""

    note: HeadNote
    signature: bytes
    timestamp: bytes

    @property
    def json(self) -> dict[str, str]:
        """The file that can be downloaded."""
        return {
            "format": HEAD_FORMAT,
            "note": self.note.text,
            "signature": _base64(self.signature),
            "timestamp": _base64(self.timestamp),
        }

    @classmethod
    def parse(cls, data: bytes) -> "SignedNote":
        """Read a head file.

        Raises:
            LedgerFileError: when it is none.
        """
        said = _object(data, HEAD_FORMAT)
        try:
            return cls(
                note=HeadNote.parse(said["note"]),
                signature=base64.b64decode(said["signature"], validate=True),
                timestamp=base64.b64decode(said["timestamp"], validate=True),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerFileError(HEAD_FORMAT) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a leaf stands in the ledger of a size: its place and its path, nearest sibling first."""

    leaf: Leaf
    index: int
    size: int
    path: tuple[bytes, ...]

    @property
    def json(self) -> dict[str, str | int | list[str]]:
        """The file that can be downloaded."""
        return {
            "format": PROOF_FORMAT,
            "leaf": self.leaf.text,
            "leafIndex": self.index,
            "size": self.size,
            "path": [step.hex() for step in self.path],
        }

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Read a proof file.

        Raises:
            LedgerFileError: when it is none.
        """
        said = _object(data, PROOF_FORMAT)
        try:
            return cls(
                leaf=Leaf.parse(said["leaf"]),
                index=_whole(said["leafIndex"]),
                size=_whole(said["size"]),
                path=tuple(bytes.fromhex(step) for step in said["path"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerFileError(PROOF_FORMAT) from error


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _object(data: bytes, kind: str) -> dict[str, Any]:
    """A JSON object of a format.

    Raises:
        LedgerFileError: when it is none.
    """
    try:
        said = json.loads(data)
    except ValueError as error:
        raise LedgerFileError(kind) from error
    if not isinstance(said, dict) or said.get("format") != kind:
        raise LedgerFileError(kind)
    return said
