"""Setting up units, people, classes and certificates: for installation and demonstration, run as the owner.

Running it again changes nothing: units are known by code, people by login, classes by school, year and name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from backend.db import sql
from backend.domain.organisation import KeyCustody, Ownership, UnitKind
from backend.domain.policy import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """A unit to have; ``parent_code`` names a unit that is already there."""

    kind: UnitKind
    code: str
    name: str
    parent_code: str | None = None
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    ownership: Ownership = Ownership.PUBLIC
    commune: str = ""
    district: str = ""
    province: str = ""
    place: str = ""


_UNIT = """
INSERT INTO org_unit (kind, code, name, parent_id, valid_from, valid_to, ownership, commune, district, province, place)
VALUES ($1, $2, $3, (SELECT id FROM org_unit WHERE code = $4), $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id"""


async def ensure_unit(plan: UnitPlan) -> int:
    """The id of a unit, made when it is absent."""
    unit_id: int = await sql.value(
        _UNIT,
        plan.kind,
        plan.code,
        plan.name,
        plan.parent_code,
        plan.valid_from,
        plan.valid_to,
        plan.ownership,
        plan.commune,
        plan.district,
        plan.province,
        plan.place,
    )
    return unit_id


async def get_unit_id(code: str) -> int:
    """The id of a unit.

    Raises:
        KeyError: when no unit has the code.
    """
    unit_id: int | None = await sql.value("SELECT id FROM org_unit WHERE code = $1", code)
    if unit_id is None:
        raise KeyError(code)
    return unit_id


async def ensure_class(school_id: int, school_year: int, grade: int, name: str) -> int:
    class_id: int = await sql.value(
        "INSERT INTO school_class (school_id, school_year, grade, name) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (school_id, school_year, name) DO UPDATE SET grade = excluded.grade RETURNING id",
        school_id,
        school_year,
        grade,
        name,
    )
    return class_id


async def ensure_staff(issuer: str, subject: str, full_name: str) -> int:
    staff_id: int = await sql.value(
        "INSERT INTO staff (issuer, subject, full_name) VALUES ($1, $2, $3)"
        " ON CONFLICT (issuer, subject) DO UPDATE SET full_name = excluded.full_name RETURNING id",
        issuer,
        subject,
        full_name,
    )
    return staff_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPlan:
    """What somebody does in a unit."""

    staff_id: int
    unit_id: int
    role: Role
    post: str
    class_id: int | None = None
    may_sign_for_principal: bool = False
    valid_from: date = date(2020, 1, 1)


_ASSIGN = """
INSERT INTO assignment (staff_id, unit_id, role, school_class_id, post, may_sign_for_principal, valid_from)
SELECT $1, $2, $3::text, $4, $5, $6, $7 WHERE NOT EXISTS (
  SELECT FROM assignment WHERE staff_id = $1 AND unit_id = $2 AND role = $3::text
     AND school_class_id IS NOT DISTINCT FROM $4 AND valid_to IS NULL)"""


async def ensure_assignment(plan: AssignmentPlan) -> None:
    await sql.rows(
        _ASSIGN,
        plan.staff_id,
        plan.unit_id,
        plan.role,
        plan.class_id,
        plan.post,
        plan.may_sign_for_principal,
        plan.valid_from,
    )


_CREDENTIAL = """
INSERT INTO signing_credential (staff_id, unit_id, custody, locator, certificate, fingerprint, serial, not_before,
       not_after, active)
SELECT $1, $2, $3, $4, $5, $6::text, $7, $8, $9, true WHERE NOT EXISTS (
  SELECT FROM signing_credential WHERE fingerprint = $6::text AND staff_id IS NOT DISTINCT FROM $1
     AND unit_id IS NOT DISTINCT FROM $2 AND active)"""


async def ensure_credential(
    locator: str,
    certificate_pem: str,
    *,
    staff_id: int | None = None,
    unit_id: int | None = None,
    custody: KeyCustody = KeyCustody.PKCS12,
) -> None:
    """Register the certificate of a person, or of a unit's seal, whose key has a name in the key store."""
    certificate = x509.load_pem_x509_certificate(certificate_pem.encode())
    await sql.rows(
        _CREDENTIAL,
        staff_id,
        unit_id,
        custody,
        locator,
        certificate_pem,
        certificate.fingerprint(hashes.SHA256()).hex(),
        f"{certificate.serial_number:x}",
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


_GUARDIAN = """
INSERT INTO guardian (pupil_id, full_name, relation, citizen_mark)
SELECT pupil_id, $2, $3, $4 FROM record_book WHERE lookup_code = $1
ON CONFLICT (pupil_id, citizen_mark) DO UPDATE SET full_name = excluded.full_name"""


async def ensure_guardian(lookup_code: str, full_name: str, relation: str, mark: str) -> None:
    """Link an adult, by today's mark of their citizen number, to the pupil whose book has a code."""
    await sql.rows(_GUARDIAN, lookup_code, full_name, relation, mark)


async def citizen_marks(older_than: int, limit: int) -> list[str]:
    """Marks with fewer layers than given, each once; a number that was kept as such has none."""
    found = await sql.rows(
        "SELECT citizen_mark FROM (SELECT citizen_mark FROM guardian UNION SELECT citizen_mark FROM guardian_login) m"
        " WHERE CASE WHEN citizen_mark LIKE '%:%' THEN split_part(citizen_mark, ':', 1)::int ELSE 0 END < $1 LIMIT $2",
        older_than,
        limit,
    )
    return [row["citizen_mark"] for row in found]


async def replace_citizen_marks(marks: Mapping[str, str]) -> None:
    """Keep each mark as another, wherever it is kept."""
    old, new = list(marks), list(marks.values())
    for table in ("guardian", "guardian_login"):
        await sql.rows(
            f"UPDATE {table} SET citizen_mark = m.new FROM unnest($1::text[], $2::text[]) AS m(old, new)"
            " WHERE citizen_mark = m.old",
            old,
            new,
        )


async def is_empty() -> bool:
    """Whether no unit has been set up yet."""
    found: bool = await sql.value("SELECT NOT EXISTS (SELECT FROM org_unit) AS empty")
    return found
