"""Manifests and receipts: flat lists in XML that one unit seals, and the strict way back.

What was read is written again and must give the same bytes in canonical form, comments included, so nothing can stand in
a sheet but what its names know, and a signature moved or wrapped around something else has no place to be.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from lxml import etree

from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.parse import parse_packet
from signing_worker.packet.schema import DS_NAMESPACE
from signing_worker.packet.shape import XADES_NAMESPACES
from signing_worker.packet.slots import SIGNATURE

Values = Mapping[str, str]


class SheetKind(StrEnum):
    """What a sheet is."""

    MANIFEST = "manifest"
    RECEIPT = "receipt"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetNames:
    """What a kind of sheet is called; ``fields`` and ``item_fields`` name an element for each value."""

    root: str
    data: str
    id: str
    slot: str
    rows: str
    item: str
    fields: Values
    item_fields: Values


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet says: values by name, and a row of values for each record."""

    values: Values
    rows: tuple[Values, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNames:
    """What the part is called that a second unit adds to a sealed sheet."""

    data: str
    id: str
    slot: str
    fields: Values


@cache
def _file() -> tuple[str, str, Mapping[SheetKind, SheetNames]]:
    file = _text()
    names = {kind: SheetNames(**file[kind.value]) for kind in SheetKind}
    return file["namespace"], file["id_attribute"], names


@cache
def _text() -> dict[str, Any]:
    text = resources.files("signing_worker.packet").joinpath("sheets.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def acceptance_names() -> PartNames:
    """The names of what the receiving school adds to a hand-over."""
    return PartNames(**_text()["acceptance"])


def names_of(kind: SheetKind) -> SheetNames:
    """The names of a kind of sheet."""
    return _file()[2][kind]


def build_sheet(kind: SheetKind, sheet: Sheet) -> bytes:
    """The unsigned sheet, UTF-8; the same values always give the same bytes.

    Raises:
        PacketInvalidError: when a value is missing, unknown, or text that XML cannot carry.
    """
    return sheet_bytes(_tree(kind, sheet))


def sheet_bytes(root: etree._Element) -> bytes:
    """A sheet as it is stored."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def parse_sheet(kind: SheetKind, data: bytes) -> tuple[etree._Element, Sheet]:
    """The tree of a sheet and what it says; its signature is not judged.

    Raises:
        PacketInvalidError: when the bytes are anything but such a sheet, signed once or not at all.
    """
    root = parse_packet(data)
    sheet = _read(kind, root)
    bare = deepcopy(root)
    slot = bare.find(names_of(kind).slot)
    if slot is None:
        raise PacketInvalidError("no slot")
    del slot[:]
    around = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if around or canonical(bare) != canonical(_tree(kind, sheet)):
        raise PacketInvalidError("written otherwise than we write")
    require_one_signature(root, slot_of(kind, root))
    return root, sheet


def sheet_signature(kind: SheetKind, root: etree._Element) -> etree._Element | None:
    """The signature in a parsed sheet, or None."""
    return root.find(f"{names_of(kind).slot}/{SIGNATURE}")


def insert_seal(kind: SheetKind, root: etree._Element, signature: etree._Element) -> None:
    """Put the one signature into its slot.

    Raises:
        PacketInvalidError: when it is taken.
    """
    slot = root.find(names_of(kind).slot)
    if slot is None or len(slot):
        raise PacketInvalidError("the slot takes one signature")
    slot.append(signature)


def add_part(root: etree._Element, names: PartNames, values: Values) -> None:
    """Put a second part and its empty slot behind what is sealed already.

    Raises:
        PacketInvalidError: when a value is missing, unknown, or text that XML cannot carry.
    """
    namespace, id_attribute, _ = _file()
    tag, own = f"{{{namespace}}}{names.data}", {None: namespace}
    data = etree.SubElement(root, tag, {id_attribute: names.id}, nsmap=own)
    _write(data, namespace, names.fields, values)
    etree.SubElement(root, names.slot)


def take_part(root: etree._Element, names: PartNames) -> Values | None:
    """Take the second part with its slot away and say what it says; None when there is none.

    Raises:
        PacketInvalidError: when only one of the two is there.
    """
    namespace = _file()[0]
    data, slot = root.find(f"{{{namespace}}}{names.data}"), root.find(names.slot)
    if data is None and slot is None:
        return None
    if data is None or slot is None:
        raise PacketInvalidError("half a part")
    values = _values(data, namespace, names.fields)
    root.remove(data)
    root.remove(slot)
    return values


def _tree(kind: SheetKind, sheet: Sheet) -> etree._Element:
    namespace, id_attribute, by_kind = _file()
    names = by_kind[kind]
    root = etree.Element(names.root)
    data = etree.SubElement(
        root, f"{{{namespace}}}{names.data}", {id_attribute: names.id}, nsmap={None: namespace}
    )
    _write(data, namespace, names.fields, sheet.values)
    rows = etree.SubElement(data, f"{{{namespace}}}{names.rows}")
    for row in sheet.rows:
        _write(etree.SubElement(rows, f"{{{namespace}}}{names.item}"), namespace, names.item_fields, row)
    etree.SubElement(root, names.slot)
    return root


def _write(parent: etree._Element, namespace: str, names: Values, values: Values) -> None:
    if names.keys() != values.keys():
        raise PacketInvalidError("a value too many or too few")
    for name, element in names.items():
        try:
            etree.SubElement(parent, f"{{{namespace}}}{element}").text = values[name]
        except ValueError as error:
            raise PacketInvalidError("text that XML cannot carry") from error


def _read(kind: SheetKind, root: etree._Element) -> Sheet:
    namespace, _, by_kind = _file()
    names = by_kind[kind]
    data = root.find(f"{{{namespace}}}{names.data}")
    rows = None if data is None else data.find(f"{{{namespace}}}{names.rows}")
    if root.tag != names.root or data is None or rows is None:
        raise PacketInvalidError("not such a sheet")
    return Sheet(
        _values(data, namespace, names.fields),
        tuple(_values(row, namespace, names.item_fields) for row in rows),
    )


def _values(parent: etree._Element, namespace: str, names: Values) -> Values:
    return {name: parent.findtext(f"{{{namespace}}}{element}") or "" for name, element in names.items()}


def canonical(root: etree._Element) -> bytes:
    """A tree in canonical form, comments included: equal for equal trees."""
    return etree.tostring(root, method="c14n", with_comments=True)


def slot_of(kind: SheetKind, root: etree._Element) -> etree._Element | None:
    """Where a sheet's signature stands."""
    return root.find(names_of(kind).slot)


def require_one_signature(root: etree._Element, slot: etree._Element | None) -> None:
    """See that a slot holds one signature at most, and nothing foreign; and that no Id stands twice in the tree.

    Raises:
        PacketInvalidError: when it does.
    """
    inside = [] if slot is None else list(slot.iterdescendants())
    if len(slot if slot is not None else ()) > 1 or any(
        not isinstance(node.tag, str)
        or etree.QName(node).namespace not in {DS_NAMESPACE, *XADES_NAMESPACES}
        or any(etree.QName(name).namespace for name in node.attrib)
        for node in inside
    ):
        raise PacketInvalidError("a signature with foreign elements")
    ids = Counter(
        value
        for node in root.iter()
        for name, value in node.attrib.items()
        if etree.QName(name).localname.lower() == "id"
    )
    if any(count > 1 for count in ids.values()):
        raise PacketInvalidError("an Id twice")
