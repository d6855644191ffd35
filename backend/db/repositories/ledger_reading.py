"""Reading the whole ledger in its order, with what each leaf should say, for whoever verifies it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from backend.db import sql
from backend.domain.ledger import FileMark, Leaf
from backend.domain.lifecycle import State
from backend.domain.merkle import Place
from backend.domain.organisation import ArtefactKind
from backend.domain.school_year import SchoolYear
from backend.domain.signing import SignatureRole


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafRow:
    """A leaf as it is stored, and what the registry says now of its revision.

    ``leaf`` and ``content`` are None when there is no such row any more, ``expected`` when the registry's no longer fits one;
    ``files`` are digests by role and kind.
    """

    index: int
    leaf: str | None
    leaf_hash: str | None
    node: bytes | None
    state: State | None
    content: Mapping[str, Any] | None
    content_digest: str | None
    expected: Leaf | None
    files: Mapping[tuple[SignatureRole, ArtefactKind], str]


# The numbers come from both tables, so that a leaf is missed whichever of them it was taken from.
_LEAVES = """
SELECT w.index, e.leaf, e.leaf_hash, n.hash AS node, r.state, r.number, r.school_year, r.content, r.content_digest,
       r.effective_from, b.lookup_code, f.files
  FROM (SELECT index FROM ledger_entry WHERE index >= $1 AND index < $2
         UNION SELECT number FROM ledger_node WHERE level = 0 AND number >= $1 AND number < $2) w
  LEFT JOIN ledger_entry e ON e.index = w.index
  LEFT JOIN ledger_node n ON n.level = 0 AND n.number = w.index
  LEFT JOIN revision r ON r.id = e.revision_id
  LEFT JOIN record_book b ON b.id = r.book_id
  LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_array(a.role, a.kind, a.digest, a.size)) AS files
                       FROM artefact a WHERE a.revision_id = r.id AND a.role IN ('SCHOOL_SEAL', 'LOCK_SEAL')) f ON true
 ORDER BY w.index"""


async def leaves(start: int, past: int) -> list[LeafRow]:
    """Leaves from ``start`` up to before ``past``; a number that is nowhere has no row."""
    return [_leaf(row) for row in await sql.rows(_LEAVES, start, past)]


def _leaf(row: sql.Row) -> LeafRow:
    found = orjson.loads(row["files"]) if row["files"] else []
    marks = {
        (SignatureRole(role), ArtefactKind(kind)): FileMark(digest, size)
        for role, kind, digest, size in found
    }
    return LeafRow(
        index=row["index"],
        leaf=row["leaf"],
        leaf_hash=row["leaf_hash"],
        node=None if row["node"] is None else bytes(row["node"]),
        state=None if row["state"] is None else State(row["state"]),
        content=None if row["content"] is None else orjson.loads(row["content"]),
        content_digest=row["content_digest"],
        expected=_expected(row, marks),
        files={place: mark.digest for place, mark in marks.items()},
    )


def _expected(row: sql.Row, marks: Mapping[tuple[SignatureRole, ArtefactKind], FileMark]) -> Leaf | None:
    effective: datetime | None = row["effective_from"]
    if effective is None or row["lookup_code"] is None:
        return None
    return Leaf(
        lookup_code=row["lookup_code"],
        school_year=str(SchoolYear(row["school_year"])),
        revision=row["number"],
        content_digest=row["content_digest"],
        xml=marks.get((SignatureRole.SCHOOL_SEAL, ArtefactKind.XML)),
        pdf=marks.get((SignatureRole.SCHOOL_SEAL, ArtefactKind.PDF)),
        effective_from=effective,
    )


_INNER = """
SELECT l.level, n.number, n.hash FROM generate_series(1, 48) AS l(level)
  JOIN ledger_node n ON n.level = l.level AND n.number >= ($1::bigint >> l.level) AND n.number < ($2::bigint >> l.level)"""


async def completed(start: int, past: int) -> dict[Place, bytes]:
    """The full subtrees above the leaves that the leaves from ``start`` to before ``past`` completed."""
    found = await sql.rows(_INNER, start, past)
    return {Place(row["level"], row["number"]): bytes(row["hash"]) for row in found}


@dataclass(frozen=True, slots=True)
class Claim:
    """A root that was claimed for a size, and by which table; 0 for a period whose root no lock has left."""

    kind: str
    size: int
    root: str


async def size() -> int:
    """One more than the highest number of a leaf, wherever it still stands."""
    found: int = await sql.value(
        "SELECT greatest((SELECT max(index) FROM ledger_entry),"
        " (SELECT max(number) FROM ledger_node WHERE level = 0), (SELECT max(size) - 1 FROM tree_head),"
        " (SELECT max(size) - 1 FROM signed_head), -1) + 1"
    )
    return found


_CLAIMS = """
SELECT 'HEAD' AS kind, size, root_hash AS root FROM tree_head
 UNION ALL SELECT 'SIGNED_HEAD', size, encode(decode(split_part(note, E'\\n', 3), 'base64'), 'hex') FROM signed_head
 UNION ALL SELECT 'PERIOD', coalesce((SELECT h.size FROM tree_head h WHERE h.root_hash = p.root_hash), 0), p.root_hash
                  FROM lock_period p WHERE p.sealed_count > 0
 ORDER BY 2, 1"""


async def claims() -> list[Claim]:
    """Every root that the database claims, by size."""
    return [Claim(**row) for row in await sql.rows(_CLAIMS)]


async def unledgered(most: int) -> Sequence[int]:
    """Ids of locked revisions without a leaf."""
    found = await sql.rows(
        "SELECT r.id FROM revision r WHERE r.state = 'LOCKED'"
        " AND NOT EXISTS (SELECT FROM ledger_entry e WHERE e.revision_id = r.id) ORDER BY r.id LIMIT $1",
        most,
    )
    return [row["id"] for row in found]
