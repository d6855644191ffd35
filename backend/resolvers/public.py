"""What everybody may ask: looking a record up, and verifying a document."""

from datetime import date, datetime
from typing import Any

from backend.adapters import uploads
from backend.context import Context
from backend.db.scope import scoped_apart
from backend.domain.errors import NotFoundError, WorkerBusyError
from backend.domain.lifecycle import State
from backend.domain.messages import sentence
from backend.domain.policy import PUBLIC, Actor, Role
from backend.domain.school_year import SchoolYear
from backend.domain.signing import SignatureRole
from backend.resolvers.answering import Info
from backend.schema.content import content_type
from backend.schema.department import (
    DocumentSignature,
    DocumentVerdict,
    LookupResult,
    LookupVerdict,
    LookupYear,
    Verification,
)
from backend.schema.records import Artefact, Signature
from backend.services import lookup as lookup_cases
from backend.services import verification
from backend.services.lookup import Found, FoundYear

WORKER_SECONDS = 20.0
MASK = "…"


async def lookup(info: Info, code: str, second_factor: date | None = None) -> LookupResult:
    """A record book by its lookup code; with the pupil's birth date as second factor, the whole of it."""
    parsed = lookup_cases.read_code(code)
    async with scoped_apart(Actor(role=Role.PUBLIC, lookup_code=parsed.value)):
        found = await lookup_cases.look_up(second_factor)
    return _result(found, info.context)


def _result(found: Found, context: Context) -> LookupResult:
    pupil = found.years[-1].document["pupil"]
    return LookupResult(
        masked_name=pupil["fullName"] if found.full else _masked(pupil["fullName"]),
        birth_year=int(pupil["birthDate"][:4]) if found.full and pupil["birthDate"] else None,
        full=found.full,
        years=[_year(year, context, full=found.full) for year in found.years],
    )


def _masked(full_name: str) -> str:
    """The initials of all but the given name: enough for the family to know, too little for anybody else."""
    *others, given = full_name.split(" ")
    return " ".join([*(f"{word[0]}{MASK}" for word in others), given])


def _year(year: FoundYear, context: Context, *, full: bool) -> LookupYear:
    verdict = _verdict(year.revision.state)
    final = [item for item in year.files if item.role is SignatureRole.LOCK_SEAL]
    return LookupYear(
        school_year=str(SchoolYear(year.record.school_year)),
        grade=year.record.grade,
        school_name=year.document["school"]["name"],
        state=year.revision.state,
        verdict=verdict,
        sentence=sentence(f"LOOKUP_{verdict}", context.language),
        revision=year.revision.number,
        effective_from=year.revision.effective_from,
        seal_pending=year.seal_pending,
        content=content_type(year.document) if full else None,
        signatures=[Signature.of(row) for row in year.signatures] if full else [],
        artefacts=[Artefact.of(item, context) for item in final] if full else [],
    )


def _verdict(state: State) -> LookupVerdict:
    if state is State.LOCKED:
        return LookupVerdict.LOCKED
    return LookupVerdict.WITHDRAWN if state is State.WITHDRAWN else LookupVerdict.NOT_YET_LOCKED


async def verify(info: Info, upload: str) -> Verification:
    """Whether an uploaded document is what the registry holds (``POST /uploads`` gives the upload's id)."""
    services = info.context.services
    kept = await uploads.find(services.redis, upload)
    if kept is None:
        raise NotFoundError(field="upload")
    digest = verification.digest_of(kept[0])
    async with scoped_apart(PUBLIC, write=True):
        known = await verification.find_registered(digest)
        if known is None:
            await verification.ask_worker(upload)
    if known is not None:
        return _answer(DocumentVerdict(known.verdict), digest, [], info.context)
    reply = await services.replies.wait(upload, WORKER_SECONDS)
    if reply is None:
        raise WorkerBusyError(field="upload")
    signatures = [_signature(item) for item in reply["signatures"]]
    return _answer(DocumentVerdict(reply["verdict"]), digest, signatures, info.context)


def _signature(item: dict[str, Any]) -> DocumentSignature:
    at = item["signed_at"]
    return DocumentSignature(**{**item, "signed_at": datetime.fromisoformat(at) if at else None})


def _answer(
    verdict: DocumentVerdict, digest: str, signatures: list[DocumentSignature], context: Context
) -> Verification:
    words = sentence(f"DOCUMENT_{verdict}", context.language)
    return Verification(verdict=verdict, sentence=words, digest=digest, signatures=signatures)
