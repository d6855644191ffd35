"""Connections for compiled reads: one pool for each scope's role, every statement its own read-only transaction.

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


class ReadPools:
    """Pools by database role, opened at their first use."""

    def __init__(self, url: str, *, pool: int, writes: bool = False) -> None:
        """With ``writes`` a statement may also pass the doors that its role has."""
        self._mode = "off" if writes else "on"
        self._credentials: dict[str, Any] = tortoise_config(url, pool=pool)["connections"]["default"][
            "credentials"
        ]
        self._pools: dict[str, asyncpg.Pool] = {}
        self._opening = asyncio.Lock()

    async def value(self, actor: Actor, statement: str, binds: tuple[Any, ...]) -> Any:
        """The one value that a statement answers in an actor's scope; its first four binds are the scope's settings."""
        role = DATABASE_ROLE[actor.role]
        pool = self._pools.get(role) or await self._open(role)
        async with pool.acquire() as connection:
            return await connection.fetchval(statement, *scope_settings(actor), *binds)

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

        settings = {
            "application_name": "hocba-reads",
            "default_transaction_read_only": self._mode,
            "statement_timeout": str(STATEMENT_SECONDS * 1000),
            "timezone": "UTC",
        }
        credentials = self._credentials | {"server_settings": settings, "min_size": 0}
        pool: asyncpg.Pool = await asyncpg.create_pool(**credentials, init=become, reset=keep)
        return pool
