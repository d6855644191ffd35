"""Signing ceremonies, their items, and the signatures and files that came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.acts import CeremonyFacts
from backend.domain.errors import NotFoundError
from backend.domain.lifecycle import State
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import ItemState, SignatureRole

_CREATE = """
INSERT INTO signing_ceremony (school_id, signer_id, assignment_id, credential_id, role, created_at)
VALUES ($1, $2, $3, $4, $5, now()) RETURNING id"""

# A revision waits in one ceremony at a time: the partial unique index turns a second one away.
_ADD = """
INSERT INTO ceremony_item (ceremony_id, revision_id, content_digest, state, code, attempts, updated_at)
SELECT $1, revision_id, digest, 'QUEUED', '', 0, now() FROM unnest($2::bigint[], $3::text[]) AS t(revision_id, digest)
ON CONFLICT DO NOTHING RETURNING id, revision_id"""


async def create(
    school_id: int, signer_id: int, assignment_id: int, credential_id: int, role: SignatureRole
) -> int:
    ceremony_id: int = await sql.value(_CREATE, school_id, signer_id, assignment_id, credential_id, role)
    return ceremony_id


async def add_items(ceremony_id: int, revisions: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Put (revision, content digest) pairs into a ceremony.

    Returns:
        item id by revision id, without revisions that already wait in another ceremony.
    """
    ids, digests = [item[0] for item in revisions], [item[1] for item in revisions]
    return {row["revision_id"]: row["id"] for row in await sql.rows(_ADD, ceremony_id, ids, digests)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRow:
    """A ceremony and where its items stand."""

    id: int
    school_id: int
    signer_id: int
    signer_name: str
    role: SignatureRole
    created_at: datetime
    cancelled_at: datetime | None
    total: int
    queued: int
    signing: int
    awaiting_key: int
    signed: int
    failed: int
    cancelled: int

    @property
    def facts(self) -> CeremonyFacts:
        return CeremonyFacts(
            signer_id=self.signer_id, waiting=self.queued + self.awaiting_key, failed=self.failed
        )


_SELECT = """
SELECT c.id, c.school_id, c.signer_id, s.full_name AS signer_name, c.role, c.created_at, c.cancelled_at,
       count(i.id) AS total,
       count(*) FILTER (WHERE i.state = 'QUEUED') AS queued,
       count(*) FILTER (WHERE i.state = 'SIGNING') AS signing,
       count(*) FILTER (WHERE i.state = 'AWAITING_KEY') AS awaiting_key,
       count(*) FILTER (WHERE i.state = 'SIGNED') AS signed,
       count(*) FILTER (WHERE i.state = 'FAILED') AS failed,
       count(*) FILTER (WHERE i.state = 'CANCELLED') AS cancelled
  FROM signing_ceremony c JOIN staff s ON s.id = c.signer_id LEFT JOIN ceremony_item i ON i.ceremony_id = c.id"""


async def find(ceremony_ids: Sequence[int]) -> dict[int, CeremonyRow]:
    found = await sql.rows(
        f"{_SELECT} WHERE c.id = ANY ($1::bigint[]) GROUP BY c.id, s.full_name", list(ceremony_ids)
    )
    return {row["id"]: CeremonyRow(**{**row, "role": SignatureRole(row["role"])}) for row in found}


async def get(ceremony_id: int) -> CeremonyRow:
    """A ceremony.

    Raises:
        NotFoundError: when it does not exist or lies outside the scope.
    """
    found = await find([ceremony_id])
    if ceremony_id not in found:
        raise NotFoundError(field="ceremonyId")
    return found[ceremony_id]


async def recent(limit: int) -> list[CeremonyRow]:
    """The newest ceremonies that the scope shows."""
    found = await sql.rows(
        f"{_SELECT} WHERE c.id IN (SELECT id FROM signing_ceremony ORDER BY id DESC LIMIT $1)"
        " GROUP BY c.id, s.full_name ORDER BY c.id DESC",
        limit,
    )
    return [CeremonyRow(**{**row, "role": SignatureRole(row["role"])}) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One record of a ceremony; ``code`` says why it failed, or what it waits for."""

    id: int
    ceremony_id: int
    revision_id: int
    record_id: int
    state: ItemState
    code: str
    attempts: int
    updated_at: datetime


_ITEM = """
SELECT i.id, i.ceremony_id, i.revision_id, r.year_record_id AS record_id, i.state, i.code, i.attempts, i.updated_at
  FROM ceremony_item i JOIN revision r ON r.id = i.revision_id"""


def _item(row: sql.Row) -> ItemRow:
    return ItemRow(**{**row, "state": ItemState(row["state"])})


async def find_items(item_ids: Sequence[int]) -> dict[int, ItemRow]:
    found = await sql.rows(f"{_ITEM} WHERE i.id = ANY ($1::bigint[])", list(item_ids))
    return {row["id"]: _item(row) for row in found}


async def items(ceremony_id: int, state: ItemState | None, *, after_id: int, limit: int) -> list[ItemRow]:
    """Items of a ceremony in their order."""
    found = await sql.rows(
        f"{_ITEM} WHERE i.ceremony_id = $1 AND ($2::text IS NULL OR i.state = $2) AND i.id > $3 ORDER BY i.id LIMIT $4",
        ceremony_id,
        state,
        after_id,
        limit,
    )
    return [_item(row) for row in found]


async def cancel(ceremony_id: int) -> int:
    """Stop what has not begun; returns how many items."""
    await sql.rows(
        "UPDATE signing_ceremony SET cancelled_at = coalesce(cancelled_at, now()) WHERE id = $1", ceremony_id
    )
    stopped = await sql.rows(
        "UPDATE ceremony_item SET state = 'CANCELLED', updated_at = now()"
        " WHERE ceremony_id = $1 AND state IN ('QUEUED', 'AWAITING_KEY') RETURNING id",
        ceremony_id,
    )
    return len(stopped)


async def requeue_failed(ceremony_id: int) -> list[int]:
    """Put failed items back; returns their ids. One whose revision waits elsewhere stays failed."""
    found = await sql.rows(
        "UPDATE ceremony_item i SET state = 'QUEUED', code = '', updated_at = now()"
        " WHERE i.ceremony_id = $1 AND i.state = 'FAILED' AND NOT EXISTS (SELECT FROM ceremony_item o"
        " WHERE o.revision_id = i.revision_id AND o.state IN ('QUEUED', 'SIGNING', 'AWAITING_KEY')) RETURNING i.id",
        ceremony_id,
    )
    return [row["id"] for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """A signature as it is shown: who, as what, when, with which certificate."""

    revision_id: int
    role: SignatureRole
    signer_name: str
    post: str
    unit_name: str
    certificate_serial: str
    certificate_issuer: str
    signed_at: datetime


async def signatures(revision_ids: Sequence[int]) -> dict[int, list[SignatureRow]]:
    """Signatures by revision, in the order of signing."""
    by_revision: dict[int, list[SignatureRow]] = {item: [] for item in revision_ids}
    found = await sql.rows(
        "SELECT revision_id, role, signer_name, post, unit_name, certificate_serial, certificate_issuer, signed_at"
        " FROM signature WHERE revision_id = ANY ($1::bigint[]) ORDER BY signed_at, id",
        list(revision_ids),
    )
    for row in found:
        by_revision[row["revision_id"]].append(SignatureRow(**{**row, "role": SignatureRole(row["role"])}))
    return by_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactRow:
    """A stored file of a revision, as it stood after the signature of ``role``."""

    revision_id: int
    role: SignatureRole
    kind: ArtefactKind
    digest: str
    size: int


def _artefact(row: sql.Row) -> ArtefactRow:
    return ArtefactRow(
        revision_id=row["revision_id"],
        role=SignatureRole(row["role"]),
        kind=ArtefactKind(row["kind"]),
        digest=row["digest"],
        size=row["size"],
    )


async def artefacts(revision_ids: Sequence[int]) -> dict[int, list[ArtefactRow]]:
    """Files by revision, in the order they were made."""
    by_revision: dict[int, list[ArtefactRow]] = {item: [] for item in revision_ids}
    found = await sql.rows(
        "SELECT revision_id, role, kind, digest, size FROM artefact WHERE revision_id = ANY ($1::bigint[]) ORDER BY id",
        list(revision_ids),
    )
    for row in found:
        by_revision[row["revision_id"]].append(_artefact(row))
    return by_revision


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredFile:
    """What the registry knows of a digest: its revision's state, and whether a later file or revision stands."""

    state: State
    number: int
    standing_number: int | None
    is_last: bool


async def find_by_digest(digest: str) -> RegisteredFile | None:
    """What is registered under the SHA-256 of a file; whoever holds the file may know."""
    row = await sql.one("SELECT * FROM registered_file($1)", digest)
    return None if row is None else RegisteredFile(**{**row, "state": State(row["state"])})
