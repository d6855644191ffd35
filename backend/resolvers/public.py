"""What everybody may ask: looking a record up, and verifying a document."""

from datetime import date, datetime
from typing import Any

from backend.adapters import uploads
from backend.adapters.addresses import network_of
from backend.adapters.rate_limits import Counted
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
    context = info.context
    question = question_of(code, second_factor, share_code, purpose, context.address)
    counted = counted_as(question, context.address)
    await context.services.limits.require(counted.operation, counted.whose)
    # a scope that writes, for the access event; the role itself may write nothing else
    async with scoped_apart(actor_of(question), write=True):
        found = await lookup_cases.look_up(question)
    if found is None:
        raise refusal(question)
    if len(info.operation.selection_set.selections) == 1:
        context.known_book = known_book(question, counted.operation, found.fingerprint, full=found.full)
    if counted.operation is Operation.LOOKUP_TRY:
        await context.services.limits.give_back(counted.operation, counted.whose)
    return answer(found, context, full=found.full)


def question_of(
    code: str, second_factor: date | None, share_code: str | None, purpose: AccessPurpose, address: str
) -> Question:
    """What the arguments of a lookup ask.

    Raises:
        LookupCodeInvalidError, SecondFactorWrongError: when a code cannot be any.
    """
    return Question(
        code=lookup_cases.read_code(code),
        birth_date=second_factor,
        share_code=None if share_code is None else lookup_cases.read_share_code(share_code),
        purpose=purpose,
        network=network_of(address),
    )


def actor_of(question: Question) -> Actor:
    """The public, with a code in its hand."""
    return Actor(role=Role.PUBLIC, lookup_code=question.code.value)


def counted_as(question: Question, address: str) -> Counted:
    """The buckets that a lookup counts in: with a second factor it is a try."""
    operation = Operation.LOOKUP if question.means is AccessMeans.CODE else Operation.LOOKUP_TRY
    return Counted(operation, {By.CODE: question.code.value, By.ADDRESS: address})


def known_book(question: Question, counted: Operation, fingerprint: str, *, full: bool) -> KnownBook | None:
    """What the answer rests on; None for a share code, which may end before anything else changes."""
    if question.share_code is not None:
        return None
    return KnownBook(
        code=question.code.value,
        fingerprint=fingerprint,
        purpose=question.purpose,
        means=question.means,
        outcome=AccessOutcome.FULL if full else AccessOutcome.MINIMUM,
        counted=counted,
    )


def refusal(question: Question) -> DomainError:
    """The one answer to whatever is wrong."""
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
