"""Reports to the Ministry: where they stand, what is believed of an answer, and what can differ between the levels.

The Ministry's own interface is not public (domain §3.3), so the words on the wire are ours and stand here alone: the
names of what is sent, and the strict reading of what comes back.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.domain.calendar import VIETNAM, Window
from backend.domain.errors import DomainError, NotPermittedError
from backend.domain.lifecycle import Action
from backend.domain.ministry_errors import MinistryNonsenseError, MinistryUnconfiguredError
from backend.domain.policy import GRANTS, Actor, Refusal
from backend.domain.school_year import SchoolYear

PART_RECORDS = 2_000
"""Records of one part at most, whatever its size."""


class ReportState(StrEnum):
    """How far a report is; never back."""

    BUILDING = "BUILDING"
    READY = "READY"
    SENDING = "SENDING"
    SENT = "SENT"
    ANSWERED = "ANSWERED"


class PartState(StrEnum):
    """How far one file of a report is; SENDING says that it may have arrived."""

    READY = "READY"
    SENDING = "SENDING"
    SENT = "SENT"
    ANSWERED = "ANSWERED"


class ReportedState(StrEnum):
    """What became of one record in a report."""

    WAITING = "WAITING"
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    REFUSED = "REFUSED"


class Difference(StrEnum):
    """What can differ between the school, the department and the Ministry, for one record of a window."""

    NOT_LOCKED = "NOT_LOCKED"
    NOT_REPORTED = "NOT_REPORTED"
    NOT_ANSWERED = "NOT_ANSWERED"
    REFUSED = "REFUSED"
    DIGEST_DIFFERS = "DIGEST_DIFFERS"
    MINISTRY_LACKS = "MINISTRY_LACKS"
    MINISTRY_ALONE = "MINISTRY_ALONE"


class ReportAction(StrEnum):
    """What can be done to a report."""

    SEND = "SEND"
    RESEND = "RESEND"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Where a report stands, how many of its records are refused and in no later report, and whether it can be sent."""

    state: ReportState
    refused: int
    configured: bool


def report_refusal(actor: Actor, action: ReportAction, report: ReportFacts) -> DomainError | None:
    """The department sends what is built, and sends again what was refused once everything is answered."""
    if Action.LOCK not in GRANTS[actor.role]:
        return NotPermittedError(Refusal.ROLE)
    if action is ReportAction.RESEND:
        may = report.state is ReportState.ANSWERED and report.refused > 0
        return None if may else NotPermittedError(Refusal.STATE)
    if report.state is not ReportState.READY:
        return NotPermittedError(Refusal.STATE)
    return None if report.configured else MinistryUnconfiguredError()


def period_name(school_year: int, window: Window) -> str:
    """How a window is called in addresses and manifests: 2024-2025-MAIN."""
    return f"{SchoolYear(school_year)}-{window}"


def days_left(reports_at: datetime, now: datetime) -> int:
    """Days until the report is due, by the calendar in Vietnam; negative when it is late."""
    return (reports_at.astimezone(VIETNAM).date() - now.astimezone(VIETNAM).date()).days


# --- the answers -----------------------------------------------------------------------------------------------------

ANSWER_BYTES = 2 * 1024 * 1024
"""An answer about a part of 2,000 records, with a sentence for each, is smaller than this."""

REASON_MAX = 300
DIGEST, CODE = re.compile(r"[0-9a-f]{64}"), re.compile(r"[A-Z][A-Z0-9_]{0,39}")


class PartAnswer(StrEnum):
    """What the Ministry says of a part: not there, there, or there with a receipt for each record."""

    UNKNOWN = "UNKNOWN"
    RECEIVED = "RECEIVED"
    ANSWERED = "ANSWERED"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The verdict on one record; a refusal names a code, and may say a sentence."""

    digest: str
    state: ReportedState
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says of a part; receipts are those that are new."""

    state: PartAnswer
    receipts: tuple[Receipt, ...] = ()


def read_answer(body: bytes, part: str, known: Mapping[str, Receipt]) -> Answer:
    """Read an answer about a part whose records are ``known`` with what was answered of each before.

    Raises:
        MinistryNonsenseError: when it is not exactly what was agreed; then nothing of it may be believed.
    """
    said = _fields(_json(body), {"part", "state", "records"})
    if said["part"] != part or said["state"] not in set(PartAnswer) or not isinstance(said["records"], list):
        raise MinistryNonsenseError
    state = PartAnswer(str(said["state"]))
    found: dict[str, Receipt] = {}
    for item in said["records"]:
        receipt = _receipt(item)
        if receipt.digest not in known or found.setdefault(receipt.digest, receipt) != receipt:
            raise MinistryNonsenseError
    before = {key: receipt for key, receipt in known.items() if receipt.state in _VERDICTS}
    if any(found.get(key, receipt) != receipt for key, receipt in before.items()):
        raise MinistryNonsenseError
    is_whole = set(found) | set(before) == set(known)
    if (state is PartAnswer.ANSWERED and not is_whole) or (state is PartAnswer.UNKNOWN and (found or before)):
        raise MinistryNonsenseError
    return Answer(state, tuple(receipt for key, receipt in found.items() if key not in before))


def read_holdings(body: bytes, period: str, after: str) -> tuple[dict[str, ReportedState], bool]:
    """A page of the records that the Ministry holds of a window, by digest in order, and whether there is more.

    Raises:
        MinistryNonsenseError: when it is not exactly what was agreed.
    """
    said = _fields(_json(body), {"period", "records", "more"})
    if (
        said["period"] != period
        or not isinstance(said["records"], list)
        or not isinstance(said["more"], bool)
    ):
        raise MinistryNonsenseError
    held: dict[str, ReportedState] = {}
    for item in said["records"]:
        receipt = _receipt(item)
        if receipt.digest <= after:
            raise MinistryNonsenseError
        held[receipt.digest], after = receipt.state, receipt.digest
    if said["more"] and not held:
        raise MinistryNonsenseError
    return held, said["more"]


_VERDICTS = (ReportedState.RECEIVED, ReportedState.REFUSED)


def _receipt(item: object) -> Receipt:
    said = _fields(item, {"record", "state", "code", "reason"})
    if not all(isinstance(value, str) for value in said.values()):
        raise MinistryNonsenseError
    digest, state, code, reason = (str(said[name]) for name in ("record", "state", "code", "reason"))
    refused = state == ReportedState.REFUSED
    is_sound = (
        DIGEST.fullmatch(digest)
        and state in _VERDICTS
        and (CODE.fullmatch(code) if refused else not code and not reason)
        and len(reason) <= REASON_MAX
        and reason.isprintable()
    )
    if not is_sound:
        raise MinistryNonsenseError
    return Receipt(digest, ReportedState(state), code, reason)


def _fields(value: object, names: set[str]) -> dict[str, object]:
    if not isinstance(value, dict) or set(value) != names:
        raise MinistryNonsenseError
    return value


def _json(body: bytes) -> object:
    if len(body) > ANSWER_BYTES:
        raise MinistryNonsenseError
    try:
        return json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise MinistryNonsenseError from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
