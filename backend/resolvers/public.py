"""What everybody may ask: looking a record up, and verifying a document."""

from datetime import date, datetime
from typing import Any

from backend.adapters import uploads
from backend.adapters.addresses import network_of
from backend.context import Context, KnownBook
from backend.db.scope import scoped_apart
from backend.domain.access import AccessMeans, AccessOutcome, AccessPurpose
from backend.domain.errors import (
    DomainError,
    LookupCodeUnknownError,
    NotFoundError,
    SecondFactorWrongError,
    WorkerBusyError,
)
from backend.domain.messages import sentence
from backend.domain.policy import PUBLIC, Actor, Role
from backend.domain.rate_limits import By, Operation
from backend.resolvers.answering import Info
from backend.resolvers.found import answer
from backend.schema.department import DocumentSignature, DocumentVerdict, Verification
from backend.schema.lookup import LookupResult
from backend.services import lookup as lookup_cases
from backend.services import verification
from backend.services.lookup import Question

WORKER_SECONDS = 20.0


async def lookup(
    info: Info,
    code: str,
    second_factor: date | None = None,
    share_code: str | None = None,
    purpose: AccessPurpose = AccessPurpose.NOT_STATED,
) -> LookupResult:
    """A record book by its lookup code; with the pupil's birth date or a share code, the whole of it."""
    parsed = lookup_cases.read_code(code)
    context = info.context
    question = Question(
        code=parsed,
        birth_date=second_factor,
        share_code=None if share_code is None else lookup_cases.read_share_code(share_code),
        purpose=purpose,
        network=network_of(context.address),
    )
    buckets = {By.CODE: parsed.value, By.ADDRESS: context.address}
    counted = Operation.LOOKUP if question.means is AccessMeans.CODE else Operation.LOOKUP_TRY
    await context.services.limits.require(counted, buckets)
    # a scope that writes, for the access event; the role itself may write nothing else
    async with scoped_apart(Actor(role=Role.PUBLIC, lookup_code=parsed.value), write=True):
        found = await lookup_cases.look_up(question)
    if found is None:
        raise _refused(question)
    if question.share_code is None and len(info.operation.selection_set.selections) == 1:
        context.known_book = KnownBook(
            code=parsed.value,
            fingerprint=found.fingerprint,
            purpose=purpose,
            means=question.means,
            outcome=AccessOutcome.FULL if found.full else AccessOutcome.MINIMUM,
            counted=counted,
        )
    if counted is Operation.LOOKUP_TRY:
        await context.services.limits.give_back(counted, buckets)
    return answer(found, context, full=found.full)


def _refused(question: Question) -> DomainError:
    if question.means is AccessMeans.CODE:
        return LookupCodeUnknownError(field="code")
    return SecondFactorWrongError()


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
