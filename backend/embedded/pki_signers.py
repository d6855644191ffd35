"""Who gets a certificate from the development PKI, and a few whom a verifier must refuse.

Two branches, as in Vietnam: the government's own (schools and their staff), and the public certificate
authorities. An outsider's certificate is signed by nobody but himself.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]*")


class Branch(StrEnum):
    GOVERNMENT = "government"
    PUBLIC = "public"
    OUTSIDER = "outsider"


class Kind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


class KeyType(StrEnum):
    RSA_2048 = "rsa-2048"
    P_256 = "p-256"


@dataclass(frozen=True, slots=True)
class Validity:
    begins: datetime
    ends: datetime


USUAL_VALIDITY = Validity(datetime(2025, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class SignerSpec:
    """One certificate to be made; ``label`` names its files and never changes its holder.

    Persons get RSA keys, as their tokens hold today; seals get P-256, which signs a school's thousand records
    in a tenth of the time. ``key_type`` overrides that.
    """

    label: str
    common_name: str
    organisation: str
    unit: str = ""
    kind: Kind = Kind.PERSON
    branch: Branch = Branch.GOVERNMENT
    validity: Validity = USUAL_VALIDITY
    revoked_since: datetime | None = None
    key_type: KeyType | None = None
    signs_documents: bool = True

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise ValueError(f"not usable as a file name: {self.label!r}")

    @property
    def key(self) -> KeyType:
        usual = KeyType.RSA_2048 if self.kind is Kind.PERSON else KeyType.P_256
        return self.key_type or usual

    @property
    def holder(self) -> dict[str, str]:
        """What must stay the same when a label is asked for again."""
        return {
            "common_name": self.common_name,
            "organisation": self.organisation,
            "unit": self.unit,
            "kind": self.kind,
            "branch": self.branch,
        }


_SCHOOL = "Trường Tiểu học Thử Nghiệm"

EXPIRED = SignerSpec(
    "bad-expired",
    "Nguyễn Thị Hết Hạn",
    _SCHOOL,
    validity=Validity(datetime(2022, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)),
)
NOT_YET_VALID = SignerSpec(
    "bad-not-yet-valid",
    "Trần Văn Chưa Tới",
    _SCHOOL,
    validity=Validity(datetime(2045, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)),
)
REVOKED = SignerSpec("bad-revoked", "Lê Thị Thu Hồi", _SCHOOL, revoked_since=datetime(2026, 3, 1, tzinfo=UTC))
OTHER_PERSON = SignerSpec("bad-other-person", "Phạm Văn Người Khác", "Trường Tiểu học Khác")
OUTSIDER = SignerSpec("bad-outsider", "Nguyễn Thị Đào", _SCHOOL, branch=Branch.OUTSIDER)
WRONG_USAGE = SignerSpec("bad-usage", "Vũ Thị Bảo Mật", _SCHOOL, signs_documents=False)

BAD_SIGNERS = (EXPIRED, NOT_YET_VALID, REVOKED, OTHER_PERSON, OUTSIDER, WRONG_USAGE)
"""Certificates that are well made and must still be refused, for tests of verifiers."""
