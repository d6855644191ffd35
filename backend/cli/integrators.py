"""Programs of other institutions at the command line: registered as the department does it, by the owner."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from backend.db.connection import close_database, open_database
from backend.db.repositories import integrators
from backend.db.repositories.integrators import ClientRow
from backend.db.scope import unscoped
from backend.domain.errors import DomainError
from backend.domain.integrators import NOTICE_DAYS, Scope
from backend.domain.messages import sentence
from backend.domain.policy import Actor, Role
from backend.services import integrators as cases
from backend.services import webhooks
from backend.services.integrators import Registration

OPERATOR = Actor(role=Role.DEPARTMENT_OFFICER)
"""Whoever holds the owner's password acts for the department; the audit has no person for it."""

FAILED = 1


def read_keys(file: Path) -> Mapping[str, Any]:
    """A JWK set of public keys."""
    keys: Mapping[str, Any] = orjson.loads(file.read_bytes())
    return keys


async def add(owner_url: str, wanted: Registration) -> int:
    """Register a program and print its secret."""
    console = Console()
    try:
        async with _as_owner(owner_url):
            made = await cases.register(OPERATOR, wanted)
    except DomainError as error:
        return _failed(console, error)
    console.print(f"client_id      {made.client.client_id}", highlight=False)
    if made.secret is not None:
        console.print(f"client_secret  {made.secret}", highlight=False)
    console.print(f"expires        {made.client.expires_at:%d/%m/%Y}", highlight=False)
    return 0


async def show(owner_url: str) -> None:
    """Print every program."""
    async with _as_owner(owner_url):
        rows = await integrators.every()
        used = await integrators.reads_today()
    table = Table("client", "name", "scopes", "networks", "ends", "today", "webhook at", box=None)
    for row in rows:
        table.add_row(
            row.client_id,
            row.name,
            " ".join(row.scopes),
            " ".join(row.networks) or "–",
            ending(row, datetime.now(UTC)),
            str(used.get(row.id, 0)),
            str(row.webhook_position) if row.webhook_url else "–",
        )
    Console().print(table)


def ending(row: ClientRow, now: datetime) -> str:
    """When a client ends, with a word when that is soon or past."""
    if row.revoked_at is not None:
        return f"revoked {row.revoked_at:%d/%m/%Y}"
    left = (row.expires_at - now).days
    word = "ended " if left < 0 else "soon " if left < NOTICE_DAYS else ""
    return f"{word}{row.expires_at:%d/%m/%Y}"


async def revoke(owner_url: str, client_id: str) -> int:
    """End a program."""
    try:
        async with _as_owner(owner_url):
            await cases.end(OPERATOR, client_id)
    except DomainError as error:
        return _failed(Console(), error)
    return 0


async def replay(owner_url: str, client_id: str, after: int) -> int:
    """Have changes posted once more."""
    try:
        async with _as_owner(owner_url):
            await webhooks.replay(client_id, after)
    except DomainError as error:
        return _failed(Console(), error)
    return 0


def _failed(console: Console, error: DomainError) -> int:
    console.print(sentence(error.reason, "vi", **error.params), highlight=False)
    return FAILED


@asynccontextmanager
async def _as_owner(owner_url: str) -> AsyncIterator[None]:
    await open_database(owner_url, pool=2, application_name="hocba-integrator")
    try:
        async with unscoped():
            yield
    finally:
        await close_database()


SANDBOX, SANDBOX_SECRET = "sandbox", "sandbox-secret-for-everybody"
"""The program of everybody's first tries. Its secret is printed in the examples, so production never has it."""


async def sandbox(owner_url: str, *, production: bool) -> int:
    """Register the sandbox's program where it is absent."""
    if production:
        Console().print("Máy chủ thật không có chương trình thử.", highlight=False)
        return FAILED
    wanted = Registration(
        client_id=SANDBOX, name="Chương trình thử", scopes=list(Scope), days=3650, secret=SANDBOX_SECRET
    )
    async with _as_owner(owner_url):
        if await integrators.by_client_id(SANDBOX) is None:
            await cases.register(OPERATOR, wanted)
    Console().print(f"{SANDBOX}  {SANDBOX_SECRET}", highlight=False)
    return 0
