"""Bringing the schema up to date, by one process at a time.

Tortoise takes no lock, so two servers that start together would both migrate; an advisory lock on a connection of
its own makes the second wait and then find nothing to do.
"""

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate

from backend.db.connection import tortoise_config

LOCK = 7_402_027
"""Any number, the same in every process."""


async def bring_up_to_date(owner_url: str) -> None:
    """Run every migration that has not been run."""
    guard = await asyncpg.connect(owner_url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
        await migrate(config=tortoise_config(owner_url, pool=2, application_name="hocba-migrate"))
        await Tortoise.close_connections()
    finally:
        await guard.close()
