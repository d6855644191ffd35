"""The answer to a lookup: a verdict in words with its reasons, and with the second factor everything it stands on.

The masked minimum says what a receiving office can compare with the paper in its hand: initials and given name,
school, years and whether they are in effect. It holds no birth date, no result, no signature and no file.
"""

from datetime import datetime
from enum import StrEnum

import strawberry

import backend.schema.enums  # noqa: F401 - registers the enums used below
from backend.domain.lifecycle import State
from backend.schema.content import RecordContentType
from backend.schema.ledger import InclusionProof
from backend.schema.records import Artefact, Signature


@strawberry.enum(description="What a lookup says of a record.")
class LookupVerdict(StrEnum):
    LOCKED = "LOCKED"
    NOT_YET_LOCKED = "NOT_YET_LOCKED"
    WITHDRAWN = "WITHDRAWN"


@strawberry.enum(description="What a verdict rests on; each has a sentence.")
class LookupReason(StrEnum):
    LOCKED_ON = "LOCKED_ON"
    SEAL_PENDING = "SEAL_PENDING"
    SIGNED = "SIGNED"
    NOT_LOCKED = "NOT_LOCKED"
    WITHDRAWN = "WITHDRAWN"
    REPLACED = "REPLACED"


@strawberry.type(description="One reason of a verdict, in words.")
class VerdictReason:
    code: LookupReason
    message: str


@strawberry.type(description="A revision that the school had issued, by number.")
class LookupVersion:
    number: int
    state: State
    effective_from: datetime | None


@strawberry.type(description="One school year in the answer to a lookup.")
class LookupYear:
    school_year: str
    grade: int
    school_name: str
    state: State
    verdict: LookupVerdict
    sentence: str
    reasons: list[VerdictReason]
    revision: int | None
    effective_from: datetime | None
    seal_pending: bool = strawberry.field(
        description="Locked, but the department's seal is still being put on."
    )
    content: RecordContentType | None = strawberry.field(description="Only with the second factor.")
    signatures: list[Signature]
    artefacts: list[Artefact] = strawberry.field(description="The final files; only with the second factor.")
    inclusion: InclusionProof | None = strawberry.field(
        description="That a locked year stands in the ledger; what its leaf is made of only with the second factor."
    )
    versions: list[LookupVersion] = strawberry.field(
        description="Every revision that was issued, oldest first; only with the second factor."
    )


@strawberry.type(description="The answer to a lookup code; without the second factor only a masked minimum.")
class LookupResult:
    masked_name: str
    birth_year: int | None
    full: bool
    years: list[LookupYear]
