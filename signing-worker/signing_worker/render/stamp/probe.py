"""Laying a section out once, with a letter for each text, and reading from it where everything goes.

Two layouts tell it all. In the first every text is one letter: it gives the places, the baselines and the drawing.
In the second the last cell of each row is very tall: it gives the padding, and how the row's other cells hold theirs.
What a layout says is believed only if the first one can be computed from it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pydyf
from weasyprint import Document

from signing_worker.render.engine import VARIANT, engine
from signing_worker.render.qr import qr_image
from signing_worker.render.stamp.base import face_numbers, letter_width
from signing_worker.render.stamp.drawing import Moved, Sorted, Sorting
from signing_worker.render.stamp.layout import Band, Bookmark, Box, Layout, Rule, Slot
from signing_worker.render.stamp.skeleton import AS_DRAWN, HOLE, Part, TakenApart

LETTER = "X"
TALL_PX = 400.0
MARGIN_BELOW_PX = 20 / 25.4 * 96
"""Below the text area of every page; further down stands the foot, which neither grows nor moves."""
_TALL_PAGE = "@page { size: 210mm 9000mm }"
_NEAR = 0.02

_CELL = re.compile(f"<(td|th|p|h[1-4])((?: [^>]*)?)>{HOLE}")
_ID = re.compile(' id="([^"]+)"')
_ROW_END = re.compile("</tr>|$")

Rectangle = tuple[float, float, float, float]


class ProbeError(ValueError):
    """A layout that cannot be computed from what was read of it; the page is then drawn by WeasyPrint."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A slot in a probe: the names of its own box and of the box around its text."""

    outer: str
    inner: str
    tag: str
    spans_rows: bool


class _Probe:
    """A section's HTML with letters in place of texts; ``cells`` in the order of the texts."""

    def __init__(self, part: Part, prefix: str) -> None:
        self._part = part
        self._prefix = prefix
        self.cells: list[_Cell] = []
        self.html("")
        self._last = self._last_of_rows()

    def html(self, tall: str) -> str:
        """The section; ``tall`` is the style of the last text of each row."""
        self.cells = []
        style = {False: "", True: tall}

        def filled(cell: re.Match[str]) -> str:
            number = len(self.cells)
            own = _ID.search(cell[2])
            outer = own[1] if own else f"{self._prefix}c{number}"
            inner = f"{self._prefix}s{number}"
            self.cells.append(_Cell(outer, inner, cell[1], "rowspan" in cell[2]))
            named = cell[2] if own else f'{cell[2]} id="{outer}"'
            last = bool(tall) and number in self._last
            return (
                f'<{cell[1]}{named}><span id="{inner}" style="display: block; {style[last]}">{LETTER}</span>'
            )

        return _CELL.sub(filled, self._part.skeleton).replace('src=""', f'src="{qr_image(LETTER)}"')

    def _last_of_rows(self) -> frozenset[int]:
        """Every paragraph, and the last cell of each row that does not span several."""
        last, number = set(), 0
        for row in _ROW_END.split(self._part.skeleton):
            found = [number + at for at, cell in enumerate(_CELL.finditer(row)) if "rowspan" not in cell[0]]
            number += len(_CELL.findall(row))
            last |= {*found[-1:], *(at for at in found if self.cells[at].tag not in {"td", "th"})}
        return frozenset(last)


def lay_out(apart: TakenApart, number: int) -> Layout:
    """Lay out the section with this number.

    Raises:
        ProbeError: when the page is not made of what is known here.
    """
    part = apart.sections[number]
    probes = _Probe(apart.everywhere, "e"), _Probe(part, "p")
    blank = [f'<section class="{other.name}" id="{other.name}"></section>' for other in apart.sections]

    def page(tall: str) -> str:
        texts = [*blank[:number], probes[1].html(tall), *blank[number + 1 :]]
        return f'<html lang="vi"><body>{probes[0].html(tall)}{"".join(texts)}'

    usual = engine().lay_out_html(page(""))
    if len(usual.pages) != len(apart.sections) or part.name not in usual.pages[number].anchors:
        return Layout(fits=False)
    tall = engine().lay_out_html(page(f"height: {TALL_PX}px"), _TALL_PAGE)
    cells = [*probes[0].cells, *probes[1].cells]
    drawn = _drawn(usual, number)
    return _Reading((usual, tall), number, cells, drawn, part.name in AS_DRAWN).layout()


def _drawn(document: Document, number: int) -> list[bytes]:
    streams: list[list[bytes]] = []

    def keep(_document: Document, pdf: pydyf.PDF) -> None:
        for at in pdf.pages["Kids"][::3]:
            stream = pdf.objects[int(pdf.objects[at]["Contents"].split()[0])]
            streams.append([bytes(item) for item in stream.stream])

    document.write_pdf(pdf_variant=VARIANT, finisher=keep)
    return streams[number]


