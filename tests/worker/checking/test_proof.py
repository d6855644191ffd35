"""A file, its proof and the head: believed together with nobody to ask, and refused when one of them is another's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import x509

from backend.domain.ledger import Proof, SignedNote
from backend.embedded.pki import DevelopmentPki
from signing_worker.checking.failed import CheckFailedError
from signing_worker.checking.proof import Checked, check
from signing_worker.sign.trust import load_certificates
from tests.fixtures.servers import DEPARTMENT_SEAL, SCHOOL_SEAL
from tests.worker.checking.proven import Proven, make_proven, signed, with_leaf
from tests.worker.making import signing

NAME = DEPARTMENT_SEAL.common_name


@pytest.fixture(scope="module")
def proven(pki: DevelopmentPki) -> Proven:
    return make_proven(pki)


@pytest.fixture
def roots(pki: DevelopmentPki) -> list[x509.Certificate]:
    return load_certificates(pki.trust_roots[:1])


def test_the_final_files_are_proven_with_every_service_off(
    pki: DevelopmentPki, proven: Proven, roots: list[x509.Certificate]
) -> None:
    """PDF and XML, each with only the proof, the head and a root; the PDF also says when it was sealed."""
    pki.stop()
    try:
        by_pdf = check(proven.final.pdf, proven.proof, proven.head, roots, NAME)
        by_xml = check(proven.final.xml, proven.proof, proven.head, roots, NAME)
    finally:
        pki.start()
    assert by_pdf.head == by_xml.head
    assert by_pdf.head.signer == NAME
    assert by_pdf.sealed_at is not None
    assert by_xml.sealed_at == proven.proof.leaf.effective_from


def test_files_without_the_departments_seal_are_proven_too(
    proven: Proven, roots: list[x509.Certificate]
) -> None:
    """As the school had issued them, they are what was locked."""
    for data in (proven.issued.pdf, proven.issued.xml):
        assert check(data, proven.proof, proven.head, roots).sealed_at is None


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


Break = Callable[[Proven], tuple[bytes, Proof, SignedNote]]
BREAKS: dict[str, tuple[Break, str]] = {
    "a bit of the PDF": (lambda p: (_flipped(p.final.pdf, 2_000), p.proof, p.head), "not the one"),
    "a bit of the seal": (
        lambda p: (_flipped(p.final.pdf, len(p.issued.pdf) + 3_000), p.proof, p.head),
        "sealed|follows",
    ),
    "bytes after the seal": (lambda p: (p.final.pdf + b"\n% more\n", p.proof, p.head), "sealed"),
    "bytes after the issued PDF": (lambda p: (p.issued.pdf + b"\n% more\n", p.proof, p.head), "sealed|follows"),
    "a cut PDF": (lambda p: (p.issued.pdf[:-9], p.proof, p.head), "not the one"),
    "a mark in the XML": (lambda p: (p.final.xml.replace(b"<MUC_DAT_DUOC>T", b"<MUC_DAT_DUOC>H", 1), p.proof, p.head), "not the one"),
    "a date in the XML": (lambda p: (p.final.xml.replace(b"2025-07-01T", b"2025-06-01T", 1), p.proof, p.head), "date|not the one"),
    "an element beside the lock": (
        lambda p: (p.final.xml.replace(b"</HOC_BA_SO>", b"<X/></HOC_BA_SO>"), p.proof, p.head),
        "not the one",
    ),
    "no document": (lambda p: (b"nothing", p.proof, p.head), "not the one"),
    "another leaf": (
        lambda p: (p.final.pdf, replace(p.proof, leaf=replace(p.proof.leaf, revision=9)), p.head),
        "does not lead",
    ),
    "another place": (lambda p: (p.final.pdf, replace(p.proof, index=5), p.head), "does not lead"),
    "a shorter path": (lambda p: (p.final.pdf, replace(p.proof, path=p.proof.path[1:]), p.head), "does not lead"),
    "another size": (lambda p: (p.final.pdf, replace(p.proof, size=6), p.head), "another size"),
    "another note": (
        lambda p: (p.final.pdf, p.proof, replace(p.head, note=replace(p.head.note, origin="hocba-ledger/23"))),
        "over its note",
    ),
    "no signature": (lambda p: (p.final.pdf, p.proof, replace(p.head, signature=b"none")), "cannot be read"),
    "another's timestamp": (
        lambda p: (p.final.pdf, p.proof, replace(p.head, signature=p.head.signature + b"\x00")),
        "timestamp",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_whatever_was_changed_is_found(proven: Proven, roots: list[x509.Certificate], name: str) -> None:
    """Each part for itself: the file, the leaf, the path, the head."""
    change, reason = BREAKS[name]
    with pytest.raises(CheckFailedError, match=reason):
        check(*change(proven), roots, NAME)


def test_a_root_that_signed_nothing_here_proves_nothing(pki: DevelopmentPki, proven: Proven) -> None:
    """Another authority's root."""
    with pytest.raises(CheckFailedError, match="no trusted root"):
        check(proven.final.xml, proven.proof, proven.head, load_certificates(pki.trust_roots[1:]))


def test_a_school_cannot_sign_a_head(
    pki: DevelopmentPki, proven: Proven, roots: list[x509.Certificate]
) -> None:
    """A head of another leaf under a school's seal: refused by name, and by the department's seal in the PDF."""
    leaf = replace(proven.proof.leaf, effective_from=proven.proof.leaf.effective_from + timedelta(days=1))

    def forge() -> tuple[Proof, SignedNote]:
        proof, note = with_leaf(proven, leaf)
        with signing(pki):
            return proof, signed(pki, note, SCHOOL_SEAL)

    proof, head = forge()
    with pytest.raises(CheckFailedError, match="somebody else"):
        check(proven.issued.xml, proof, head, roots, NAME)
    with pytest.raises(CheckFailedError, match="not that of who signed"):
        check(proven.final.pdf, proof, head, roots)
    assert isinstance(check(proven.issued.xml, proof, head, roots), Checked)
