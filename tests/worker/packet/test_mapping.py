"""The mapping names everything and can be replaced as a whole."""

import re
from importlib import resources

import pytest
from lxml import etree

from backend.domain.completion import Award
from backend.domain.content_json import to_json
from backend.domain.curriculum import all_subjects, all_traits
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome
from signing_worker.packet.build import build_packet
from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import Mapping, default_mapping, read_mapping
from signing_worker.packet.read import read_packet
from signing_worker.packet.schema import default_schema, schema_bytes, schema_tree
from tests.strategies.records import complete_record
from tests.worker.packet.packets import facts_of, packet

FOLDER = resources.files("signing_worker.packet")


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("gender", list(Gender)),
        ("subject", [subject.code for subject in all_subjects()]),
        ("subject_level", list(SubjectLevel)),
        ("period", list(Period)),
        ("trait", [trait.code for trait in all_traits()]),
        ("trait_level", list(TraitLevel)),
        ("trait_group", list(TraitGroup)),
        ("award", list(Award)),
        ("outcome", list(Outcome)),
    ],
)
def test_every_code_is_translated(table: str, codes: list[str]) -> None:
    """Each table of codes covers what the domain knows, in its order, and can be turned round."""
    ours = default_mapping().codes[table].ours
    assert list(ours) == codes
    assert len(set(ours.values())) == len(ours)


def _renamed() -> Mapping:
    """The same mapping with every element, Id and code called otherwise."""
    text = FOLDER.joinpath("mapping.toml").read_text(encoding="utf-8")
    text = re.sub(r'"([A-Z][A-Z_]+)"', r'"\1_MOI"', text)
    return read_mapping(text.replace('id = "data"', 'id = "dulieu"').replace('FEMALE = "2"', 'FEMALE = "NU"'))


def test_replaced_mapping() -> None:
    """With another mapping the same program writes and reads packets in which everything is called otherwise."""
    mapping, content = _renamed(), complete_record()
    data = build_packet(content, facts_of(content), mapping)
    names = {element.tag for element in etree.fromstring(data).iter()}
    assert all(name.endswith("_MOI") for name in names)
    assert b'Id="dulieu"' in data
    assert b"<GIOI_TINH_MOI>NU<" in data
    assert to_json(read_packet(data, mapping).content) == to_json(content)
    with pytest.raises(PacketInvalidError):
        read_packet(data)


def test_code_without_translation_is_refused() -> None:
    """A subject that the mapping does not know is refused, not left out."""
    text = FOLDER.joinpath("mapping.toml").read_text(encoding="utf-8")
    content = complete_record()
    with pytest.raises(PacketInvalidError, match="unknown to the mapping"):
        build_packet(content, facts_of(content), read_mapping(text.replace('TOAN = "TOAN"\n', "")))


def test_schema_file_is_the_mappings() -> None:
    """The schema file in the package is the mapping's (write it again with ``schema_bytes``)."""
    assert FOLDER.joinpath("packet.xsd").read_bytes() == schema_bytes(default_mapping())


@pytest.mark.parametrize("grade", range(1, 6))
def test_packets_follow_the_schema(grade: int) -> None:
    """Packets of every grade are valid against the schema file."""
    assert default_schema().validate(etree.fromstring(packet(complete_record(grade))))


def test_schema_of_another_mapping() -> None:
    """Another mapping has a schema of its own, and a packet of ours is not valid there."""
    schema = etree.XMLSchema(schema_tree(_renamed()))
    assert not schema.validate(etree.fromstring(packet()))
