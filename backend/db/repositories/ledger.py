"""The ledger's tables: leaves, the full subtrees above them, heads, and what a head waits for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from backend.db import sql
from backend.domain.ledger import HeadNote, Leaf, SignedNote
from backend.domain.merkle import Frontier, Node, Place


async def frontier() -> Frontier:
    """The ledger's right edge; who asks for it appends, alone until the transaction ends."""
    # one transaction at a time appends, so leaves are numbered without gaps in the order of the commits
    await sql.rows("SELECT pg_advisory_xact_lock(hashtext('ledger'))")
    row = await sql.one("SELECT size, frontier FROM tree_head ORDER BY size DESC LIMIT 1")
    if row is None:
        return Frontier()
    return Frontier(row["size"], tuple(bytes.fromhex(root) for root in orjson.loads(row["frontier"])))


_APPEND = """
INSERT INTO ledger_entry (index, revision_id, lock_period_id, leaf, leaf_hash)
SELECT $1 + n - 1, revision_id, $2, leaf, hash
  FROM unnest($3::bigint[], $4::text[], $5::text[]) WITH ORDINALITY AS t(revision_id, leaf, hash, n)"""

_KEEP = """
INSERT INTO ledger_node (level, number, hash)
SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])"""


async def append(
    period_id: int, start: int, revision_ids: Sequence[int], leaves: Sequence[Leaf], nodes: Sequence[Node]
) -> None:
    """Add leaves from number ``start`` on, with every full subtree that they complete."""
    texts = [leaf.text for leaf in leaves]
    hashes = [node.hash.hex() for node in nodes if node.place.level == 0]
    await sql.rows(_APPEND, start, period_id, list(revision_ids), texts, hashes)
    levels, numbers = [node.place.level for node in nodes], [node.place.number for node in nodes]
    await sql.rows(_KEEP, levels, numbers, [node.hash for node in nodes])


async def add_head(head: Frontier) -> None:
    """Keep the root at a size, and the edge to go on from."""
    await sql.rows(
        "INSERT INTO tree_head (size, root_hash, frontier, created_at) VALUES ($1, $2, $3::jsonb, now())"
        " ON CONFLICT (size) DO NOTHING",
        head.size,
        head.root.hex(),
        orjson.dumps([root.hex() for root in head.roots]).decode(),
    )


@dataclass(frozen=True, slots=True)
class TreeSize:
    """The ledger's size and root, signed or not yet."""

    size: int
    root: bytes


async def newest() -> TreeSize | None:
    """The whole ledger as it stands; None while it is empty."""
    row = await sql.one("SELECT size, root_hash FROM tree_head ORDER BY size DESC LIMIT 1")
    return None if row is None else TreeSize(row["size"], bytes.fromhex(row["root_hash"]))


