"""Whether a PDF or XML is the one that a leaf speaks of.

The leaf was made at the lock, before the department's seal was put on the files. So a sealed PDF is held to the leaf by its
first bytes, which the seal only followed, and a sealed XML by what remains when the part that the lock added is cut off
(``infra/ledger.md``). What follows in a PDF must be the department's seal and nothing else.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509

from backend.domain.ledger import FileMark, Leaf
from backend.domain.signing import SignatureRole
from signing_worker.checking.failed import CheckFailedError
from signing_worker.judge.judgement import JudgedSignature
from signing_worker.judge.pdf import judge_pdf
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.shape import require_packet_shape
from signing_worker.sign.pdf import FIELD_NAME

PDF_START = b"%PDF-"
ANOTHER = "the file is not the one that was locked"


def issued_part(data: bytes, leaf: Leaf) -> bytes:
    """A file as the school had issued it, from a file with or without the department's seal.

    Raises:
        CheckFailedError: when it is not the leaf's PDF or XML.
    """
    is_pdf = data.startswith(PDF_START)
    mark = leaf.pdf if is_pdf else leaf.xml
    if mark is None:
        raise CheckFailedError("nothing was known of such a file at the lock")
    issued = data[: mark.size] if is_pdf else _without_lock(data)
    if FileMark(hashlib.sha256(issued).hexdigest(), len(issued)) != mark:
        raise CheckFailedError(ANOTHER)
    return issued


def require_leaf_file(
    data: bytes, leaf: Leaf, signer: str, roots: Sequence[x509.Certificate]
) -> datetime | None:
    """See that a file is the leaf's; when the department sealed it, or None for a file without its seal.

    Args:
        data: the file.
        leaf: what the ledger says.
        signer: who signed the head; nobody else's seal counts.
        roots: the trusted roots.

    Raises:
        CheckFailedError: when it is not, or holds more than was locked and sealed.
    """
    issued = issued_part(data, leaf)
    if data.startswith(PDF_START):
        return None if len(issued) == len(data) else _require_seal(data, signer, roots)
    return _require_lock(data, leaf)


def _without_lock(data: bytes) -> bytes:
    """A packet without what the lock added at its end; the rest stays as it is, byte for byte."""
    mapping = default_mapping()
    start = data.rfind(f"<{mapping.lock.element} ".encode())
    return data if start < 0 else data[:start] + f"</{mapping.root}>".encode()


def _require_lock(data: bytes, leaf: Leaf) -> datetime | None:
    """The effective date in a packet; it must be the leaf's."""
    mapping = default_mapping()
    try:
        root = parse_packet(data)
        require_packet_shape(root)
        text = root.findtext(f"{mapping.lock.element}/{mapping.effective}")
        effective = None if text is None else datetime.fromisoformat(text)
    except (PacketInvalidError, ValueError) as error:
        raise CheckFailedError(ANOTHER) from error
    if effective is not None and effective != leaf.effective_from:
        raise CheckFailedError("the effective date in the file is not that of the lock")
    return effective


def _require_seal(data: bytes, signer: str, roots: Sequence[x509.Certificate]) -> datetime | None:
    seal = _seal(data, roots, None)
    if not seal.trusted and seal.signed_at is not None:
        # certificates end; what counts is whether they held when the seal was stamped
        seal = _seal(data, roots, seal.signed_at)
    if not seal.trusted:
        raise CheckFailedError("the seal in the file leads to no trusted root")
    if seal.signer != signer:
        raise CheckFailedError("the seal in the file is not that of who signed the head")
    return seal.signed_at


def _seal(data: bytes, roots: Sequence[x509.Certificate], moment: datetime | None) -> JudgedSignature:
    judged = judge_pdf(data, roots, [], moment=moment).signatures
    fields = [signature.field for signature in judged]
    if not judged or fields[-1] != FIELD_NAME[SignatureRole.LOCK_SEAL]:
        raise CheckFailedError("something other than the department's seal follows what was locked")
    if not all(signature.intact for signature in judged):
        raise CheckFailedError("the file was changed after it was sealed")
    return judged[-1]
