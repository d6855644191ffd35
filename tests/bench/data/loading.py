"""Making the database, or finding that it is there: one of its own for each number of records."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from backend.db.migrate import bring_up_to_date
from backend.embedded.postgres import EmbeddedPostgres, PostgresUrls
from tests.bench.data import province

HERE = Path(__file__).parent
PER_YEAR = 138_000
Say = Callable[[str], None]


async def ensure_database(
    postgres: EmbeddedPostgres, records: int, say: Say, *, state: str = ""
) -> PostgresUrls:
    """The addresses of a loaded database; made when it is absent, half made, or of another schema.

    Records stand in every state, or all in the one that is given.
    """
    name = f"bench_{records}{'_' + state.lower() if state else ''}"
    urls = postgres.create_database(name)
    if await _holds(urls) == fingerprint() and await _migrates(urls, say):
        await _rest(urls)
        return urls
    postgres.drop_database(name)
    urls = postgres.create_database(name)
    began = time.monotonic()
    await bring_up_to_date(urls.owner)
    await _load(urls, records, say, state)
    await _rest(urls)
    say(f"{records:,} records loaded in {time.monotonic() - began:.0f} s")
    return urls


def fingerprint() -> str:
    """Changes with what is loaded."""
    files = [HERE / "province.py", HERE / "rows.sql"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


async def _migrates(urls: PostgresUrls, say: Say) -> bool:
    """Bring an older database up to date; one that a rewritten migration does not fit is made anew."""
    try:
        await bring_up_to_date(urls.owner)
    except Exception as error:  # noqa: BLE001 - whatever the reason, a fresh one will do
        say(f"made anew: {error}")
        return False
    return True


async def _holds(urls: PostgresUrls) -> str | None:
    connection = await asyncpg.connect(urls.owner)
    try:
        if await connection.fetchval("SELECT to_regclass('bench_loaded') IS NULL"):
            return None
        found: str | None = await connection.fetchval("SELECT fingerprint FROM bench_loaded")
        return found
    finally:
        await connection.close()


async def _load(urls: PostgresUrls, records: int, say: Say, state: str) -> None:
    connection = await asyncpg.connect(urls.owner, command_timeout=None)
    try:
        await connection.execute("SET synchronous_commit = off; SET work_mem = '64MB'")
        plan = province.plan()
        await province.write_units(connection, plan)
        await province.write_people(connection, plan)
        await province.write_examples(connection, plan)
        year, left = province.YEAR.start, records
        while left > 0:
            await _periods(connection, year)
            await _year(connection, _steps(year, min(left, PER_YEAR), state), year, say)
            year, left = year + 1, left - PER_YEAR
        await province.drop_examples(connection)
        await _check_counts(connection)
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CREATE TABLE bench_loaded (fingerprint text)")
        await connection.execute("INSERT INTO bench_loaded VALUES ($1)", fingerprint())
    finally:
        await connection.close()


async def _rest(urls: PostgresUrls) -> None:
    """Tell nobody of what was loaded: passing on a hundred thousand events would keep a measured process busy."""
    connection = await asyncpg.connect(urls.owner)
    try:
        await connection.execute("TRUNCATE live_event")
    finally:
        await connection.close()


async def _periods(connection: asyncpg.Connection, year: int) -> None:
    """Both windows still open, so that the rules of every action are asked in full."""
    await connection.execute(
        'INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)'
        " SELECT $1, w, now() + interval '300 days', now() + interval '310 days', '[1, 2, 3, 4, 5]', now()"
        " FROM unnest(ARRAY['MAIN', 'SUPPLEMENTARY']) AS w",
        year,
    )


async def _year(connection: asyncpg.Connection, steps: list[tuple[str, str]], year: int, say: Say) -> None:
    """One school year, in one transaction.

    Revisions go in with the state they have, so the trigger that wants each to begin as a draft rests meanwhile;
    every other one works, those that count among them.
    """
    async with connection.transaction():
        await connection.execute("ALTER TABLE revision DISABLE TRIGGER start")
        for step, statement in steps:
            began = time.monotonic()
            await connection.execute(statement)
            say(f"  {year} {step}: {time.monotonic() - began:.1f} s")
        await connection.execute("ALTER TABLE revision ENABLE TRIGGER start")


def _steps(year: int, records: int, state: str) -> list[tuple[str, str]]:
    text = (HERE / "rows.sql").read_text()
    text = re.sub(r"(?<!:):year\b", str(year), text)
    text = re.sub(r"(?<!:):records\b", str(records), text)
    if state:
        text = re.sub(r"CASE WHEN luck.*?END AS state", f"'{state}' AS state", text, flags=re.DOTALL)
    parts = [part.partition("\n") for part in text.split("-- step: ")[1:]]
    return [(title, statement) for title, _, statement in parts]


async def _check_counts(connection: asyncpg.Connection) -> None:
    """The counters against a count of the records."""
    wrong = await connection.fetchval(
        "SELECT count(*) FROM (SELECT school_class_id, state, count(*) AS n FROM year_record GROUP BY 1, 2) r"
        " FULL JOIN (SELECT * FROM state_count WHERE count > 0) c USING (school_class_id, state)"
        " WHERE r.n IS DISTINCT FROM c.count"
    )
    if wrong:
        raise RuntimeError(f"{wrong} counters are wrong")
