"""One record with real files, in a ledger of seven leaves, under a real head: everything that a holder has in hand."""

import hashlib
from dataclasses import dataclass, replace

from backend.domain.ledger import FileMark, HeadNote, Leaf, Proof, SignedNote
from backend.domain.merkle import inclusion_proof, leaf_hash, root_of
from backend.embedded.pki import DevelopmentPki
from backend.embedded.pki_signers import SignerSpec
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.sign import process
from signing_worker.sign.work import HeadWork, SignedHead, SignedWork
from tests.fixtures.servers import DEPARTMENT_SEAL
from tests.worker.making import LOCKED_AT, draw, sign_all, signing

SIZE, PLACE = 7, 4


@dataclass(frozen=True, slots=True)
class Proven:
    """The files as the school had issued them and as the department sealed them, the proof and the head."""

    issued: SignedWork
    final: SignedWork
    proof: Proof
    head: SignedNote
    leaves: tuple[bytes, ...]


def make_proven(pki: DevelopmentPki) -> Proven:
    with signing(pki):
        *_, issued, final = sign_all(pki, draw())
        leaf = leaf_for(issued)
        leaves = [leaf_hash(bytes([number])) for number in range(SIZE)]
        leaves[PLACE] = leaf.hash
        path = tuple(inclusion_proof(leaves, PLACE))
        note = HeadNote(origin="hocba-ledger/22", size=SIZE, root=root_of(leaves))
        head = signed(pki, note)
    return Proven(issued, final, Proof(leaf=leaf, index=PLACE, size=SIZE, path=path), head, tuple(leaves))


def leaf_for(issued: SignedWork) -> Leaf:
    mapping = default_mapping()
    said = {
        item.tag: item.text or "" for item in parse_packet(issued.xml).iter() if isinstance(item.tag, str)
    }
    assert mapping.root in said
    return Leaf(
        lookup_code=said["MA_TRA_CUU_HOC_BA"],
        school_year="2024-2025",
        revision=int(said["SO_PHIEN_BAN"]),
        content_digest=said["MA_BAM_NOI_DUNG"],
        xml=FileMark(hashlib.sha256(issued.xml).hexdigest(), len(issued.xml)),
        pdf=FileMark(hashlib.sha256(issued.pdf).hexdigest(), len(issued.pdf)),
        effective_from=LOCKED_AT,
    )


def signed(pki: DevelopmentPki, note: HeadNote, by: SignerSpec = DEPARTMENT_SEAL) -> SignedNote:
    """A head signed by somebody; call it in a signing process."""
    work = HeadWork(
        note=note.text.encode(),
        locator=by.label,
        certificate=pki.certificate_file(by.label).read_text(),
        owner_name=by.common_name,
    )
    answer = process.sign_head(work)
    assert isinstance(answer, SignedHead), answer
    return SignedNote(note=note, signature=answer.signature, timestamp=answer.timestamp)


def with_leaf(proven: Proven, leaf: Leaf) -> tuple[Proof, HeadNote]:
    """A proof of another leaf in the same place, and the head it would need."""
    leaves = list(proven.leaves)
    leaves[PLACE] = leaf.hash
    proof = replace(proven.proof, leaf=leaf, path=tuple(inclusion_proof(leaves, PLACE)))
    return proof, replace(proven.head.note, root=root_of(leaves))