async def nodes(places: Iterable[Place]) -> dict[Place, bytes]:
    """Roots of full subtrees; those that are not there are left out."""
    wanted = list(places)
    found = await sql.rows(
        "SELECT n.level, n.number, n.hash FROM unnest($1::smallint[], $2::bigint[]) AS w(level, number)"
        " JOIN ledger_node n ON n.level = w.level AND n.number = w.number",
        [place.level for place in wanted],
        [place.number for place in wanted],
    )
    return {Place(row["level"], row["number"]): bytes(row["hash"]) for row in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRow:
    """A signed head; ``signed_at`` is what the timestamp says."""

    note: SignedNote
    signed_at: datetime
    signer: str

    @property
    def size(self) -> int:
        return self.note.note.size


_HEAD = 'SELECT note, signature, "timestamp", signed_at, signer FROM signed_head'


def _head(row: sql.Row) -> HeadRow:
    note = SignedNote(
        note=HeadNote.parse(row["note"]), signature=bytes(row["signature"]), timestamp=bytes(row["timestamp"])
    )
    return HeadRow(note=note, signed_at=row["signed_at"], signer=row["signer"])


async def head(size: int | None = None) -> HeadRow | None:
    """The signed head of a size, or the newest."""
    row = await sql.one(
        f"{_HEAD} WHERE $1::bigint IS NULL OR size = $1 ORDER BY size DESC LIMIT 1",
        size,
    )
    return None if row is None else _head(row)


async def heads(*, below: int | None, limit: int) -> list[HeadRow]:
    """Up to ``limit`` signed heads smaller than ``below``, the newest first."""
    found = await sql.rows(
        f"{_HEAD} WHERE $1::bigint IS NULL OR size < $1 ORDER BY size DESC LIMIT $2", below, limit
    )
    return [_head(row) for row in found]


async def find_heads(sizes: Sequence[int]) -> dict[int, HeadRow]:
    """Signed heads by size."""
    found = await sql.rows(f"{_HEAD} WHERE size = ANY ($1::bigint[])", list(sizes))
    return {row.size: row for row in map(_head, found)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHead:
    """A head as the worker made it."""

    note: SignedNote
    signed_at: datetime
    signer: str


_SIGNED = """
INSERT INTO signed_head (size, note, signature, "timestamp", signed_at, signer)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (size) DO NOTHING"""


async def add_signed(new: NewHead) -> None:
    """Keep a signed head; whatever was waited for has come."""
    note = new.note
    await sql.rows(
        _SIGNED, note.note.size, note.note.text, note.signature, note.timestamp, new.signed_at, new.signer
    )
    await sql.rows("DELETE FROM head_waiting WHERE size <= $1", note.note.size)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A head that could not be signed yet, since when, and the code of what it waits for."""

    size: int
    since: datetime
    code: str


_WAIT = """
INSERT INTO head_waiting (one, size, code, since, tried_at) VALUES (true, $1, $2, now(), now())
ON CONFLICT (one) DO UPDATE SET size = excluded.size, code = excluded.code, tried_at = now()"""


async def head_waits(size: int, code: str) -> None:
    """Say what a head waits for."""
    await sql.rows(_WAIT, size, code)


async def waiting() -> WaitingRow | None:
    row = await sql.one("SELECT size, since, code FROM head_waiting")
    return None if row is None else WaitingRow(**row)


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionRow:
    """A leaf in its place, and its path to the first signed head over it; without a head there is no path yet.

    Hashes are hexadecimal; ``size`` and ``root`` are the head's.
    """

    index: int
    leaf_hash: str
    leaf: str
    size: int | None
    root: str | None
    signed_at: datetime | None
    path: list[str]


def inclusions_of(condition: str) -> str:
    """A statement of the leaf of each revision whose id is as a condition says (``= ANY (…)``, or an expression)."""
    equals = condition if condition.startswith("=") else f"= {condition}"
    return f"""SELECT e.index, e.leaf_hash, e.leaf, h.size, t.root_hash AS root, h.signed_at,
         inclusion_path(e.index, h.size) AS path
    FROM ledger_entry e
    LEFT JOIN LATERAL (SELECT s.size, s.signed_at FROM signed_head s WHERE s.size > e.index ORDER BY s.size LIMIT 1) h
      ON true
    LEFT JOIN tree_head t ON t.size = h.size
   WHERE e.revision_id {equals}"""


_INCLUSIONS = inclusions_of("= ANY ($1::bigint[])").replace(
    "SELECT e.index,", "SELECT e.revision_id, e.index,", 1
)


async def inclusions(revision_ids: Sequence[int]) -> dict[int, InclusionRow]:
    """Leaves by revision with their proofs, as far as the scope shows them.

    A proof begins with the first signed head over its leaf and never changes after that.
    """
    found = await sql.rows(_INCLUSIONS, list(revision_ids))
    return {row.pop("revision_id"): InclusionRow(**{**row, "path": row["path"] or []}) for row in found}


async def inclusion_path(index: int, size: int) -> list[str] | None:
    """A leaf's audit path in the ledger of a size, hexadecimal; None when it is no leaf of it."""
    found: list[str] | None = await sql.value("SELECT inclusion_path($1, $2)", index, size)
    return found


async def leaf_of(index: int, content_digest: str) -> str | None:
    """The leaf of a number for whoever knows the digest of its content (a signed link says so)."""
    found: str | None = await sql.value("SELECT leaf_of($1, $2)", index, content_digest)
    return found


async def covering_head(index: int) -> HeadRow | None:
    """The first signed head over a leaf."""
    row = await sql.one(f"{_HEAD} WHERE size > $1 ORDER BY size LIMIT 1", index)
    return None if row is None else _head(row)


async def number_of(leaf_hash: bytes) -> int | None:
    """The number of the leaf with a hash."""
    found: int | None = await sql.value(
        "SELECT number FROM ledger_node WHERE level = 0 AND hash = $1 ORDER BY number LIMIT 1", leaf_hash
    )
    return found
