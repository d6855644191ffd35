"""Today is Vietnam's for everything that begins and ends by day, wherever the server thinks it is."""

import asyncpg
import pytest

from backend.embedded.postgres import PostgresUrls
from tests.architecture.sources import ROOT

ASKS_THE_SESSION = (
    "SELECT proname AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    r" AND prosrc ~* '\mcurrent_date\M'"
    " UNION ALL SELECT policyname FROM pg_policies WHERE schemaname = 'public'"
    r" AND concat(qual, ' ', with_check) ~* '\mcurrent_date\M'"
)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_today_does_not_depend_on_the_session(database: PostgresUrls, zone: str) -> None:
    """At every hour one of these zones has another date than Vietnam; the answer is Vietnam's in each."""
    connection = await asyncpg.connect(database.owner)
    try:
        await connection.execute(f"SET TIME ZONE '{zone}'")
        async with connection.transaction():
            told = await connection.fetchval("SELECT today()")
            meant = await connection.fetchval("SELECT (now() AT TIME ZONE INTERVAL '+07:00')::date")
    finally:
        await connection.close()
    assert told == meant


async def test_nothing_asks_for_the_sessions_date(database: PostgresUrls) -> None:
    """No function, no policy, and no statement of the repositories."""
    connection = await asyncpg.connect(database.owner)
    try:
        assert await connection.fetch(ASKS_THE_SESSION) == []
    finally:
        await connection.close()
    asking = [
        file.name
        for file in (ROOT / "backend" / "db").rglob("*.py")
        if "migrations" not in file.parts and "current_date" in file.read_text("utf-8").lower()
    ]
    assert asking == []
