"""The packet's names and codes, read from one file that can be replaced without touching the program.

The names were observed in running systems, not read in a standard (domain §3.3), so nothing here may depend on
what an element is called.
"""

import tomllib
from collections.abc import Mapping as Object
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from backend.domain.signing import SignatureRole
from signing_worker.packet.nodes import Codes, Group, Leaf, Node, Rows, Table


@dataclass(frozen=True, slots=True)
class Identified:
    """An element that signatures refer to by its Id."""

    element: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Everything a packet is called.

    ``slots`` names the element that takes each role's signature, ``parts`` are what the record consists of.
    """

    version: str
    version_attribute: str
    id_attribute: str
    root: str
    data: Identified
    record: Identified
    signing: str
    subject_teachers: str
    issue: str
    lock: Identified
    effective: str
    slots: Object[SignatureRole, str]
    parts: tuple[Node, ...]
    codes: Object[str, Codes]


@cache
def default_mapping() -> Mapping:
    """The mapping that comes with the package."""
    return read_mapping(
        resources.files("signing_worker.packet").joinpath("mapping.toml").read_text(encoding="utf-8")
    )


def read_mapping(text: str) -> Mapping:
    """Read a mapping file.

    Raises:
        KeyError: when something has no name.
    """
    file = tomllib.loads(text)
    packet, signing, issue, lock = file["packet"], file["signing"], file["issue"], file["lock"]
    codes = {name: Codes(table) for name, table in file["codes"].items()}
    return Mapping(
        version=file["version"],
        version_attribute=packet["version_attribute"],
        id_attribute=packet["id_attribute"],
        root=packet["element"],
        data=Identified(file["data"]["element"], file["data"]["id"]),
        record=Identified(file["record"]["element"], file["record"]["id"]),
        signing=signing["element"],
        subject_teachers=signing["subject_teachers"],
        issue=issue["element"],
        lock=Identified(lock["element"], lock["id"]),
        effective=lock["effective"],
        slots={
            SignatureRole.HOMEROOM_TEACHER: signing["homeroom_teacher"],
            SignatureRole.PRINCIPAL: issue["principal"],
            SignatureRole.SCHOOL_SEAL: issue["school_seal"],
            SignatureRole.LOCK_SEAL: lock["lock_seal"],
        },
        parts=tuple(_node(part, codes, packet["id_attribute"]) for part in file["part"]),
        codes=codes,
    )


def _node(part: Object[str, Any], codes: Object[str, Codes], id_attribute: str) -> Node:
    if "fields" not in part:
        return _leaf(part, codes)
    fields = [_node(field, codes, id_attribute) for field in part["fields"]]
    if "rows" in part:
        return Rows(part["rows"], part["element"], part["item"], fields)
    if "table" in part:
        known = codes[part["codes"]]
        key = Leaf("", part["key"], "code", known)
        return Table(
            part["table"], part["element"], part["item"], key, known, fields, id_attribute, part.get("id", "")
        )
    return Group(part.get("at", ""), part["element"], fields)


def _leaf(field: Object[str, Any], codes: Object[str, Codes]) -> Leaf:
    kind = field.get("kind", "code" if "codes" in field else "text")
    return Leaf(
        at=field["at"],
        element=field["element"],
        kind=kind,
        codes=codes[field.get("codes", "flag")] if kind in {"code", "flag"} else None,
        optional=field.get("optional", False),
        many=field.get("many", False),
    )
