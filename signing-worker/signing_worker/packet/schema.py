"""The mapping as an XML schema: what integrators check against, and what we check packets against.

``packet.xsd`` beside this file is its output for the mapping that comes with the package; a test keeps them equal.
"""

from collections.abc import Sequence
from functools import cache

from lxml import etree
from lxml.builder import ElementMaker

from backend.domain.signing import SignatureRole
from signing_worker.packet.mapping import Mapping, default_mapping
from signing_worker.packet.nodes import Leaf, Node, Rows, Table

XS_NAMESPACE = "http://www.w3.org/2001/XMLSchema"
DS_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"

_XS = ElementMaker(namespace=XS_NAMESPACE, nsmap={"xs": XS_NAMESPACE})
_TYPES = {"text": "xs:string", "integer": "xs:nonNegativeInteger", "date": "xs:date"}


@cache
def default_schema() -> etree.XMLSchema:
    """The schema of the default mapping, ready to validate."""
    return etree.XMLSchema(schema_tree(default_mapping()))


def schema_tree(mapping: Mapping) -> etree._Element:
    """The schema of a mapping."""
    return _XS(
        "schema",
        _element(
            mapping.root,
            _data(mapping),
            _element(
                mapping.issue,
                _slot(mapping, SignatureRole.PRINCIPAL),
                _slot(mapping, SignatureRole.SCHOOL_SEAL),
            ),
            _lock(mapping),
            attributes=[_fixed(mapping.version_attribute, mapping.version)],
        ),
        elementFormDefault="unqualified",
    )


def schema_bytes(mapping: Mapping) -> bytes:
    """The schema as a file."""
    return etree.tostring(schema_tree(mapping), encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _data(mapping: Mapping) -> etree._Element:
    record = _element(
        mapping.record.element,
        *_particles(mapping.parts),
        attributes=[_fixed(mapping.id_attribute, mapping.record.id)],
    )
    signing = _element(
        mapping.signing,
        _element(mapping.subject_teachers),
        _slot(mapping, SignatureRole.HOMEROOM_TEACHER),
    )
    return _element(
        mapping.data.element, record, signing, attributes=[_fixed(mapping.id_attribute, mapping.data.id)]
    )


def _lock(mapping: Mapping) -> etree._Element:
    """What the lock adds, both or neither."""
    effective = _XS("element", name=mapping.effective, type="xs:dateTime")
    part = _element(
        mapping.lock.element, effective, attributes=[_fixed(mapping.id_attribute, mapping.lock.id)]
    )
    return _XS("sequence", part, _slot(mapping, SignatureRole.LOCK_SEAL), minOccurs="0")


def _slot(mapping: Mapping, role: SignatureRole) -> etree._Element:
    signature = _XS("any", namespace=DS_NAMESPACE, processContents="skip", minOccurs="0")
    return _element(mapping.slots[role], signature)


def _particles(nodes: Sequence[Node]) -> list[etree._Element]:
    return [_particle(node) for node in nodes]


def _particle(node: Node) -> etree._Element:
    if isinstance(node, Leaf):
        return _leaf(node)
    if isinstance(node, Rows):
        return _element(node.element, _many(_element(node.item, *_particles(node.fields))))
    if isinstance(node, Table):
        attributes = [_XS("attribute", name=node.id_attribute, type="xs:ID", use="required")]
        item = _element(
            node.item,
            _leaf(node.key),
            *_particles(node.fields),
            attributes=attributes if node.id_prefix else [],
        )
        return _element(node.element, _many(item))
    return _element(node.element, *_particles(node.fields))


def _leaf(leaf: Leaf) -> etree._Element:
    element = _XS("element", name=leaf.element)
    if leaf.codes:
        values = [_XS("enumeration", value=value) for value in leaf.codes.ours.values()]
        element.append(_XS("simpleType", _XS("restriction", *values, base="xs:string")))
    else:
        element.set("type", _TYPES[leaf.kind])
    if leaf.many:
        return _many(element)
    if leaf.optional:
        element.set("minOccurs", "0")
    return element


def _many(element: etree._Element) -> etree._Element:
    element.set("minOccurs", "0")
    element.set("maxOccurs", "unbounded")
    return element


def _element(
    name: str, *content: etree._Element, attributes: Sequence[etree._Element] = ()
) -> etree._Element:
    return _XS("element", _XS("complexType", _XS("sequence", *content), *attributes), name=name)


def _fixed(name: str, value: str) -> etree._Element:
    return _XS("attribute", name=name, type="xs:string", use="required", fixed=value)
