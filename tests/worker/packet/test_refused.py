"""Bytes that are anything but a packet are refused, quickly, and without repeating what they say."""

import time

import pytest
from lxml import etree

from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.parse import BYTES_MAX, parse_packet
from signing_worker.packet.read import read_packet
from signing_worker.packet.shape import require_packet_shape
from tests.worker.packet.packets import packet

DS = "http://www.w3.org/2000/09/xmldsig#"
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9))
    + "]><HOC_BA_SO>&j;</HOC_BA_SO>"
)
HOSTILE = {
    "empty": b"",
    "not XML": b"%PDF-1.7",
    "cut": packet()[:-20],
    "bomb": BOMB.encode(),
    "external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><HOC_BA_SO>&e;</HOC_BA_SO>',
    "external subset": b'<!DOCTYPE HOC_BA_SO SYSTEM "http://127.0.0.1:9/x.dtd"><HOC_BA_SO/>',
    "another encoding": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
    "undeclared entity": packet().replace(b"Kinh", b"&kinh;"),
    "200,000 deep": b"<a>" * 200_000 + b"</a>" * 200_000,
    "100 deep": b"<a>" * 100 + b"</a>" * 100,
    "too large": b"<a>" + b" " * BYTES_MAX + b"</a>",
    "200,000 attributes": b"<a " + b" ".join(b'a%d=""' % at for at in range(150_000)) + b"/>",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes(data: bytes) -> None:
    """Bombs, entities, nesting and broken bytes are refused within a moment."""
    began = time.perf_counter()
    with pytest.raises(PacketInvalidError):
        read_packet(data)
    assert time.perf_counter() - began < 2


CHANGED = {
    "unknown element": (b"<TEN_LOP>", b"<X/><TEN_LOP>"),
    "unknown attribute": (b"<TEN_LOP>", b'<TEN_LOP a="1">'),
    "element missing": (b"<TEN_LOP>4A</TEN_LOP>", b""),
    "element twice": (b"<TEN_LOP>4A</TEN_LOP>", b"<TEN_LOP>4A</TEN_LOP><TEN_LOP>4A</TEN_LOP>"),
    "order turned": (
        b"<MA_KHOI>4</MA_KHOI><TEN_LOP>4A</TEN_LOP>",
        b"<TEN_LOP>4A</TEN_LOP><MA_KHOI>4</MA_KHOI>",
    ),
    "namespace": (b"<HOC_BA_SO ", b'<HOC_BA_SO xmlns="urn:x" '),
    "unused namespace": (b"<HOC_BA_SO ", b'<HOC_BA_SO xmlns:x="urn:x" '),
    "schema elsewhere": (
        b"<HOC_BA_SO ",
        b'<HOC_BA_SO xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="/x.xsd" ',
    ),
    "language": (b"<TEN_LOP>", b'<TEN_LOP xml:lang="vi">'),
    "comment in a text": (b">4A<", b">4<!-- -->A<"),
    "comment at the end": (b"</HOC_BA_SO>", b"</HOC_BA_SO><!-- x -->"),
    "instruction": (b"<TEN_LOP>", b"<?x y?><TEN_LOP>"),
    "white space between": (b"<TEN_LOP>", b" <TEN_LOP>"),
    "text between": (b"<TEN_LOP>", b"x<TEN_LOP>"),
    "code unknown": (b"<GIOI_TINH>2<", b"<GIOI_TINH>3<"),
    "grade as text": (b"<MA_KHOI>4<", b"<MA_KHOI>four<"),
    "grade with a zero": (b"<MA_KHOI>4<", b"<MA_KHOI>04<"),
    "grade with a sign": (b"<MA_KHOI>4<", b"<MA_KHOI>+4<"),
    "another grade": (b"<MA_KHOI>4<", b"<MA_KHOI>5<"),
    "a better score": (b"<DIEM>10<", b"<DIEM>9<"),
    "a score too high": (b"<DIEM>10<", b"<DIEM>11<"),
    "another outcome": (b">HTXS<", b">HT<"),
    "a completion that does not follow": (b"TIEU_HOC>0<", b"TIEU_HOC>1<"),
    "another digest": (b"<MA_BAM_NOI_DUNG>", b"<MA_BAM_NOI_DUNG>0"),
    "lookup code with hyphens": (b"3f2a9c1e7b4d", b"3f2a9c1e-7b4d"),
    "another data Id": (b'Id="data"', b'Id="data2"'),
    "Id of another subject": (b'Id="dtk-TOAN"', b'Id="dtk-AM_NHAC2"'),
    "an Id twice": (b'Id="dtk-TOAN"', b'Id="dtk-AM_NHAC"'),
    "an Id that is the data's": (b'Id="dtk-TOAN"', b'Id="data"'),
    "another version": (b'CAU_TRUC="1"', b'CAU_TRUC="2"'),
    "half a lock": (
        b"</HOC_BA_SO>",
        b'<CHOT_HOC_BA Id="chot"><NGAY_HIEU_LUC>2024-06-30T17:00:00+07:00</NGAY_HIEU_LUC></CHOT_HOC_BA></HOC_BA_SO>',
    ),
    "a lock without a day": (
        b"</HOC_BA_SO>",
        b'<CHOT_HOC_BA Id="chot"><NGAY_HIEU_LUC>x</NGAY_HIEU_LUC></CHOT_HOC_BA><KY_CHOT/></HOC_BA_SO>',
    ),
    "foreign element in a slot": (b"<CBQL/>", b"<CBQL><DU_LIEU_HOC_BA/></CBQL>"),
    "text in a slot": (b"<CBQL/>", b"<CBQL>x</CBQL>"),
    "slot of a subject teacher taken": (b"<DANH_SACH_GVBM/>", b"<DANH_SACH_GVBM><GVBM/></DANH_SACH_GVBM>"),
}


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_changed_packets(old: bytes, new: bytes) -> None:
    """A packet in which anything was changed that no correct writer writes is refused."""
    before = packet()
    assert old in before
    with pytest.raises(PacketInvalidError):
        read_packet(before.replace(old, new, 1))


def _wrapped(data: str) -> dict[str, str]:
    forged = data.replace(">10<", ">1<", 1)
    inner = data[data.index("<DU_LIEU") : data.index("<PHAT_HANH")]
    copy = forged[forged.index("<DU_LIEU") : forged.index("<PHAT_HANH")]
    signature = f'<ds:Signature xmlns:ds="{DS}"><ds:Object>{{}}</ds:Object></ds:Signature>'
    other_id = copy.replace('Id="data"', 'Id="data9"').replace("thongtinhocba", "khac").replace("dtk-", "x-")
    return {
        "two data elements": data.replace(inner, copy + inner),
        "two data elements of other Ids": data.replace(inner, other_id + inner),
        "data moved into a wrapper": data.replace(inner, f"{other_id}<BOC>{inner}</BOC>"),
        "data moved into a signature": data.replace(inner, other_id).replace(
            "<CBQL/>", f"<CBQL>{signature.format(inner)}</CBQL>"
        ),
        "copy in a signature": data.replace("<CBQL/>", f"<CBQL>{signature.format(other_id)}</CBQL>"),
        "the data's Id in a signature": data.replace(
            "<CBQL/>", f'<CBQL><ds:Signature xmlns:ds="{DS}" ID="data"/></CBQL>'
        ),
        "the data's Id as xml:id": data.replace(
            "<CBQL/>", f'<CBQL><ds:Signature xmlns:ds="{DS}" xml:id="data"/></CBQL>'
        ),
        "two signatures in one slot": data.replace(
            "<CBQL/>", f'<CBQL><ds:Signature xmlns:ds="{DS}"/><ds:Signature xmlns:ds="{DS}"/></CBQL>'
        ),
        "packet in a packet": data.replace("<HOC_BA_SO ", "<HOC_BA_SO><HOC_BA_SO ", 1) + "</HOC_BA_SO>",
    }


@pytest.mark.parametrize("name", _wrapped(packet().decode()))
def test_wrapping(name: str) -> None:
    """A signed element that was moved or doubled is refused before any signature is looked at."""
    text = _wrapped(packet().decode())[name].removeprefix("<?xml version='1.0' encoding='UTF-8'?>\n")
    root = etree.fromstring(text)
    with pytest.raises(PacketInvalidError):
        require_packet_shape(root)


def test_refusal_does_not_repeat_the_text() -> None:
    """What is refused may be a pupil's data, so the message names places only."""
    with pytest.raises(PacketInvalidError) as refusal:
        read_packet(packet().replace(b"<MA_KHOI>4<", "<MA_KHOI>Đỗ Thị Ngọc Ánh<".encode()))
    assert "Ánh" not in str(refusal.value)
    assert "MA_KHOI" in str(refusal.value)


def test_sound_packet_is_accepted() -> None:
    """What all these were made from is a packet."""
    require_packet_shape(parse_packet(packet()))
    read_packet(packet())
