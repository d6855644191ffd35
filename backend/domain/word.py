"""The words of closed lists, as members that cost no more than the texts they are.

A member of ``StrEnum`` equals its text but hashes as its name, by code in Python, and its ``value`` is a property in
Python. A record asks some hundred times for either.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """An enumeration of texts: a member is found wherever its text is; ``plain`` is the text and nothing more."""

    plain: str

    def __new__(cls, value: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = member.plain = value
        return member

    __hash__ = str.__hash__
