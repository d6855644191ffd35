"""Looking a record book up by its code: anybody may, and sees a masked minimum without the second factor.

With a birth date, a wrong code and a wrong date get the same answer: it tells nobody which of the two was right.
"""

import hmac
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.db.repositories import books, ceremonies, records
from backend.db.repositories.ceremonies import ArtefactRow, SignatureRow
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.errors import LookupCodeInvalidError, LookupCodeUnknownError, SecondFactorWrongError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import SIGNED, State
from backend.domain.signing import SignatureRole


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundYear:
    """A school year of the book and the revision that is shown: the standing one, else the newest signed one."""

    record: RecordRow
    revision: RevisionRow
    document: dict[str, Any]
    signatures: list[SignatureRow]
    files: list[ArtefactRow]

    @property
    def seal_pending(self) -> bool:
        roles = {signature.role for signature in self.signatures}
        return self.revision.state is State.LOCKED and SignatureRole.LOCK_SEAL not in roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A book as a lookup finds it."""

    full: bool
    years: list[FoundYear]


def read_code(text: str) -> LookupCode:
    """A code as people type or scan it.

    Raises:
        LookupCodeInvalidError: when it is none.
    """
    try:
        return LookupCode.parse(text)
    except ValueError as error:
        raise LookupCodeInvalidError(field="code") from error


async def look_up(birth_date: date | None) -> Found:
    """The book that the scope's code opens.

    Raises:
        LookupCodeUnknownError: when there is no such book and no birth date was given.
        SecondFactorWrongError: when there is no such book, or the birth date is not its pupil's.
    """
    rows = await books.years()
    years = [year for year in [await _year(row) for row in rows] if year is not None]
    if birth_date is None:
        if not years:
            raise LookupCodeUnknownError(field="code")
        return Found(full=False, years=years)
    if not years:
        raise SecondFactorWrongError
    known = years[-1].document["pupil"]["birthDate"] or ""
    if not hmac.compare_digest(known, birth_date.isoformat()):
        raise SecondFactorWrongError
    return Found(full=True, years=years)


async def _year(record: RecordRow) -> FoundYear | None:
    history = (await records.revisions([record.id]))[record.id]
    issued = [revision for revision in history if revision.state in SIGNED and _was_issued(revision)]
    shown = record.standing or (issued[-1] if issued else None)
    if shown is None:
        return None
    return FoundYear(
        record=record,
        revision=shown,
        document=(await records.contents([shown.id]))[shown.id],
        signatures=(await ceremonies.signatures([shown.id]))[shown.id],
        files=(await ceremonies.artefacts([shown.id]))[shown.id],
    )


def _was_issued(revision: RevisionRow) -> bool:
    """Only what a school has issued is anybody else's business."""
    return revision.state in {State.ISSUED, State.SUBMITTED, State.ACCEPTED, State.LOCKED, State.WITHDRAWN}
