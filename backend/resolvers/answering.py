"""How every mutation answers: the use case runs in a savepoint, and what a user can mend comes back as data."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import strawberry
from strawberry import relay

from backend.context import Context
from backend.db.scope import savepoint
from backend.domain.errors import DomainError, NotFoundError
from backend.domain.school_year import SchoolYear
from backend.schema.errors import UserError, user_errors
from backend.schema.nodes import database_key

Info = strawberry.Info[Context, None]
Params = ParamSpec("Params")
PayloadT = TypeVar("PayloadT")


def answering(
    refused: Callable[[list[UserError]], PayloadT],
    *,
    step_up: bool = False,
) -> Callable[
    [Callable[Concatenate[Info, Params], Awaitable[PayloadT]]],
    Callable[Concatenate[Info, Params], Coroutine[Any, Any, PayloadT]],
]:
    """Turn a domain error into a payload; whatever the use case had written is undone.

    With ``step_up`` the use case only begins for somebody who has proved recently who they are.
    """

    def decorate(
        resolver: Callable[Concatenate[Info, Params], Awaitable[PayloadT]],
    ) -> Callable[Concatenate[Info, Params], Coroutine[Any, Any, PayloadT]]:
        @wraps(resolver)
        async def call(info: Info, **arguments: Any) -> PayloadT:
            # Strawberry passes every argument by its name
            try:
                if step_up:
                    info.context.require_recent_login()
                async with savepoint():
                    answered: PayloadT = await cast(Any, resolver)(info, **arguments)
            except DomainError as error:
                return refused(user_errors(error, info.context.language))
            info.context.acted = True
            return answered

        return cast(Callable[Concatenate[Info, Params], Coroutine[Any, Any, PayloadT]], call)

    return decorate


def node_key(node_id: relay.GlobalID, type_name: str, field: str) -> int:
    """The database key of a global id.

    Raises:
        NotFoundError: when it names another type, or nothing.
    """
    if node_id.type_name != type_name:
        raise NotFoundError(field=field)
    return row_key(node_id.node_id, field)


def row_key(text: str, field: str) -> int:
    """The database key that an id without a type names.

    Raises:
        NotFoundError: when it names nothing.
    """
    key = database_key(text)
    if key is None:
        raise NotFoundError(field=field)
    return key


def year_of(text: str, field: str = "schoolYear") -> SchoolYear:
    """The school year that an argument names.

    Raises:
        NotFoundError: when it names none.
    """
    try:
        return SchoolYear.parse(text)
    except ValueError as error:
        raise NotFoundError(field=field) from error


def node_keys(node_ids: Sequence[relay.GlobalID], type_name: str, field: str) -> list[int]:
    """Database keys of global ids, in their order."""
    return [node_key(item, type_name, f"{field}.{place}") for place, item in enumerate(node_ids)]
