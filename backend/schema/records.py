"""Records, their revisions, signatures and files; what the viewer may do with them comes from the policy."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.adapters.links import file_url, preview_url
from backend.context import Context
from backend.db.repositories.ceremonies import ArtefactRow, SignatureRow
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.calendar import Window
from backend.domain.content_json import parse
from backend.domain.content_rules import incomplete
from backend.domain.errors import NotFoundError
from backend.domain.lifecycle import PREVIEWED, Action, State
from backend.domain.messages import sentence
from backend.domain.ministry import ReportedState
from backend.domain.organisation import ArtefactKind
from backend.domain.policy import Refusal
from backend.domain.school_year import SchoolYear
from backend.domain.signing import SignatureRole
from backend.schema.access import AccessEvent, ShareCode
from backend.schema.content import RecordContentType, content_type
from backend.schema.error_codes import ErrorCode
from backend.schema.errors import FaultType, fault_type
from backend.schema.integrators import IntegratorGrant
from backend.schema.ledger import InclusionProof
from backend.schema.nodes import load_nodes
from backend.schema.organisation import OrgUnit, SchoolClass
from backend.schema.paging import connection, decode_cursor, encode_cursor, page_size
from backend.schema.preflight import LockBlocker
from backend.schema.prints import PrintConfirmation

Info = strawberry.Info[Context, None]


@strawberry.type(description="Who signed, as what, when, with which certificate.")
class Signature:
    role: SignatureRole
    signer_name: str
    post: str
    unit_name: str
    certificate_serial: str
    certificate_issuer: str
    signed_at: datetime

    @classmethod
    def of(cls, row: SignatureRow) -> "Signature":
        return cls(
            role=row.role,
            signer_name=row.signer_name,
            post=row.post,
            unit_name=row.unit_name,
            certificate_serial=row.certificate_serial,
            certificate_issuer=row.certificate_issuer,
            signed_at=row.signed_at,
        )


@strawberry.type(description="A signed file, named by the SHA-256 of its bytes.")
class Artefact:
    kind: ArtefactKind
    role: SignatureRole = strawberry.field(description="The newest signature in this file.")
    digest: str
    size: int
    url: str = strawberry.field(description="Good for five minutes.")

    @classmethod
    def of(cls, row: ArtefactRow, context: Context) -> "Artefact":
        return cls(
            kind=row.kind,
            role=row.role,
            digest=row.digest,
            size=row.size,
            url=file_url(context.services.settings, row.digest, row.kind),
        )


@strawberry.type(description="One version of a record; its content never changes once it is signed.")
class Revision:
    row: strawberry.Private[RevisionRow]
    number: int
    state: State
    version: int = strawberry.field(description="Counts edits of a draft; give it back with an edit.")
    window: Window
    complete: bool
    opened_by: Action | None
    reason: str
    effective_from: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, row: RevisionRow) -> "Revision":
        return cls(
            row=row,
            number=row.number,
            state=row.state,
            version=row.version,
            window=row.window,
            complete=row.complete,
            opened_by=row.opened_by,
            reason=row.reason,
            effective_from=row.effective_from,
            updated_at=row.updated_at,
        )

    @strawberry.field(description="For anybody outside the school a read of it is an access event.")
    async def content(self, info: Info) -> RecordContentType | None:
        document = await info.context.loaders.contents.load(self.row.id)
        if document is None:
            return None
        info.context.opened.add(self.row.id)
        return content_type(document)

    @strawberry.field(description="What is still missing before the homeroom teacher can sign.")
    async def missing(self, info: Info) -> list[FaultType]:
        document = await info.context.loaders.contents.load(self.row.id)
        faults = [] if document is None else incomplete(parse(document))
        return [fault_type(item, info.context.language) for item in faults]

    @strawberry.field
    async def signatures(self, info: Info) -> list[Signature]:
        rows = await info.context.loaders.signatures.load(self.row.id)
        return [Signature.of(row) for row in rows or ()]

    @strawberry.field(description="Files of this revision, the newest last.")
    async def artefacts(self, info: Info) -> list[Artefact]:
        rows = await info.context.loaders.artefacts.load(self.row.id)
        if rows:
            info.context.opened.add(self.row.id)
        return [Artefact.of(row, info.context) for row in rows or ()]

    @strawberry.field(description="That the locked revision stands in the ledger; null before the lock.")
    async def inclusion(self, info: Info) -> InclusionProof | None:
        row = await info.context.loaders.inclusions.load(self.row.id)
        return None if row is None else InclusionProof.of(row, info.context.services.settings, full=True)

    @strawberry.field(description="A marked, unsigned PDF before the lock; good for five minutes.")
    def preview_url(self, info: Info) -> str | None:
        if self.row.state not in PREVIEWED:
            return None
        info.context.opened.add(self.row.id)
        return preview_url(info.context.services.settings, self.row.id)


@strawberry.type(description="Why the viewer may not do something to a record now.")
class ActionRefusal:
    action: Action
    code: ErrorCode
    message: str


@strawberry.type(
    description="A pupil's record of one school year. Right: its class, school, district, department."
)
class Record(relay.Node):
    row: strawberry.Private[RecordRow]
    id: relay.NodeID[int]
    school_year: str
    grade: int
    class_name: str
    pupil_name: str
    state: State = strawberry.field(description="Of the standing revision, else of the one being worked on.")
    lookup_code: str
    working_revision: Revision
    standing_revision: Revision | None

    @classmethod
    def of(cls, row: RecordRow) -> "Record":
        return cls(
            row=row,
            id=row.id,
            school_year=str(SchoolYear(row.school_year)),
            grade=row.grade,
            class_name=row.class_name,
            pupil_name=row.pupil_name,
            state=row.state,
            lookup_code=row.lookup_code,
            working_revision=Revision.of(row.working),
            standing_revision=None if row.standing is None else Revision.of(row.standing),
        )

    @strawberry.field
    async def school(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.row.school_id)
        return None if row is None else OrgUnit.of(row)

    @strawberry.field
    async def school_class(self, info: Info) -> SchoolClass | None:
        row = await info.context.loaders.classes.load(self.row.school_class_id)
        return None if row is None else SchoolClass.of(row)

    @strawberry.field(
        description="Whether the record is locked and the department's seal on its files still to come."
    )
    async def seal_pending(self, info: Info) -> bool:
        standing = self.row.standing
        if standing is None or standing.state is not State.LOCKED:
            return False
        made = await info.context.loaders.signatures.load(standing.id)
        return not any(row.role is SignatureRole.LOCK_SEAL for row in made or ())

    @strawberry.field(
        description="Why that seal waits, such as TIMESTAMP_UNAVAILABLE; null when nothing bars it."
    )
    async def seal_waits_for(self, info: Info) -> ErrorCode | None:
        if self.row.standing is None or self.row.standing.state is not State.LOCKED:
            return None
        code = await info.context.loaders.seal_obstacles.load(self.row.standing.id)
        return None if code is None else ErrorCode(code)

    @strawberry.field(
        description="What keeps the record from its lock; empty once it is accepted. Right: staff."
    )
    async def lock_blockers(self, info: Info) -> list[LockBlocker]:
        info.context.staff  # noqa: B018 - raises when nobody is signed in
        rows = await info.context.loaders.lock_blockers.load(self.row.id)
        return [LockBlocker.of(row, info.context.language) for row in rows or ()]

    @strawberry.field(
        description="What became of the locked record at the Ministry, by its newest report; null when in none."
        " Right: school, district, department."
    )
    async def ministry_state(self, info: Info) -> ReportedState | None:
        if self.row.standing is None or self.row.standing.state is not State.LOCKED:
            return None
        row = await info.context.loaders.ministry_states.load(self.row.standing.id)
        return None if row is None else row.state

    @strawberry.field(description="Every revision, oldest first.")
    async def revisions(self, info: Info) -> list[Revision]:
        rows = await info.context.loaders.revisions.load(self.row.id)
        return [Revision.of(row) for row in rows or ()]

    @strawberry.field(
        description="Reads of the book by people outside the school, the newest first. Right: its school, department."
    )
    async def access_events(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> relay.Connection[AccessEvent]:
        size = page_size(first)
        key = (self.row.book_id, _before(after), size + 1)
        rows = await info.context.loaders.access_pages.load(key)
        return connection(
            [AccessEvent.of(row) for row in rows],
            size,
            lambda event: encode_cursor(int(event.id)),
            after=after,
        )

    @strawberry.field(description="Codes with which the book is shared, the newest first. Right: its school.")
    async def share_codes(self, info: Info) -> list[ShareCode]:
        rows = await info.context.loaders.shares_of.load(self.row.book_id)
        return [ShareCode.of(row) for row in rows or ()]

    @strawberry.field(
        description="Printed copies that a school confirmed, the newest first, up to 100. Right: school's leaders and clerk,"
        " district, department, guardian."
    )
    async def print_confirmations(self, info: Info) -> list[PrintConfirmation]:
        rows = await info.context.loaders.prints_of.load(self.row.id)
        return [PrintConfirmation.of(row) for row in rows or ()]

    @strawberry.field(
        description="Programs that may read the book, the newest first. Right: its school, department."
    )
    async def integrator_grants(self, info: Info) -> list[IntegratorGrant]:
        rows = await info.context.loaders.grants_of.load(self.row.book_id)
        return [IntegratorGrant.of(row) for row in rows or ()]

    @strawberry.field(description="What the viewer may do now; the answer of the policy.")
    def viewer_actions(self, info: Info) -> list[Action]:
        return [action for action in Action if info.context.refusal(action, self.row) is None]

    @strawberry.field(description="Why not, for everything the viewer's role could do in another state.")
    def viewer_refusals(self, info: Info) -> list[ActionRefusal]:
        refused = ((action, info.context.refusal(action, self.row)) for action in Action)
        return [
            ActionRefusal(
                action=action, code=ErrorCode(reason.value), message=sentence(reason, info.context.language)
            )
            for action, reason in refused
            if reason is not None and reason is not Refusal.ROLE
        ]

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        return load_nodes(info.context.loaders.records, cls.of, node_ids, required=required)


def _before(after: str | None) -> int | None:
    match decode_cursor(after):
        case None:
            return None
        case [int() as event_id]:
            return event_id
        case _:
            raise NotFoundError(field="after")
