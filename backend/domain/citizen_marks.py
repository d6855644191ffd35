"""Keyed marks of guardians' citizen numbers: what is kept of a number that is only ever compared.

A citizen number has twelve digits, most of which follow from place, birth and gender: a plain hash of it is guessed back
in minutes. So each key of the list makes one layer of HMAC-SHA-256 over the one before. A key is changed by adding one to
the end of the list: what is kept is wrapped once more without anybody knowing the number (``rewrapped``), and who has a
number can make the marks of every layer to find it meanwhile. A mark says how many layers it has; without any it is the
number, as rows were before there were marks.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.domain.identifiers import CitizenNumber

_PURPOSE = "hocba: citizen number of a guardian"


@dataclass(frozen=True, slots=True)
class CitizenMarks:
    """The marks of a site; ``keys`` are its secrets, the oldest first, at least one."""

    keys: Sequence[str] = field(repr=False)

    def of(self, number: CitizenNumber) -> list[str]:
        """Every mark that the number may be kept by, today's first."""
        marks = [number.value]
        while self._layers(marks[-1]) < len(self.keys):
            marks.append(self._wrapped(marks[-1]))
        return marks[:0:-1]

    def rewrapped(self, mark: str) -> str:
        """Today's mark of what an older one stands for.

        Raises:
            ValueError: when it has more layers than there are keys: a key was taken out of the list.
        """
        if self._layers(mark) > len(self.keys):
            raise ValueError("more layers than keys")
        while self._layers(mark) < len(self.keys):
            mark = self._wrapped(mark)
        return mark

    def _wrapped(self, mark: str) -> str:
        layers = self._layers(mark)
        said = f"{_PURPOSE}\0{mark.rpartition(':')[2]}"
        digest = hmac.new(self.keys[layers].encode(), said.encode(), hashlib.sha256).hexdigest()
        return f"{layers + 1}:{digest}"

    @staticmethod
    def _layers(mark: str) -> int:
        layers, colon, _ = mark.partition(":")
        return int(layers) if colon else 0
