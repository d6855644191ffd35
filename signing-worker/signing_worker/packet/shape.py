"""Whether a tree has the shape of a packet, decided before anything in it is believed.

A signature proves something about the element with a certain Id; wrapping attacks add a second such element, or
move the signed one to where nobody looks. So there is one place for each element, every Id is unique in any
spelling of the attribute, and a signature's slot holds nothing but signature elements.
"""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from signing_worker.packet.errors import PacketInvalidError
from signing_worker.packet.mapping import Mapping, default_mapping
from signing_worker.packet.schema import DS_NAMESPACE, default_schema, schema_tree

XADES_NAMESPACES = ("http://uri.etsi.org/01903/v1.3.2#", "http://uri.etsi.org/01903/v1.4.1#")


def require_packet_shape(root: etree._Element, mapping: Mapping | None = None) -> None:
    """Refuse a tree that is not exactly a packet.

    Raises:
        PacketInvalidError: saying which rule is broken.
    """
    _require_elements_only(root)
    _require_plain_attributes(root)
    schema = default_schema() if mapping is None else etree.XMLSchema(schema_tree(mapping))
    if not schema.validate(root):
        raise PacketInvalidError(f"not the schema's: {_broken(schema)}")
    _require_unique_ids(root)
    _require_known_namespaces(root, mapping or default_mapping())


def _require_elements_only(root: etree._Element) -> None:
    """Comments and instructions can hide in the middle of a text that is read only up to them."""
    around = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if around or any(not isinstance(node.tag, str) for node in root.iter()):
        raise PacketInvalidError("a comment or processing instruction")


def _require_plain_attributes(root: etree._Element) -> None:
    """``xsi:`` would steer the validator, even to a schema elsewhere; ``xml:`` would enter every signed part."""
    if any(etree.QName(name).namespace for element in root.iter() for name in element.attrib):
        raise PacketInvalidError("an attribute with a namespace")


def _broken(schema: etree.XMLSchema) -> str:
    """The first broken rule without the text that broke it."""
    entry = schema.error_log[0]
    return f"{entry.type_name} at {entry.path}"


def _require_unique_ids(root: etree._Element) -> None:
    if any(count > 1 for count in Counter(_ids(root)).values()):
        raise PacketInvalidError("an Id twice")


def _ids(root: etree._Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if etree.QName(name).localname.lower() == "id":
                yield value


def _require_known_namespaces(root: etree._Element, mapping: Mapping) -> None:
    slots = {element for name in mapping.slots.values() for element in root.iter(name)}
    for slot in slots:
        for element in slot.iterdescendants():
            if etree.QName(element).namespace not in {DS_NAMESPACE, *XADES_NAMESPACES}:
                raise PacketInvalidError("a signature with foreign elements")
