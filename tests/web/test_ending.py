"""What takes too long ends, in PostgreSQL too, and so does what a client no longer waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import httpx2
import pytest

from tests.web.conftest import Site

WAITING = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
"""Statements that wait for the table this test holds."""

OPEN = (
    "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name LIKE 'hocba%' AND state <> 'idle'"
)
"""Connections of ours on which anything is under way."""

PERIODS = "{ lockPeriods { id } }"
BY_A_LOADER = "{ records(first: 1) { edges { node { revisions { number } } } } }"
CHANGE = 'mutation { recordReturn(recordId: "UmVjb3JkOjE=", reason: "Sai") { userErrors { code } } }'


@asynccontextmanager
async def held(site: Site, table: str) -> AsyncIterator[None]:
    """Nobody reads the table meanwhile."""
    connection = await asyncpg.connect(site.owner_url)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def becomes(site: Site, statement: str, number: int) -> bool:
    """Whether PostgreSQL comes to say so; it is asked for ten seconds."""
    for _ in range(200):
        if (await site.superuser.run(statement))[0]["n"] == number:
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("query", "table"), [(PERIODS, "lock_period"), (BY_A_LOADER, "revision"), (CHANGE, "year_record")]
)
async def test_what_takes_too_long_is_stopped_in_postgresql(hasty_site: Site, query: str, table: str) -> None:
    """The client learns that time ran out, and while the table is still held nothing of ours waits or is open."""
    async with hasty_site.browser() as browser:
        await hasty_site.sign_in(browser)
        async with held(hasty_site, table):
            headers = {"accept": "application/graphql-response+json"}
            answer = await browser.client.post(
                f"{hasty_site.address}/graphql", json={"query": query}, headers=headers
            )
            assert await becomes(hasty_site, WAITING, 0)
            assert await becomes(hasty_site, OPEN, 0)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (
            504,
            "OPERATION_TIMED_OUT",
        )
        again = await browser.client.post(f"{hasty_site.address}/graphql", json={"query": PERIODS})
    assert "errors" not in again.json()


@pytest.mark.parametrize(("query", "table"), [(PERIODS, "lock_period"), (BY_A_LOADER, "revision")])
async def test_nothing_goes_on_for_a_client_that_has_gone(site: Site, query: str, table: str) -> None:
    """The statement begins, the client leaves, and the statement ends long before its time."""
    async with site.browser() as browser:
        await site.sign_in(browser)
        async with held(site, table):
            asking = asyncio.create_task(
                browser.client.post(f"{site.address}/graphql", json={"query": query})
            )
            assert await becomes(site, WAITING, 1)
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            assert await becomes(site, WAITING, 0)
            assert await becomes(site, OPEN, 0)
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{site.address}/readyz")).status_code == 200
