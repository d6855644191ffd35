"""The person who asks: assignments, children, sessions; and where people sign in."""

from datetime import UTC, datetime

import strawberry

from backend.adapters import sessions
from backend.adapters.sessions import Shown
from backend.context import Context
from backend.db.repositories import families
from backend.db.repositories.families import ChildRow
from backend.domain.policy import Role
from backend.domain.revoking import Revocation, session_refusal
from backend.schema.acts import Judge, RevocationRefusal, allowed, refused
from backend.schema.organisation import Assignment, OrgUnit
from backend.schema.records import Record
from backend.settings import Audience, Provider

Info = strawberry.Info[Context, None]

strawberry.enum(
    Audience,
    name="SignInAudience",
    description="Whom a provider signs in: people with assignments, or parents.",
)


@strawberry.type(description="A session of the viewer. Right: the person themselves.")
class UserSession:
    id: strawberry.ID = strawberry.field(description="Names the session; it opens nothing.")
    began_at: datetime
    last_seen_at: datetime
    device: str = strawberry.field(description="Browser and system, such as Chrome · Windows; may be empty.")
    current: bool

    @strawberry.field(description="What the viewer may do now.")
    def viewer_actions(self, info: Info) -> list[Revocation]:
        return allowed(Revocation, self._judge(info))

    @strawberry.field(description="Why not, for everything the viewer's role could do at another time.")
    def viewer_refusals(self, info: Info) -> list[RevocationRefusal]:
        return refused(Revocation, self._judge(info), RevocationRefusal, info.context.language)

    def _judge(self, _info: Info) -> Judge[Revocation]:
        # nobody is shown another's
        return lambda _action: session_refusal(own=True)

    @classmethod
    def of(cls, shown: Shown, *, current: bool) -> "UserSession":
        return cls(
            id=strawberry.ID(shown.name),
            began_at=datetime.fromtimestamp(shown.session.began_at, UTC),
            last_seen_at=datetime.fromtimestamp(shown.seen_at, UTC),
            device=shown.session.device,
            current=current,
        )


@strawberry.type(description="A child of a guardian, by verified citizen number. Right: the guardian.")
class Child:
    row: strawberry.Private[ChildRow]
    name: str
    lookup_code: str

    @classmethod
    def of(cls, row: ChildRow) -> "Child":
        return cls(row=row, name=row.name, lookup_code=row.lookup_code)

    @strawberry.field(description="The school that manages the book now.")
    async def school(self, info: Info) -> OrgUnit | None:
        row = await info.context.loaders.units.load(self.row.school_id)
        return None if row is None else OrgUnit.of(row)

    @strawberry.field(description="What stands: accepted or locked, the oldest year first.")
    async def records(self, info: Info) -> list[Record]:
        rows = await info.context.loaders.family_records.load(self.row.book_id)
        return [Record.of(row) for row in rows or ()]


@strawberry.type(description="The person who asks; null fields when nobody is signed in.")
class Viewer:
    name: str | None
    role: Role
    assignments: list[Assignment]

    @strawberry.field(description="The viewer's children. Right: a guardian; empty for everybody else.")
    async def children(self, info: Info) -> list[Child]:
        if info.context.actor.role is not Role.GUARDIAN:
            return []
        return [Child.of(row) for row in await families.children()]

    @strawberry.field(
        description="Where the viewer is signed in, the newest first. Right: the person themselves."
    )
    async def sessions(self, info: Info) -> list[UserSession]:
        return await own_sessions(info.context)


async def own_sessions(context: Context) -> list[UserSession]:
    """The viewer's sessions; none when nobody is signed in."""
    if context.identity is None or context.session_key is None:
        return []
    idle = context.services.settings.session_idle_minutes * 60
    shown = await sessions.of_person(
        context.services.redis, context.identity.issuer, context.identity.subject, idle
    )
    current = sessions.public_name(context.session_key)
    return [UserSession.of(item, current=item.name == current) for item in shown]


@strawberry.type(description="A place to sign in. Right: everybody.")
class SignInProvider:
    id: str = strawberry.field(description="For /auth/login?provider=")
    label: str
    audience: Audience

    @classmethod
    def of(cls, provider: Provider) -> "SignInProvider":
        return cls(id=provider.id, label=provider.label, audience=provider.audience)
