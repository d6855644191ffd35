"""A CSV file as one sheet.

Schools save CSV from many programs, so the code page and the separator are found out, but only where the bytes
leave no doubt: UTF-8, UTF-16 with its mark, or the old Vietnamese code page when the header then reads right.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

from backend.domain.errors import FileUnreadableError
from backend.domain.text import clean
from backend.files.header import known_headers
from backend.files.limits import COLUMNS_MAX, HEADER_ROWS
from backend.files.sheets import Sheet, SheetRow
from backend.files.words import packaged

_DELIMITERS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_CODE_PAGE = "cp1258"
_PROOF_CHARACTERS = 20_000
_TOP_CHARACTERS = 200_000
_DECLARATION = "sep="

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute a text of a CSV file."""

SHIELD = "'"


def delimited_sheet(data: bytes) -> Sheet:
    """The rows of a CSV file, numbered as a spreadsheet numbers them.

    Raises:
        FileUnreadableError: when the code page is unknown or the quoting is broken.
    """
    text, delimiter = _undeclared(_decoded(data))
    return Sheet("", _rows(text, delimiter or _likely_delimiter(text)))


def shielded(text: str) -> str:
    """Text that no spreadsheet computes; ``unshielded`` takes the shield off again."""
    return f"{SHIELD}{text}" if text.lstrip(SHIELD).startswith(FORMULA_STARTS) else text


def unshielded(text: str) -> str:
    return text[1:] if text.startswith(SHIELD) and text.lstrip(SHIELD).startswith(FORMULA_STARTS) else text


def _decoded(data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise FileUnreadableError from None
    return _decoded_by_old_code_page(data)


def _decoded_by_old_code_page(data: bytes) -> str:
    try:
        text = data.decode(_OLD_CODE_PAGE)
    except UnicodeDecodeError:
        raise FileUnreadableError from None
    top = clean(text[:_PROOF_CHARACTERS]).lower()
    if not any(word.lower() in top for word in packaged("words")["proof"]["HEADER"]):
        raise FileUnreadableError
    return text


def _undeclared(text: str) -> tuple[str, str]:
    """The text without a leading ``sep=;`` line, which spreadsheets neither show nor count, and its separator."""
    if text[: len(_DECLARATION)].lower() != _DECLARATION:
        return text, ""
    line, _, rest = text.partition("\n")
    declared = line[len(_DECLARATION) :].strip(" \r\"'") or "\t"
    if declared not in _DELIMITERS:
        raise FileUnreadableError
    return rest, declared


def _likely_delimiter(text: str) -> str:
    """The separator under which the first rows show the most known headers."""
    return max(_DELIMITERS, key=lambda delimiter: _headers_shown(text, delimiter))


def _headers_shown(text: str, delimiter: str) -> int:
    try:
        return known_headers(_first_rows(text, delimiter))
    except FileUnreadableError:
        return 0


def _first_rows(text: str, delimiter: str) -> list[SheetRow]:
    """The rows looked at for the header, out of the beginning of the text where that holds them all."""
    if len(text) > _TOP_CHARACTERS:
        try:
            top = list(islice(_rows(text[:_TOP_CHARACTERS], delimiter), HEADER_ROWS))
        except FileUnreadableError:
            top = []
        if len(top) == HEADER_ROWS:
            return top
    return list(islice(_rows(text, delimiter), HEADER_ROWS))


def _rows(text: str, delimiter: str) -> Iterator[SheetRow]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    shields = _may_hold_shields(text, delimiter)
    try:
        for number, line in enumerate(lines, start=1):
            values = line if len(line) <= COLUMNS_MAX else line[:COLUMNS_MAX]
            yield SheetRow(number, [unshielded(cell) for cell in values] if shields else values)
    except csv.Error:
        raise FileUnreadableError from None


def _may_hold_shields(text: str, delimiter: str) -> bool:
    """Whether any cell can begin with a shield: it would stand behind a delimiter, a quotation mark or a line's end."""
    if SHIELD not in text:
        return False
    return text.startswith(SHIELD) or any(
        f"{before}{SHIELD}" in text for before in (delimiter, '"', "\n", "\r")
    )
