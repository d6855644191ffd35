"""Whether the database answers."""

from tortoise.exceptions import BaseORMException

from backend.db import sql


async def ready() -> bool:
    """True when a query comes back."""
    try:
        return await sql.value("SELECT true AS up") is True
    except (BaseORMException, OSError):
        return False
