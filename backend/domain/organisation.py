"""Kinds of units and of key custody: words shared by the rules, the tables and the worker."""

from enum import StrEnum


class UnitKind(StrEnum):
    """Levels of the education administration; districts ended on 1/7/2025 and live on as history."""

    DEPARTMENT = "DEPARTMENT"
    DISTRICT = "DISTRICT"
    SCHOOL = "SCHOOL"


class Ownership(StrEnum):
    """Public schools have certificates of the Government's authority, private ones of a public one."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class KeyCustody(StrEnum):
    """Where a signing key is kept."""

    PKCS12 = "PKCS12"


class ArtefactKind(StrEnum):
    """The two forms of a signed record: the XML packet is the record, the PDF its official rendering."""

    XML = "XML"
    PDF = "PDF"
