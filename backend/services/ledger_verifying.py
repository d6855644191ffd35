"""Verifying the ledger: everything is computed again from the records and the store, and compared with what stands.

Whoever can write every table can still not change what a head says that the department signed, nor a head that somebody
else keeps; so each root is compared with all of them. Rows are read in batches, so the memory is the same for any size.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from backend.db.repositories import ledger, ledger_reading
from backend.db.repositories.ledger import HeadRow
from backend.db.repositories.ledger_reading import Claim, LeafRow
from backend.db.scope import unscoped
from backend.domain.canonical import content_digest
from backend.domain.ledger import HeadNote, Leaf, LedgerFileError, SignedNote
from backend.domain.lifecycle import State
from backend.domain.merkle import Frontier, Node, Place, leaf_hash
from backend.domain.organisation import ArtefactKind
from backend.domain.signing import SignatureRole

BATCH, HEADS = 500, 50
SHOWN_MAX = 100

Digests = Mapping[tuple[SignatureRole, ArtefactKind], str]


class LedgerFault(StrEnum):
    """What is wrong, from the records up to the heads."""

    MISSING = "MISSING"
    """A leaf is gone."""
    LEAF_CHANGED = "LEAF_CHANGED"
    """Leaf, hash and lowest subtree are not one another's."""
    RECORD_CHANGED = "RECORD_CHANGED"
    """The registry says something else of the revision than its leaf."""
    CONTENT_CHANGED = "CONTENT_CHANGED"
    """The content is not that of its digest."""
    FILE_LOST = "FILE_LOST"
    """The store does not give a file, or not as it was."""
    FILE_CHANGED = "FILE_CHANGED"
    """A file is not the one that was locked, or does not continue it."""
    SUBTREE_CHANGED = "SUBTREE_CHANGED"
    """A stored subtree is not that of the leaves."""
    HEAD = "HEAD"
    """The root kept at the end of a lock is another one."""
    PERIOD = "PERIOD"
    """The root that a lock period shows is another one."""
    SIGNED_HEAD = "SIGNED_HEAD"
    """The department has signed another root."""
    SIGNATURE = "SIGNATURE"
    """A signed head's signature, timestamp or reference to the head before does not hold."""
    KEPT_HEAD = "KEPT_HEAD"
    """A head that was kept elsewhere has another root."""
    UNLEDGERED = "UNLEDGERED"
    """A locked revision has no leaf."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; ``place`` is the leaf's number, a head's size, or for UNLEDGERED the revision's id."""

    kind: LedgerFault
    place: int


class FileJudge(Protocol):
    """Holds a leaf's files against it."""

    async def judge(self, leaf: Leaf, digests: Digests) -> LedgerFault | None:
        """What is wrong with the files, or None."""
        ...


HeadJudge = Callable[[SignedNote], Awaitable[bool]]
"""Whether a head's signature and timestamp hold."""


@dataclass(slots=True)
class Verdict:
    """What a look at the whole ledger found: the first faults, and how many there are."""

    size: int = 0
    root: str = ""
    signed_size: int = 0
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, kind: LedgerFault, place: int) -> None:
        self.count += 1
        if len(self.faults) < SHOWN_MAX:
            self.faults.append(Fault(kind, place))


async def verify(files: FileJudge | None, judge_head: HeadJudge, kept: Sequence[SignedNote] = ()) -> Verdict:
    """Compute every leaf, subtree and root anew.

    Args:
        files: reads the store; without it files are left out.
        judge_head: judges signatures.
        kept: heads that were kept elsewhere.
    """
    verdict = Verdict()
    async with unscoped():
        size, claims = await ledger_reading.size(), await ledger_reading.claims()
    claims += [Claim("KEPT_HEAD", head.note.size, head.note.root.hex()) for head in kept]
    edge = await _walk(verdict, size, _Claims(claims), files)
    verdict.size, verdict.root = edge.size, edge.root.hex()
    await _judge_heads(verdict, judge_head, kept)
    async with unscoped():
        for revision_id in await ledger_reading.unledgered(SHOWN_MAX):
            verdict.add(LedgerFault.UNLEDGERED, revision_id)
    return verdict


