"""The ledger grows with each lock, and the department signs what it has become.

Leaves are appended in the lock's own transaction, in batches, by one transaction at a time: a leaf exists exactly when
its record is locked, and numbers have no gap. A head is signed afterwards, by a job.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.db.repositories import ledger, packets, people, queue, signing
from backend.db.repositories.ledger import HeadRow, NewHead, TreeSize
from backend.db.repositories.people import Credential
from backend.db.repositories.periods import DueRow
from backend.domain.errors import CertificateMissingError, DomainError, LedgerForkedError, NotFoundError
from backend.domain.ledger import FileMark, HeadNote, Leaf, SignedNote
from backend.domain.merkle import (
    Frontier,
    Place,
    are_consistent,
    consistency_stretches,
    covering,
    fold,
)
from backend.domain.school_year import SchoolYear
from backend.jobs import ProveSubmission, SignHead

BATCH = 1_000
ORIGIN = "hocba-ledger"
"""With the department's code it names the log in every head."""


def leaf_of(row: DueRow, effective_from: datetime) -> Leaf:
    """What the ledger says of a revision that is locked at an instant."""
    return Leaf(
        lookup_code=row.lookup_code,
        school_year=str(SchoolYear(row.school_year)),
        revision=row.number,
        content_digest=row.content_digest,
        xml=_mark(row.xml_digest, row.xml_size),
        pdf=_mark(row.pdf_digest, row.pdf_size),
        effective_from=effective_from,
    )


def _mark(digest: str | None, size: int | None) -> FileMark | None:
    return None if digest is None or size is None else FileMark(digest, size)


async def append(period_id: int, locked: Sequence[DueRow], effective_from: datetime) -> None:
    """Add a leaf for each locked revision, in their order; call it in the transaction that locks them.

    A lock in parts calls it for each part, and ``close`` with the last.
    """
    edge = await ledger.frontier()
    for start in range(0, len(locked), BATCH):
        rows = locked[start : start + BATCH]
        leaves = [leaf_of(row, effective_from) for row in rows]
        grown, made = edge.grow([leaf.hash for leaf in leaves])
        await ledger.append(period_id, edge.size, [row.revision_id for row in rows], leaves, made)
        edge = grown
    await ledger.add_head(edge)


async def close() -> Frontier:
    """What the ledger is at the end of a lock, signed or to be signed."""
    edge = await ledger.frontier()
    if edge.size:
        await queue.put([SignHead()])
    return edge


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTask:
    """A head to sign, and the department's key."""

    note: HeadNote
    credential: Credential


async def begin_head() -> HeadTask | None:
    """The head to sign now; None when the newest is signed, or nothing was ever locked.

    Raises:
        CertificateMissingError: when no department or no seal is registered.
        LedgerForkedError: when the ledger no longer begins with what was signed; such a head is never signed.
    """
    whole, before = await ledger.newest(), await ledger.head()
    if whole is None or (before is not None and before.size >= whole.size):
        return None
    department = await signing.find_department()
    credential = None if department is None else await people.find_credential_of_unit(department.id)
    if department is None or credential is None:
        raise CertificateMissingError
    known = None if before is None else before.note.note
    await _require_growth(whole, known)
    note = HeadNote(
        origin=f"{ORIGIN}/{department.code}",
        size=whole.size,
        root=whole.root,
        previous_size=known.size if known else 0,
        previous_root=known.root if known else None,
    )
    return HeadTask(note=note, credential=credential)


async def _require_growth(whole: TreeSize, known: HeadNote | None) -> None:
    if await root_at(whole.size) != whole.root:
        raise LedgerForkedError
    if known is None:
        return
    path = await consistency_path(known.size, whole.size)
    if not are_consistent(known.size, known.root, whole.size, whole.root, path):
        raise LedgerForkedError


async def finish_head(task: HeadTask, signature: bytes, timestamp: bytes, signed_at: datetime) -> None:
    """Keep a signed head, for everybody to see, and ask for the receipts that it proves."""
    note = SignedNote(note=task.note, signature=signature, timestamp=timestamp)
    await ledger.add_signed(NewHead(note=note, signed_at=signed_at, signer=task.credential.owner_name))
    await queue.put([ProveSubmission(key) for key in await packets.unproven(task.note.size)])


async def head_waits(error: DomainError) -> None:
    """Say what the newest head waits for; the schedule tries again."""
    whole = await ledger.newest()
    if whole is not None:
        await ledger.head_waits(whole.size, error.reason)


async def root_at(size: int) -> bytes:
    """The ledger's root when it had a size, from its full subtrees.

    Raises:
        LedgerForkedError: when a subtree is missing.
    """
    return (await _roots([(0, size)]))[0]


async def consistency_path(first: int, second: int) -> list[bytes]:
    """What proves that the ledger of one size is the beginning of that of another.

    Raises:
        IndexError: unless 1 <= first <= second.
        LedgerForkedError: when a subtree is missing.
    """
    return await _roots(consistency_stretches(first, second))


async def _roots(stretches: Sequence[tuple[int, int]]) -> list[bytes]:
    places = [covering(*stretch) for stretch in stretches]
    known = await ledger.nodes(place for step in places for place in step)
    try:
        return [fold([known[place] for place in step]) for step in places]
    except KeyError as error:
        raise LedgerForkedError from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """That a leaf, known by its hash, stands in the ledger of a size; ``head`` when that size is signed."""

    index: int
    leaf_hash: bytes
    size: int
    root: bytes
    path: list[str]
    head: HeadRow | None


async def include(index: int, size: int | None) -> Inclusion:
    """The proof of a leaf in the ledger of a size: of the first signed head over it, else of the whole, if none is named.

    Raises:
        NotFoundError: when there is no such leaf or size.
    """
    whole = await ledger.newest()
    if whole is None or not 0 <= index < whole.size:
        raise NotFoundError(field="leafIndex")
    if size is None:
        head = await ledger.covering_head(index)
        size = whole.size if head is None else head.size
    else:
        head = await ledger.head(size)
    path = await ledger.inclusion_path(index, size) if size <= whole.size else None
    if path is None:
        raise NotFoundError(field="size")
    leaf = Place(0, index)
    return Inclusion(
        index=index,
        leaf_hash=(await ledger.nodes([leaf]))[leaf],
        size=size,
        root=await root_at(size),
        path=path,
        head=head,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """That the ledger of one size is the beginning of that of another."""

    first: TreeSize
    second: TreeSize
    path: list[bytes]


async def compare(first: int, second: int) -> Consistency:
    """The proof between two sizes.

    Raises:
        NotFoundError: unless 1 <= first <= second <= the ledger's size.
    """
    whole = await ledger.newest()
    if whole is None or not 1 <= first <= second <= whole.size:
        raise NotFoundError(field="firstSize" if first < 1 or first > second else "secondSize")
    return Consistency(
        first=TreeSize(first, await root_at(first)),
        second=TreeSize(second, await root_at(second)),
        path=await consistency_path(first, second),
    )
