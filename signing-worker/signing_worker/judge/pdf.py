"""The signatures of a PDF, read strictly: whatever the reader objects to is not intact.

pyHanko's own bottom line is not enough (it accepts form-value and metadata attacks), so a signature counts as
intact only when nothing but later signatures and validation material follows it, and the file's last signature or
timestamp covers every byte.
"""

import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from signing_worker.judge.judgement import CHANGED, NOTHING, UNKNOWN, JudgedSignature, Judgement
from signing_worker.sign.pdf import FIELD_NAME

ALLOWED_AFTER = {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
ALLOWED_BETWEEN = ALLOWED_AFTER | {ModificationLevel.FORM_FILLING}
PADES = "/ETSI.CAdES.detached"
POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        *(
            rule.as_qualified(ModificationLevel.LTA_UPDATES)
            for rule in (
                XrefStreamRule(),
                ObjectStreamRule(),
                DSSCompareRule(),
                DocInfoRule(),
                MetadataUpdateRule(),
            )
        ),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
"""The library's own without changes of field values, since a form has no fields but signatures."""


def judge_pdf(
    data: bytes,
    roots: Sequence[x509.Certificate],
    intermediates: Sequence[x509.Certificate],
    *,
    moment: datetime | None = None,
) -> Judgement:
    """What the signatures of a PDF say; certificates are judged as of ``moment``, or of now."""
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        signatures = list(reader.embedded_regular_signatures)
        covered = covers_everything(reader)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return Judgement(CHANGED if _names_our_fields(data) else UNKNOWN)

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=list(roots),
            other_certs=list(intermediates),
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=moment,
        )

    judged = tuple(
        judge_signature(signature, context(), last=place == len(signatures), covered=covered)
        for place, signature in enumerate(signatures, start=1)
    )
    ours = any(signature.field_name in FIELD_NAME.values() for signature in signatures)
    if not judged and not ours:
        return NOTHING
    return Judgement(CHANGED if ours else UNKNOWN, judged)


def _names_our_fields(data: bytes) -> bool:
    return any(name.encode() in data for name in FIELD_NAME.values())


def covers_everything(reader: PdfFileReader) -> bool:
    """Whether the last signature or timestamp of a file covers it to its last byte."""
    every = reader.embedded_signatures
    return bool(every) and every[-1].evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE


def judge_signature(
    signature: EmbeddedPdfSignature, context: ValidationContext, *, last: bool, covered: bool
) -> JudgedSignature:
    """What one signature says; ``last`` of the file's, of which ``covered`` says that its end covers everything."""
    usage = KeyUsageConstraints(key_usage={"digital_signature"})
    try:
        status = validate_pdf_signature(
            signature,
            signer_validation_context=context,
            ts_validation_context=context,
            diff_policy=POLICY,
            key_usage_settings=usage,
        )
    except (SignatureValidationError, PdfError, ValueError, KeyError, TypeError, AttributeError):
        return _broken(signature)
    allowed = ALLOWED_AFTER if last else ALLOWED_BETWEEN
    intact = (
        status.intact
        and status.valid
        and status.docmdp_ok is not False
        and status.modification_level in allowed
        and covered
        and str(signature.sig_object.get("/SubFilter")) == PADES
    )
    return JudgedSignature(
        field=str(signature.field_name),
        signer=_name(signature),
        intact=bool(intact),
        trusted=bool(status.trusted),
        signed_at=status.timestamp_validity.timestamp if status.timestamp_validity else None,
    )


def _broken(signature: EmbeddedPdfSignature) -> JudgedSignature:
    return JudgedSignature(
        field=str(signature.field_name), signer="", intact=False, trusted=False, signed_at=None
    )


def _name(signature: EmbeddedPdfSignature) -> str:
    return str(signature.signer_cert.subject.native.get("common_name", ""))
