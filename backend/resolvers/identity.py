"""Who asks, and in which of their assignments."""

import strawberry

from backend.adapters.sessions import choose_assignment
from backend.context import Context, choose_actor
from backend.db.repositories import people
from backend.db.scope import unscoped
from backend.domain.errors import NotFoundError
from backend.domain.policy import PUBLIC, Actor
from backend.resolvers.answering import Info, answering
from backend.schema.organisation import Assignment
from backend.schema.payloads import ViewerPayload
from backend.schema.viewer import Viewer


def viewer(info: Info) -> Viewer:
    """The person who asks."""
    context = info.context
    held = context.login.assignments if context.login else ()
    return Viewer(
        name=context.login.full_name if context.login else None,
        role=context.actor.role,
        assignments=[Assignment.of(row, current=row.actor == context.actor) for row in held],
    )


@answering(lambda errors: ViewerPayload(user_errors=errors))
async def act_as(info: Info, assignment_id: strawberry.ID) -> ViewerPayload:
    """Choose the assignment to act in from now on."""
    context = info.context
    context.staff  # noqa: B018 - raises when nobody is signed in
    held = context.login.assignments if context.login else ()
    chosen = next((item for item in held if str(item.actor.assignment_id) == assignment_id), None)
    if chosen is None or context.session_key is None or chosen.actor.assignment_id is None:
        raise NotFoundError(field="assignmentId")
    await choose_assignment(context.services.redis, context.session_key, chosen.actor.assignment_id)
    context.actor = chosen.actor
    return ViewerPayload(viewer=viewer(info))


async def refresh_actor(context: Context) -> Actor:
    """The actor as their assignments say now, for streams that outlive a request."""
    identity = context.identity
    if identity is None:
        return PUBLIC
    async with unscoped():
        login = await people.find_login(identity.issuer, identity.subject)
    return choose_actor(login, identity.assignment_id)


@strawberry.type
class IdentityMutations:
    viewer_act_as: ViewerPayload = strawberry.mutation(
        resolver=act_as, description="Act in another of one's assignments. Right: everybody signed in."
    )
