"""Who outside the school reads a book, for what, and by which means; and the codes with which it is shared.

Every such read is an access event that the school and the guardians can see; so is every copy that the school prints. A share code is a second factor
that somebody with a right to the book makes for one purpose: it ends by itself and can be taken back.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from backend.domain.text import clean


class AccessPurpose(StrEnum):
    """What a read is for; whoever reads states it, and a share code, a grant or a scope fixes it."""

    NOT_STATED = "NOT_STATED"
    FAMILY = "FAMILY"
    VERIFICATION = "VERIFICATION"
    ADMISSION = "ADMISSION"
    WALLET = "WALLET"
    SUPERVISION = "SUPERVISION"


class AccessReader(StrEnum):
    """Whose side a reader is on."""

    PUBLIC = "PUBLIC"
    INTEGRATOR = "INTEGRATOR"
    GUARDIAN = "GUARDIAN"
    DISTRICT = "DISTRICT"
    DEPARTMENT = "DEPARTMENT"
    SCHOOL = "SCHOOL"


class AccessMeans(StrEnum):
    """What opened the book."""

    CODE = "CODE"
    BIRTH_DATE = "BIRTH_DATE"
    SHARE_CODE = "SHARE_CODE"
    GRANT = "GRANT"
    RIGHT = "RIGHT"
    PRINT = "PRINT"


class AccessOutcome(StrEnum):
    """How much was shown; a try that failed is an event too."""

    REFUSED = "REFUSED"
    MINIMUM = "MINIMUM"
    FULL = "FULL"


SHARE_DAYS_MAX = 90
"""A code for an admission or a job lasts a season; whoever needs longer gets another."""

SHARE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 symbols: none is mistaken for another when a code is read out."""

SHARE_LENGTH = 10
_SHARE_CODE = re.compile(rf"[{SHARE_ALPHABET}]{{{SHARE_LENGTH}}}")
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class ShareCode:
    """Mã chia sẻ: ten symbols, 50 bits; worth nothing without the book's lookup code."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a code as people type it: any case, groups, O for 0, I and L for 1.

        Raises:
            ValueError: when it is none.
        """
        compact = re.sub(r"[\s\-–]", "", clean(text)).upper().translate(_MISREAD)
        if not _SHARE_CODE.fullmatch(compact):
            raise ValueError("not a share code")
        return cls(compact)

    @property
    def grouped(self) -> str:
        """The code in two groups of five, as it is shown once."""
        return f"{self.value[:5]}-{self.value[5:]}"

    def __repr__(self) -> str:
        return "ShareCode(…)"
