"""The parts of a workbook, taken from its archive without trusting it.

A workbook is a ZIP of XML parts. Sizes are added up before anything is unpacked (a bomb of 50 MB can claim
petabytes), each part is unpacked through a counter, and a part that declares a document type is refused: OOXML
has none, and entities are how XML reads files and grows without end.
"""

import io
import zipfile
import zlib
from types import TracebackType
from typing import IO, Self

from lxml import etree

from backend.domain.errors import (
    FileEncryptedError,
    FileKindUnknownError,
    FileTooLargeError,
    FileUnreadableError,
)
from backend.files.limits import ELEMENT_MAX_MB, MEGABYTE, PARTS_MAX, TREE_MAX_MB, UNPACKED_MAX_MB

ZIP_MAGIC = b"PK"
_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1
_DOCUMENT_TYPE = b"<!DOCTYPE"
_ENTITY = b"<!ENTITY"

BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
"""What ``zipfile`` raises for archives that are broken or compressed in ways OOXML does not know."""


class Archive:
    """An opened workbook; every part can be read once or many times, always within the limits."""

    def __init__(self, data: bytes) -> None:
        self._zip = _opened(data)
        self._left = UNPACKED_MAX_MB * MEGABYTE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def open(self, name: str) -> "PartStream":
        """A part as a stream that refuses document types and stops at the limits.

        Raises:
            FileUnreadableError: when the archive has no such part.
        """
        try:
            return PartStream(self._zip.open(name), self)
        except (KeyError, *BROKEN_ARCHIVE):
            raise FileUnreadableError from None

    def tree(self, name: str) -> etree._Element:
        """A small part as a whole.

        Raises:
            FileUnreadableError: when it is missing or no XML.
        """
        with self.open(name) as stream:
            try:
                content = stream.read(TREE_MAX_MB * MEGABYTE)
                if stream.read(1):
                    raise FileUnreadableError
                return etree.fromstring(content, parser())
            except (etree.XMLSyntaxError, *BROKEN_ARCHIVE):
                raise FileUnreadableError from None

    def spend(self, count: int) -> None:
        """Count unpacked bytes against the limit of the whole workbook."""
        self._left -= count
        if self._left < 0:
            raise FileTooLargeError(max=UNPACKED_MAX_MB)


class PartStream:
    """A part's bytes on their way to the parser.

    Keeps the end of each piece, so that no forbidden word hides between two, and counts the bytes since the
    last element the reader was given: what has not been given is held in memory by the parser.
    """

    def __init__(self, part: IO[bytes], archive: Archive) -> None:
        self._part, self._archive = part, archive
        self._tail, self._held = b"", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._part.close()

    def read(self, size: int = -1) -> bytes:
        piece = self._part.read(size)
        self._archive.spend(len(piece))
        self._held += len(piece)
        seen = self._tail + piece
        if _DOCUMENT_TYPE in seen or _ENTITY in seen or self._held > ELEMENT_MAX_MB * MEGABYTE:
            raise FileUnreadableError
        self._tail = piece[-len(_DOCUMENT_TYPE) :]
        return piece

    def close(self) -> None:
        self._part.close()

    def given(self) -> None:
        """The reader took an element; the parser can forget what came before."""
        self._held = 0


def parser() -> etree.XMLParser:
    """A parser that reads nothing but the bytes it is given, as UTF-8, without entities."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _opened(data: bytes) -> zipfile.ZipFile:
    if data.startswith(_OLE_MAGIC):
        # one container for two things: a workbook under a password, and the format before 2007
        raise FileEncryptedError if _ENCRYPTED_STREAM in data else FileKindUnknownError
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except (ValueError, *BROKEN_ARCHIVE):
        raise FileUnreadableError from None
    parts = opened.infolist()
    if len(parts) > PARTS_MAX or len(opened.NameToInfo) != len(parts):
        raise FileUnreadableError
    if any(part.flag_bits & _ENCRYPTED_FLAG for part in parts):
        raise FileEncryptedError
    if sum(part.file_size for part in parts) > UNPACKED_MAX_MB * MEGABYTE:
        raise FileTooLargeError(max=UNPACKED_MAX_MB)
    return opened
