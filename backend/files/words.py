"""The words schools write in cells (``data/words.toml``), and how spellings are compared.

Diacritics, case, dashes, brackets and spaces do not count: ``Họ và tên (*)`` and ``HO VA TEN`` are one header.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from backend.domain.text import fold

_NOT_ALNUM = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=16_384)
def spelling(text: str) -> str:
    """The form in which two spellings of a word are one; empty when nothing is left."""
    return _NOT_ALNUM.sub(" ", fold(text).replace("&", " va ")).strip()


def joined_spelling(group: str, label: str) -> str:
    """The spelling of ``group - label``, from the spellings of both."""
    return f"{spelling(group)} {spelling(label)}".strip()


@cache
def packaged(name: str) -> Mapping[str, Any]:
    """One TOML table of this package."""
    text = resources.files("backend.files").joinpath(f"data/{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def readings(table: str) -> Mapping[str, str]:
    """Spelling → code of one table of words, the plain words included for speed.

    Raises:
        ValueError: when one spelling stands for two codes.
    """
    found: dict[str, str] = {}
    for code, words in packaged("words")[table].items():
        for word in words:
            if found.setdefault(spelling(word), code) != code:
                raise ValueError(word)
    found.update({words[0]: code for code, words in packaged("words")[table].items()})
    return found


@cache
def written(table: str) -> Mapping[str, str]:
    """Code → the word this system writes."""
    return {code: words[0] for code, words in packaged("words")[table].items()}
