"""What would miss a lock, what clears it, and rehearsals of locks."""

from datetime import datetime

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.db.repositories.preflight import BlockerRow, PreflightRow
from backend.db.repositories.rehearsals import RehearsalRow
from backend.domain.messages import Language, sentence
from backend.domain.preflight import REMEDY, Blocker, Remedy
from backend.domain.signing import SignatureRole
from backend.schema.errors import UserError


@strawberry.type(description="How many records one blocker keeps from a lock. Right: as for the preflight.")
class BlockerCount:
    blocker: Blocker
    remedy: Remedy
    count: int
    message: str
    remedy_message: str = strawberry.field(description="What clears it, as a sentence.")

    @classmethod
    def of(cls, blocker: Blocker, count: int, language: Language) -> "BlockerCount":
        return cls(
            blocker=blocker,
            remedy=REMEDY[blocker],
            count=count,
            message=sentence(f"BLOCKER_{blocker}", language),
            remedy_message=sentence(f"REMEDY_{REMEDY[blocker]}", language),
        )


@strawberry.type(description="What keeps one record from its lock. Right: as for the record.")
class LockBlocker:
    blocker: Blocker
    remedy: Remedy
    signer: SignatureRole | None = strawberry.field(
        description="Whose signature or certificate it is about; null when about neither."
    )
    signer_name: str = strawberry.field(
        description="That person's, or that school's, name; empty when unknown."
    )
    message: str
    remedy_message: str = strawberry.field(description="What clears it, as a sentence.")

    @classmethod
    def of(cls, row: BlockerRow, language: Language) -> "LockBlocker":
        return cls(
            blocker=row.blocker,
            remedy=REMEDY[row.blocker],
            signer=row.signer,
            signer_name=row.signer_name,
            message=sentence(f"BLOCKER_{row.blocker}", language),
            remedy_message=sentence(f"REMEDY_{REMEDY[row.blocker]}", language),
        )


@strawberry.type(
    description="What a lock would take and what would miss it, if it were now. Right: staff, their scope."
    " Source: plan, part III."
)
class LockPreflight:
    total: int = strawberry.field(description="Records that the period is for.")
    ready: int = strawberry.field(description="Of them, accepted or locked.")
    missing: int = strawberry.field(description="Of them, those that would miss the lock.")
    blockers: list[BlockerCount] = strawberry.field(
        description="Why, in the order of the way to the lock; a record may have several."
    )

    @classmethod
    def of(cls, row: PreflightRow, language: Language) -> "LockPreflight":
        return cls(
            total=row.total,
            ready=row.ready,
            missing=row.missing,
            blockers=[BlockerCount.of(blocker, count, language) for blocker, count in row.by_blocker.items()],
        )


@strawberry.type(description="A lock that was carried out and undone. Right: department.")
class LockRehearsal:
    id: strawberry.ID
    asked_at: datetime
    finished_at: datetime | None = strawberry.field(description="When it was through; null while it goes on.")
    record_count: int = strawberry.field(description="Records that it has locked and let go so far.")
    seconds: float | None = strawberry.field(description="How long it took; the lock takes as long.")
    root_hash: str | None = strawberry.field(
        description="Root that the ledger would have had, hexadecimal; another moment makes another root."
    )
    blockers: list[BlockerCount] = strawberry.field(
        description="Records of the province that would have missed the lock, by reason."
    )

    @classmethod
    def of(cls, row: RehearsalRow, language: Language) -> "LockRehearsal":
        return cls(
            id=strawberry.ID(str(row.id)),
            asked_at=row.asked_at,
            finished_at=row.finished_at,
            record_count=row.record_count,
            seconds=row.seconds,
            root_hash=row.root_hash,
            blockers=[
                BlockerCount.of(Blocker(name), count, language) for name, count in row.blockers.items()
            ],
        )


@strawberry.type(description="The rehearsal that was asked for, or why there is none.")
class LockRehearsalPayload:
    lock_rehearsal: LockRehearsal | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type(
    description="The clock that deadlines go by, and how far the worker's differs. Right: department."
)
class LockClock:
    now: datetime = strawberry.field(description="The database's clock, the only one that counts.")
    worker_ahead: float | None = strawberry.field(
        description="Seconds by which the worker that differs most is ahead; null when none is seen."
    )
    agrees: bool = strawberry.field(description="Whether a worker is seen and no clock differs too much.")
    message: str
