"""A stamped file written: what all files share, then one pupil's pages, outline, packet and picture.

The objects of a file are counted, placed and listed as plain bytes (ISO 32000-1, 7.5); the same drawing gives the same
bytes. The parts that do not differ between pupils are made once.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from signing_worker.render.qr import grey_rows
from signing_worker.render.stamp.base import TITLE, Base
from signing_worker.render.stamp.layout import Box
from signing_worker.render.stamp.page import PT_PER_PX, StampedPage
from signing_worker.render.stamp.skeleton import lines_of

PAGE_PT = (595.275591, 841.889764)
_HEAD = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
_FAST = 6
_PICTURE = "qr"


@dataclass(frozen=True, slots=True)
class Packet:
    """The file that a form carries."""

    data: bytes
    name: str
    description: str
    date: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that one file says."""

    title: str
    identifier: bytes
    pages: Sequence[StampedPage]
    qr: tuple[int, int]
    packet: Packet | None


class FileWriter:
    """Writes files over one base."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._frames: dict[str, bytes] = {}
        placed = _Placed(_HEAD)
        for body in base.objects:
            placed.add(body.encode("latin-1"))
        self._shared = placed

    def write(self, drawing: Drawing) -> bytes:
        """The whole file."""
        out = self._shared.copy()
        catalog, pages, info = out.reserve(3)
        (picture,) = out.reserve(1)
        out.add(self._picture(drawing.qr), number=picture)
        resources = out.add(
            f"<</Font {self._base.fonts}/XObject<</{_PICTURE} {picture} 0 R>>/ProcSet[/PDF/Text/ImageB]>>".encode()
        )
        kids = [self._page(out, page, pages, resources) for page in drawing.pages]
        listed = " ".join(f"{kid} 0 R" for kid in kids)
        out.add(f"<</Type/Pages/Kids[{listed}]/Count {len(kids)}>>".encode(), number=pages)
        entries = [
            f"/Type/Catalog/Pages {pages} 0 R/Lang(vi)/OutputIntents {self._base.intents}",
            f"/Metadata {self._metadata(out, drawing.title)} 0 R",
            f"/Outlines {_outline(out, drawing.pages, kids)} 0 R",
            self._names(out, drawing, kids),
        ]
        out.add(f"<<{''.join(entries)}>>".encode(), number=catalog)
        out.add(f"<</Producer({self._base.producer})/Title{_text(drawing.title)}>>".encode(), number=info)
        return out.finished(catalog, info, drawing.identifier)

    def _page(self, out: "_Placed", page: StampedPage, parent: int, resources: int) -> int:
        frame = page.layout.frame
        if frame not in self._frames:
            # balanced, and left by a final restoring, so that the page's own lines begin where it began
            self._frames[frame] = _stream(b"q\n%s\nQ" % frame.encode("latin-1"), 9)
        boxes = [page.moved(box) for name, box in page.layout.boxes.items() if name.startswith("qr-")]
        contents = [
            out.add(self._frames[frame]),
            out.add(_stream(b"\n".join(_operators(page.operators, boxes)))),
        ]
        edges = f"[0 0 {PAGE_PT[0]} {PAGE_PT[1]}]"
        return out.add(
            f"<</Type/Page/Parent {parent} 0 R/MediaBox{edges}/TrimBox{edges}/BleedBox{edges}"
            f"/Resources {resources} 0 R/Contents[{contents[0]} 0 R {contents[1]} 0 R]>>".encode()
        )

    def _picture(self, qr: tuple[int, int]) -> bytes:
        pixels, rows = grey_rows(*qr)
        about = (
            f"/Type/XObject/Subtype/Image/Width {pixels}/Height {pixels}"
            "/ColorSpace/DeviceGray/BitsPerComponent 8/Interpolate false"
        )
        return _stream(rows, about=about)

    def _metadata(self, out: "_Placed", title: str) -> int:
        data = self._base.metadata.replace(TITLE, escape(title)).encode()
        return out.add(b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(data), data))

    def _names(self, out: "_Placed", drawing: Drawing, kids: list[int]) -> str:
        places: dict[str, str] = {}
        for page, kid in zip(drawing.pages, kids, strict=True):
            for name, box in page.layout.boxes.items():
                left, top, _, _ = page.moved(box)
                places.setdefault(name, f"({name})[{kid} 0 R/XYZ {_place(left, top)} 0]")
        names = f"/Dests<</Names[{''.join(places[name] for name in sorted(places))}]>>"
        if drawing.packet is None:
            return f"/Names {out.add(f'<<{names}>>'.encode())} 0 R"
        carried = _carried(out, drawing.packet)
        embedded = f"/EmbeddedFiles<</Names[({drawing.packet.name}){carried} 0 R]>>"
        # an object of its own: the catalogue, which every signature writes anew, is then the same for everybody
        return f"/Names {out.add(f'<<{names}{embedded}>>'.encode())} 0 R/AF[{carried} 0 R]"


class _Placed:
    """Objects one after another, with their places."""

    def __init__(self, head: bytes) -> None:
        self._parts = [head]
        self._length = len(head)
        self._places: list[int] = []

    def copy(self) -> "_Placed":
        other = _Placed(b"".join(self._parts))
        other._places = list(self._places)
        return other

    def reserve(self, count: int) -> range:
        """Numbers for objects that are added later."""
        first = len(self._places) + 1
        self._places += [0] * count
        return range(first, first + count)

    def add(self, body: bytes, number: int = 0) -> int:
        number = number or self.reserve(1)[0]
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self._places[number - 1] = self._length
        self._parts.append(whole)
        self._length += len(whole)
        return number

    def finished(self, catalog: int, info: int, identifier: bytes) -> bytes:
        size = len(self._places) + 1
        listed = b"".join([b"%010d 00000 n \n" % place for place in self._places])
        name = identifier.hex().encode()
        tail = (
            b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\n"
            b"startxref\n%d\n%%%%EOF\n"
        ) % (size, listed, size, catalog, info, name, name, self._length)
        return b"".join((*self._parts, tail))


def _operators(texts: bytes, pictures: list[tuple[float, float, float, float]]) -> Iterator[bytes]:
    yield b"1 0 0 -1 0 %.6f cm %g 0 0 %g 0 0 cm" % (PAGE_PT[1], PT_PER_PX, PT_PER_PX)
    yield texts
    for left, top, right, bottom in pictures:
        size = right - left, bottom - top, left, bottom
        yield b"q %.3f 0 0 -%.3f %.3f %.3f cm /%s Do Q" % (*size, _PICTURE.encode())


def _outline(out: _Placed, pages: Sequence[StampedPage], kids: list[int]) -> int:
    """The outline of all headings, deeper ones under the last higher one."""
    root = out.reserve(1)[0]
    marks = [
        (page, kid, mark) for page, kid in zip(pages, kids, strict=True) for mark in page.layout.bookmarks
    ]
    numbers = list(out.reserve(len(marks)))
    parents: list[int] = []
    children: dict[int, list[int]] = {root: []}
    open_marks: list[tuple[int, int]] = []
    for number, (_, _, mark) in zip(numbers, marks, strict=True):
        while open_marks and open_marks[-1][0] >= mark.level:
            open_marks.pop()
        parent = open_marks[-1][1] if open_marks else root
        parents.append(parent)
        children[parent].append(number)
        children[number] = []
        open_marks.append((mark.level, number))
    for number, parent, (page, kid, mark) in zip(numbers, parents, marks, strict=True):
        label = mark.label or _heading(page.texts[mark.slot])
        place = _place(mark.left, mark.top + page.shifts[mark.band])
        beside = children[parent]
        at = beside.index(number)
        links = "".join(
            (
                f"/Prev {beside[at - 1]} 0 R" if at else "",
                f"/Next {beside[at + 1]} 0 R" if at + 1 < len(beside) else "",
                _ends(children, number),
            )
        )
        body = f"<</Title{_text(label)}/Parent {parent} 0 R/Dest[{kid} 0 R/XYZ {place} 0]{links}>>"
        out.add(body.encode(), number=number)
    out.add(f"<</Type/Outlines{_ends(children, root)}>>".encode(), number=root)
    return root


def _ends(children: dict[int, list[int]], number: int) -> str:
    """First and last entry below, and how many there are at all depths, all of them open."""
    below = children[number]
    if not below:
        return ""
    count, waiting = 0, list(below)
    while waiting:
        count += 1
        waiting += children[waiting.pop()]
    return f"/First {below[0]} 0 R/Last {below[-1]} 0 R/Count {count}"


def _heading(text: str) -> str:
    return " ".join("".join(part for _, part in line) for line in lines_of(text))


def _carried(out: _Placed, packet: Packet) -> int:
    checksum = hashlib.md5(packet.data, usedforsecurity=False).hexdigest()
    dates = f"/CreationDate({packet.date})/ModDate({packet.date})"
    about = f"/Type/EmbeddedFile/Subtype/text#2fxml/Params<</CheckSum<{checksum}>/Size {len(packet.data)}{dates}>>"
    held = out.add(_stream(packet.data, about=about))
    said = f"/F({packet.name})/UF({packet.name})/Desc{_text(packet.description)}"
    return out.add(f"<</Type/Filespec{said}/EF<</F {held} 0 R>>/AFRelationship/Source>>".encode())


def _place(left: float, top: float) -> str:
    return f"{left * PT_PER_PX:.2f} {PAGE_PT[1] - top * PT_PER_PX:.2f}"


def _text(text: str) -> str:
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _stream(data: bytes, level: int = _FAST, about: str = "") -> bytes:
    packed = zlib.compress(data, level)
    head = f"<<{about}/Filter/FlateDecode/Length {len(packed)}>>\nstream\n".encode()
    return head + packed + b"\nendstream"


def box_points(page: StampedPage, box: Box) -> tuple[float, float, float, float]:
    """A box as PDF has it: points above the lower left corner."""
    left, top, right, bottom = page.moved(box)
    height = page.layout.page_height
    edges = (left, height - bottom, right, height - top)
    x1, y1, x2, y2 = (round(edge * PT_PER_PX, 2) for edge in edges)
    return x1, y1, x2, y2
