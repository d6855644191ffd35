"""Checking one record's proof offline: the file, its leaf, the leaf's path, and the head's signature and time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from backend.domain.ledger import Proof, SignedNote
from backend.domain.merkle import root_from_inclusion
from signing_worker.checking.failed import CheckFailedError
from signing_worker.checking.files import require_leaf_file
from signing_worker.checking.heads import JudgedHead, judge_head


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds: by whose head, and when the department sealed the file, if it did."""

    proof: Proof
    head: JudgedHead
    sealed_at: datetime | None


def check(
    data: bytes, proof: Proof, head: SignedNote, roots: Sequence[x509.Certificate], signer: str = ""
) -> Checked:
    """See that a file is what was locked, as the head's signer said when the head was made.

    Args:
        data: a PDF or an XML packet.
        proof: of its leaf.
        head: of the size that the proof leads to.
        roots: the trusted roots.
        signer: who must have signed the head, as the certificate names them; anybody under the roots without it.

    Raises:
        CheckFailedError: with the first claim that does not hold.
    """
    judged = asyncio.run(judge_head(head, roots))
    if signer and judged.signer != signer:
        raise CheckFailedError("the head is signed by somebody else")
    if proof.size != head.note.size:
        raise CheckFailedError("the proof is for a head of another size")
    if root_from_inclusion(proof.leaf.hash, proof.index, proof.size, proof.path) != head.note.root:
        raise CheckFailedError("the proof does not lead to the head")
    return Checked(proof, judged, require_leaf_file(data, proof.leaf, judged.signer, roots))
