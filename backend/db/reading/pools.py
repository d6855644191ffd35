"""Connections for compiled reads: a few for each scope's role, every statement its own read-only transaction.

A connection becomes its role when it is opened and stays it; the statement itself sets whose rows the role shows,
for itself alone, so nothing has to be cleared when a connection goes back.
"""

import asyncio
from collections.abc import Hashable
from typing import Any

import asyncpg

from backend.db.connection import tortoise_config
from backend.db.reading.leases import Leases
from backend.db.reading.sharing import Shared
from backend.db.scope import DATABASE_ROLE, scope_settings
from backend.domain.policy import Actor

STATEMENT_SECONDS = 10


class ReadPools:
    """Connections by database role, opened at their first use."""

    def __init__(self, url: str, *, pool: int, writes: bool = False) -> None:
        """With ``writes`` a statement may also pass the doors that its role has."""
        self._mode = "off" if writes else "on"
        self._credentials: dict[str, Any] = tortoise_config(url, pool=pool)["connections"]["default"][
            "credentials"
        ]
        self._leases: dict[str, Leases] = {}
        self._shared: dict[str, Shared] = {}
        self._opening = asyncio.Lock()

    async def value(self, actor: Actor, statement: str, binds: tuple[Any, ...]) -> Any:
        """The one value that a statement answers in an actor's scope; its first four binds are the scope's settings."""
        role = DATABASE_ROLE[actor.role]
        leases = self._leases.get(role) or await self._open(role)
        return await leases.value(statement, (*scope_settings(actor), *binds))

    async def shared_value(self, actor: Actor, statement: str, binds: tuple[Hashable, ...]) -> Any:
        """The same of a statement that only reads, with whoever asks it in the same scope at the same time."""
        role = DATABASE_ROLE[actor.role]
        if role not in self._shared:
            await self._open(role)
        return await self._shared[role].value(statement, (*scope_settings(actor), *binds))

    async def close(self) -> None:
        for leases in self._leases.values():
            await leases.close()

    async def _open(self, role: str) -> Leases:
        async with self._opening:
            if role not in self._leases:
                pool = await self._create(role)
                self._leases[role] = Leases(pool, self._credentials["max_size"])
                self._shared[role] = Shared(self._leases[role].value)
        return self._leases[role]

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
            # a statement's shape fixes its plan; one plan for each connection, not five and then perhaps another
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
        }
        # a statement that is known stays known
        lasting = {"min_size": 0, "max_cached_statement_lifetime": 0}
        credentials = self._credentials | {"server_settings": settings} | lasting
        pool: asyncpg.Pool = await asyncpg.create_pool(**credentials, init=become, reset=keep)
        return pool