class _Claims:
    """Roots that were claimed, by size; those beyond the ledger stay and are faults."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._waiting = sorted(claims, key=lambda claim: claim.size)

    def stops(self, start: int, past: int) -> list[int]:
        """Sizes from ``start`` on at which a root is claimed, and ``past``."""
        sizes = {claim.size for claim in self._waiting if start < claim.size < past}
        return [*sorted(sizes), past]

    def denied(self, edge: Frontier) -> Iterator[Claim]:
        """Claims up to the edge's size that are not its root."""
        while self._waiting and self._waiting[0].size <= edge.size:
            claim = self._waiting.pop(0)
            if claim.size != edge.size or claim.root != edge.root.hex():
                yield claim

    @property
    def beyond(self) -> list[Claim]:
        return self._waiting


async def _walk(verdict: Verdict, size: int, claims: _Claims, files: FileJudge | None) -> Frontier:
    edge = Frontier()
    _deny(verdict, claims.denied(edge))
    while edge.size < size:
        past = min(edge.size + BATCH, size)
        async with unscoped():
            rows = await ledger_reading.leaves(edge.size, past)
            stored = await ledger_reading.completed(edge.size, past)
        by_index = {row.index: row for row in rows}
        made: list[Node] = []
        for stop in claims.stops(edge.size, past):
            hashes = [_judge(verdict, index, by_index.get(index)) for index in range(edge.size, stop)]
            edge, grown = edge.grow(hashes)
            made += grown
            _deny(verdict, claims.denied(edge))
        _compare(verdict, made, stored)
        if files is not None:
            await _judge_files(verdict, rows, files)
    _deny(verdict, claims.beyond)
    return edge


def _deny(verdict: Verdict, claims: Iterator[Claim] | Sequence[Claim]) -> None:
    for claim in claims:
        verdict.add(LedgerFault(claim.kind), claim.size)


def _compare(verdict: Verdict, made: Sequence[Node], stored: Mapping[Place, bytes]) -> None:
    for node in made:
        if node.place.level and stored.get(node.place) != node.hash:
            verdict.add(LedgerFault.SUBTREE_CHANGED, node.place.number << node.place.level)


def _judge(verdict: Verdict, index: int, row: LeafRow | None) -> bytes:
    """Judge one leaf; the hash to go on with, which is what the ledger itself says."""
    if row is None or row.leaf is None:
        verdict.add(LedgerFault.MISSING, index)
        return bytes(32) if row is None or row.node is None else row.node
    hashed = leaf_hash(row.leaf.encode())
    if (row.leaf_hash, row.node) != (hashed.hex(), hashed):
        verdict.add(LedgerFault.LEAF_CHANGED, index)
    if row.state is not State.LOCKED or row.expected is None or row.expected.text != row.leaf:
        verdict.add(LedgerFault.RECORD_CHANGED, index)
    if row.content is None or content_digest(row.content) != row.content_digest:
        verdict.add(LedgerFault.CONTENT_CHANGED, index)
    return hashed


async def _judge_files(verdict: Verdict, rows: Sequence[LeafRow], files: FileJudge) -> None:
    for row in rows:
        leaf = _readable(row.leaf)
        fault = None if leaf is None else await files.judge(leaf, row.files)
        if fault is not None:
            verdict.add(fault, row.index)


def _readable(text: str | None) -> Leaf | None:
    """A leaf, or None for one whose faults have been found already."""
    try:
        return None if text is None else Leaf.parse(text)
    except LedgerFileError:
        return None


async def _judge_heads(verdict: Verdict, judge_head: HeadJudge, kept: Sequence[SignedNote]) -> None:
    """Each head's signature, from the newest back, and that each goes on from the one before."""
    below: int | None = None
    newer: HeadNote | None = None
    while rows := await _heads(below):
        for row in rows:
            note = row.note.note
            verdict.signed_size = verdict.signed_size or note.size
            _link(verdict, newer, note)
            if not await judge_head(row.note):
                verdict.add(LedgerFault.SIGNATURE, row.size)
            newer = note
        below = rows[-1].size
    _link(verdict, newer, None)
    for head in kept:
        if not await judge_head(head):
            verdict.add(LedgerFault.SIGNATURE, head.note.size)


def _link(verdict: Verdict, newer: HeadNote | None, older: HeadNote | None) -> None:
    if newer is None:
        return
    before = (older.size, older.root) if older else (0, None)
    if (newer.previous_size, newer.previous_root) != before:
        verdict.add(LedgerFault.SIGNATURE, newer.size)


async def _heads(below: int | None) -> list[HeadRow]:
    async with unscoped():
        return await ledger.heads(below=below, limit=HEADS)
