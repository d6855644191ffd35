"""The numbers that name a pupil, a school and a record book.

None of them carries meaning the system relies on: school codes embed districts that no longer exist, and
the place part of a citizen number says where a birth was registered, not where a child lives.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from backend.domain.text import clean
from backend.domain.word import Word


class Gender(Word):
    """As on the birth certificate; the packet writes 0 not known, 1 male, 2 female (QCVN 109:2017)."""

    NOT_KNOWN = "NOT_KNOWN"
    MALE = "MALE"
    FEMALE = "FEMALE"


_HEX_32 = re.compile(r"[0-9a-f]{32}")
_UUID4_VERSION_AT, _UUID4_VARIANT_AT = 12, 16


@dataclass(frozen=True, slots=True)
class LookupCode:
    """Mã tra cứu of a record book: 32 hexadecimal characters of a random UUID (version 4, RFC 9562).

    Other UUID versions are refused because they can be guessed. The code opens a record, so it is treated
    as a secret: ``repr`` hides it, and it never enters a log, a URL of another party or a metric.
    """

    value: str

    @classmethod
    def new(cls) -> Self:
        return cls(uuid.uuid4().hex)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code as people type it: any case, hyphens, groups, or the whole address of a QR code.

        Raises:
            ValueError: when the text holds no version 4 code.
        """
        last_part = clean(text).lower().split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        compact = re.sub(r"[\s\-–]", "", last_part)
        if not _HEX_32.fullmatch(compact):
            raise ValueError("not 32 hexadecimal characters")
        if compact[_UUID4_VERSION_AT] != "4" or compact[_UUID4_VARIANT_AT] not in "89ab":
            raise ValueError("not a version 4 UUID")
        return cls(compact)

    @property
    def grouped(self) -> str:
        """The code in four groups of eight, as it is printed."""
        return " ".join(self.value[at : at + 8] for at in range(0, 32, 8))

    def __repr__(self) -> str:
        return "LookupCode(…)"


class CitizenNumberDoubt(StrEnum):
    """What does not fit between a citizen number and the person; a warning, never a refusal."""

    GENDER = "CITIZEN_NUMBER_GENDER"
    BIRTH_YEAR = "CITIZEN_NUMBER_BIRTH_YEAR"


_CITIZEN_NUMBER = re.compile(r"0[0-9]{11}")


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """Số định danh cá nhân: 12 digits = place 3 + century and gender 1 + birth year 2 + random 6."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a number, spaces and dots allowed.

        Raises:
            ValueError: when it is not 12 digits that begin with 0.
        """
        digits = text if _CITIZEN_NUMBER.fullmatch(text) else re.sub(r"[\s.]", "", clean(text))
        if not _CITIZEN_NUMBER.fullmatch(digits):
            raise ValueError("not 12 digits")
        return cls(digits)

    def doubts(self, gender: Gender, birth: date) -> frozenset[CitizenNumberDoubt]:
        """What to ask the school to look at again (the number's 4th digit and its birth year)."""
        century, female = divmod(int(self.value[3]), 2)
        found = set()
        if gender is not Gender.NOT_KNOWN and bool(female) != (gender is Gender.FEMALE):
            found.add(CitizenNumberDoubt.GENDER)
        if 1900 + 100 * century + int(self.value[4:6]) != birth.year:
            found.add(CitizenNumberDoubt.BIRTH_YEAR)
        return frozenset(found)


_PUPIL_CODE = re.compile(r"[0-9A-Za-z]{6,20}")
_SCHOOL_CODE = re.compile(r"[0-9A-Za-z]{4,20}")


def parse_pupil_code(text: str) -> str:
    """Mã định danh of the sector database: opaque, unchanging from first entry (TT42/2021 Art. 10).

    Raises:
        ValueError: when it is not 6 to 20 letters or digits.
    """
    return _matched(_PUPIL_CODE, text)


def parse_school_code(text: str) -> str:
    """School code, opaque text.

    Raises:
        ValueError: when it is not 4 to 20 letters or digits.
    """
    return _matched(_SCHOOL_CODE, text)


def _matched(pattern: re.Pattern[str], text: str) -> str:
    code = re.sub(r"\s", "", clean(text))
    if not pattern.fullmatch(code):
        raise ValueError("not a code")
    return code
