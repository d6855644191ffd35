"""Texts and formats of a workbook that its cells only point at: shared strings and date styles."""

import re
from collections.abc import Iterator
from typing import Protocol

from lxml import etree

from backend.domain.errors import FileUnreadableError
from backend.files.archive import BROKEN_ARCHIVE, Archive, PartStream
from backend.files.limits import STRINGS_MAX

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in number formats that show a date or a time (ECMA-376, 18.8.30)."""

_NOT_DATE_PART = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_PART = re.compile(r"[dmyh]", re.IGNORECASE)


class XmlSource(Protocol):
    """Where a parser takes its bytes from."""

    def read(self, size: int = -1, /) -> bytes: ...

    def close(self) -> None: ...


def parsed(archive: Archive, name: str, tag: str) -> Iterator[etree._Element]:
    """Each element of a part with the tag, in order, freed when the next is asked for.

    Raises:
        FileUnreadableError: when the part is no XML.
    """
    with archive.open(name) as stream:
        yield from elements(stream, stream, tag)


def elements(part: PartStream, through: XmlSource, tag: str) -> Iterator[etree._Element]:
    """The same of a part whose bytes come ``through`` something that reads it."""
    try:
        for _, element in etree.iterparse(
            through,
            events=("end",),
            tag=f"{{*}}{tag}",
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            yield element
            part.given()
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except (etree.XMLSyntaxError, *BROKEN_ARCHIVE):
        raise FileUnreadableError from None


def shared_strings(archive: Archive, name: str | None) -> list[str]:
    """The strings cells point at by number.

    Raises:
        FileUnreadableError: when there are more than any table of pupils needs.
    """
    if name is None:
        return []
    found: list[str] = []
    for item in parsed(archive, name, "si"):
        found.append(rich_text(item))
        if len(found) > STRINGS_MAX:
            raise FileUnreadableError
    return found


def rich_text(item: etree._Element) -> str:
    """The text of a string item: its runs joined, its pronunciation guides left out."""
    if len(item) == 1 and not len(item[0]):
        return unescaped(item[0].text or "")
    texts = [child.text or "" for child in item if local_name(child) == "t"]
    texts += [
        part.text or "" for run in item if local_name(run) == "r" for part in run if local_name(part) == "t"
    ]
    return unescaped("".join(texts))


def unescaped(text: str) -> str:
    """Characters that XML cannot hold come as ``_x000D_``."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def date_styles(archive: Archive, name: str | None) -> frozenset[str]:
    """Numbers of the cell styles that show a date."""
    if name is None:
        return frozenset()
    root = archive.tree(name)
    formats = {number.get("numFmtId", ""): number.get("formatCode", "") for number in root.iter("{*}numFmt")}
    cell_formats = next(root.iter("{*}cellXfs"), ())
    return frozenset(
        str(at) for at, style in enumerate(cell_formats) if _is_date(style.get("numFmtId", "0"), formats)
    )


def _is_date(number: str, formats: dict[str, str]) -> bool:
    if (code := formats.get(number)) is not None:
        return _DATE_PART.search(_NOT_DATE_PART.sub("", code.split(";", maxsplit=1)[0])) is not None
    return number.isascii() and number.isdigit() and int(number[:4]) in _DATE_FORMATS


def local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
