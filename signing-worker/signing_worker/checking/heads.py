"""A head of the ledger, judged offline: whose signature it is, and when it was made at the latest.

The certificates are judged as of the timestamp, so a head stays good when they have expired. Revocation is not asked
for: whoever signed a head also had the signing worker's hard check before it, and a later head replaces an earlier one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from backend.domain.ledger import SignedNote
from signing_worker.checking.failed import CheckFailedError
from signing_worker.sign.clock import stamped

BROKEN = (SignatureValidationError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class JudgedHead:
    """Who signed a head, as the certificate names them, and when by the timestamp."""

    signer: str
    signed_at: datetime


async def judge_head(head: SignedNote, roots: Sequence[x509.Certificate]) -> JudgedHead:
    """See that a head's signature and timestamp are whole and lead to a trusted root.

    Raises:
        CheckFailedError: when they are not or do not.
    """
    try:
        token, signature = cms.ContentInfo.load(head.timestamp), cms.ContentInfo.load(head.signature)
        moment: datetime = stamped(token)["gen_time"].native
        context = _context(roots, moment, [*_certificates(token), *_certificates(signature)])
    except BROKEN as error:
        raise CheckFailedError("the head's signature or timestamp cannot be read") from error
    await _judge_stamp(token, head.signature, context)
    return JudgedHead(await _judge_signature(signature, head.note.text.encode(), context), moment)


def _context(
    roots: Sequence[x509.Certificate], moment: datetime, others: Sequence[x509.Certificate]
) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )


def _certificates(signed: cms.ContentInfo) -> list[x509.Certificate]:
    return [choice.chosen for choice in signed["content"]["certificates"]]


async def _judge_stamp(token: cms.ContentInfo, signature: bytes, context: ValidationContext) -> None:
    def imprint(algorithm: str) -> bytes:
        return hashlib.new(algorithm, signature).digest()

    try:
        status = await validate_tst_signed_data(token["content"], context, imprint)
    except BROKEN as error:
        raise CheckFailedError("the head's timestamp cannot be judged") from error
    if not (status["intact"] and status["valid"]):
        raise CheckFailedError("the head's timestamp is not one over its signature")
    if status["trust_problem_indic"] is not None or status["validation_path"] is None:
        raise CheckFailedError("the head's timestamp leads to no trusted root")


async def _judge_signature(signed: cms.ContentInfo, note: bytes, context: ValidationContext) -> str:
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    try:
        status = await async_validate_detached_cms(
            note, signed["content"], signer_validation_context=context, key_usage_settings=usage
        )
    except BROKEN as error:
        raise CheckFailedError("the head's signature cannot be judged") from error
    if not (status.intact and status.valid):
        raise CheckFailedError("the head's signature is not one over its note")
    if not status.trusted:
        raise CheckFailedError("the head's signature leads to no trusted root")
    return str(status.signing_cert.subject.native.get("common_name", ""))
