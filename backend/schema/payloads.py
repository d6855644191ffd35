"""What mutations answer: the thing changed, or the errors that say why not. Nothing changed when there are errors,
except where a payload says that part of a selection was left out.
"""

import strawberry

from backend.schema.access import ShareCode
from backend.schema.calendar import CalendarChange
from backend.schema.department import LockPeriod, Submission
from backend.schema.errors import UserError
from backend.schema.integrators import Integrator, IntegratorGrant
from backend.schema.records import Record
from backend.schema.signing import Ceremony, TokenChallenge
from backend.schema.viewer import UserSession, Viewer


@strawberry.type
class RecordPayload:
    record: Record | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class RecordsPayload:
    records: list[Record] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="A ceremony, and one error for each selected record that is not in it.")
class CeremonyPayload:
    ceremony: Ceremony | None = None
    record_count: int | None = strawberry.field(
        default=None, description="How many records it holds, or in a dry run would hold."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="What the signer's own token is to sign, or why nothing is handed out.")
class TokenChallengePayload:
    challenge: TokenChallenge | None = strawberry.field(
        default=None, description="What is to be signed; null with errors."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class SubmissionPayload:
    submission: Submission | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class LockPeriodPayload:
    lock_period: LockPeriod | None = None
    calendar_change: CalendarChange | None = strawberry.field(
        default=None, description="Dates that wait for a second person."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="A share code; ``code`` is there once, in the answer that made it.")
class ShareCodePayload:
    share_code: ShareCode | None = None
    code: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="A program; ``secret`` is there once, in the answer that made it.")
class IntegratorPayload:
    integrator: Integrator | None = None
    secret: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class GrantPayload:
    grant: IntegratorGrant | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ViewerPayload:
    viewer: Viewer | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="The viewer's sessions that are left.")
class SessionsPayload:
    sessions: list[UserSession] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(description="One line about a row of an import file.")
class ImportLine:
    sheet: str
    row: int
    column: str
    value: str
    error: UserError
    warning: bool


@strawberry.type(description="What an import did, or would do.")
class ImportReport:
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    dry_run: bool
    lines: list[ImportLine]


@strawberry.type
class ImportPayload:
    report: ImportReport | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
