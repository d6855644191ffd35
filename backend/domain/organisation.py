"""Kinds of units and of key custody: words shared by the rules, the tables and the worker."""

from dataclasses import dataclass
from enum import StrEnum


class UnitKind(StrEnum):
    """Levels of the education administration; on 1/7/2025 communes took the districts' place, which are history."""

    DEPARTMENT = "DEPARTMENT"
    DISTRICT = "DISTRICT"
    COMMUNE = "COMMUNE"
    SCHOOL = "SCHOOL"


class Ownership(StrEnum):
    """Public schools have certificates of the Government's authority, private ones of a public one."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class KeyCustody(StrEnum):
    """Where a signing key is kept: in a file (development only), in a token or security module of the worker's, with a
    remote signing service, or in a token on the signer's own desk.
    """

    PKCS12 = "PKCS12"
    PKCS11 = "PKCS11"
    CSC = "CSC"
    AGENT = "AGENT"


@dataclass(frozen=True, slots=True)
class KeyReference:
    """Whose keeping a key is in, and what it is called there; written ``pkcs11:token=…;object=…``."""

    custody: KeyCustody
    locator: str

    @classmethod
    def parse(cls, text: str) -> "KeyReference":
        """A reference as an operator writes it.

        Raises:
            ValueError: when it begins with no known kind of custody, or names nothing there.
        """
        scheme, _, locator = text.partition(":")
        custody = KeyCustody(scheme.upper())
        if not locator and custody is not KeyCustody.AGENT:
            raise ValueError(text)
        return cls(custody, locator)

    def __str__(self) -> str:
        return f"{self.custody.lower()}:{self.locator}"


class ArtefactKind(StrEnum):
    """The two forms of a signed record: the XML packet is the record, the PDF its official rendering."""

    XML = "XML"
    PDF = "PDF"


class UnitAct(StrEnum):
    """What a reorganisation does with a unit on its day."""

    NEW = "NEW"
    CHANGE = "CHANGE"
    END = "END"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """One line of a reorganisation; None keeps what is. Units are named by code, also those that it makes itself."""

    act: UnitAct
    code: str
    kind: UnitKind | None = None
    name: str | None = None
    parent_code: str | None = None
    successor_code: str | None = None
    commune: str | None = None
    district: str | None = None
    place: str | None = None
