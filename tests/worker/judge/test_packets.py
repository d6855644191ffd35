"""A packet made anywhere, judged against the registry's facts: each attack is refused with its code, and none breaks the judge."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from backend.domain.signing import SignatureRole
from backend.domain.submission import (
    Finding,
    ManifestLine,
    Objection,
    PacketFacts,
    RecordFact,
    SignerFact,
)
from backend.embedded.pki import DevelopmentPki
from signing_worker.judge.packet import check_packet
from signing_worker.packet.read import read_packet
from signing_worker.packet.sheets import Sheet, SheetKind, build_sheet
from signing_worker.sign import process
from signing_worker.sign.work import SheetWork, SignedSheet, SignedWork
from tests.fixtures.servers import DEPARTMENT_SEAL, SCHOOL_SEAL, TEACHER
from tests.worker.making import SIGNERS, draw, sign_all, signing

DS = "{http://www.w3.org/2000/09/xmldsig#}"
OTHER = "0" * 64
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><GOI_HOC_BA>&b;</GOI_HOC_BA>'


@dataclass(frozen=True)
class Case:
    """A whole packet: sealed manifest, files, and what the registry knows of it."""

    manifest: bytes
    files: dict[str, bytes]
    facts: PacketFacts
    xml: bytes

    @property
    def key(self) -> tuple[str, int]:
        return self.facts.records[0].line.key

    def findings(self) -> list[Finding]:
        return check_packet(self.manifest, self.files, self.facts).records[self.key]


def sheet(facts: PacketFacts, **changes: str) -> Sheet:
    values = {
        "schoolCode": facts.school_code,
        "className": facts.class_name,
        "schoolYear": facts.school_year,
        "submission": str(facts.submission),
        "nonce": facts.nonce,
    }
    rows = tuple(
        {
            "lookupCode": fact.line.lookup_code,
            "revision": str(fact.line.revision),
            "contentDigest": fact.line.content_digest,
            "xmlDigest": fact.line.xml_digest,
            "pdfDigest": fact.line.pdf_digest,
        }
        for fact in facts.records
    )
    return Sheet({**values, **changes}, rows)


def seal(pki: DevelopmentPki, content: Sheet, signer: object = SCHOOL_SEAL) -> bytes:
    """A manifest under a unit's seal, as a signing process makes it."""
    signed = process.sign_sheet(
        SheetWork(
            data=build_sheet(SheetKind.MANIFEST, content),
            kind=SheetKind.MANIFEST,
            locator=signer.label,  # type: ignore[attr-defined]
            certificate=pki.certificate_file(signer.label).read_text(),  # type: ignore[attr-defined]
            owner_name=signer.common_name,  # type: ignore[attr-defined]
            stamped=False,
        )
    )
    assert isinstance(signed, SignedSheet), signed
    return signed.xml


@dataclass(frozen=True)
class Made:
    """What the module's tests begin with; ``foreign`` is the same manifest under the department's seal."""

    case: Case
    stages: list[SignedWork]
    replayed: bytes
    elsewhere: bytes
    foreign: bytes


@pytest.fixture(scope="module")
def made(pki: DevelopmentPki) -> Made:
    with signing(pki):
        stages = sign_all(pki, draw())[:3]
        xml, pdf = stages[-1].xml, stages[-1].pdf
        packet = read_packet(xml)
        line = ManifestLine(
            lookup_code=packet.facts.lookup_code.value,
            revision=packet.facts.revision,
            content_digest=packet.facts.content_digest,
            xml_digest=hashlib.sha256(xml).hexdigest(),
            pdf_digest=hashlib.sha256(pdf).hexdigest(),
        )
        signers = tuple(
            SignerFact(
                role=role,
                certificate=pki.certificate_file(SIGNERS[role][0].label).read_text(),
                signed_at=datetime.now(UTC),
                in_role=True,
            )
            for role in list(SignatureRole)[:3]
        )
        record = RecordFact(line=line, school_code=packet.content.school.code, signers=signers)
        facts = PacketFacts(
            school_code=record.school_code,
            class_name="4A",
            school_year="2024-2025",
            submission=7,
            nonce="a" * 32,
            seal=pki.certificate_file(SCHOOL_SEAL.label).read_text(),
            records=(record,),
        )
        case = Case(seal(pki, sheet(facts)), {line.xml_digest: xml}, facts, xml)
        return Made(
            case,
            stages,
            replayed=seal(pki, sheet(facts, submission="6", nonce="b" * 32)),
            elsewhere=seal(pki, sheet(facts, schoolCode="22999999")),
            foreign=seal(pki, sheet(facts), DEPARTMENT_SEAL),
        )


