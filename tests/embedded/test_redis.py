"""The embedded Redis: loopback, a password, and sessions that outlive a restart."""

import signal
import socket
from urllib.parse import urlsplit

import pytest
from redis import asyncio as aioredis

from backend.embedded.redis_server import EmbeddedRedis
from tests.embedded.owners import owner_of
from tests.fixtures.processes import LOOPBACK_ADDRESS, eventually, listening_addresses, mentioning


async def test_restart_keeps_sessions_and_address(own_data):
    """A graceful stop writes what is there, and the next start has it."""
    server = EmbeddedRedis(own_data)
    url = server.start()
    async with aioredis.from_url(url) as client:
        await client.set("session", "somebody")
    server.stop()
    assert not mentioning(str(own_data / "redis"))
    again = EmbeddedRedis(own_data)
    assert again.start() == url
    async with aioredis.from_url(url) as client:
        assert await client.get("session") == b"somebody"
    again.stop()


def test_killed_owner_leaves_nothing_running(own_data):
    """The owner's death ends Redis, and the next start succeeds."""
    with owner_of("redis_server", "EmbeddedRedis", own_data) as owner:
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        assert eventually(lambda: not mentioning(str(own_data / "redis")))
    server = EmbeddedRedis(own_data)
    server.start()
    server.stop()


def test_listens_on_loopback_only(redis_url):
    """No other machine can reach it."""
    assert listening_addresses(urlsplit(redis_url).port) == {LOOPBACK_ADDRESS}


@pytest.mark.parametrize("command", ["PING", "AUTH wrong", "AUTH default wrong", "CONFIG GET *", "SHUTDOWN"])
def test_password_is_required(redis_url, command):
    """Nobody talks to it without the password."""
    with socket.create_connection(("127.0.0.1", urlsplit(redis_url).port)) as connection:
        connection.sendall(f"{command}\r\n".encode())
        assert connection.recv(100).startswith((b"-NOAUTH", b"-WRONGPASS"))


def test_settings_file_is_closed(own_data):
    """The file that holds the password is for its owner only, and no command line shows it."""
    server = EmbeddedRedis(own_data)
    url = server.start()
    assert (own_data / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600
    assert not mentioning(urlsplit(url).password)
    server.stop()
