"""A page's HTML taken apart: its texts, and the skeleton that is left when they are taken out.

Two pupils whose pages have the same skeleton have the same tables, rows and styles; only the texts differ. So the
skeleton is what a layout can be kept for. What the texts say comes from the template alone: nothing here knows a label.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

HOLE = "\x00"
"""Stands in a skeleton for a text."""
AS_DRAWN = frozenset({"guide"})
"""Sections that are the same for everybody: their text, justified, stays as WeasyPrint drew it."""

_SLOT = re.compile(r"(<(td|th|p|h[1-4])(?: [^>]*)?>)((?:[^<]|</?[bi]>|<br>)*)(</\2>)")
_SECTION = re.compile(r'<section class="[^"]*" id="(\w+)">.*?</section>', re.DOTALL)
_TITLE = re.compile("<title>(.*?)</title>")
_PICTURE = re.compile(r'src="data:[^"]*"')
_TAG = re.compile("<(/?[bi]|br)>")
_SPACES = re.compile("[ \n]+")

REGULAR, BOLD, ITALIC = 0, 1, 2
Span = tuple[int, str]
"""A face and a text in it; ``REGULAR`` means the face of the slot itself."""
Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a page, or (``name`` empty) what stands on every page; ``texts`` hold marks for bold and breaks."""

    name: str
    skeleton: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenApart:
    """A whole document: what stands on every page, then its sections, one for each page."""

    title: str
    everywhere: Part
    sections: tuple[Part, ...]


def take_apart(page: str) -> TakenApart:
    """Split the template's output."""
    body = page.partition("<body>")[2]
    found = list(_SECTION.finditer(body))
    title = _TITLE.search(page)
    return TakenApart(
        title=html.unescape(title[1]) if title else "",
        everywhere=_part("", body[: found[0].start()]),
        sections=tuple(_part(section[1], section[0]) for section in found),
    )


def _part(name: str, text: str) -> Part:
    text = _PICTURE.sub('src=""', text)
    if name in AS_DRAWN:
        return Part(name, text, ())
    texts: list[str] = []

    def emptied(slot: re.Match[str]) -> str:
        texts.append(slot[3])
        return slot[1] + HOLE + slot[4]

    return Part(name, _SLOT.sub(emptied, text), tuple(texts))


@lru_cache(4096)
def lines_of(text: str) -> tuple[Line, ...]:
    """A slot's text as its forced lines of spans, white space collapsed as HTML does; no line for no text."""
    lines: list[list[Span]] = [[]]
    bold = italic = 0
    for at, piece in enumerate(_TAG.split(text)):
        if at % 2 == 0:
            lines[-1].append((BOLD if bold else ITALIC if italic else REGULAR, html.unescape(piece)))
        elif piece == "br":
            lines.append([])
        elif piece.endswith("b"):
            bold += -1 if piece[0] == "/" else 1
        else:
            italic += -1 if piece[0] == "/" else 1
    tidy = tuple(tuple(_collapsed(line)) for line in lines)
    return () if tidy == ((),) else tidy


def _collapsed(line: list[Span]) -> Iterator[Span]:
    before = " "
    kept = [(face, text) for face, text in line if text]
    for at, (face, text) in enumerate(kept):
        single = _SPACES.sub(" ", text)
        if before == " ":
            single = single.lstrip(" ")
        if at == len(kept) - 1:
            single = single.rstrip(" ")
        if single:
            before = single[-1]
            yield face, single
