"""How a value of the record becomes elements and back: four kinds of node, each the exact inverse of itself.

``write`` puts a node's elements under a parent; ``read`` takes them from the front of a queue of elements, so that
nothing in a packet goes unread. ``schema_type`` in ``schema.py`` says the same as XSD.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from signing_worker.packet.errors import PacketInvalidError

Elements = deque[etree._Element]  # noqa: SLF001 - lxml has no other name for it


@dataclass(frozen=True, slots=True)
class Codes:
    """A translation between our codes and the packet's; its order is the order of writing."""

    ours: Mapping[str, str]

    def encode(self, code: str) -> str:
        if code not in self.ours:
            raise PacketInvalidError("code unknown to the mapping")
        return self.ours[code]

    def decode(self, text: str) -> str:
        for code, written in self.ours.items():
            if written == text:
                return code
        raise PacketInvalidError("code unknown to the mapping")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element for a value, none for an absent one, or one for each value of a list (``many``)."""

    at: str
    element: str
    kind: str = "text"
    codes: Codes | None = None
    optional: bool = False
    many: bool = False

    def write(self, parent: etree._Element, value: Any) -> None:
        if value is None and not self.optional:
            raise PacketInvalidError(f"{self.element} has no value")
        values = value if self.many else [] if value is None else [value]
        for one in values:
            etree.SubElement(parent, self.element).text = self._encode(one)

    def read(self, elements: Elements) -> Any:
        if self.many:
            values = []
            while elements and elements[0].tag == self.element:
                values.append(self._decode(elements.popleft()))
            return values
        if self.optional and not (elements and elements[0].tag == self.element):
            return None
        return self._decode(taken(elements, self.element))

    def _encode(self, value: Any) -> str:
        if self.codes:
            return self.codes.encode(str(value).lower() if self.kind == "flag" else value)
        return str(value)

    def _decode(self, element: etree._Element) -> Any:
        text = element.text or ""
        if self.codes:
            code = self.codes.decode(text)
            return code == "true" if self.kind == "flag" else code
        return _integer(text) if self.kind == "integer" else text


@dataclass(frozen=True, slots=True)
class Group:
    """One element around the fields of an object."""

    at: str
    element: str
    fields: Sequence["Node"]

    def write(self, parent: etree._Element, value: Any) -> None:
        write_fields(etree.SubElement(parent, self.element), self.fields, value)

    def read(self, elements: Elements) -> Any:
        return read_fields(taken(elements, self.element), self.fields)


@dataclass(frozen=True, slots=True)
class Rows:
    """One element around a list, an item for each of its objects."""

    at: str
    element: str
    item: str
    fields: Sequence["Node"]

    def write(self, parent: etree._Element, value: Any) -> None:
        outer = etree.SubElement(parent, self.element)
        for one in value:
            write_fields(etree.SubElement(outer, self.item), self.fields, one)

    def read(self, elements: Elements) -> Any:
        items = Elements(taken(elements, self.element))
        return [read_fields(taken(items, self.item), self.fields) for _ in range(len(items))]


@dataclass(frozen=True, slots=True)
class Table:
    """One element around an object keyed by code: an item for each code, in the order of the codes."""

    at: str
    element: str
    item: str
    key: Leaf
    codes: Codes
    fields: Sequence["Node"]
    id_attribute: str = ""
    id_prefix: str = ""

    def write(self, parent: etree._Element, value: Any) -> None:
        outer = etree.SubElement(parent, self.element)
        if unknown := value.keys() - self.codes.ours.keys():
            raise PacketInvalidError(f"{self.element}: {len(unknown)} codes unknown to the mapping")
        for code in self.codes.ours:
            if code in value:
                item = etree.SubElement(outer, self.item, self._attributes(code))
                self.key.write(item, code)
                write_fields(item, self.fields, value[code])

    def read(self, elements: Elements) -> Any:
        table = {}
        for item in taken(elements, self.element):
            inner = Elements(item)
            code = self.key.read(inner)
            if item.tag != self.item or dict(item.attrib) != self._attributes(code) or code in table:
                raise PacketInvalidError(f"{self.element} holds an item that is not its own")
            table[code] = _read_all(inner, self.fields)
        return table

    def _attributes(self, code: str) -> dict[str, str]:
        return {self.id_attribute: self.id_prefix + self.codes.encode(code)} if self.id_prefix else {}


Node = Leaf | Group | Rows | Table


def write_fields(parent: etree._Element, fields: Sequence[Node], value: Any) -> None:
    """Write each field of an object; a field at "" is the value itself, one at "a.b" lies deeper."""
    for field in fields:
        found = value
        for name in field.at.split(".") if field.at else ():
            found = found[name]
        field.write(parent, found)


def read_fields(element: etree._Element, fields: Sequence[Node]) -> Any:
    """The inverse of ``write_fields``, leaving no element behind."""
    return _read_all(Elements(element), fields)


def taken(elements: Elements, tag: str) -> etree._Element:
    """The next element, which must have this name."""
    if not elements or elements[0].tag != tag:
        raise PacketInvalidError(f"{tag} is missing")
    return elements.popleft()


def _read_all(elements: Elements, fields: Sequence[Node]) -> Any:
    value: dict[str, Any] = {}
    for field in fields:
        read = field.read(elements)
        if not field.at and isinstance(field, Leaf):
            return _nothing_left(elements, read)
        _place(value, field.at, read)
    return _nothing_left(elements, value)


def _nothing_left(elements: Elements, value: Any) -> Any:
    if elements:
        raise PacketInvalidError("an element that the mapping does not know")
    return value


def _place(value: dict[str, Any], path: str, read: Any) -> None:
    if not path:
        _merge(value, read)
        return
    *outer, last = path.split(".")
    for name in outer:
        value = value.setdefault(name, {})
    value[last] = read


def _merge(value: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, item in more.items():
        if isinstance(item, dict) and name in value:
            _merge(value[name], item)
        else:
            value[name] = item


def _integer(text: str) -> int:
    if not text.isascii() or not text.isdigit() or str(int(text)) != text:
        raise PacketInvalidError("not a whole number")
    return int(text)
