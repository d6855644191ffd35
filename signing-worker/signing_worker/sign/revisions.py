"""Templates of revisions by signer, and the watch over them.

The first file that a process makes by templates, and one in ``FILES_PER_CHECK`` of all later ones, is read by pyHanko's
strict reader before anybody gets it: every signature intact, every change permitted. A file that is not so is not handed out,
and from then on this process lets pyHanko make every revision.
"""

import io
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from backend.observability import log
from signing_worker.sign.revision import RevisionTemplate, Tail, learn

FILES_PER_CHECK = 250
SIGNERS_KEPT, SHAPES_KEPT = 512, 8


class RevisionBrokenError(RuntimeError):
    """A revision made from a template is not what pyHanko accepts; the argument says which check it fails."""


@dataclass(slots=True)
class Revisions:
    """The templates of this process."""

    _kept: OrderedDict[Hashable, list[RevisionTemplate]] = field(default_factory=OrderedDict)
    _trusted: bool = True
    _made: int = 0

    def find(self, signer: Hashable, pdf: bytes) -> tuple[RevisionTemplate, Tail] | None:
        """A template of a signer's that fits a file."""
        kept = self._kept.get(signer) if self._trusted else None
        tail = Tail.of(pdf) if kept else None
        if not kept or tail is None:
            return None
        return next(((template, tail) for template in kept if template.fits(pdf, tail)), None)

    def learn(self, signer: Hashable, pdf: bytes, signed: bytes, said: bytes) -> None:
        """Keep the template of what pyHanko has just appended, if it can be given back."""
        template = learn(pdf, signed, said) if self._trusted else None
        if template is None:
            return
        kept = self._kept.setdefault(signer, [])
        self._kept.move_to_end(signer)
        kept.insert(0, template)
        del kept[SHAPES_KEPT:]
        while len(self._kept) > SIGNERS_KEPT:
            self._kept.popitem(last=False)

    def hand_out(self, signed: bytes) -> bytes:
        """A file that templates made, checked when it is its turn.

        Raises:
            RevisionBrokenError: when it is not valid; no template is used from then on.
        """
        self._made += 1
        if self._made % FILES_PER_CHECK == 1:
            try:
                require_sound(signed)
            except Exception as error:
                # a file that cannot even be read is no better than one that fails a check
                self._trusted = False
                log.error("revision_broken", check=str(error), kind=type(error).__name__)
                raise
        return signed


def require_sound(pdf: bytes) -> None:
    """See that every signature of a file is intact, and that every change after it was permitted.

    Raises:
        RevisionBrokenError: when one is not.
    """
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    for signature in reader.embedded_regular_signatures:
        _require_sound(signature)
    last = reader.embedded_signatures[-1]
    if last.evaluate_signature_coverage() is not SignatureCoverageLevel.ENTIRE_FILE:
        raise RevisionBrokenError("bytes that are not signed")
    if last in reader.embedded_timestamp_signatures:
        stamped = last.signed_data["encap_content_info"]["content"].parsed
        if stamped["message_imprint"]["hashed_message"].native != last.compute_digest():
            raise RevisionBrokenError("a timestamp over other bytes")


def _require_sound(signature: EmbeddedPdfSignature) -> None:
    signature.compute_integrity_info()
    if not signature.summarise_integrity_info()["docmdp_ok"]:
        raise RevisionBrokenError("a change that is not permitted")
    try:
        intact, valid = validate_sig_integrity(
            signature.signer_info,
            signature.signer_cert,
            expected_content_type="data",
            actual_digest=signature.compute_digest(),
        )
    except UnacceptableSignerError as error:
        raise RevisionBrokenError("a signature of another form") from error
    if not (intact and valid):
        raise RevisionBrokenError("a signature that is not valid")
