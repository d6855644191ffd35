"""A packet says exactly what the record says, and the same record always gives the same packet."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from backend.domain.content import RecordContent
from backend.domain.content_json import to_json
from backend.domain.identifiers import LookupCode
from signing_worker.packet.build import build_packet
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.read import read_packet
from tests.strategies.records import complete_record, records, with_pupil
from tests.worker.packet.packets import facts_of, packet


@settings(max_examples=150, deadline=None)
@given(content=records(), revision=st.integers(1, 999), code=st.uuids(version=4))
def test_reading_is_the_inverse_of_building(content: RecordContent, revision: int, code) -> None:
    """Every content a school may write comes back from its packet unchanged, with its facts."""
    facts = facts_of(content, revision, LookupCode(code.hex))
    read = read_packet(build_packet(content, facts))
    assert to_json(read.content) == to_json(content)
    assert read.facts == facts
    assert read.effective_from is None


@settings(max_examples=50, deadline=None)
@given(content=records())
def test_same_content_same_bytes(content: RecordContent) -> None:
    """Neither the order in which results were typed nor a second run changes a byte."""
    turned = replace(
        content,
        subjects=dict(reversed(content.subjects.items())),
        traits=dict(reversed(content.traits.items())),
        comments=dict(reversed(content.comments.items())),
    )
    assert packet(turned) == packet(content)


def test_two_contents_two_packets() -> None:
    """One changed letter changes the packet."""
    content = complete_record()
    assert packet(content) != packet(with_pupil(content, mother="Trần Thị Hoa"))


def test_own_elements_have_no_namespace() -> None:
    """No namespace is declared before a signature brings its own."""
    root = etree.fromstring(packet())
    assert all(not element.nsmap and element.tag.isupper() for element in root.iter())


def test_structure_is_the_observed_one() -> None:
    """The parts that running systems were seen to send stand where they were seen."""
    root = etree.fromstring(packet())
    assert root.tag == "HOC_BA_SO"
    assert [child.tag for child in root] == ["DU_LIEU_HOC_BA", "PHAT_HANH_HOC_BA"]
    data = root[0]
    assert data.get("Id") == "data"
    assert [(child.tag, child.get("Id")) for child in data] == [
        ("THONG_TIN_HOC_BA", "thongtinhocba"),
        ("DANH_SACH_THONG_TIN_KY", None),
    ]
    assert [child.tag for child in data[1]] == ["DANH_SACH_GVBM", "GVCN"]
    assert [child.tag for child in root[1]] == ["CBQL", "KY_PHAT_HANH"]
    assert data[0].find(".//DIEM_TONG_KET[@Id='dtk-TOAN']/MA_MON_HOC").text == "TOAN"


@pytest.mark.parametrize(
    "text", ["<b>&amp;</b>", "]]>", "  khoảng trắng  ", "a\tb\nc\rd", "'\"", "<!DOCTYPE x>"]
)
def test_markup_in_text_stays_text(text: str) -> None:
    """Text that looks like markup comes back letter by letter."""
    content = with_pupil(complete_record(), father=text)
    assert read_packet(packet(content)).content.pupil.father == text


def test_text_that_xml_cannot_carry_is_refused() -> None:
    """A control character is refused, and the refusal does not repeat the text."""
    with pytest.raises(PacketInvalidError, match=r"^text that XML cannot carry$"):
        packet(with_pupil(complete_record(), father="Nguyễn\x00Văn"))


def test_digest_must_be_the_contents() -> None:
    """A packet with another content's digest is not built."""
    with pytest.raises(PacketInvalidError, match="digest"):
        build_packet(complete_record(3), facts_of(complete_record(4)))
