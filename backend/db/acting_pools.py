"""Connections for acts that are one statement: one pool for each scope's role, every statement its own transaction.

A connection becomes its role when it is opened and stays it; the statement itself sets whose rows the role shows
(``enter_scope``), for itself alone, so nothing has to be cleared when a connection goes back.
"""

import asyncio
from typing import Any

import asyncpg

from backend.db.connection import tortoise_config
from backend.db.scope import DATABASE_ROLE, scope_settings
from backend.domain.policy import Actor

STATEMENT_SECONDS = 10
"""Who waits longer for a record goes the ordinary way, which has more time."""

MAY_HAVE_COMMITTED = ("08", "57", "58", "XX")
"""SQLSTATE classes of a connection or a server that ended: whether the statement was carried out is not known."""

CANCELLED = "57014"


class NotDoneError(Exception):
    """The statement was certainly not carried out, and nothing came of it."""


class ActingPools:
    """Pools by database role, opened at their first use."""

    def __init__(self, url: str, *, pool: int) -> None:
        self._credentials: dict[str, Any] = tortoise_config(url, pool=pool)["connections"]["default"][
            "credentials"
        ]
        self._pools: dict[str, asyncpg.Pool] = {}
        self._opening = asyncio.Lock()

    async def row(self, actor: Actor, statement: str, binds: tuple[Any, ...]) -> asyncpg.Record | None:
        """The row that a statement answers in an actor's scope; its first four binds are the scope's settings.

        Raises:
            NotDoneError: when it failed and was undone, or never began.
            Exception: when the connection was lost meanwhile; then it may have been carried out.
        """
        role = DATABASE_ROLE[actor.role]
        try:
            pool = self._pools.get(role) or await self._open(role)
            connection = await pool.acquire()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise NotDoneError from error
        try:
            return await connection.fetchrow(statement, *scope_settings(actor), *binds)
        except asyncpg.PostgresError as error:
            state = str(error.sqlstate)
            if state.startswith(MAY_HAVE_COMMITTED) and state != CANCELLED:
                raise
            raise NotDoneError from error
        finally:
            await pool.release(connection)

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()

    async def _open(self, role: str) -> asyncpg.Pool:
        async with self._opening:
            if role not in self._pools:
                self._pools[role] = await self._create(role)
        return self._pools[role]

    async def _create(self, role: str) -> asyncpg.Pool:
        async def become(connection: asyncpg.Connection) -> None:
            await connection.execute(f"SET ROLE {role}")

        async def keep(_connection: asyncpg.Connection) -> None:
            """What asyncpg would reset is what makes the connection useful."""

        settings = self._credentials["server_settings"] | {
            "application_name": "hocba-acts",
            "statement_timeout": str(STATEMENT_SECONDS * 1000),
            "timezone": "UTC",
        }
        credentials = self._credentials | {"server_settings": settings, "min_size": 0}
        pool: asyncpg.Pool = await asyncpg.create_pool(**credentials, init=become, reset=keep)
        return pool
