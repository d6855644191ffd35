"""A signature's revision of a file from a template that pyHanko made: constant objects around an instant and a hole.

The revisions that one signer appends to files of one form differ in their places in the file, the instant, and the
signature itself; pyHanko builds each anew out of objects, which takes ten times as long as the signature. A template is
cut from a revision of pyHanko's own; it must give that one back byte for byte, or it is not used. It fits a file only
if every object that the revision replaces is in that file what it was in the first.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n")
_SECTION = re.compile(rb"(\d+) (\d+)\s*\n")
_SIZE, _ROOT, _INFO = (re.compile(rb"/%s\s+(\d+)" % name) for name in (b"Size", b"Root", b"Info"))
_PREVIOUS = re.compile(rb"/Prev (\d+)")
_ID = re.compile(rb"/ID\s*\[\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*\]")
_HOLE = re.compile(rb"/Contents <([0-9A-F]+)>\n/ByteRange (\[[^\n]*)\n")
_SAID_AT = re.compile(rb"/M \(D\\072(\d{14})")
_CHANGED_AT = re.compile(rb'xmp:ModifyDate="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_LENGTH = re.compile(rb"/Length (\d+)\n")
_DIGITS, _ISO = "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S"
_TAIL_BYTES = 4096
Instants = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Tail:
    """Where a file's objects are, by its cross-reference tables; ``named`` is its size, root and information."""

    start: int
    named: tuple[bytes, bytes, bytes]
    identifier: bytes
    places: dict[int, int]

    @classmethod
    def of(cls, pdf: bytes) -> "Tail | None":
        """The tail of a file; None when it has no classic tables (ISO 32000-1, 7.5.4)."""
        end = pdf.rfind(b"startxref", max(0, len(pdf) - _TAIL_BYTES))
        if end < 0 or not pdf.endswith(b"%%EOF\n"):
            return None
        start = int(pdf[end:].split()[1])
        trailer = pdf[pdf.rfind(b"trailer", start, end) : end]
        found = [pattern.search(trailer) for pattern in (_SIZE, _ROOT, _INFO)]
        identifier = _ID.search(trailer)
        if not pdf.startswith(b"xref\n", start) or identifier is None or None in found:
            return None
        size, root, info = (one[1] for one in found if one is not None)
        places: dict[int, int] = {}
        for number, place in _listed(pdf, start):
            places.setdefault(number, place)
        return cls(start, (size, root, info), identifier[1], places)

    def body(self, pdf: bytes, number: int) -> bytes | None:
        """An object as it stands in the file, without its instant of change."""
        place = self.places.get(number)
        if place is None:
            return None
        return _CHANGED_AT.sub(b"", pdf[place : pdf.index(b"endobj", place)])


