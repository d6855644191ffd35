"""What the department answers to each record of a packet."""

from enum import StrEnum


class Verdict(StrEnum):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
