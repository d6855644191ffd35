"""The registry's changes for those who keep copies of records."""

from datetime import datetime

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.db.repositories.changes import ChangeRow
from backend.domain.integrators import ChangeKind
from backend.domain.school_year import SchoolYear


@strawberry.type(
    description="A revision came into effect, or no longer stands; or its book moved. Right: integrators with changes.read."
)
class RegistryChange:
    position: int = strawberry.field(description="Counts from 1 without gaps, in the order of commits.")
    at: datetime
    kind: ChangeKind
    code_digest: str = strawberry.field(
        description="SHA-256 of the book's lookup code: who holds the code knows the book, nobody else does."
    )
    revision: int
    school_year: str
    effective_from: datetime | None

    @classmethod
    def of(cls, row: ChangeRow) -> "RegistryChange":
        return cls(
            position=row.position,
            at=row.at,
            kind=row.kind,
            code_digest=row.code_digest,
            revision=row.number,
            school_year=str(SchoolYear(row.school_year)),
            effective_from=row.effective_from,
        )


@strawberry.type(description="Changes after a cursor, oldest first.")
class RegistryChanges:
    changes: list[RegistryChange]
    cursor: str = strawberry.field(description="Where to go on; good for ever.")
    has_more: bool = strawberry.field(description="Whether there are changes after the cursor now.")
