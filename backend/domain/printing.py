"""Printed copies: whose they are to confirm, and the sheet that goes with one.

A copy printed and confirmed by the school equals paper (TP.HCM's plan for digital records); so only a record in effect is
printed, from its final file, and each copy is noted: who, when, which version, for whom and what for.
"""

from dataclasses import dataclass
from datetime import datetime

from backend.domain.access import AccessPurpose
from backend.domain.calendar import VIETNAM
from backend.domain.policy import Role
from backend.domain.report_table import ReportTable, report_words
from backend.domain.school_year import SchoolYear

PRINTS = frozenset({Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK})
"""Who confirms a copy for the school that issued the record or keeps its book: its leaders, and the clerk (Điều lệ Art. 11, 15)."""

CODE_GROUP = 8
"""Codes are printed in groups of eight for reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCopy:
    """A copy as it was noted; ``file_digest`` is that of the PDF it was printed from."""

    pupil_name: str
    school_name: str
    class_name: str
    school_year: int
    lookup_code: str
    revision_number: int
    content_digest: str
    file_digest: str
    printed_by: str
    printed_at: datetime
    recipient: str
    purpose: AccessPurpose
    note: str

    @property
    def line(self) -> str:
        """The confirmation in one sentence, as it stands on the copy."""
        return report_words()["print"]["LINE"].format(
            school=self.school_name,
            number=self.revision_number,
            code=grouped(self.lookup_code),
            at=_moment(self.printed_at),
            recipient=self.recipient,
        )


def sheet(copy: PrintedCopy) -> ReportTable:
    """The sheet that goes with the copy; the same copy gives the same sheet."""
    words = report_words()
    said = words["purposes"][copy.purpose]
    rows = {
        "PUPIL": copy.pupil_name,
        "CLASS": f"{copy.class_name} · {SchoolYear(copy.school_year)}",
        "CODE": grouped(copy.lookup_code),
        "VERSION": str(copy.revision_number),
        "CONTENT": grouped(copy.content_digest),
        "FILE": grouped(copy.file_digest),
        "PRINTED_BY": copy.printed_by,
        "PRINTED_AT": _moment(copy.printed_at),
        "RECIPIENT": copy.recipient,
        "PURPOSE": f"{said}: {copy.note}" if copy.note else said,
        "CONFIRMATION": copy.line,
        "SEAL": "\n\n\n",
    }
    return ReportTable(
        title=words["print"]["TITLE"],
        subtitle=copy.school_name,
        columns=[words["print"]["WHAT"], words["print"]["VALUE"]],
        rows=[[words["print_rows"][name], value] for name, value in rows.items()],
    )


def grouped(code: str) -> str:
    return " ".join(code[at : at + CODE_GROUP] for at in range(0, len(code), CODE_GROUP))


def _moment(at: datetime) -> str:
    return at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
