"""The journal of changes, and how far each receiver of webhooks has come in it."""

from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.integrators import ChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change of the registry."""

    position: int
    at: datetime
    kind: ChangeKind
    code_digest: str
    number: int
    school_year: int
    effective_from: datetime | None


_AFTER = """
SELECT position, at, kind, code_digest, number, school_year, effective_from
  FROM registry_change WHERE position > $1 ORDER BY position LIMIT $2"""


async def after(position: int, limit: int) -> list[ChangeRow]:
    """The changes that follow a position, in their order."""
    return [
        ChangeRow(**{**row, "kind": ChangeKind(row["kind"])})
        for row in await sql.rows(_AFTER, position, limit)
    ]


async def last_position() -> int:
    """The position of the newest change; 0 before the first."""
    position: int = await sql.value("SELECT coalesce(max(position), 0) FROM registry_change")
    return position


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where a client wants its webhooks, and the last change that it has confirmed."""

    client_id: str
    webhook_url: str
    webhook_position: int


async def receiver(client_key: int) -> Receiver | None:
    """The receiver of a client that still holds."""
    row = await sql.one(
        "SELECT client_id, webhook_url, webhook_position FROM integrator_client"
        " WHERE id = $1 AND webhook_url <> '' AND revoked_at IS NULL AND expires_at > now()",
        client_key,
    )
    return None if row is None else Receiver(**row)


async def confirm(client_key: int, before: int, position: int) -> None:
    """Remember that a receiver has everything up to a position, unless somebody moved it meanwhile."""
    await sql.rows(
        "UPDATE integrator_client SET webhook_position = $3 WHERE id = $1 AND webhook_position = $2",
        client_key,
        before,
        position,
    )


async def rewind(client_id: str, position: int) -> int | None:
    """Have a client's webhooks begin again after a position; returns the client's key."""
    key: int | None = await sql.value(
        "UPDATE integrator_client SET webhook_position = $2 WHERE client_id = $1 AND webhook_url <> '' RETURNING id",
        client_id,
        position,
    )
    return key
