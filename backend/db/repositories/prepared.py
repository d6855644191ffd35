"""Signatures that wait for a key that is elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db import sql
from backend.domain.signing import SignatureRole

NONCE_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Files with blanks; the hashes (hexadecimal) are what is to be signed, the signatures are raw."""

    xml: bytes
    pdf: bytes
    xml_hash: str
    pdf_hash: str
    signed_at: datetime
    xml_signature: bytes | None = None
    pdf_signature: bytes | None = None


_COLUMNS = "xml, pdf, xml_hash, pdf_hash, signed_at, xml_signature, pdf_signature"


async def find(item_id: int) -> Prepared | None:
    row = await sql.one(f"SELECT {_COLUMNS} FROM prepared_signature WHERE item_id = $1", item_id)
    return None if row is None else Prepared(**row)


async def add(item_id: int, prepared: Prepared) -> None:
    """Keep prepared files; those of an item that has some already stay."""
    await sql.rows(
        "INSERT INTO prepared_signature (item_id, xml, pdf, xml_hash, pdf_hash, signed_at, prepared_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, now()) ON CONFLICT (item_id) DO NOTHING",
        item_id,
        prepared.xml,
        prepared.pdf,
        prepared.xml_hash,
        prepared.pdf_hash,
        prepared.signed_at,
    )


async def drop(item_id: int) -> None:
    """Give up what was prepared, or be done with it."""
    await sql.rows("DELETE FROM prepared_signature WHERE item_id = $1", item_id)


async def forget() -> int:
    """Remove what belongs to items that are done, failed or cancelled; returns how many."""
    gone = await sql.rows(
        "DELETE FROM prepared_signature p USING ceremony_item i WHERE i.id = p.item_id"
        " AND i.state IN ('SIGNED', 'FAILED', 'CANCELLED') RETURNING p.id"
    )
    return len(gone)


@dataclass(frozen=True, slots=True)
class ToSign:
    """What is to be signed of one item, as SHA-256 digests in hexadecimal."""

    item_id: int
    revision_id: int
    role: SignatureRole
    credential_id: int
    xml_hash: str
    pdf_hash: str


_WAITING = """
SELECT i.id AS item_id, i.revision_id, c.role, c.credential_id, p.xml_hash, p.pdf_hash
  FROM prepared_signature p JOIN ceremony_item i ON i.id = p.item_id JOIN signing_ceremony c ON c.id = i.ceremony_id
 WHERE c.id = $1 AND i.state = 'AWAITING_KEY' AND p.xml_signature IS NULL ORDER BY i.id LIMIT $2 FOR UPDATE OF p"""


async def waiting(ceremony_id: int, limit: int) -> list[ToSign]:
    """What of a ceremony waits for its key, held until the transaction ends."""
    return [
        ToSign(**{**row, "role": SignatureRole(row["role"])})
        for row in await sql.rows(_WAITING, ceremony_id, limit)
    ]


async def hand_out(item_ids: Sequence[int], nonce_hash: str, staff_id: int) -> datetime:
    """Bind items to a nonce and a person; any nonce before it is void. Returns until when."""
    rows = await sql.rows(
        "UPDATE prepared_signature SET nonce_hash = $2, nonce_staff_id = $3,"
        f" nonce_until = now() + interval '{NONCE_MINUTES} minutes'"
        " WHERE item_id = ANY ($1::bigint[]) RETURNING nonce_until",
        list(item_ids),
        nonce_hash,
        staff_id,
    )
    until: datetime = rows[0]["nonce_until"]
    return until


async def take_back(nonce_hash: str, staff_id: int, ceremony_id: int) -> dict[int, ToSign]:
    """Use a nonce up: what it was handed out for, by item; nothing when it is used, too old or somebody else's."""
    rows = await sql.rows(
        "UPDATE prepared_signature p SET nonce_hash = NULL, nonce_until = NULL, nonce_staff_id = NULL"
        "  FROM ceremony_item i JOIN signing_ceremony c ON c.id = i.ceremony_id"
        " WHERE i.id = p.item_id AND c.id = $3 AND p.nonce_hash = $1 AND p.nonce_staff_id = $2 AND p.nonce_until > now()"
        "   AND p.xml_signature IS NULL AND i.state = 'AWAITING_KEY'"
        " RETURNING i.id AS item_id, i.revision_id, c.role, c.credential_id, p.xml_hash, p.pdf_hash",
        nonce_hash,
        staff_id,
        ceremony_id,
    )
    return {row["item_id"]: ToSign(**{**row, "role": SignatureRole(row["role"])}) for row in rows}


async def put(signatures: Sequence[tuple[int, bytes, bytes]]) -> None:
    """Keep the signatures (item, XML, PDF) that were given; one that is there is never replaced."""
    if not signatures:
        return
    ids, xml, pdf = zip(*signatures, strict=True)
    await sql.rows(
        "UPDATE prepared_signature p SET xml_signature = t.xml, pdf_signature = t.pdf"
        "  FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS t(item_id, xml, pdf)"
        " WHERE p.item_id = t.item_id AND p.xml_signature IS NULL",
        list(ids),
        list(xml),
        list(pdf),
    )


async def asked_remotely() -> list[int]:
    """Ceremonies that wait for a remote signing service."""
    rows = await sql.rows(
        "SELECT DISTINCT c.id FROM prepared_signature p JOIN ceremony_item i ON i.id = p.item_id"
        " JOIN signing_ceremony c ON c.id = i.ceremony_id JOIN signing_credential k ON k.id = c.credential_id"
        " WHERE k.custody = 'CSC' AND i.state = 'AWAITING_KEY' AND p.xml_signature IS NULL ORDER BY c.id"
    )
    return [row["id"] for row in rows]
