"""Text to glyphs, as Pango does it for WeasyPrint, and glyphs to lines.

HarfBuzz is asked at the size that Pango uses (1/1024 pixel), so that widths are equal to the last digit. Lines break
at spaces and behind strokes and dashes; where another break might be possible, or a word does not fit at all, nothing is guessed: WeasyPrint
draws that sheet.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import uharfbuzz as hb

from signing_worker.render import fonts
from signing_worker.render.stamp.skeleton import REGULAR, Line

UNITS_PER_PX = 1024
_LINES_KEPT = 8192
_EM = 1000
_ENDS = "“”\"()‘’'.,;:!?"
_PLAIN_WORD = re.compile(r"[\w.,:;'’]*")
_BREAKS_AFTER = "/–-"
_BREAK = re.compile(rf" |[{_BREAKS_AFTER}](?=[^\W\d_])")
"""Where a line may break: at a space, and behind a stroke or dash that a letter follows."""
_NEVER_LAST = ("(", "[", "{", "“", '"')
_NEVER_FIRST = tuple(")!?,.;:/]}”’…%")


class UnusualError(ValueError):
    """Something that only WeasyPrint decides; the argument names the kind, never the text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Glyphs of one face in a line: how far from the line's beginning, and what ``TJ`` shows."""

    offset: float
    face: int
    shown: bytes


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line: its width in pixels without spaces at its end, and its pieces."""

    width: float
    pieces: tuple[Piece, ...]


class Typeface:
    """One face of the form.

    Args:
        number: its place in ``fonts.FACES``.
        widths: the advance of each glyph that the embedded subset has, in thousandths of the size.
        letters: the characters that the subset has.
    """

    def __init__(self, number: int, widths: dict[int, int], letters: frozenset[str]) -> None:
        self._face = hb.Face(fonts.face_bytes(number))
        self._widths = widths
        self._letters = letters
        self._sized = lru_cache(64)(self._at_size)

    def _at_size(self, size: float) -> hb.Font:
        font = hb.Font(self._face)
        scale = round(size * UNITS_PER_PX)
        font.scale = (scale, scale)
        return font

    def glyphs(self, text: str, size: float) -> tuple[list[hb.GlyphInfo], list[hb.GlyphPosition]]:
        """Shape one text.

        Raises:
            UnusualError: for a letter that the subset lacks.
        """
        if not self._letters.issuperset(text):
            raise UnusualError("letter")
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction = "ltr"
        # Pango takes digits and signs alone for no script, and then does not kern them
        buffer.script = "Latn" if _has_letters(text) else "Zyyy"
        buffer.language = "vi"
        hb.shape(self._sized(size), buffer)
        return buffer.glyph_infos, buffer.glyph_positions

    def shown(self, glyphs: list[tuple[int, int]], size: float) -> bytes:
        """What ``TJ`` is given for glyphs with their advances: numbers where an advance is not the glyph's own."""
        parts, run = [], []
        for glyph, advance in glyphs:
            run.append(f"{glyph:04x}")
            if glyph not in self._widths:
                raise UnusualError("glyph")
            kern = int(self._widths[glyph] - advance * _EM / UNITS_PER_PX / size)
            if kern:
                parts.append(f"<{''.join(run)}>{kern}")
                run = []
        if run:
            parts.append(f"<{''.join(run)}>")
        return f"[{''.join(parts)}] TJ".encode()


@dataclass(frozen=True, slots=True)
class _Glyph:
    number: int
    advance: int
    char: str
    span: int


class Setting:
    """Sets texts in lines with the three faces; what was set once is kept."""

    def __init__(self, faces: tuple[Typeface, ...]) -> None:
        self._faces = faces
        self.set = lru_cache(_LINES_KEPT)(self._set)

    def _set(self, lines: tuple[Line, ...], face: int, size: float, width: float) -> tuple[SetLine, ...]:
        """The lines of a text in a cell.

        Args:
            lines: the text, by its forced breaks.
            face: the cell's own face.
            size: type size in pixels.
            width: of the cell, in pixels.

        Raises:
            UnusualError: where only WeasyPrint can say how it is set.
        """
        return tuple(one for line in lines for one in self._fill(line, face, size, width))

    def _fill(self, line: Line, own: int, size: float, width: float) -> Iterator[SetLine]:
        faces = [own if face == REGULAR else face for face, _ in line]
        glyphs = self._shaped(line, faces, size)
        edges = [0, *accumulate(glyph.advance for glyph in glyphs)]
        for begin, end in _broken(glyphs, edges, width * UNITS_PER_PX):
            yield self._line(glyphs, edges, faces, size, (begin, end))

    def _shaped(self, line: Line, faces: list[int], size: float) -> list[_Glyph]:
        glyphs: list[_Glyph] = []
        for span, (_, text) in enumerate(line):
            infos, positions = self._faces[faces[span]].glyphs(text, size)
            for info, position in zip(infos, positions, strict=True):
                if position.x_offset or position.y_offset:
                    raise UnusualError("raised glyph")
                glyphs.append(_Glyph(info.codepoint, position.x_advance, text[info.cluster], span))
        return glyphs

    def _line(
        self, glyphs: list[_Glyph], edges: list[int], faces: list[int], size: float, part: tuple[int, int]
    ) -> SetLine:
        begin, end = part
        pieces = []
        while begin < end:
            span = glyphs[begin].span
            stop = next((at for at in range(begin, end) if glyphs[at].span != span), end)
            chosen = [(glyph.number, glyph.advance) for glyph in glyphs[begin:stop]]
            offset = (edges[begin] - edges[part[0]]) / UNITS_PER_PX
            pieces.append(Piece(offset, faces[span], self._faces[faces[span]].shown(chosen, size)))
            begin = stop
        return SetLine((edges[end] - edges[part[0]]) / UNITS_PER_PX, tuple(pieces))


def _broken(glyphs: list[_Glyph], edges: list[int], width: float) -> Iterator[tuple[int, int]]:
    """First and last glyph of each line, filled as far as words fit; spaces at a break belong to no line."""
    if edges[-1] <= width:
        if glyphs:
            yield 0, len(glyphs)
        return
    chars = "".join([glyph.char for glyph in glyphs])
    breaks = [
        (found.end() if found[0] != " " else found.start(), found.end()) for found in _BREAK.finditer(chars)
    ]
    begin, fit, at = 0, 0, 0
    for end, after in (*breaks, (len(chars), len(chars))):
        if edges[end] - edges[begin] > width:
            _require_plain(chars[at:end], chars[:at])
            if fit == begin or edges[end] - edges[at] > width:
                raise UnusualError("word")
            yield begin, fit
            begin = at
        fit, at = end, after
    yield begin, len(glyphs)


def _require_plain(word: str, before: str) -> None:
    """Refuse a word inside which, or before which, a line may break otherwise than where we break it (UAX 14)."""
    inside = word.rstrip(_BREAKS_AFTER).strip(_ENDS)
    if not _PLAIN_WORD.fullmatch(inside) and len(word) > 1:
        raise UnusualError("break")
    if word.startswith(_NEVER_FIRST) or before.rstrip(" ").endswith(_NEVER_LAST):
        raise UnusualError("break")


@lru_cache(4096)
def _has_letters(text: str) -> bool:
    return any(unicodedata.category(char)[0] == "L" for char in text)
