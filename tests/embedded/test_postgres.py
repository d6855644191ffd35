"""The embedded PostgreSQL: closed to strangers, safe against every kind of end, the same data afterwards."""

import os
import signal
from urllib.parse import urlsplit

import asyncpg
import pytest

from backend.embedded.postgres import EmbeddedPostgres
from tests.embedded.owners import owner_of
from tests.fixtures.processes import (
    LOOPBACK_ADDRESS,
    command_line,
    eventually,
    is_alive,
    listening_addresses,
    mentioning,
)

SCOPES = {
    "hocba_public",
    "hocba_guardian",
    "hocba_integrator",
    "hocba_school",
    "hocba_district",
    "hocba_department",
}


async def value(url: str, query: str):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def postmaster(data) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


async def test_restart_keeps_data_port_and_passwords(own_data):
    """What was committed, durably by default, is there after a stop and a start, at the same address."""
    server = EmbeddedPostgres(own_data)
    urls = server.start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await value(urls.superuser, f"SHOW {setting}") == "on"
    await execute(urls.owner, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)")
    server.stop()
    assert not mentioning(str(own_data / "postgres"))
    again = EmbeddedPostgres(own_data)
    assert again.start() == urls
    assert await value(urls.owner, "SELECT n FROM kept") == 1
    again.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_killed_owner_leaves_nothing_running_and_nothing_lost(own_data, how):
    """The owner's death ends PostgreSQL cleanly; the next start has every committed row."""
    with owner_of("postgres", "EmbeddedPostgres", own_data) as owner:
        urls = EmbeddedPostgres(own_data).urls
        await execute(urls.owner, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)")
        owner.send_signal(how)
        owner.wait()
    server = EmbeddedPostgres(own_data)
    urls = server.start()
    assert await value(urls.owner, "SELECT n FROM kept") == 7
    assert "shut down" in (own_data / "log" / "postgres.log.1").read_text()
    server.stop()


async def test_recovers_when_everything_is_killed_at_once(own_data):
    """Owner, guardian and every PostgreSQL process killed with -9: the write-ahead log restores the rows."""
    with owner_of("postgres", "EmbeddedPostgres", own_data) as owner:
        urls = EmbeddedPostgres(own_data).urls
        await execute(urls.owner, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (9)")
        server_process = postmaster(own_data)
        guardians = [item for item in mentioning(str(own_data)) if "guardian.py" in command_line(item)]
        for process in (*guardians, server_process, owner.pid):
            os.kill(process, signal.SIGKILL)
        owner.wait()
        assert eventually(lambda: not is_alive(server_process))
    assert (own_data / "postgres" / "postmaster.pid").exists()
    server = EmbeddedPostgres(own_data)
    urls = server.start()
    assert await value(urls.owner, "SELECT n FROM kept") == 9
    server.stop()


async def test_traces_of_earlier_runs_do_not_block(own_data):
    """A half-made cluster is begun again; a pid file may name a number that now belongs to somebody else."""
    draft = own_data / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(own_data, durable=False)
    server.start()
    assert not draft.exists()
    lines = (own_data / "postgres" / "postmaster.pid").read_text().splitlines()
    server.stop()
    lines[0] = str(os.getpid())
    (own_data / "postgres" / "postmaster.pid").write_text("\n".join(lines) + "\n")
    urls = server.start()
    assert await value(urls.owner, "SELECT 1") == 1
    server.stop()


async def test_listens_on_loopback_only(postgres):
    """No other machine can reach it, and there is no socket file either."""
    port = urlsplit(postgres.urls.owner).port
    assert listening_addresses(port) == {LOOPBACK_ADDRESS}
    assert await value(postgres.urls.superuser, "SHOW unix_socket_directories") == ""


@pytest.mark.parametrize("role", ["postgres", "hocba_owner", "hocba_app", "hocba_worker", "hocba_school"])
@pytest.mark.parametrize("password", [None, "", "postgres"])
async def test_no_role_logs_in_without_its_password(postgres, role, password):
    """The superuser and the roles that cannot log in are no exception."""
    port = urlsplit(postgres.urls.owner).port
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            user=role,
            password=password,
            database="hocba",
            passfile="/nonexistent",
        )


async def test_password_of_one_role_opens_no_other(postgres):
    """Each role has its own secret."""
    urls = postgres.urls
    passwords = {urlsplit(url).password for url in (urls.owner, urls.app, urls.worker, urls.superuser)}
    assert len(passwords) == 4


