"""Programs of other institutions that read the registry: for which purpose, how much, how often.

An integrator's scopes are its purposes: each shows as much as the purpose needs and has a quota a day. More than the
minimum needs the family's word too: the birth date, a share code, or a grant.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.access import AccessPurpose


class Scope(StrEnum):
    """What a token may be used for, as OAuth names it."""

    VERIFY = "record.verify"
    ADMISSION = "record.admission"
    WALLET = "record.wallet"
    CHANGES = "changes.read"


class Detail(StrEnum):
    """How much of a record a purpose needs; each holds what the one before holds."""

    MINIMUM = "MINIMUM"
    SUMMARY = "SUMMARY"
    FULL = "FULL"


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """The scope that a purpose needs, what it shows, and how many reads a client has in a day."""

    scope: Scope
    detail: Detail
    daily_reads: int


PURPOSES: dict[AccessPurpose, PurposeRule] = {
    AccessPurpose.VERIFICATION: PurposeRule(Scope.VERIFY, Detail.MINIMUM, 5_000),
    AccessPurpose.ADMISSION: PurposeRule(Scope.ADMISSION, Detail.SUMMARY, 2_000),
    AccessPurpose.WALLET: PurposeRule(Scope.WALLET, Detail.FULL, 2_000),
}
"""The whole truth about what integrators may read; a client's own quota may be set lower or higher."""

NEARLY = 0.8
"""The part of a quota at which the department is told."""

NOTICE_DAYS = 30
"""So many days before its end a client is told with every token."""

TOKEN_SECONDS = 600
GRANT_DAYS_MAX = 366


class ChangeKind(StrEnum):
    """What the journal says of a revision; ``MOVED`` that another school answers for the book, by its newest one."""

    LOCKED = "LOCKED"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"
    DELETED = "DELETED"
    MOVED = "MOVED"


class Alarm(StrEnum):
    """What the department is told about a client."""

    QUOTA_NEAR = "QUOTA_NEAR"
    QUOTA_USED = "QUOTA_USED"


def alarm(reads: int, refused: int, most: int) -> Alarm | None:
    """What a read has just set off, given the day's counts after it; each alarm is given once a day."""
    if refused == 1:
        return Alarm.QUOTA_USED
    return Alarm.QUOTA_NEAR if reads == max(1, int(most * NEARLY)) else None
