"""Whether two drawings of one sheet say the same in the same places, word by word.

It reads finished files, with a PDF reader and no knowledge of how they were made, and so can hold the stamper to what
WeasyPrint draws: the same words in the same face, none further than 0.6 points from its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

TOLERANCE_PT = 0.6
_EM = 1000
_OPERATOR = re.compile(
    rb"\[(?P<shown>[^\]]*)\] ?TJ|(?P<push>\bq\b)|(?P<pop>\bQ\b)|(?P<matrix>(?:-?[\d.]+ ){6})(?P<what>cm|Tm)"
    rb"|/(?P<font>\S+) (?P<size>[\d.]+) Tf"
)
_SHOWN = re.compile(rb"<([0-9a-fA-F]+)>|(-?[\d.]+)")

Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: the font it is set in, its glyphs, and where it begins and ends, in points."""

    page: int
    font: str
    glyphs: tuple[int, ...]
    x1: float
    y: float
    x2: float


class DrawingDiffersError(ValueError):
    """Two drawings of one sheet differ; the argument says how, without a word of either."""


def require_same(stamped: bytes, drawn: bytes) -> None:
    """Compare two files.

    Raises:
        DrawingDiffersError: unless every word of one stands in the other, at the same place.
    """
    ours, theirs = sorted(words_of(stamped), key=_order), sorted(words_of(drawn), key=_order)
    if len(ours) != len(theirs):
        raise DrawingDiffersError(f"{len(ours)} words for {len(theirs)}")
    for one, other in zip(ours, theirs, strict=True):
        if (one.page, one.font, one.glyphs) != (other.page, other.font, other.glyphs):
            raise DrawingDiffersError(f"another word on page {one.page + 1}")
        away = max(abs(one.x1 - other.x1), abs(one.y - other.y), abs(one.x2 - other.x2))
        if away > TOLERANCE_PT:
            raise DrawingDiffersError(f"{away:.2f} points away on page {one.page + 1}")


def _order(word: Word) -> tuple[object, ...]:
    """By place, in steps that a rounding does not cross for words that stand on one line."""
    return word.page, word.font, word.glyphs, round(word.y), round(word.x1)


def words_of(pdf: bytes) -> list[Word]:
    """Every word of a file."""
    reader = PdfFileReader(BytesIO(pdf))
    pages = reader.root["/Pages"]["/Kids"]
    return [word for number, page in enumerate(pages) for word in _page_words(number, page.get_object())]


def _page_words(number: int, page: DictionaryObject) -> Iterator[Word]:
    contents = page["/Contents"]
    parts = contents if isinstance(contents, ArrayObject) else [contents]
    data = b"\n".join(part.get_object().data for part in parts)
    fonts = page["/Resources"]["/Font"]
    yield from _Page(number, {name[1:]: _widths(fonts[name]) for name in fonts}).words(data)


def _widths(font: DictionaryObject) -> dict[int, int]:
    listed = list(font["/DescendantFonts"][0]["/W"])
    return {
        int(first) + at: int(width)
        for first, widths in zip(listed[::2], listed[1::2], strict=True)
        for at, width in enumerate(widths)
    }


class _Page:
    """Follows a page's operators."""

    def __init__(self, number: int, widths: dict[str, dict[int, int]]) -> None:
        self._number = number
        self._widths = widths
        self._saved: list[tuple[Matrix, str, float]] = []
        self._matrix, self._text = _UNIT, _UNIT
        self._font, self._size = "", 0.0

    def words(self, data: bytes) -> Iterator[Word]:
        for found in _OPERATOR.finditer(data):
            if found["push"]:
                self._saved.append((self._matrix, self._font, self._size))
            elif found["pop"]:
                self._matrix, self._font, self._size = self._saved.pop()
            elif found["what"] == b"cm":
                self._matrix = _product(_matrix(found["matrix"]), self._matrix)
            elif found["what"] == b"Tm":
                self._text = _matrix(found["matrix"])
            elif found["font"]:
                self._font, self._size = found["font"].decode(), float(found["size"])
            else:
                yield from self._shown(found["shown"])

    def _shown(self, shown: bytes) -> Iterator[Word]:
        widths = self._widths[self._font]
        at = begin = 0.0
        word: list[int] = []
        for digits, number in _SHOWN.findall(shown):
            if number:
                at -= float(number) * self._size / _EM
                continue
            for place in range(0, len(digits), 4):
                glyph = int(digits[place : place + 4], 16)
                if glyph == SPACE:
                    yield from self._word(word, begin, at)
                    word = []
                else:
                    begin = begin if word else at
                    word.append(glyph)
                at += widths[glyph] * self._size / _EM
        yield from self._word(word, begin, at)

    def _word(self, glyphs: list[int], begin: float, end: float) -> Iterator[Word]:
        if glyphs:
            whole = _product(self._text, self._matrix)
            x1, y = _moved(whole, begin)
            x2, _ = _moved(whole, end)
            yield Word(self._number, self._font, tuple(glyphs), x1, y, x2)


SPACE = 3
"""The glyph of the space in all faces of the form."""


def _matrix(numbers: bytes) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in numbers.split())
    return a, b, c, d, e, f


def _product(one: Matrix, other: Matrix) -> Matrix:
    """First one, then the other."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _moved(matrix: Matrix, x: float) -> tuple[float, float]:
    a, b, _, _, e, f = matrix
    return a * x + e, b * x + f
