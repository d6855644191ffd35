"""Looking a record book up by its code: anybody may, and sees a masked minimum without the second factor.

With a second factor, a wrong code and a wrong factor get the same answer after the same statement: it tells nobody
which of the two was right. Every look is an access event of the statement that reads, failed tries included.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from backend.db.reading.pools import ReadPools
from backend.db.repositories import lookups
from backend.db.repositories.books import ShownVersion, ShownYear
from backend.db.repositories.ceremonies import ArtefactRow, SignatureRow
from backend.db.repositories.ledger import InclusionRow
from backend.db.repositories.lookups import Asked, Seen
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose, ShareCode
from backend.domain.errors import LookupCodeInvalidError, SecondFactorWrongError
from backend.domain.identifiers import LookupCode
from backend.domain.lifecycle import State
from backend.domain.organisation import ArtefactKind
from backend.domain.policy import Actor, Role
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
    proven: bool = False
    """Whether ``look_through`` brings each year's proof along."""

    @property
    def means(self) -> AccessMeans:
        if self.granted:
            return AccessMeans.GRANT
        if self.share_code is not None:
            return AccessMeans.SHARE_CODE
        return AccessMeans.CODE if self.birth_date is None else AccessMeans.BIRTH_DATE

    @property
    def asked(self) -> Asked:
        """The same in the words of the database."""
        means = self.means
        share = self.share_code if means is AccessMeans.SHARE_CODE else None
        return Asked(
            code=self.code.value,
            means=means,
            purpose=self.purpose,
            network=self.network,
            birth_date=self.birth_date.isoformat() if self.birth_date else "",
            share_hash=share_hash(self.code, share) if share else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundYear:
    """A school year of the book; signatures, final files and versions are shown only with the second factor."""

    shown: ShownYear
    document: dict[str, Any]
    signatures: list[SignatureRow]
    files: list[ArtefactRow]
    versions: list[ShownVersion]
    inclusion: InclusionRow | None

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


async def look_through(doors: ReadPools, question: Question) -> Seen:
    """Look by a statement of its own, which enters the scope of the question's code."""
    actor = Actor(role=Role.PUBLIC, lookup_code=question.code.value)
    statement = lookups.LOOK_WITH_PROOF if question.proven else lookups.LOOK_IN_SCOPE
    return lookups.read(await doors.value(actor, statement, question.asked.binds))


async def look_up(question: Question) -> Found | None:
    """The book that the scope's code opens, or None; the caller refuses once the event is committed."""
    seen = await lookups.look(question.asked)
    return None if seen.outcome is AccessOutcome.REFUSED else found_in(seen)


def found_in(seen: Seen) -> Found:
    """What a look that was not refused has seen."""
    return Found(
        full=seen.outcome is AccessOutcome.FULL,
        years=[found_year(year) for year in seen.years],
        fingerprint=seen.fingerprint,
    )


def found_year(year: dict[str, Any]) -> FoundYear:
    """A year as the statement's text has it."""
    revision_id = year["revision_id"]
    return FoundYear(
        shown=ShownYear(
            record_id=year["record_id"],
            school_year=year["school_year"],
            grade=year["grade"],
            revision_id=revision_id,
            number=year["number"],
            state=State(year["state"]),
            effective_from=_instant(year["effective_from"]),
        ),
        document=year["content"],
        signatures=[_signature(revision_id, item) for item in year["signatures"]],
        files=[_file(revision_id, item) for item in year["files"]],
        versions=[_version(item) for item in year["versions"]],
        inclusion=inclusion_of(year),
    )


def _signature(revision_id: int, item: dict[str, Any]) -> SignatureRow:
    signed_at = datetime.fromisoformat(item["signed_at"])
    role = SignatureRole(item["role"])
    return SignatureRow(**{**item, "revision_id": revision_id, "role": role, "signed_at": signed_at})


def _file(revision_id: int, item: dict[str, Any]) -> ArtefactRow:
    role, kind = SignatureRole(item["role"]), ArtefactKind(item["kind"])
    return ArtefactRow(
        revision_id=revision_id, role=role, kind=kind, digest=item["digest"], size=item["size"]
    )


def inclusion_of(year: dict[str, Any]) -> InclusionRow | None:
    """A year's leaf of the ledger, if it has one and the statement has brought it along."""
    item: dict[str, Any] | None = year["inclusion"]
    if item is None:
        return None
    return InclusionRow(**{**item, "path": item["path"] or [], "signed_at": _instant(item["signed_at"])})


def _version(item: dict[str, Any]) -> ShownVersion:
    return ShownVersion(
        number=item["number"],
        state=State(item["state"]),
        effective_from=_instant(item["effective_from"]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
