"""Printed copies that a school has confirmed."""

from datetime import datetime

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.adapters.links import FileKind, file_url
from backend.context import Context
from backend.db.repositories.prints import PrintRow
from backend.domain.access import AccessPurpose
from backend.schema.errors import UserError

Info = strawberry.Info[Context, None]


@strawberry.type(
    description="A copy that a school printed and confirmed. Right: its school's leaders and clerk, district, department,"
    " guardian."
)
class PrintConfirmation:
    row: strawberry.Private[PrintRow]
    revision_number: int
    lookup_code: str
    file_digest: str
    recipient: str
    purpose: AccessPurpose
    note: str
    printed_by: str
    printed_at: datetime
    line: str

    @strawberry.field(
        description="The sheet that goes with the copy, a PDF, good for five minutes; null until drawn."
    )
    def sheet_url(self, info: Info) -> str | None:
        digest = self.row.sheet_digest
        return None if digest is None else file_url(info.context.services.settings, digest, FileKind.PDF)

    @classmethod
    def of(cls, row: PrintRow) -> "PrintConfirmation":
        copy = row.copy
        return cls(
            row=row,
            revision_number=copy.revision_number,
            lookup_code=copy.lookup_code,
            file_digest=copy.file_digest,
            recipient=copy.recipient,
            purpose=copy.purpose,
            note=copy.note,
            printed_by=copy.printed_by,
            printed_at=copy.printed_at,
            line=copy.line,
        )


@strawberry.type(description="The copy as it was noted; null for a dry run, or with why nothing was.")
class PrintConfirmationPayload:
    print_confirmation: PrintConfirmation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
