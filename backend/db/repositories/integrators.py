"""Programs of other institutions: who they are, what they were granted, what they used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from backend.db import sql
from backend.domain.access import AccessPurpose
from backend.domain.integrators import Alarm, Scope
from backend.domain.revoking import SharedFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A client as the token endpoint and the gateway need it; ``active`` until revoked or past its end."""

    id: int
    client_id: str
    name: str
    secret_hash: str | None = field(repr=False)
    public_keys: Mapping[str, Any] | None
    scopes: frozenset[Scope]
    networks: tuple[str, ...]
    daily_reads: int | None
    expires_at: datetime
    active: bool


async def credentials(client_id: str) -> Credentials | None:
    """The client of an id, read through a door that precedes a scope."""
    row = await sql.one("SELECT * FROM integrator_of($1)", client_id)
    if row is None:
        return None
    keys = row["public_keys"]
    return Credentials(
        **{
            **row,
            "public_keys": None if keys is None else orjson.loads(keys),
            "scopes": frozenset(Scope(item) for item in orjson.loads(row["scopes"])),
            "networks": tuple(orjson.loads(row["networks"])),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """A client as it is listed: nothing secret."""

    id: int
    client_id: str
    name: str
    scopes: tuple[Scope, ...]
    networks: tuple[str, ...]
    daily_reads: int | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    webhook_url: str
    webhook_position: int


_CLIENT = (
    "id, client_id, name, scopes, networks, daily_reads, created_at, expires_at, revoked_at, webhook_url,"
    " webhook_position"
)


def _client(row: sql.Row) -> ClientRow:
    scopes = tuple(Scope(item) for item in orjson.loads(row["scopes"]))
    return ClientRow(**{**row, "scopes": scopes, "networks": tuple(orjson.loads(row["networks"]))})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A client to register, with the hash of its secret or its public keys (a JWK set)."""

    client_id: str
    name: str
    scopes: Sequence[Scope]
    lasts: timedelta
    secret_hash: str | None = field(default=None, repr=False)
    public_keys: Mapping[str, Any] | None = None
    networks: Sequence[str] = ()
    daily_reads: int | None = None
    webhook_url: str = ""


_ADD = f"""
INSERT INTO integrator_client (client_id, name, secret_hash, public_keys, scopes, networks, daily_reads, created_at,
       expires_at, webhook_url, webhook_position)
VALUES ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb, $7, now(), now() + $8::interval, $9, $10)
ON CONFLICT (client_id) DO NOTHING RETURNING {_CLIENT}"""


async def add(client: NewClient, *, position: int = 0) -> ClientRow | None:
    """Register a client whose webhook begins after a change; None when its id is taken."""
    found = await sql.rows(
        _ADD,
        client.client_id,
        client.name,
        client.secret_hash,
        None if client.public_keys is None else orjson.dumps(client.public_keys).decode(),
        orjson.dumps(list(client.scopes)).decode(),
        orjson.dumps(list(client.networks)).decode(),
        client.daily_reads,
        client.lasts,
        client.webhook_url,
        position,
    )
    return _client(found[0]) if found else None


async def every() -> list[ClientRow]:
    """Every client, the newest first."""
    return [
        _client(row) for row in await sql.rows(f"SELECT {_CLIENT} FROM integrator_client ORDER BY id DESC")
    ]


async def find(keys: Sequence[int]) -> dict[int, ClientRow]:
    found = await sql.rows(
        f"SELECT {_CLIENT} FROM integrator_client WHERE id = ANY ($1::bigint[])", list(keys)
    )
    return {row["id"]: _client(row) for row in found}


async def by_client_id(client_id: str) -> ClientRow | None:
    row = await sql.one(f"SELECT {_CLIENT} FROM integrator_client WHERE client_id = $1", client_id)
    return None if row is None else _client(row)


async def revoke(client_id: str) -> ClientRow | None:
    """End a client at once; None when there is none. Once ended it stays so."""
    found = await sql.rows(
        "UPDATE integrator_client SET revoked_at = coalesce(revoked_at, now()) WHERE client_id = $1"
        f" RETURNING {_CLIENT}",
        client_id,
    )
    return _client(found[0]) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The day's counts after a read; ``taken`` says whether it was allowed."""

    taken: bool
    reads: int
    misses: int
    refused: int


async def take_quota(purpose: AccessPurpose, most: int) -> Quota:
    """Count a read of the scope's client for a purpose."""
    found = await sql.rows("SELECT * FROM take_quota($1, $2)", str(purpose), most)
    return Quota(**found[0])


async def count_miss(purpose: AccessPurpose) -> int:
    """Count a read that opened nothing; returns the day's count."""
    misses: int = await sql.value("SELECT count_miss($1)", str(purpose))
    return misses


async def raise_alarm(alarm: Alarm, purpose: AccessPurpose) -> None:
    """Tell the department, in its audit, what the scope's client does."""
    await sql.rows("SELECT raise_alarm($1, $2)", str(alarm), str(purpose))


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """What a family lets a client read, for what, until when."""

    id: int
    client_id: int
    book_id: int
    purpose: AccessPurpose
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    over: bool
    managing_school_id: int | None

    @property
    def facts(self) -> SharedFacts:
        return SharedFacts(book_id=self.book_id, managing_school_id=self.managing_school_id, over=self.over)


_GRANT = (
    "id, client_id, book_id, purpose, created_at, expires_at, revoked_at,"
    " revoked_at IS NOT NULL OR expires_at <= now() AS over,"
    " (SELECT b.managing_school_id FROM record_book b WHERE b.id = book_id) AS managing_school_id"
)


def _grant(row: sql.Row) -> GrantRow:
    return GrantRow(**{**row, "purpose": AccessPurpose(row["purpose"])})


async def grant(
    client: int, book_id: int, purpose: AccessPurpose, created_by: int | None, lasts: timedelta
) -> GrantRow:
    """Let a client read a book."""
    found = await sql.rows(
        "INSERT INTO integrator_grant (client_id, book_id, purpose, created_by, created_at, expires_at)"
        f" VALUES ($1, $2, $3, $4, now(), now() + $5::interval) RETURNING {_GRANT}",
        client,
        book_id,
        str(purpose),
        created_by,
        lasts,
    )
    return _grant(found[0])


async def find_grants(grant_ids: Sequence[int]) -> dict[int, GrantRow]:
    found = await sql.rows(
        f"SELECT {_GRANT} FROM integrator_grant WHERE id = ANY ($1::bigint[])", list(grant_ids)
    )
    return {row["id"]: _grant(row) for row in found}


async def revoke_grant(grant_id: int) -> GrantRow | None:
    """Take a grant back; None when there is none in the scope that still holds."""
    found = await sql.rows(
        f"UPDATE integrator_grant SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING {_GRANT}",
        grant_id,
    )
    return _grant(found[0]) if found else None


async def grants_of(book_ids: Sequence[int]) -> dict[int, list[GrantRow]]:
    """Grants by book, the newest first, also those that hold no longer."""
    by_book: dict[int, list[GrantRow]] = {book_id: [] for book_id in book_ids}
    found = await sql.rows(
        f"SELECT {_GRANT} FROM integrator_grant WHERE book_id = ANY ($1::bigint[]) ORDER BY id DESC",
        list(book_ids),
    )
    for row in found:
        by_book[row["book_id"]].append(_grant(row))
    return by_book


async def standing_grants(after: int, limit: int) -> list[GrantRow]:
    """The scope's client's grants that hold now, by id."""
    found = await sql.rows(
        f"SELECT {_GRANT} FROM integrator_grant WHERE id > $1 AND client_id = scope_client() AND revoked_at IS NULL"
        " AND expires_at > now() ORDER BY id LIMIT $2",
        after,
        limit,
    )
    return [_grant(row) for row in found]


async def open_grant(grant_id: int, purpose: AccessPurpose) -> str | None:
    """The lookup code of a granted book when the grant holds for the purpose; the scope takes the code."""
    code: str | None = await sql.value(
        "SELECT set_config('app.code', b.lookup_code, true) FROM integrator_grant g JOIN record_book b ON b.id = g.book_id"
        " WHERE g.id = $1 AND g.client_id = scope_client() AND g.purpose = $2 AND g.revoked_at IS NULL"
        " AND g.expires_at > now()",
        grant_id,
        str(purpose),
    )
    return code


async def reads_today() -> dict[int, int]:
    """How many reads each client has made today, by its key."""
    found = await sql.rows(
        "SELECT client_id, sum(reads)::int AS reads FROM integrator_usage"
        " WHERE day = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date GROUP BY 1"
    )
    return {row["client_id"]: row["reads"] for row in found}
