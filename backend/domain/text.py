"""What every piece of text goes through before it is kept: one form, no invisible characters.

A record is printed, signed and compared byte by byte, so two spellings of the same Vietnamese word (composed
and decomposed) must become one, and characters that change how text reads without being seen (bidirectional
controls, zero-width joiners) must never enter.
"""

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_BREAKS = re.compile(r"\s*[\r\n\u0085\u2028\u2029]+\s*")

_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Vietnamese dictionary order of tones: none, huyền, hỏi, ngã, sắc, nặng."""

_SHAPES = {"\u0306": 1, "\u0302": 2, "\u031b": 3}
"""Order of letters that share a base: a ă â, e ê, o ô ơ, u ư (breve, circumflex, horn)."""


def is_invisible(char: str) -> bool:
    """True for format and control characters, private-use code points and lone surrogates."""
    return unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}


def clean(text: str) -> str:
    """One line of NFC text without invisible characters and with single spaces; may be empty."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()  # nearly all text: printable means no control, format or foreign space character
    composed = unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", text))
    spaced = _SPACES.sub(" ", composed)
    visible = "".join(char for char in spaced if not is_invisible(char))
    # what was removed may have stood between two spaces, or between a letter and its accent
    return _SPACES.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def fold(text: str) -> str:
    """Lower-case text without diacritics, for search: ``Đỗ Thị Ngọc Ánh`` → ``do thi ngoc anh``."""
    lowered = clean(text).lower().replace("đ", "d")
    if lowered.isascii():
        return lowered
    return " ".join(
        [_folded(word) if len(word) <= _WORD_MAX else _unmarked(word) for word in lowered.split(" ")]
    )


def name_sort_key(full_name: str) -> str:
    """A string whose plain byte order is Vietnamese order by given name, then middle names, then family name.

    The database needs no Vietnamese collation for it: each letter becomes base, shape and tone digits.
    """
    words = clean(full_name).lower().split(" ")
    ordered = [words[-1], *words[1:-1], words[0]] if len(words) > 1 else words
    return " ".join([_key(word) if len(word) <= _WORD_MAX else _word_key(word) for word in ordered])


def _unmarked(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join([char for char in decomposed if not unicodedata.combining(char)])


def _word_key(word: str) -> str:
    letters: list[str] = []
    tone = 0
    for char in unicodedata.normalize("NFD", word):
        if char in _TONES:
            tone = _TONES[char]
        elif char in _SHAPES and letters:
            letters[-1] = f"{letters[-1][0]}{_SHAPES[char]}"
        elif char == "đ":
            letters.append("d1")
        elif not unicodedata.combining(char):
            letters.append(f"{char}0")
    return f"{''.join(letters)}.{tone}"


_WORD_MAX = 24
"""Characters of a word worth remembering: no Vietnamese syllable is half as long."""

_folded = lru_cache(maxsize=16_384)(_unmarked)
_key = lru_cache(maxsize=16_384)(_word_key)
"""Names and places are made of some thousands of syllables; each is taken apart once."""
