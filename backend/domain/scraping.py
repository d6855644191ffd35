"""Signs that somebody collects the registry instead of reading it: many misses, or many pupils.

They are counted over what access events say anyway, for a network in an hour and for a program in a day: one school or
one mobile network may stand behind an address, and a program has a quota besides.
"""

from dataclasses import dataclass
from enum import StrEnum


class Asker(StrEnum):
    """Whose reads are counted together; nobody is known more closely than by network."""

    NETWORK = "NETWORK"
    PROGRAM = "PROGRAM"


class Sign(StrEnum):
    """What was too much: looks that opened nothing, or different books opened."""

    MISSES = "MISSES"
    PUPILS = "PUPILS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From how many on an alarm is raised, once an hour for a network and once a day for a program; 0 is never."""

    network_misses: int
    network_pupils: int
    program_misses: int
    program_pupils: int


@dataclass(frozen=True, slots=True)
class ScrapingAlarm:
    """An alarm that has just been raised; whom it is about stands in the audit alone."""

    asker: Asker
    sign: Sign
    seen: int
