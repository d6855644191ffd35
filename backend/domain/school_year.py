"""A school year, named by the calendar year in which it starts: 2023 is 2023–2024."""

import re
from dataclasses import dataclass
from typing import Self

_SPELLING = re.compile(r"\s*(20[0-9]{2})\s*[-–/]\s*(20[0-9]{2})\s*")


@dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """One school year; ``start`` is the year of its September."""

    start: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2023-2024`` (hyphen, dash or slash).

        Raises:
            ValueError: when the text is no pair of following years.
        """
        match = _SPELLING.fullmatch(text)
        if match is None or int(match[2]) != int(match[1]) + 1:
            raise ValueError(text)
        return cls(int(match[1]))

    def __str__(self) -> str:
        return f"{self.start}-{self.start + 1}"
