"""What the worker reads and writes while it signs: one revision, one role, at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from backend.db import sql
from backend.db.repositories.people import Credential
from backend.domain.lifecycle import State
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import ItemState, SignatureRole


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemToSign:
    """A ceremony item with its signer, locked."""

    id: int
    ceremony_id: int
    revision_id: int
    role: SignatureRole
    state: ItemState
    content_digest: str
    cancelled: bool
    signer_id: int
    signer_name: str
    post: str
    credential: Credential


_ITEM = """
SELECT i.id, i.ceremony_id, i.revision_id, c.role, i.state, i.content_digest, c.cancelled_at IS NOT NULL AS cancelled,
       c.signer_id, s.full_name AS signer_name, a.post, k.id AS credential_id, k.custody, k.locator, k.certificate,
       coalesce(ks.full_name, ku.name) AS owner_name
  FROM ceremony_item i
  JOIN signing_ceremony c ON c.id = i.ceremony_id
  JOIN staff s ON s.id = c.signer_id
  JOIN assignment a ON a.id = c.assignment_id
  JOIN signing_credential k ON k.id = c.credential_id
  LEFT JOIN staff ks ON ks.id = k.staff_id
  LEFT JOIN org_unit ku ON ku.id = k.unit_id
 WHERE i.id = $1 FOR UPDATE OF i"""


async def take_item(item_id: int) -> ItemToSign | None:
    """An item, its row locked."""
    row = await sql.one(_ITEM, item_id)
    if row is None:
        return None
    credential = Credential(
        row["credential_id"], row["custody"], row["locator"], row["certificate"], row["owner_name"]
    )
    return ItemToSign(
        id=row["id"],
        ceremony_id=row["ceremony_id"],
        revision_id=row["revision_id"],
        role=SignatureRole(row["role"]),
        state=ItemState(row["state"]),
        content_digest=row["content_digest"],
        cancelled=row["cancelled"],
        signer_id=row["signer_id"],
        signer_name=row["signer_name"],
        post=row["post"],
        credential=credential,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionToSign:
    """A revision with everything its files are made from, its year record locked."""

    id: int
    record_id: int
    school_id: int
    number: int
    state: State
    content: dict[str, Any]
    content_digest: str
    lookup_code: str
    school_name: str
    effective_from: datetime | None


_REVISION = """
SELECT r.id, y.id AS record_id, y.school_id, r.number, r.state, r.content, r.content_digest, b.lookup_code,
       u.name AS school_name, r.effective_from
  FROM revision r JOIN year_record y ON y.id = r.year_record_id JOIN record_book b ON b.id = y.book_id
  JOIN org_unit u ON u.id = y.school_id
 WHERE r.id = $1"""


async def take_revision(revision_id: int) -> RevisionToSign | None:
    """A revision; no other change of its record happens until the transaction ends."""
    return _revision(await sql.one(f"{_REVISION} FOR UPDATE OF y", revision_id))


async def find_revision(revision_id: int) -> RevisionToSign | None:
    """A revision as it is now, held by nobody."""
    return _revision(await sql.one(_REVISION, revision_id))


def _revision(row: sql.Row | None) -> RevisionToSign | None:
    if row is None:
        return None
    content = orjson.loads(row["content"])
    return RevisionToSign(**{**row, "state": State(row["state"]), "content": content})


async def set_item(item_id: int, state: ItemState, code: str, *, tried: bool = False) -> None:
    await sql.rows(
        "UPDATE ceremony_item SET state = $2, code = $3, attempts = attempts + $4, updated_at = now() WHERE id = $1",
        item_id,
        state,
        code,
        int(tried),
    )


async def log_intent(revision_id: int, role: SignatureRole, credential_id: int) -> None:
    """Say that a key is about to be used; committed before it is."""
    await sql.rows(
        "INSERT INTO signing_intent (revision_id, role, credential_id, at) VALUES ($1, $2, $3, now())",
        revision_id,
        role,
        credential_id,
    )


async def has_signature(revision_id: int, role: SignatureRole) -> bool:
    found = await sql.value("SELECT 1 FROM signature WHERE revision_id = $1 AND role = $2", revision_id, role)
    return found is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignature:
    """A signature as it goes into the registry."""

    revision_id: int
    role: SignatureRole
    signer_id: int | None
    credential_id: int
    signer_name: str
    post: str
    unit_name: str
    certificate_serial: str
    certificate_issuer: str
    signed_at: datetime


_SIGN = """
INSERT INTO signature (revision_id, role, signer_id, credential_id, signer_name, post, unit_name, certificate_serial,
       certificate_issuer, signed_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())"""

_FILE = """
INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)
SELECT $1, $2, kind, digest, size, now() FROM unnest($3::text[], $4::text[], $5::int[]) AS t(kind, digest, size)"""


async def add_signature(new: NewSignature, files: Sequence[tuple[ArtefactKind, str, int]]) -> None:
    """Register a signature and the (kind, digest, size) of the files that carry it.

    The registry holds one signature of a role for a revision: a second one is a database error.
    """
    await sql.rows(
        _SIGN,
        new.revision_id,
        new.role,
        new.signer_id,
        new.credential_id,
        new.signer_name,
        new.post,
        new.unit_name,
        new.certificate_serial,
        new.certificate_issuer,
        new.signed_at,
    )
    kinds, digests, sizes = zip(*files, strict=True)
    await sql.rows(
        _FILE, new.revision_id, new.role, [str(kind) for kind in kinds], list(digests), list(sizes)
    )


@dataclass(frozen=True, slots=True)
class Department:
    """The unit whose seal closes a locked record."""

    id: int
    code: str
    name: str


async def find_department() -> Department | None:
    row = await sql.one(
        "SELECT id, code, name FROM org_unit WHERE kind = 'DEPARTMENT' AND valid_to IS NULL ORDER BY id LIMIT 1"
    )
    return None if row is None else Department(**row)
