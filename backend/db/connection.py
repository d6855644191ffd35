"""How a process opens the database: one Tortoise configuration for each login role.

The application logs in as a role that owns nothing and sees nothing until a transaction takes a scope
(``backend.db.scope``); the worker as a role with exactly the grants its jobs need; migrations as the owner.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tortoise import Tortoise

APART = "apart"
"""The second pool: see ``backend.db.scope.scoped_apart``."""

APPS: dict[str, Any] = {
    "models": {
        "models": ["backend.db.models"],
        "default_connection": "default",
        "migrations": "backend.db.migrations",
    }
}


def tortoise_config(url: str, *, pool: int = 10, application_name: str = "hocba") -> dict[str, Any]:
    """The Tortoise configuration for a ``postgresql://user:password@host:port/database`` URL.

    A ``host`` in the query string names a socket folder, as libpq has it.
    """
    parts = urlsplit(url)
    options = {key: values[0] for key, values in parse_qs(parts.query).items()}
    credentials = {
        "host": options.get("host", parts.hostname),
        "port": parts.port or 5432,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/"),
        "min_size": 1,
        "max_size": pool,
        "server_settings": {
            "application_name": application_name,
            # a process that dies leaves no statement behind: PostgreSQL looks whether its client is still there
            "client_connection_check_interval": "2000",
        },
    }
    engine = "tortoise.backends.asyncpg"
    return {
        "connections": {
            "default": {"engine": engine, "credentials": credentials},
            APART: {
                "engine": engine,
                "credentials": credentials | {"min_size": 0, "max_size": max(1, pool // 2)},
            },
        },
        "apps": APPS,
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(url: str, *, pool: int = 10, application_name: str = "hocba") -> None:
    """Open the process-wide pool.

    Tasks of a server share no context with the task that opened it, hence the global fallback.
    """
    config = tortoise_config(url, pool=pool, application_name=application_name)
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_database() -> None:
    await Tortoise.close_connections()


OFFLINE = tortoise_config("postgresql://hocba_owner@localhost/hocba")
"""For ``tortoise makemigrations``, which compares models with migrations and opens no connection."""
