"""One operation is one transaction, entered as a database role that sees only the actor's rows.

The application's login role has no right of its own: a query outside a scope is refused by PostgreSQL, and a
scope ends with its transaction. Settings are local to the transaction, so a pooled connection carries nothing
over to the next request.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from tortoise.transactions import in_transaction

from backend.db import sql
from backend.db.connection import APART
from backend.domain.policy import Actor, Role

DATABASE_ROLE: dict[Role, str] = {
    Role.HOMEROOM_TEACHER: "hocba_school",
    Role.PRINCIPAL: "hocba_school",
    Role.DEPUTY_PRINCIPAL: "hocba_school",
    Role.CLERK: "hocba_school",
    Role.DISTRICT_OFFICER: "hocba_district",
    Role.DEPARTMENT_OFFICER: "hocba_department",
    Role.GUARDIAN: "hocba_guardian",
    Role.INTEGRATOR: "hocba_integrator",
    Role.PUBLIC: "hocba_public",
}

# The role comes last: after it, the settings could still change but the rights are already those of the scope.
_ENTER = (
    "SELECT set_config('app.schools', $1, true), set_config('app.classes', $2, true),"
    " set_config('app.staff', $3, true), set_config('app.code', $4, true),"
    " set_config('app.books', $5, true), set_config('app.client', $6, true),"
    " set_config('transaction_read_only', $7, true), set_config('role', $8, true)"
)


@asynccontextmanager
async def scoped(actor: Actor, *, write: bool) -> AsyncIterator[None]:
    """Run a block in one transaction as the actor; commits at the end, rolls back on any exception.

    A block that does not write runs read-only: PostgreSQL itself refuses a change.
    """
    async with in_transaction(sql.pool_name.get()):
        await enter(actor, write=write)
        yield


@asynccontextmanager
async def scoped_apart(actor: Actor, *, write: bool = False) -> AsyncIterator[None]:
    """A transaction of its own inside an operation that already has one for another actor.

    It takes its connection from a pool of its own, because one that waited for the operation's pool while
    holding a connection of it could wait for ever.
    """
    token = sql.pool_name.set(APART)
    try:
        async with scoped(actor, write=write):
            yield
    finally:
        sql.pool_name.reset(token)


async def enter(actor: Actor, *, write: bool) -> None:
    """Take the actor's scope in the transaction at hand."""
    client = "" if actor.client_key is None else str(actor.client_key)
    mode, role = "off" if write else "on", DATABASE_ROLE[actor.role]
    await sql.rows(_ENTER, *scope_settings(actor), array(actor.book_ids), client, mode, role)


async def leave_scope() -> None:
    """Become the login role itself again in the transaction at hand: the worker, when it has written as a school."""
    await sql.rows("SELECT set_config('role', 'none', true)")


def scope_settings(actor: Actor) -> tuple[str, str, str, str]:
    """Whose rows a role of staff shows: ``app.schools``, ``app.classes``, ``app.staff`` and ``app.code``."""
    return (
        array(actor.school_ids),
        array(actor.class_ids) if actor.role is Role.HOMEROOM_TEACHER else "",
        "" if actor.staff_id is None else str(actor.staff_id),
        actor.lookup_code or "",
    )


@asynccontextmanager
async def savepoint() -> AsyncIterator[None]:
    """A part of the transaction at hand that is undone alone when it raises."""
    async with in_transaction(sql.pool_name.get()):
        yield


@asynccontextmanager
async def unscoped() -> AsyncIterator[None]:
    """A transaction as the login role itself: for the worker, and for the doors that precede a scope."""
    async with in_transaction(sql.pool_name.get()):
        yield


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """A transaction in which all that is read is of one moment: a count and the list that it opens agree."""
    async with unscoped():
        await sql.rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@lru_cache(maxsize=2_000)
def array(ids: frozenset[int]) -> str:
    """Ids as PostgreSQL writes an array of them."""
    return "{" + ",".join(str(item) for item in sorted(ids)) + "}"
