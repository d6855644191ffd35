"""Every job there is: name and version, payload, key. The queue's own machinery stays behind this module.

A job is put into the queue in the transaction that made it necessary and carries ids only. Its key makes it
unique among the jobs waiting or under way; doing a job twice must be harmless.
"""

from dataclasses import asdict, dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SignItem:
    """Sign one record of a ceremony, XML and PDF. Signing a signed item again does nothing."""

    name: ClassVar[str] = "ceremony.sign/1"
    item_id: int

    @property
    def key(self) -> str:
        return f"sign:{self.item_id}"


@dataclass(frozen=True, slots=True)
class SignRemotely:
    """Have a signing service sign what of a ceremony waits for it. What is signed is not asked for again."""

    name: ClassVar[str] = "ceremony.remote/1"
    ceremony_id: int

    @property
    def key(self) -> str:
        return f"remote:{self.ceremony_id}"


@dataclass(frozen=True, slots=True)
class WatchKeys:
    """Ask again for whatever waits for a signing service, and forget what nobody waits for any more."""

    name: ClassVar[str] = "keys.watch/1"

    @property
    def key(self) -> str:
        return "keys"


@dataclass(frozen=True, slots=True)
class SealLocked:
    """Put the department's lock seal on a locked revision's files. Sealing twice does nothing."""

    name: ClassVar[str] = "revision.seal/1"
    revision_id: int

    @property
    def key(self) -> str:
        return f"seal:{self.revision_id}"


@dataclass(frozen=True, slots=True)
class SealPeriod:
    """Go on with the lock of a period until nothing is left to take. Going on with a sealed one does nothing."""

    name: ClassVar[str] = "period.seal/1"
    period_id: int

    @property
    def key(self) -> str:
        return f"period:{self.period_id}"


@dataclass(frozen=True, slots=True)
class RehearseLock:
    """Carry a lock out and undo it, batch by batch. A rehearsal that is through is not done again."""

    name: ClassVar[str] = "period.rehearse/1"
    rehearsal_id: int

    @property
    def key(self) -> str:
        return f"rehearsal:{self.rehearsal_id}"


@dataclass(frozen=True, slots=True)
class JudgeDocument:
    """Judge an uploaded file that the registry does not know, by the strict rule, and answer within seconds."""

    name: ClassVar[str] = "document.judge/1"
    upload_id: str

    @property
    def key(self) -> str:
        return f"judge:{self.upload_id}"


@dataclass(frozen=True, slots=True)
class DrawPreview:
    """Draw a revision with the preview's mark across each page; the answer names where the file is kept."""

    name: ClassVar[str] = "revision.preview/1"
    revision_id: int
    question_id: str

    @property
    def key(self) -> str:
        return f"preview:{self.question_id}"


@dataclass(frozen=True, slots=True)
class DeliverWebhook:
    """Post to a client's receiver what it has not confirmed yet; a change that made the job gives it its key."""

    name: ClassVar[str] = "webhook.deliver/1"
    client_key: int
    position: int

    @property
    def key(self) -> str:
        return f"webhook:{self.client_key}:{self.position}"


@dataclass(frozen=True, slots=True)
class ForgetAnswers:
    """Remove the answers to keyed requests that are a day old. Doing it again finds nothing."""

    name: ClassVar[str] = "requests.forget/1"

    @property
    def key(self) -> str:
        return "forget"


@dataclass(frozen=True, slots=True)
class SignHead:
    """Sign the ledger's newest head and have it time-stamped. Signing a signed head does nothing.

    It is never parked: what a head waits for is kept where everybody sees it, and the schedule asks again.
    """

    name: ClassVar[str] = "ledger.sign/1"

    @property
    def key(self) -> str:
        return "head"


@dataclass(frozen=True, slots=True)
class DrawReport:
    """Draw a monthly report's files. A report that has its files keeps them."""

    name: ClassVar[str] = "participation.report/1"
    report_id: int

    @property
    def key(self) -> str:
        return f"report:{self.report_id}"