def _listed(pdf: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Numbers and places of all objects in use, those of the last revision first."""
    while start >= 0:
        at = start + len(b"xref\n")
        while section := _SECTION.match(pdf, at):
            first, count = int(section[1]), int(section[2])
            at = section.end()
            for number in range(first, first + count):
                entry = _ENTRY.match(pdf, at)
                if entry is None:
                    return
                at = entry.end()
                if entry[3] == b"n":
                    yield number, int(entry[1])
        previous = _PREVIOUS.search(pdf, at, pdf.index(b"startxref", at))
        start = int(previous[1]) if previous else -1


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with a hole for its signature, and the digest that is to be signed."""

    before: bytes
    hole: int
    after: bytes

    def digest(self) -> bytes:
        said = hashlib.sha256(self.before)
        said.update(self.after)
        return said.digest()

    def takes(self, signature: bytes) -> bool:
        """Whether the hole is large enough for a signature."""
        return 2 * len(signature) <= self.hole

    def closed(self, signature: bytes) -> bytes:
        """The file with its signature (DER)."""
        digits = signature.hex().upper().encode()
        return b"".join((self.before, b"<", digits.ljust(self.hole, b"0"), b">", self.after))


@dataclass(frozen=True, slots=True)
class RevisionTemplate:
    """One revision's objects by number in the order of the file, and what its file was like."""

    named: tuple[bytes, bytes, bytes]
    replaced: dict[int, bytes]
    objects: tuple[tuple[int, bytes], ...]
    size: bytes
    said: bytes

    def fits(self, pdf: bytes, tail: Tail) -> bool:
        """Whether pyHanko would append the same objects to this file."""
        return self.named == tail.named and all(
            tail.body(pdf, number) == body for number, body in self.replaced.items()
        )

    def open(self, pdf: bytes, tail: Tail, said: bytes, instant: Instants, salt: str = "") -> Opened:
        """The file with this revision appended, its signature left out.

        Args:
            pdf: the file.
            tail: its tail.
            said: the operators that show the line of the mark with the instant.
            instant: of signing and of the change to the file, in the zone that pyHanko writes.
            salt: the second half of the identifier, in hexadecimal digits.
        """
        parts, places, at = [], {}, len(pdf)
        hole = 0
        for number, body in self.objects:
            dated = (
                _dated(body.replace(self.said, said), instant) if self.said in body else _dated(body, instant)
            )
            if len(dated) != len(body):
                dated = _LENGTH.sub(b"/Length %d\n" % _stream_length(dated), dated, count=1)
            if b"/ByteRange" in dated:
                hole = number
            places[number] = at
            parts.append(dated)
            at += len(dated)
        parts.append(self._table(places, at, tail, salt or secrets.token_hex(16)))
        return _with_hole(pdf, parts, [number for number, _ in self.objects].index(hole), len(pdf))

    def _table(self, places: dict[int, int], start: int, tail: Tail, salt: str) -> bytes:
        lines = [b"xref\n0 1\n0000000000 65535 f \n"]
        for run in _runs(sorted(places)):
            lines.append(b"%d %d\n" % (run[0], len(run)))
            lines += [b"%010d 00000 n \n" % places[number] for number in run]
        _, root, info = self.named
        identifier = b"[ <%s> <%s> ]" % (tail.identifier.lower(), salt.encode())
        lines.append(
            b"trailer\n<<\n/Size %s\n/Root %s 0 R\n/Info %s 0 R\n/ID %s\n/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n"
            % (self.size, root, info, identifier, tail.start, start)
        )
        return b"".join(lines)


def learn(pdf: bytes, signed: bytes, said: bytes) -> RevisionTemplate | None:
    """The template of the revision that pyHanko appended to a file.

    Args:
        pdf: the file before.
        signed: the file after.
        said: the operators that show the line of the mark with the instant; nothing where there is no mark.

    Returns:
        None when the revision cannot be given back byte for byte.
    """
    before, after = Tail.of(pdf), Tail.of(signed)
    if before is None or after is None:
        return None
    own = sorted((place, number) for number, place in after.places.items() if place >= len(pdf))
    ends = [*(place for place, _ in own[1:]), after.start]
    objects = tuple((number, signed[place:end]) for (place, number), end in zip(own, ends, strict=True))
    bodies = {number: before.body(pdf, number) for _, number in own}
    template = RevisionTemplate(
        named=before.named,
        replaced={number: body for number, body in bodies.items() if body is not None},
        objects=objects,
        size=after.named[0],
        said=said,
    )
    return template if _gives_back(template, pdf, signed, before) else None


def first_revision(pdf: bytes, signed: bytes) -> bytes:
    """A file with the first of the two revisions that were appended to it."""
    last = Tail.of(signed)
    previous = _PREVIOUS.search(signed, last.start) if last else None
    if previous is None or int(previous[1]) < len(pdf):
        return signed
    end = b"%%EOF\n"
    return signed[: signed.index(end, int(previous[1])) + len(end)]


def _gives_back(template: RevisionTemplate, pdf: bytes, signed: bytes, tail: Tail) -> bool:
    hole, dated = _HOLE.search(signed, len(pdf)), _SAID_AT.search(signed, len(pdf))
    salt = _ID.search(signed, signed.rfind(b"trailer"))
    shown = sum(body.count(template.said) for _, body in template.objects) if template.said else 1
    changed = {found for _, body in template.objects for found in _CHANGED_AT.findall(body)}
    if hole is None or salt is None or shown != 1 or len(changed) != 1:
        return False
    changed_at = datetime.fromisoformat(changed.pop().decode())
    # a document timestamp has no instant of its own
    said_at = datetime.strptime(dated[1].decode(), _DIGITS) if dated else changed_at  # noqa: DTZ007
    instant = said_at, changed_at
    opened = template.open(pdf, tail, template.said, instant, salt[2].decode())
    return opened.closed(bytes.fromhex(hole[1].decode())) == signed


def _dated(body: bytes, instant: Instants) -> bytes:
    said_at, changed_at = instant
    body = _SAID_AT.sub(f"/M (D\\\\072{said_at:{_DIGITS}}".encode(), body)
    return _CHANGED_AT.sub(f'xmp:ModifyDate="{changed_at:{_ISO}}'.encode(), body)


def _stream_length(body: bytes) -> int:
    begin = body.index(b"stream\n") + len(b"stream\n")
    return body.rindex(b"\nendstream") - begin


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    """Numbers that follow one another."""
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    yield run


def _with_hole(pdf: bytes, parts: list[bytes], holed: int, length: int) -> Opened:
    """Cut the signature out of the object that holds it, and say what is signed around it."""
    body = parts[holed]
    found = _HOLE.search(body)
    assert found is not None
    begin = length + sum(len(part) for part in parts[:holed]) + found.start(1) - 1
    after_hole = begin + len(found[1]) + 2
    end = length + sum(len(part) for part in parts)
    covered = b"[0 %d %d %d]" % (begin, after_hole, end - after_hole)
    body = body[: found.start(2)] + covered.ljust(len(found[2])) + body[found.end(2) :]
    before = b"".join((pdf, *parts[:holed], body[: found.start(1) - 1]))
    after = b"".join((body[found.end(1) + 1 :], *parts[holed + 1 :]))
    return Opened(before, len(found[1]), after)
