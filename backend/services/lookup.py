"""Looking a record book up by its code: anybody may, and sees a masked minimum without the second factor.

With a second factor, a wrong code and a wrong factor get the same answer after the same statements: it tells nobody
which of the two was right. Every look is an access event in the transaction that reads, failed tries included.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.db.repositories import access, books, ceremonies, records
from backend.db.repositories.access import ShareCodeRow
from backend.db.repositories.books import ISSUED, ShownYear
from backend.db.repositories.ceremonies import ArtefactRow, SignatureRow
from backend.db.repositories.records import RevisionRow
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, ShareCode
from backend.domain.errors import LookupCodeInvalidError, SecondFactorWrongError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import State
from backend.domain.signing import SignatureRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A code, at most one second factor, and what the answer is for; ``network`` says from where, roughly.

    ``granted`` says that the family has let this reader in, which is as good as a second factor.
    """

    code: LookupCode
    birth_date: date | None = None
    share_code: ShareCode | None = None
    granted: bool = False
    purpose: AccessPurpose = AccessPurpose.NOT_STATED
    network: str = ""

    @property
    def means(self) -> AccessMeans:
        if self.granted:
            return AccessMeans.GRANT
        if self.share_code is not None:
            return AccessMeans.SHARE_CODE
        return AccessMeans.CODE if self.birth_date is None else AccessMeans.BIRTH_DATE


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundYear:
    """A school year of the book; signatures, files and versions only with the second factor."""

    shown: ShownYear
    document: dict[str, Any]
    signatures: list[SignatureRow]
    files: list[ArtefactRow]
    versions: list[RevisionRow]

    @property
    def seal_pending(self) -> bool:
        roles = {signature.role for signature in self.signatures}
        return self.shown.state is State.LOCKED and SignatureRole.LOCK_SEAL not in roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A book as a lookup finds it."""

    full: bool
    years: list[FoundYear]
    fingerprint: str


def read_code(text: str) -> LookupCode:
    """A code as people type or scan it.

    Raises:
        LookupCodeInvalidError: when it is none.
    """
    try:
        return LookupCode.parse(text)
    except ValueError as error:
        raise LookupCodeInvalidError(field="code") from error


def read_share_code(text: str) -> ShareCode:
    """A share code as people type it; one that cannot be any is answered like a wrong one.

    Raises:
        SecondFactorWrongError: when it is none.
    """
    try:
        return ShareCode.parse(text)
    except ValueError as error:
        raise SecondFactorWrongError from error


def share_hash(code: LookupCode, share: ShareCode) -> str:
    """What is kept of a share code; the lookup code in it makes equal share codes of two books differ."""
    return hashlib.sha256(f"{code.value}:{share.value}".encode()).hexdigest()


async def look_up(question: Question) -> Found | None:
    """The book that the scope's code opens, or None; the caller refuses once the event is committed."""
    years = await books.years(question.code.value)
    share = await _share(question)
    opened = _opens(question, years, share)
    outcome = AccessOutcome.REFUSED
    if years and opened is not False:
        outcome = AccessOutcome.MINIMUM if opened is None else AccessOutcome.FULL
    purpose = question.purpose if share is None else share.purpose
    share_id = None if share is None else share.id
    await access.record(purpose, question.means, outcome, share_id, question.network)
    if outcome is AccessOutcome.REFUSED:
        return None
    return Found(full=bool(opened), years=await _filled(years), fingerprint=await access.fingerprint())


async def _share(question: Question) -> ShareCodeRow | None:
    if question.share_code is None:
        return None
    return await access.open_share(share_hash(question.code, question.share_code))


def _opens(question: Question, years: list[ShownYear], share: ShareCodeRow | None) -> bool | None:
    """Whether the second factor is right; None when there was none."""
    if question.granted:
        return True
    if question.share_code is not None:
        return share is not None
    if question.birth_date is None:
        return None
    known = years[-1].birth_date if years else ""
    return hmac.compare_digest(known, question.birth_date.isoformat())


async def _filled(years: list[ShownYear]) -> list[FoundYear]:
    ids = [year.revision_id for year in years]
    documents = await records.contents(ids)
    signatures = await ceremonies.signatures(ids)
    files = await ceremonies.artefacts(ids)
    versions = await records.revisions([year.record_id for year in years])
    return [
        FoundYear(
            shown=year,
            document=documents[year.revision_id],
            signatures=signatures[year.revision_id],
            files=files[year.revision_id],
            versions=[item for item in versions[year.record_id] if _was_issued(item)],
        )
        for year in years
    ]


def _was_issued(revision: RevisionRow) -> bool:
    return revision.state in {*ISSUED, State.SUPERSEDED}
