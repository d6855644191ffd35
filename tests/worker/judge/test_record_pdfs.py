"""A record's PDF in a packet: the registered signers, each field, nothing changed, and the time that the timestamp says."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from backend.domain.signing import SignatureRole
from backend.domain.submission import Finding, ManifestLine, Objection, RecordFact, SignerFact
from backend.embedded.pki import DevelopmentPki
from signing_worker.judge.record_pdf import judge_record_pdf
from signing_worker.sign.trust import load_certificates
from signing_worker.sign.work import SignedWork
from tests.worker.making import SIGNERS, draw, sign_all, signing

ROLES = list(SignatureRole)[:3]


@pytest.fixture(scope="module")
def stages(pki: DevelopmentPki) -> list[SignedWork]:
    with signing(pki):
        return sign_all(pki, draw())[:3]


def _fact(pki: DevelopmentPki, stages: list[SignedWork], data: bytes) -> RecordFact:
    """What the registry knows when it names these bytes."""
    signers = tuple(
        SignerFact(
            role=role,
            certificate=pki.certificate_file(SIGNERS[role][0].label).read_text(),
            signed_at=stage.signed_at,
            in_role=True,
        )
        for role, stage in zip(ROLES, stages, strict=True)
    )
    line = ManifestLine(
        lookup_code="",
        revision=1,
        content_digest="",
        xml_digest="",
        pdf_digest=hashlib.sha256(data).hexdigest(),
    )
    return RecordFact(line=line, school_code="", signers=signers)


def _judge(pki: DevelopmentPki, data: bytes, fact: RecordFact) -> list[Finding]:
    return judge_record_pdf(
        data, fact, load_certificates(pki.trust_roots), load_certificates(pki.intermediates)
    )


def test_a_whole_file_is_clean(pki: DevelopmentPki, stages: list[SignedWork]) -> None:
    """As the three have signed it."""
    data = stages[-1].pdf
    assert _judge(pki, data, _fact(pki, stages, data)) == []


FILES: dict[str, tuple[Callable[[list[SignedWork]], bytes], list[Finding]]] = {
    "without the seal": (
        lambda stages: stages[1].pdf,
        [Finding(Objection.SIGNATURE_MISSING, "pdf.SCHOOL_SEAL")],
    ),
    "with something after it": (
        lambda stages: stages[2].pdf + b"\n% more\n",
        [Finding(Objection.SIGNATURE_BROKEN, f"pdf.{role}") for role in ROLES],
    ),
    "of nothing": (lambda _: b"", [Finding(Objection.RECORD_UNREADABLE, "pdf")]),
    "cut off": (lambda stages: stages[2].pdf[:-4_000], [Finding(Objection.RECORD_UNREADABLE, "pdf")]),
}


@pytest.mark.parametrize(("make", "expected"), FILES.values(), ids=FILES)
def test_a_bad_file_is_named(
    pki: DevelopmentPki,
    stages: list[SignedWork],
    make: Callable[[list[SignedWork]], bytes],
    expected: list[Finding],
) -> None:
    """Also when the registry and the manifest agree on its digest."""
    data = make(stages)
    assert _judge(pki, data, _fact(pki, stages, data)) == expected


def test_another_file_than_the_listed_one_is_not_opened(
    pki: DevelopmentPki, stages: list[SignedWork]
) -> None:
    """The digest comes first."""
    fact = _fact(pki, stages, stages[-1].pdf)
    assert _judge(pki, stages[1].pdf, fact) == [Finding(Objection.RECORD_DIGEST_DIFFERS, "pdfDigest")]


def test_a_time_that_the_timestamp_does_not_say_is_not_believed(
    pki: DevelopmentPki, stages: list[SignedWork]
) -> None:
    """A signature dated back, so that a certificate would still have held, is no signature of that time."""
    data = stages[-1].pdf
    fact = _fact(pki, stages, data)
    early = replace(fact.signers[0], signed_at=fact.signers[0].signed_at - timedelta(hours=2))
    found = _judge(pki, data, replace(fact, signers=(early, *fact.signers[1:])))
    assert found == [Finding(Objection.SIGNATURE_BROKEN, "pdf.HOMEROOM_TEACHER")]


def test_a_signature_by_another_than_the_registered_signer_is_named(
    pki: DevelopmentPki, stages: list[SignedWork]
) -> None:
    """The field is the teacher's and whole, and the certificate in it is not the registered one."""
    data = stages[-1].pdf
    fact = _fact(pki, stages, data)
    other = replace(fact.signers[0], certificate=fact.signers[1].certificate)
    found = _judge(pki, data, replace(fact, signers=(other, *fact.signers[1:])))
    assert found == [Finding("CERTIFICATE_OF_ANOTHER", "pdf.HOMEROOM_TEACHER")]
