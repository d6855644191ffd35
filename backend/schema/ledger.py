"""The ledger as the API shows it: signed heads, and proofs that anybody can check without asking us again.

Hashes are nobody's secret. What a leaf is made of names a book's code, so only who sees the whole record is shown it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import strawberry
from strawberry import relay

from backend.adapters.links import proof_url
from backend.context import Context
from backend.db.repositories.ledger import HeadRow, InclusionRow, TreeSize, WaitingRow
from backend.db.repositories.ledger_checks import CheckRow
from backend.domain.ledger import Leaf
from backend.domain.messages import sentence
from backend.schema.nodes import load_nodes
from backend.settings import Settings


def head_url(size: int, origin: str) -> str:
    """Where a signed head is a file."""
    return f"{origin}/ledger/heads/{size}"


@strawberry.type(
    description="A head of the ledger, signed by the department and time-stamped (RFC 6962, RFC 5652, RFC 3161)."
    " Right: everybody."
)
class LedgerHead(relay.Node):
    id: relay.NodeID[int]
    size: int
    root_hash: str
    previous_size: int | None = strawberry.field(description="Size of the head that this one goes on from.")
    signed_at: datetime = strawberry.field(description="When, by the timestamp.")
    signer: str = strawberry.field(description="Whose key signed it.")
    note: str = strawberry.field(
        description="The text that is signed: origin, size, root, and the head before."
    )
    signature: str = strawberry.field(description="Detached CMS over the note, DER in Base64.")
    timestamp: str = strawberry.field(description="Timestamp token over the signature, DER in Base64.")
    url: str = strawberry.field(description="The same as a file, for ever.")

    @classmethod
    def of(cls, row: HeadRow, origin: str) -> "LedgerHead":
        note, file = row.note.note, row.note.json
        return cls(
            id=row.size,
            size=row.size,
            root_hash=note.root.hex(),
            previous_size=note.previous_size if note.previous_root else None,
            signed_at=row.signed_at,
            signer=row.signer,
            note=file["note"],
            signature=file["signature"],
            timestamp=file["timestamp"],
            url=head_url(row.size, origin),
        )

    @classmethod
    def resolve_nodes(cls, *, info: Any, node_ids: Iterable[str], required: bool = False) -> Any:
        origin = info.context.services.settings.origin
        loader = info.context.loaders.heads
        return load_nodes(loader, lambda row: cls.of(row, origin), node_ids, required=required)


@strawberry.type(description="The ledger now, and what its next head waits for. Right: everybody.")
class LedgerState:
    size: int = strawberry.field(description="Leaves in all.")
    root_hash: str | None
    signed_size: int = strawberry.field(description="Leaves under the newest signed head.")
    waiting_since: datetime | None = strawberry.field(description="Since when a head could not be signed.")
    waiting_for: str | None = strawberry.field(description="What that head waits for, in words.")

    @classmethod
    def of(
        cls, whole: TreeSize | None, head: HeadRow | None, waiting: WaitingRow | None, context: Context
    ) -> "LedgerState":
        return cls(
            size=whole.size if whole else 0,
            root_hash=whole.root.hex() if whole else None,
            signed_size=head.size if head else 0,
            waiting_since=waiting.since if waiting else None,
            waiting_for=sentence(waiting.code, context.language) if waiting else None,
        )


@strawberry.type(
    description="That a leaf stands in the ledger (RFC 6962 section 2.1.1). A record's own proof is that of the first"
    " signed head over it, and never changes once that head is there. Right: everybody."
)
class InclusionProof:
    leaf_index: int
    leaf_hash: str
    leaf: str | None = strawberry.field(
        description="What the leaf is made of; only for who sees the whole record."
    )
    size: int | None = strawberry.field(
        description="Leaves of the tree that it leads to; null while it waits."
    )
    root_hash: str | None
    path: list[str] = strawberry.field(description="Hashes from the leaf's sibling up, hexadecimal.")
    signed_at: datetime | None = strawberry.field(description="When the head of that size was signed.")
    head_url: str | None = strawberry.field(description="That head as a file, for ever.")
    url: str | None = strawberry.field(
        description="The proof as a file, good for five minutes; only for who sees the whole record."
    )

    @classmethod
    def of(cls, row: InclusionRow, settings: Settings, *, full: bool) -> "InclusionProof":
        shows_file = full and row.size is not None
        return cls(
            leaf_index=row.index,
            leaf_hash=row.leaf_hash,
            leaf=row.leaf if full else None,
            size=row.size,
            root_hash=row.root,
            path=row.path,
            signed_at=row.signed_at,
            head_url=None if row.size is None else head_url(row.size, settings.origin),
            url=proof_url(settings, row.index, Leaf.parse(row.leaf).content_digest) if shows_file else None,
        )


@strawberry.type(
    description="That the ledger of one size is the beginning of that of another (RFC 6962 section 2.1.2)."
    " Right: everybody."
)
class ConsistencyProof:
    first_size: int
    first_root: str
    second_size: int
    second_root: str
    path: list[str]


@strawberry.type(description="Something in the ledger that is not as it was locked.")
class LedgerFinding:
    kind: str = strawberry.field(description="What is wrong, as `hocba ledger verify` says it.")
    place: int = strawberry.field(
        description="The leaf's number, a head's size, or for UNLEDGERED the revision."
    )


@strawberry.type(
    description="What a look at the whole ledger found; there is one each night. Right: department."
)
class LedgerCheck:
    began_at: datetime = strawberry.field(description="When the look began.")
    ended_at: datetime = strawberry.field(description="When it was through.")
    size: int = strawberry.field(description="Leaves in all.")
    root_hash: str = strawberry.field(description="Root of the whole ledger, hexadecimal.")
    signed_size: int = strawberry.field(description="Leaves under the newest signed head.")
    fault_count: int = strawberry.field(description="How many faults there were; nothing is wrong at 0.")
    findings: list[LedgerFinding] = strawberry.field(description="The first hundred of them.")

    @classmethod
    def of(cls, row: CheckRow) -> "LedgerCheck":
        return cls(
            began_at=row.began_at,
            ended_at=row.ended_at,
            size=row.size,
            root_hash=row.root_hash,
            signed_size=row.signed_size,
            fault_count=row.count,
            findings=[LedgerFinding(kind=kind, place=place) for kind, place in row.faults],
        )