@dataclass(frozen=True, slots=True)
class DrawPrintSheet:
    """Draw the sheet that goes with a printed copy. A copy that has its sheet keeps it."""

    name: ClassVar[str] = "print.sheet/1"
    print_id: int

    @property
    def key(self) -> str:
        return f"print:{self.print_id}"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Go on with building a report to the Ministry until it is signed. Building a built one does nothing."""

    name: ClassVar[str] = "ministry.build/1"
    report_id: int

    @property
    def key(self) -> str:
        return f"ministry-report:{self.report_id}"


@dataclass(frozen=True, slots=True)
class SendPart:
    """Send one file of a report to the Ministry, after asking whether it is there, or ask for its receipts.

    What it waits for is kept on the part and the schedule asks again: it is never parked.
    """

    name: ClassVar[str] = "ministry.send/1"
    part_id: int

    @property
    def key(self) -> str:
        return f"ministry-part:{self.part_id}"


@dataclass(frozen=True, slots=True)
class TakeInventory:
    """Ask the Ministry what it holds of a window. Doing it again takes a newer one."""

    name: ClassVar[str] = "ministry.inventory/1"
    period_id: int

    @property
    def key(self) -> str:
        return f"ministry-inventory:{self.period_id}"


@dataclass(frozen=True, slots=True)
class WatchMinistry:
    """Begin the report of a sealed window, and put whatever of the reports under way is due."""

    name: ClassVar[str] = "ministry.watch/1"

    @property
    def key(self) -> str:
        return "ministry"


@dataclass(frozen=True, slots=True)
class SealSubmission:
    """Write a packet's manifest and put the school's seal on it. A sealed packet keeps its seal."""

    name: ClassVar[str] = "submission.seal/1"
    submission_id: int

    @property
    def key(self) -> str:
        return f"submission-seal:{self.submission_id}"


@dataclass(frozen=True, slots=True)
class CheckSubmission:
    """Check a sealed packet and give each of its records a verdict. A checked packet is not checked again."""

    name: ClassVar[str] = "submission.check/1"
    submission_id: int

    @property
    def key(self) -> str:
        return f"submission-check:{self.submission_id}"


@dataclass(frozen=True, slots=True)
class AnswerSubmission:
    """Write, sign and time-stamp the receipt of a packet without open verdicts. A packet has one receipt."""

    name: ClassVar[str] = "submission.answer/1"
    submission_id: int

    @property
    def key(self) -> str:
        return f"submission-answer:{self.submission_id}"


@dataclass(frozen=True, slots=True)
class SealTransfer:
    """Put a school's seal on a transfer's hand-over document, for a release or for its acceptance.

    Sealing what waits for no seal does nothing. It is never parked: what it waits for is kept on the transfer and the
    calendar asks again. ``step`` only tells two seals of one transfer apart in the queue.
    """

    name: ClassVar[str] = "transfer.seal/1"
    transfer_id: int
    step: str

    @property
    def key(self) -> str:
        return f"transfer-seal:{self.transfer_id}:{self.step}"


@dataclass(frozen=True, slots=True)
class ProveSubmission:
    """Write a packet's receipt anew, with what a signed head of the ledger proves by now. It proves nothing twice."""

    name: ClassVar[str] = "submission.prove/1"
    submission_id: int

    @property
    def key(self) -> str:
        return f"submission-prove:{self.submission_id}"


@dataclass(frozen=True, slots=True)
class VerifyLedger:
    """Compute the whole ledger anew from the database and the store, and keep what was found. Again is once more."""

    name: ClassVar[str] = "ledger.verify/1"

    @property
    def key(self) -> str:
        return "ledger-verify"


@dataclass(frozen=True, slots=True)
class WatchReads:
    """Raise alarms on scraping that the access events set off. Doing it again raises none twice."""

    name: ClassVar[str] = "access.watch/1"

    @property
    def key(self) -> str:
        return "watch"


@dataclass(frozen=True, slots=True)
class MoveUnits:
    """Let changes of units whose day has come take effect. A second time there is nothing left to do."""

    name: ClassVar[str] = "units.move/1"

    @property
    def key(self) -> str:
        return "units"


Job = (
    SignItem
    | SignRemotely
    | WatchKeys
    | SealLocked
    | SealPeriod
    | RehearseLock
    | JudgeDocument
    | DrawPreview
    | DeliverWebhook
    | ForgetAnswers
    | SignHead
    | DrawReport
    | DrawPrintSheet
    | BuildReport
    | SendPart
    | TakeInventory
    | WatchMinistry
    | SealSubmission
    | CheckSubmission
    | AnswerSubmission
    | SealTransfer
    | ProveSubmission
    | VerifyLedger
    | WatchReads
    | MoveUnits
)

JOBS: dict[str, type[Job]] = {
    kind.name: kind
    for kind in (
        SignItem,
        SignRemotely,
        WatchKeys,
        SealLocked,
        SealPeriod,
        RehearseLock,
        JudgeDocument,
        DrawPreview,
        DeliverWebhook,
        ForgetAnswers,
        SignHead,
        DrawReport,
        DrawPrintSheet,
        MoveUnits,
        BuildReport,
        SendPart,
        TakeInventory,
        WatchMinistry,
        SealSubmission,
        CheckSubmission,
        AnswerSubmission,
        SealTransfer,
        ProveSubmission,
        VerifyLedger,
        WatchReads,
    )
}

SCHEDULE: dict[
    type[ForgetAnswers | SignHead | WatchReads | WatchKeys | MoveUnits | WatchMinistry | VerifyLedger], str
] = {
    ForgetAnswers: "*/10 * * * *",
    # each lock asks for its head; this asks again for one that had to wait
    SignHead: "* * * * *",
    WatchMinistry: "* * * * *",
    WatchReads: "* * * * *",
    WatchKeys: "* * * * *",
    # two in the morning in Vietnam
    VerifyLedger: "0 19 * * *",
    # the new day begins in Vietnam at 17:00 UTC; the other times are for a worker that was away
    MoveUnits: "*/5 * * * *",
}
"""Jobs that the worker puts itself, and when (cron, UTC): one of several workers does, and at its next start what
was missed is put once."""

MAX_TRIES = 5
"""After five tries a job is parked with its reason until somebody looks (``hocba jobs``)."""


def payload(job: Job) -> dict[str, int | str]:
    return asdict(job)
