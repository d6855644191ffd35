"""Rows of a sheet that are nothing but plain cells, taken out of the XML before it is parsed.

Nearly every row is a run of cells, each with a value and no more. Such a row is cut from the stream and its cells
are read by one pattern; an empty row with a token takes its place, so that the parser still sees the whole document
and all else in it: attributes, other rows, what is not well formed. A row with anything the pattern does not know
stays where it is.
"""

import re
import secrets
from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from lxml import etree

from backend.domain.errors import FileUnreadableError
from backend.files.cells import Cell
from backend.files.strings import XmlSource, unescaped

PIECE = 256 * 1024
"""Bytes asked for at once."""

_END = b"</row>"
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,6})"|)(?: t="([a-zA-Z]{1,9})"|)'
    r'(?:>(?:<v>([^<]*)</v>|<is><t(?: xml:space="preserve"|)>([^<]*)</t></is>|)</c>|/>)'
)
"""A cell: its column, style and type, the value, or the text that stands in the cell itself.

``(…|)`` says the same as ``(…)?`` and is half the work for the engine.
"""

_GROUPS = _CELL.groups + 1
_OTHER_ENTITY = re.compile("&(?!(?:amp|lt|gt|quot|apos);)")
_NOT_PLAIN = bytes(code for code in range(32) if code not in b"\t\n")
"""Characters that XML forbids, and the carriage return, which it changes."""

PlainCell = Callable[[str | None, str | None, str], Cell]
"""Type, style and text of a cell → its value."""


class PlainRows:
    """A stream of XML without its plain rows, which ``cells_of`` gives instead.

    Args:
        source: the sheet's XML, as UTF-8.
        column: letters → position, or -1 for a column that is not looked at.
        value: what a cell holds.
    """

    def __init__(self, source: XmlSource, column: Callable[[str], int], value: PlainCell) -> None:
        self._source, self._value = source, value
        self._position = lru_cache(maxsize=4096)(column)
        self._number = lru_cache(maxsize=16_384)(partial(value, None))
        self._left = b""
        self._token = f"t{secrets.token_hex(8)}"
        self._taken: dict[str, Sequence[Cell | None]] = {}
        self._count = 0
        self._as_it_is = False

    def read(self, _size: int = -1) -> bytes:
        """The next bytes for the parser; empty at the end."""
        while piece := self._source.read(PIECE):
            self._left += piece
            end = self._left.rfind(_END) + len(_END)
            if end >= len(_END):
                whole, self._left = self._left[:end], self._left[end:]
                return self._thinned(whole)
        rest, self._left = self._left, b""
        return rest

    def close(self) -> None:
        self._source.close()

    def cells_of(self, row: etree._Element) -> Sequence[Cell | None] | None:
        """The cells, in their places, of a row that was taken out; None for one that was not."""
        number = row.get(self._token)
        return None if number is None else self._taken.pop(number, None)

    def _thinned(self, whole: bytes) -> bytes:
        # within CDATA a row is text, and may be text of a cell
        self._as_it_is = self._as_it_is or b"<![CDATA[" in whole
        if self._as_it_is or len(whole.translate(None, _NOT_PLAIN)) != len(whole) or b"]]>" in whole:
            return whole
        try:
            text = whole.decode()
        except UnicodeDecodeError:
            raise FileUnreadableError from None
        if "\ufffe" in text or "\uffff" in text:
            return whole
        *rows, rest = text.split("</row>")
        return ("".join([self._without(row) for row in rows]) + rest).encode()

    def _without(self, row: str) -> str:
        """A row, up to its closing tag, and what stands before it; the cells taken out where they are plain."""
        start = row.rfind("<row")
        end = row.find(">", start) + 1
        is_row = start >= 0 and end > 0 and row[start + 4] in " >" and row[end - 2] != "/"
        cells = self._plain_cells(row[end:]) if is_row else None
        if cells is None:
            return f"{row}</row>"
        self._count += 1
        number = str(self._count)
        self._taken[number] = cells
        return f'{row[: end - 1]} {self._token}="{number}"/>'

    def _plain_cells(self, text: str) -> Sequence[Cell | None] | None:
        parts = _CELL.split(text)
        if any(parts[::_GROUPS]):  # something stands between the cells
            return None
        has_entities = "&" in text
        if has_entities and _OTHER_ENTITY.search(text):
            return None
        columns = list(map(self._position, parts[1::_GROUPS]))
        styles, kinds = parts[2::_GROUPS], parts[3::_GROUPS]
        values: Sequence[str | None] = parts[4::_GROUPS]
        texts: Sequence[str | None] = parts[5::_GROUPS]
        if has_entities:
            values, texts = [_unentitied(value) for value in values], [_unentitied(value) for value in texts]
        number = self._number
        cells: list[Cell | None] = [None] * (max(columns, default=-1) + 1)
        for at, style, kind, value, inline in zip(columns, styles, kinds, values, texts, strict=True):
            if at < 0:
                continue
            if inline:
                said = unescaped(inline) if "_x" in inline else inline
                cells[at] = said if kind == "inlineStr" else self._value(kind, style, said)
            elif value:
                cells[at] = number(style, value) if kind is None else self._value(kind, style, value)
        return cells


def _unentitied(text: str | None) -> str | None:
    if text is None or "&" not in text:
        return text
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, char)
    return text
