"""What a lookup found, as the API says it: the verdict, its reasons in words, and what it rests on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.context import Context
from backend.domain.access import AccessPurpose
from backend.domain.calendar import VIETNAM
from backend.domain.integrators import Detail
from backend.domain.lifecycle import State
from backend.domain.messages import Language, sentence
from backend.domain.organisation import ArtefactKind
from backend.domain.outcome import Outcome
from backend.domain.school_year import SchoolYear
from backend.schema.content import content_type
from backend.schema.ledger import InclusionProof
from backend.schema.lookup import (
    LookupReason,
    LookupResult,
    LookupVerdict,
    LookupVersion,
    LookupYear,
    VerdictReason,
)
from backend.schema.records import Artefact, Signature
from backend.schema.registry import RegistryOutcome, RegistryRecord
from backend.services.lookup import Found, FoundYear

MASK = "…"

NOT_LOCKED = {
    LookupVerdict.WITHDRAWN: LookupReason.WITHDRAWN,
    LookupVerdict.NOT_YET_LOCKED: LookupReason.NOT_LOCKED,
}


def answer(found: Found, context: Context, *, full: bool) -> LookupResult:
    """The answer to a lookup."""
    pupil = found.years[-1].document["pupil"]
    return LookupResult(
        masked_name=pupil["fullName"] if full else masked(pupil["fullName"]),
        birth_year=birth_year(pupil, full=full),
        full=full,
        years=[_year(year, context, full=full) for year in found.years],
    )


def registry_answer(found: Found, purpose: AccessPurpose, detail: Detail, context: Context) -> RegistryRecord:
    """The answer to an integrator: no more than the purpose needs."""
    pupil = found.years[-1].document["pupil"]
    named = detail is not Detail.MINIMUM
    return RegistryRecord(
        purpose=purpose,
        detail=detail,
        book=answer(found, context, full=detail is Detail.FULL),
        full_name=pupil["fullName"] if named else None,
        birth_date=date.fromisoformat(pupil["birthDate"]) if named and pupil["birthDate"] else None,
        outcomes=[_outcome(year) for year in found.years] if named else [],
    )


def _outcome(year: FoundYear) -> RegistryOutcome:
    digests = {item.kind: item.digest for item in year.files}
    outcome = year.document.get("outcome")
    return RegistryOutcome(
        school_year=str(SchoolYear(year.shown.school_year)),
        grade=year.shown.grade,
        school_name=year.document["school"]["name"],
        outcome=Outcome(outcome) if outcome else None,
        completed=year.document.get("completed"),
        promoted=year.document.get("promoted"),
        pdf_digest=digests.get(ArtefactKind.PDF),
        xml_digest=digests.get(ArtefactKind.XML),
    )


def masked(full_name: str) -> str:
    """The initials of all but the given name: enough for the family to know, too little for anybody else."""
    *others, given = full_name.split(" ")
    return " ".join([*(f"{word[0]}{MASK}" for word in others), given])


def birth_year(pupil: Mapping[str, Any], *, full: bool) -> int | None:
    """Told with the second factor alone, when the school knows it."""
    return int(pupil["birthDate"][:4]) if full and pupil["birthDate"] else None


def verdict_of(state: State) -> LookupVerdict:
    if state is State.LOCKED:
        return LookupVerdict.LOCKED
    return LookupVerdict.WITHDRAWN if state is State.WITHDRAWN else LookupVerdict.NOT_YET_LOCKED


def _year(year: FoundYear, context: Context, *, full: bool) -> LookupYear:
    verdict = verdict_of(year.shown.state)
    return LookupYear(
        school_year=str(SchoolYear(year.shown.school_year)),
        grade=year.shown.grade,
        school_name=year.document["school"]["name"],
        state=year.shown.state,
        verdict=verdict,
        sentence=sentence(f"LOOKUP_{verdict}", context.language),
        reasons=reasons(year, verdict, context.language, full=full),
        revision=year.shown.number,
        effective_from=year.shown.effective_from,
        seal_pending=year.seal_pending,
        content=content_type(year.document) if full else None,
        signatures=[Signature.of(row) for row in year.signatures] if full else [],
        artefacts=[Artefact.of(item, context) for item in year.files] if full else [],
        inclusion=None
        if year.inclusion is None
        else InclusionProof.of(year.inclusion, context.services.settings, full=full),
        versions=_versions(year) if full else [],
    )


def _versions(year: FoundYear) -> list[LookupVersion]:
    return [
        LookupVersion(number=item.number, state=item.state, effective_from=item.effective_from)
        for item in year.versions
    ]


def reasons(
    year: FoundYear, verdict: LookupVerdict, language: Language, *, full: bool
) -> list[VerdictReason]:
    """What the verdict rests on, the weightiest first; who signed and what came before only with the factor."""
    number = str(year.shown.number)
    found: list[tuple[LookupReason, dict[str, str]]] = []
    if year.shown.effective_from is not None:
        day = f"{year.shown.effective_from.astimezone(VIETNAM):%d/%m/%Y}"
        found.append((LookupReason.LOCKED_ON, {"number": number, "date": day}))
    else:
        found.append((NOT_LOCKED[verdict], {"number": number}))
    if year.seal_pending:
        found.append((LookupReason.SEAL_PENDING, {}))
    if full and year.signatures:
        roles = ", ".join(f"{item.post or item.unit_name}" for item in year.signatures)
        found.append((LookupReason.SIGNED, {"count": str(len(year.signatures)), "roles": roles}))
    if full and (earlier := len(year.versions) - 1):
        found.append((LookupReason.REPLACED, {"count": str(earlier)}))
    return [
        VerdictReason(code=code, message=sentence(f"LOOKUP_REASON_{code}", language, **params))
        for code, params in found
    ]