@pytest.fixture
def case(made: Made) -> Case:
    return made.case


def test_a_whole_packet_is_clean(case: Case) -> None:
    """What the school sealed and the registry knows has nothing against it."""
    checked = check_packet(case.manifest, case.files, case.facts)
    assert (checked.packet, checked.records, checked.is_clean) == (None, {case.key: []}, True)


def _without_signature(data: bytes) -> bytes:
    root = etree.fromstring(data)
    for node in list(root.iter(f"{DS}Signature")):
        node.getparent().remove(node)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _forged(data: bytes) -> bytes:
    """Another value under the same signature."""
    return data.replace(b"<TEN_LOP>4A<", b"<TEN_LOP>5A<")


def _broken_value(data: bytes) -> bytes:
    root = etree.fromstring(data)
    value = root.find(f".//{DS}SignatureValue")
    value.text = ("B" if value.text.strip()[0] != "B" else "C") + value.text.strip()[1:]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _wrapped(data: bytes) -> bytes:
    """The signed part moved aside with its Id, and a false one in its place."""
    root = etree.fromstring(data)
    part = root[0]
    false = etree.fromstring(etree.tostring(part).replace(b"aaaaaaaa", b"cccccccc"))
    false.set("Id", "false")
    root.insert(0, false)
    etree.SubElement(root, "X").append(part)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _wrapped_in_the_slot(data: bytes) -> bytes:
    """The signed part hidden inside the signature as an object, and a false one in its place."""
    root = etree.fromstring(data)
    part = root[0]
    false = etree.fromstring(etree.tostring(part).replace(b"aaaaaaaa", b"cccccccc"))
    root.replace(part, false)
    etree.SubElement(root.find(f".//{DS}Signature"), f"{DS}Object").append(part)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


MANIFESTS: dict[str, tuple[Callable[[Made], bytes], Objection]] = {
    "nothing": (lambda _: b"", Objection.MANIFEST_UNREADABLE),
    "a PDF": (lambda made: made.stages[0].pdf, Objection.MANIFEST_UNREADABLE),
    "a record": (lambda made: made.case.xml, Objection.MANIFEST_UNREADABLE),
    "an entity bomb": (lambda _: BOMB, Objection.MANIFEST_UNREADABLE),
    "a bomb of depth": (lambda _: b"<a>" * 200_000 + b"</a>" * 200_000, Objection.MANIFEST_UNREADABLE),
    "a bomb of size": (lambda _: b"<a>" + b" " * 5_000_000 + b"</a>", Objection.MANIFEST_UNREADABLE),
    "a comment": (
        lambda made: made.case.manifest.replace(b"<TEN_LOP>4A<", b"<TEN_LOP>4<!-- -->A<"),
        Objection.MANIFEST_UNREADABLE,
    ),
    "stripped": (lambda made: _without_signature(made.case.manifest), Objection.MANIFEST_UNSIGNED),
    "forged": (lambda made: _forged(made.case.manifest), Objection.MANIFEST_SIGNATURE_BROKEN),
    "broken": (lambda made: _broken_value(made.case.manifest), Objection.MANIFEST_SIGNATURE_BROKEN),
    "wrapped": (lambda made: _wrapped(made.case.manifest), Objection.MANIFEST_UNREADABLE),
    "wrapped inside": (
        lambda made: _wrapped_in_the_slot(made.case.manifest),
        Objection.MANIFEST_UNREADABLE,
    ),
    "foreign": (lambda made: made.foreign, Objection.MANIFEST_OF_ANOTHER),
    "of another school": (lambda made: made.elsewhere, Objection.MANIFEST_OF_ANOTHER),
    "replayed": (lambda made: made.replayed, Objection.PACKET_REPLAYED),
}