class _Reading:
    """From the two layouts of a section to its ``Layout``."""

    def __init__(
        self,
        layouts: tuple[Document, Document],
        number: int,
        cells: list[_Cell],
        drawn: list[bytes],
        as_drawn: bool,
    ) -> None:
        usual, tall = layouts
        page = usual.pages[number]
        self._faces = face_numbers(usual)
        self._at: dict[str, Rectangle] = page.anchors
        self._tall: dict[str, Rectangle] = tall.pages[number].anchors
        self._headings = page.bookmarks
        self._page_height = page.height
        self._bottom = page.height - MARGIN_BELOW_PX
        self._cells = cells
        self._bands = self._find_bands()
        inner = [self._at[cell.inner] for cell in cells]
        self._sorted: Sorted = Sorting(Moved(inner), moves_lines=not as_drawn).read(drawn)

    def layout(self) -> Layout:
        slots = tuple(self._slot(cell) for cell in self._cells)
        if len(self._sorted.shown) < len(slots):
            raise ProbeError("texts without a drawing")
        return Layout(
            fits=True,
            frame=b"\n".join(self._sorted.frame).decode("latin-1"),
            bands=self._bands,
            slots=slots,
            rules=tuple(self._rules()),
            boxes=dict(self._boxes()),
            bookmarks=tuple(self._bookmarks()),
            bottom=self._bottom,
            page_height=self._page_height,
        )

    def _find_bands(self) -> tuple[Band, ...]:
        """The rows and paragraphs above the foot, from top to bottom; cells of several rows are none."""
        extents: dict[tuple[float, float], Band] = {}
        for cell in self._cells:
            _, top, _, bottom = self._at[cell.outer]
            if cell.spans_rows or top > self._bottom:
                continue
            inner, outer = self._tall[cell.inner], self._tall[cell.outer]
            key = (round(top, 3), round(bottom, 3))
            if _is_tall(inner):
                extents[key] = Band(top, bottom - top, outer[3] - outer[1] - TALL_PX)
            extents.setdefault(key, Band(top, bottom - top, 0.0))
        bands = [extents[key] for key in sorted(extents)]
        if any(one.top + one.height > other.top + _NEAR for one, other in pairwise(bands)):
            raise ProbeError("rows side by side")
        return tuple(bands)

    def _before(self, y: float) -> int:
        """How many bands lie above a place, counted by their middles."""
        return sum(1 for band in self._bands if band.top + band.height / 2 < y) if y < self._bottom else 0

    def _slot(self, cell: _Cell) -> Slot:
        _, top, _, bottom = self._at[cell.outer]
        left, text_top, right, text_bottom = self._at[cell.inner]
        shown = [
            one
            for one in self._sorted.shown
            if text_top <= one.base <= text_bottom and left - 1 <= one.left < right - 1
        ]
        if len(shown) != 1 or shown[0].colour != b"0 0 0 rg":
            raise ProbeError("not one letter in black")
        bands = (self._before(top), self._before(bottom))
        above, align = self._held(cell, bands)
        spare = self._bands[bands[0]].spare if bands[0] < bands[1] else 0.0
        expected = top + above + align * (bottom - top - spare - (text_bottom - text_top))
        if abs(expected - text_top) > _NEAR:
            raise ProbeError("a text is not where it was computed")
        letter = shown[0]
        face = self._faces[letter.font]
        width = letter_width(LETTER, face, letter.size)
        return Slot(
            bands=bands,
            top=top,
            height=bottom - top,
            above=above,
            align=align,
            left=left,
            width=right - left,
            across=_half((letter.left - left) / (right - left - width)) if right - left - width > 1 else 0.0,
            drop=letter.base - text_top,
            pitch=text_bottom - text_top,
            face=face,
            size=letter.size,
        )

    def _held(self, cell: _Cell, bands: tuple[int, int]) -> tuple[float, float]:
        """Padding above, and alignment within the cell, by the tall layout; for the tallest cell by its neighbours."""
        if cell.tag not in {"td", "th"}:
            return 0.0, 0.0
        seen, lasts = [], []
        for other in self._cells:
            if other.tag not in {"td", "th"} or not self._touches(other, bands):
                continue
            inner, outer = self._tall[other.inner], self._tall[other.outer]
            if _is_tall(inner):
                lasts.append(inner[1] - outer[1])
            else:
                room = outer[3] - outer[1] - (inner[3] - inner[1])
                seen.append((other, inner[1] - outer[1], _half((inner[1] - outer[1]) / room)))
        own = next(((above, align) for other, above, align in seen if other == cell), None)
        align = own[1] if own else (seen[0][2] if seen else self._held_alone(cell))
        if not align and own:
            return own[0], 0.0
        return (lasts[0] if lasts else 0.0), align

    def _held_alone(self, cell: _Cell) -> float:
        """The alignment of a row's only cell: it shows where the row is taller than its text."""
        inner, outer = self._at[cell.inner], self._at[cell.outer]
        room = outer[3] - outer[1] - (inner[3] - inner[1])
        return _half((inner[1] - outer[1]) / room) if room > 2 * TALL_PX / 100 else 0.0

    def _touches(self, cell: _Cell, bands: tuple[int, int]) -> bool:
        _, top, _, bottom = self._at[cell.outer]
        return self._before(top) < bands[1] and bands[0] < self._before(bottom)

    def _rules(self) -> Iterator[Rule]:
        for style, lines in self._sorted.lines.items():
            ends = tuple((x1, y1, self._before(y1), x2, y2, self._before(y2)) for x1, y1, x2, y2 in lines)
            yield Rule(style, ends)

    def _boxes(self) -> Iterator[tuple[str, Box]]:
        ours = {name for cell in self._cells for name in (cell.outer, cell.inner)}
        for name, (left, top, right, bottom) in self._at.items():
            if name not in ours or name.startswith("mark-"):
                yield name, Box(left, top, right, bottom, self._before(top))

    def _bookmarks(self) -> Iterator[Bookmark]:
        for level, label, (left, top), _ in self._headings:
            slot = next(
                (
                    at
                    for at, cell in enumerate(self._cells)
                    if cell.tag == f"h{level}" and abs(self._at[cell.outer][1] - top) < _NEAR
                ),
                -1,
            )
            yield Bookmark(level, "" if slot >= 0 else label, left, top, self._before(top), slot)


def _is_tall(text: Rectangle) -> bool:
    return abs(text[3] - text[1] - TALL_PX) < _NEAR


def _half(part: float) -> float:
    """The nearest of 0, 0.5 and 1."""
    return round(2 * part) / 2
