"""A person's own sessions: ending one of them, or all others."""

import strawberry

from backend.adapters import sessions
from backend.context import Context
from backend.domain.errors import NotFoundError, NotSignedInError
from backend.domain.revoking import session_refusal
from backend.resolvers.answering import Info, answering
from backend.schema.payloads import SessionsPayload
from backend.schema.viewer import SignInProvider, own_sessions

_refused = answering(lambda errors: SessionsPayload(user_errors=errors))


def providers(info: Info) -> list[SignInProvider]:
    """Where people sign in, the staff's first."""
    return [SignInProvider.of(item) for item in info.context.services.settings.providers]


@_refused
async def revoke(info: Info, session_id: strawberry.ID) -> SessionsPayload:
    """End one of the viewer's sessions."""
    if session_refusal(own=session_id in await _own(info.context)) is not None:
        raise NotFoundError(field="sessionId")
    await sessions.end_named(info.context.services.redis, [session_id])
    return SessionsPayload(sessions=await own_sessions(info.context))


@_refused
async def revoke_others(info: Info) -> SessionsPayload:
    """End every session of the viewer but the one that asks."""
    current = sessions.public_name(info.context.session_key or "")
    others = [name for name in await _own(info.context) if name != current]
    await sessions.end_named(info.context.services.redis, others)
    return SessionsPayload(sessions=await own_sessions(info.context))


async def _own(context: Context) -> list[str]:
    if context.identity is None:
        raise NotSignedInError
    return [str(item.id) for item in await own_sessions(context)]


@strawberry.type
class SessionMutations:
    session_revoke: SessionsPayload = strawberry.mutation(
        resolver=revoke, description="End one of one's sessions, at once. Right: the person themselves."
    )
    session_revoke_others: SessionsPayload = strawberry.mutation(
        resolver=revoke_others,
        description="End all of one's sessions but this one. Right: the person themselves.",
    )