@pytest.mark.parametrize(("make", "objection"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_bad_manifest_bars_every_record(
    made: Made, make: Callable[[Made], bytes], objection: Objection
) -> None:
    """A bomb, and a manifest that is stripped, forged, wrapped, foreign or replayed, leave no record accepted."""
    checked = check_packet(make(made), made.case.files, made.case.facts)
    assert checked.packet is not None
    assert checked.packet.code == objection
    assert checked.records == {made.case.key: [checked.packet]}


def _with(case: Case, data: bytes) -> Case:
    """The case with another file in the record's place."""
    return replace(case, files={case.facts.records[0].line.xml_digest: data})


def _without_seal(data: bytes) -> bytes:
    root = etree.fromstring(data)
    slot = root.find("PHAT_HANH_HOC_BA/KY_PHAT_HANH")
    del slot[:]
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _record_of(case: Case, **changes: object) -> Case:
    record = replace(case.facts.records[0], **changes)  # type: ignore[arg-type]
    return replace(case, facts=replace(case.facts, records=(record,)))


RECORDS: dict[str, tuple[Callable[[Made], Case], str]] = {
    "a bomb": (lambda made: _with(made.case, BOMB), Objection.RECORD_UNREADABLE),
    "missing": (lambda made: replace(made.case, files={}), Objection.RECORD_UNREADABLE),
    "another score": (
        lambda made: _with(made.case, made.case.xml.replace(b"<DIEM>10<", b"<DIEM>9<", 1)),
        Objection.RECORD_UNREADABLE,
    ),
    "stripped of the seal": (
        lambda made: _with(made.case, _without_seal(made.case.xml)),
        Objection.SIGNATURE_MISSING,
    ),
    "stripped of all": (
        lambda made: _with(made.case, _without_signature(made.case.xml)),
        Objection.SIGNATURE_MISSING,
    ),
    "a broken signature": (
        lambda made: _with(made.case, _broken_value(made.case.xml)),
        Objection.SIGNATURE_BROKEN,
    ),
    "only two signers known": (
        lambda made: _record_of(made.case, signers=made.case.facts.records[0].signers[:2]),
        Objection.SIGNATURE_MISSING,
    ),
    "another's certificate": (
        lambda made: _record_of(
            made.case,
            signers=tuple(
                replace(signer, certificate=made.case.facts.seal)
                for signer in made.case.facts.records[0].signers
            ),
        ),
        "CERTIFICATE_OF_ANOTHER",
    ),
    "a signer without the role": (
        lambda made: _record_of(
            made.case,
            signers=tuple(replace(signer, in_role=False) for signer in made.case.facts.records[0].signers),
        ),
        Objection.SIGNER_NOT_IN_ROLE,
    ),
    "of another school": (
        lambda made: _record_of(made.case, school_code="22999999"),
        Objection.RECORD_OF_ANOTHER_SCHOOL,
    ),
    "another digest": (
        lambda made: _record_of(made.case, line=replace(made.case.facts.records[0].line, pdf_digest=OTHER)),
        Objection.RECORD_DIGEST_DIFFERS,
    ),
}


@pytest.mark.parametrize(("make", "code"), RECORDS.values(), ids=RECORDS)
def test_a_bad_record_is_barred_with_its_code(made: Made, make: Callable[[Made], Case], code: str) -> None:
    """Whatever is wrong with a record is named, though its packet is whole."""
    case = make(made)
    assert code in [finding.code for finding in case.findings()]
    assert check_packet(case.manifest, case.files, case.facts).packet is None


def test_a_listed_record_that_is_not_the_schools_is_named(made: Made) -> None:
    """A record of another school in the list is refused by itself."""
    facts = replace(made.case.facts, records=())
    checked = check_packet(made.case.manifest, made.case.files, facts)
    assert checked.records == {made.case.key: [Finding(Objection.RECORD_OF_ANOTHER_SCHOOL)]}
    assert not checked.is_clean


def test_a_record_that_is_not_listed_is_named(made: Made) -> None:
    """What the school did not seal into its list is not accepted with it."""
    record = made.case.facts.records[0]
    other = replace(record, line=replace(record.line, revision=2))
    facts = replace(made.case.facts, records=(record, other))
    checked = check_packet(made.case.manifest, made.case.files, facts)
    assert checked.records == {made.case.key: [], other.line.key: [Finding(Objection.RECORD_NOT_LISTED)]}


def test_a_teacher_cannot_seal_a_packet(pki: DevelopmentPki, made: Made) -> None:
    """Another key of the same school is not its registered seal, whatever role its signature claims."""
    with signing(pki):
        manifest = seal(pki, sheet(made.case.facts), TEACHER)
    checked = check_packet(manifest, made.case.files, made.case.facts)
    assert checked.packet == Finding(Objection.MANIFEST_OF_ANOTHER, "signature")
