"""Signatures in their slots: each covers its part, none touches another's, an independent judge agrees."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from backend.domain.content_json import to_json
from backend.domain.signing import SignatureRole
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import default_mapping
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.read import read_packet
from signing_worker.packet.slots import (
    SIGNATURE,
    add_lock_part,
    data_element,
    find_signature,
    insert_signature,
    references,
    slot,
)
from signing_worker.sign.keys import Pkcs12Key
from signing_worker.sign.xml import sign_packet
from tests.strategies.records import complete_record
from tests.worker.making import at_once
from tests.worker.packet.packets import packet, signing_key

MAPPING = default_mapping()
LOCKED = datetime(2025, 6, 30, 10, 0, tzinfo=UTC)
PLACES = {
    SignatureRole.HOMEROOM_TEACHER: "/HOC_BA_SO/DU_LIEU_HOC_BA/DANH_SACH_THONG_TIN_KY/GVCN/*",
    SignatureRole.PRINCIPAL: "/HOC_BA_SO/PHAT_HANH_HOC_BA/CBQL/*",
    SignatureRole.SCHOOL_SEAL: "/HOC_BA_SO/PHAT_HANH_HOC_BA/KY_PHAT_HANH/*",
    SignatureRole.LOCK_SEAL: "/HOC_BA_SO/KY_CHOT/*",
}


@pytest.fixture(scope="module")
def keys() -> dict[SignatureRole, Pkcs12Key]:
    return {role: signing_key(role, elliptic=role is SignatureRole.SCHOOL_SEAL) for role in SignatureRole}


@pytest.fixture(scope="module")
def stages(keys: dict[SignatureRole, Pkcs12Key]) -> dict[SignatureRole, bytes]:
    """The packet after each signature, in their order."""
    data, after = packet(), {}
    for role in SignatureRole:
        effective = LOCKED if role is SignatureRole.LOCK_SEAL else None
        data = after[role] = at_once(sign_packet(data, role, keys[role], effective_from=effective))
    return after


def verdict(data: bytes, role: SignatureRole, key: Pkcs12Key, folder: Path) -> bool:
    """What xmlsec1 says of one role's signature."""
    packet_file, trusted = folder / "packet.xml", folder / "trusted.pem"
    packet_file.write_bytes(data)
    trusted.write_bytes(key.certificate.public_bytes(Encoding.PEM))
    identified = ("DU_LIEU_HOC_BA", "THONG_TIN_HOC_BA", "CHOT_HOC_BA")
    properties = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"
    key_info = "http://www.w3.org/2000/09/xmldsig#:KeyInfo"
    done = subprocess.run(
        [
            *("xmlsec1", "--verify", "--trusted-pem", trusted, "--enabled-key-data", "x509"),
            *(part for name in (*identified, properties, key_info) for part in ("--id-attr:Id", name)),
            *("--node-xpath", PLACES[role], packet_file),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.parametrize("role", SignatureRole)
def test_every_signature_holds_to_the_end(stages, keys, tmp_path: Path, role: SignatureRole) -> None:
    """xmlsec1 finds each signature valid when it is made and after every later one."""
    later = list(SignatureRole)[list(SignatureRole).index(role) :]
    assert all(verdict(stages[after], role, keys[role], tmp_path) for after in later)


@pytest.mark.parametrize("role", SignatureRole)
def test_changed_data_breaks_every_signature(stages, keys, tmp_path: Path, role: SignatureRole) -> None:
    """A changed score is noticed by all four."""
    forged = stages[SignatureRole.LOCK_SEAL].replace(b"<DIEM>10<", b"<DIEM>9<", 1)
    assert not verdict(forged, role, keys[role], tmp_path)


def test_changed_effective_date_breaks_the_lock_only(stages, keys, tmp_path: Path) -> None:
    """The lock seal covers the effective date, which nobody else signed."""
    forged = stages[SignatureRole.LOCK_SEAL].replace(b"2025-06-30T17", b"2025-06-29T17")
    assert not verdict(forged, SignatureRole.LOCK_SEAL, keys[SignatureRole.LOCK_SEAL], tmp_path)
    assert verdict(forged, SignatureRole.PRINCIPAL, keys[SignatureRole.PRINCIPAL], tmp_path)


def test_signed_packet_still_reads_as_the_record(stages) -> None:
    """Signatures and the lock add to a packet, and what it says stays."""
    for role, data in stages.items():
        read = read_packet(data)
        assert to_json(read.content) == to_json(complete_record())
        assert read.effective_from == (LOCKED if role is SignatureRole.LOCK_SEAL else None)


def test_signatures_appear_one_by_one(stages) -> None:
    """After each step exactly the roles so far have signed."""
    for count, data in enumerate(stages.values(), 1):
        root = parse_packet(data)
        signed = [role for role in SignatureRole if find_signature(root, role, MAPPING) is not None]
        assert signed == list(SignatureRole)[:count]


def test_no_signature_stands_in_what_it_references(stages) -> None:
    """Each signature is outside the elements whose Ids it references."""
    root = parse_packet(stages[SignatureRole.LOCK_SEAL])
    for role in SignatureRole:
        signature = find_signature(root, role, MAPPING)
        ancestors = {element.get("Id") for element in signature.iterancestors()}
        assert ancestors.isdisjoint(references(role, MAPPING))


@pytest.mark.parametrize("role", SignatureRole)
def test_nobody_signs_twice(stages, keys, role: SignatureRole) -> None:
    """A role that has signed is refused."""
    with pytest.raises(PacketInvalidError):
        at_once(sign_packet(stages[SignatureRole.LOCK_SEAL], role, keys[role], effective_from=LOCKED))


def test_lock_needs_its_instant(keys) -> None:
    """The lock seal without an effective date is a mistake of the caller."""
    with pytest.raises(ValueError, match="instant"):
        at_once(sign_packet(packet(), SignatureRole.LOCK_SEAL, keys[SignatureRole.LOCK_SEAL]))


def test_slots_are_found_by_role() -> None:
    """Every role has its slot; the department's comes with the lock."""
    root = parse_packet(packet())
    assert data_element(root, MAPPING).get("Id") == "data"
    with pytest.raises(PacketInvalidError):
        slot(root, SignatureRole.LOCK_SEAL, MAPPING)
    add_lock_part(root, LOCKED, MAPPING)
    assert [slot(root, role, MAPPING).tag for role in SignatureRole] == [
        "GVCN",
        "CBQL",
        "KY_PHAT_HANH",
        "KY_CHOT",
    ]
    assert root.findtext("CHOT_HOC_BA/NGAY_HIEU_LUC") == "2025-06-30T17:00:00+07:00"


def test_only_signatures_go_into_slots() -> None:
    """A slot takes a ds:Signature and nothing else."""
    root = parse_packet(packet())
    with pytest.raises(PacketInvalidError):
        insert_signature(root, SignatureRole.PRINCIPAL, etree.Element("Signature"), MAPPING)
    insert_signature(root, SignatureRole.PRINCIPAL, etree.Element(SIGNATURE), MAPPING)