async def test_passwords_are_stored_as_scram(postgres):
    """A stolen catalogue yields no password."""
    query = "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolcanlogin"
    assert await value(postgres.urls.superuser, query) is True


async def test_database_is_utf8_in_byte_order(postgres):
    """Names are ordered by keys of our own, never by the machine's locale."""
    query = (
        "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = 'hocba'"
    )
    assert await value(postgres.urls.owner, query) == "UTF8 C"


async def test_roles_have_exactly_their_rights(postgres):
    """Only the owner passes row security; nobody but the superuser makes roles or databases."""
    query = """
        SELECT array_agg(rolname::text ORDER BY rolname) FROM pg_roles
         WHERE rolname LIKE 'hocba%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication)"""
    assert await value(postgres.urls.superuser, query) is None
    query = "SELECT array_agg(rolname::text) FROM pg_roles WHERE rolname LIKE 'hocba%' AND rolbypassrls"
    assert await value(postgres.urls.superuser, query) == ["hocba_owner"]
    query = "SELECT array_agg(rolname::text) FROM pg_roles WHERE rolname LIKE 'hocba%' AND NOT rolcanlogin"
    assert set(await value(postgres.urls.superuser, query)) == SCOPES


async def test_application_takes_a_scope_but_inherits_none(postgres):
    """A grant to a scope reaches the application only after it has become that scope."""
    database = postgres.create_database("scopes")
    await execute(
        database.owner,
        "CREATE TABLE seen (n int)",
        "INSERT INTO seen VALUES (1), (2)",
        "ALTER TABLE seen ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE seen FORCE ROW LEVEL SECURITY",
        "CREATE POLICY first_row ON seen TO hocba_school USING (n = 1)",
        "GRANT SELECT ON seen TO hocba_school",
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(database.app, "SELECT count(*) FROM seen")
    connection = await asyncpg.connect(database.app)
    await connection.execute("SET ROLE hocba_school")
    assert await connection.fetchval("SELECT count(*) FROM seen") == 1
    await connection.close()
    assert await value(database.owner, "SELECT count(*) FROM seen") == 2
    postgres.drop_database("scopes")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine (n int)",
        "CREATE ROLE friend",
        "CREATE DATABASE mine",
        "SET ROLE hocba_owner",
        "ALTER ROLE hocba_app BYPASSRLS",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
@pytest.mark.parametrize("login", ["app", "worker"])
async def test_application_and_worker_own_nothing_and_cannot_climb(postgres, login, statement):
    """Neither login role can make objects or take more rights."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(getattr(postgres.urls, login), statement)


@pytest.mark.parametrize("scope", ["public", "guardian", "integrator", "district"])
async def test_worker_takes_no_scope_that_no_job_needs(postgres, scope):
    """The worker acts as the department and as a school; the other scopes are the application's alone."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(postgres.urls.worker, f"SET ROLE hocba_{scope}")


async def test_database_from_a_template_is_a_closed_copy(postgres):
    """A copy has the template's rows and the main database's privileges."""
    source = postgres.create_database("source_of_copies")
    await execute(source.owner, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (5)")
    copy = postgres.create_database("a_copy", template="source_of_copies")
    assert await value(copy.owner, "SELECT n FROM kept") == 5
    assert await value(copy.app, "SELECT 1") == 1
    query = "SELECT has_database_privilege('hocba_public', current_database(), 'CONNECT')"
    assert await value(copy.superuser, query) is False
    connection = await asyncpg.connect(copy.owner)
    postgres.drop_database("a_copy")
    postgres.drop_database("source_of_copies")
    await connection.close()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await value(copy.owner, "SELECT 1")


async def test_scripts_repair_roles_that_drifted(own_data):
    """A start restores what an administrator has loosened meanwhile."""
    server = EmbeddedPostgres(own_data, durable=False)
    urls = server.start()
    await execute(
        urls.superuser,
        "ALTER ROLE hocba_app BYPASSRLS INHERIT",
        "GRANT hocba_school TO hocba_app WITH INHERIT TRUE",
        "ALTER ROLE hocba_worker PASSWORD 'guessable'",
        "GRANT CONNECT ON DATABASE hocba TO PUBLIC",
    )
    server.stop()
    server.start()
    query = "SELECT rolbypassrls OR rolinherit FROM pg_roles WHERE rolname = 'hocba_app'"
    assert await value(urls.superuser, query) is False
    query = "SELECT bool_or(inherit_option) FROM pg_auth_members WHERE member = 'hocba_app'::regrole"
    assert await value(urls.superuser, query) is False
    assert await value(urls.worker, "SELECT 1") == 1
    server.stop()
