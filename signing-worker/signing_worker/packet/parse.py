"""Parsing bytes that may come from anybody: no document type, no entities, no network, bounded size and depth."""

from lxml import etree

from signing_worker.packet.errors import PacketInvalidError

BYTES_MAX = 2 * 1024 * 1024
"""A packet with all signatures and their certificates stays below a tenth of it."""

DEPTH_MAX = 32
_DOCUMENT_TYPE = b"<!DOCTYPE"


def parse_packet(data: bytes) -> etree._Element:
    """The root element.

    Raises:
        PacketInvalidError: for anything but a small, flat UTF-8 document without a document type.
    """
    if len(data) > BYTES_MAX:
        raise PacketInvalidError("too large")
    if _DOCUMENT_TYPE in data:
        raise PacketInvalidError("a document type")
    # with the encoding fixed, the test above cannot be evaded by another one
    parser = etree.XMLParser(
        encoding="UTF-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise PacketInvalidError("not well-formed") from error
    _require_flat(root)
    return root


def _require_flat(root: etree._Element) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MAX:
            raise PacketInvalidError("too deep")
