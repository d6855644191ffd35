"""People and what they may be: read through doors that precede a scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db import sql
from backend.domain.administering import HeldFacts
from backend.domain.organisation import UnitKind
from backend.domain.policy import Actor, Role


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One assignment that holds today, with the actor it makes."""

    actor: Actor
    post: str
    unit_name: str
    unit_kind: UnitKind

    @property
    def facts(self) -> HeldFacts:
        """What administration needs to know of it."""
        actor = self.actor
        assert actor.staff_id is not None
        assert actor.unit_id is not None
        return HeldFacts(staff_id=actor.staff_id, role=actor.role, unit_id=actor.unit_id)


@dataclass(frozen=True, slots=True)
class Login:
    """A person known to the system, with every assignment that holds today; a guardian has none."""

    staff_id: int | None
    full_name: str
    assignments: tuple[AssignmentRow, ...]
    guardian: Actor | None = None


async def find_login(issuer: str, subject: str) -> Login | None:
    """The person behind a login, or None when nobody is registered for it."""
    found = await sql.rows("SELECT * FROM assignments_of($1, $2)", issuer, subject)
    if not found:
        return await _find_guardian(issuer, subject)
    held = tuple(_assignment(row) for row in found if row["assignment_id"] is not None)
    return Login(found[0]["staff_id"], found[0]["full_name"], held)


async def _find_guardian(issuer: str, subject: str) -> Login | None:
    found = await sql.one("SELECT * FROM guardian_of($1, $2)", issuer, subject)
    if found is None:
        return None
    actor = Actor(role=Role.GUARDIAN, book_ids=frozenset(found["book_ids"]))
    return Login(None, found["full_name"], (), actor)


async def remember_guardian(issuer: str, subject: str, marks: Sequence[str], full_name: str) -> None:
    """Keep today's mark of the citizen number that a provider has verified for a login, wherever an older one was."""
    await sql.rows("SELECT remember_guardian($1, $2, $3, $4)", issuer, subject, list(marks), full_name)


def _assignment(row: sql.Row) -> AssignmentRow:
    school_class = row["school_class_id"]
    actor = Actor(
        role=Role(row["role"]),
        staff_id=row["staff_id"],
        assignment_id=row["assignment_id"],
        unit_id=row["unit_id"],
        school_ids=frozenset(row["school_ids"]),
        class_ids=frozenset() if school_class is None else frozenset({school_class}),
        may_sign_for_principal=row["may_sign_for_principal"],
    )
    return AssignmentRow(actor, row["post"], row["unit_name"], UnitKind(row["unit_kind"]))


@dataclass(frozen=True, slots=True)
class Credential:
    """A registered certificate (PEM) and where its key is kept."""

    id: int
    custody: str
    locator: str
    certificate: str
    owner_name: str


_CREDENTIAL = """
SELECT c.id, c.custody, c.locator, c.certificate, coalesce(s.full_name, u.name) AS owner_name
  FROM signing_credential c LEFT JOIN staff s ON s.id = c.staff_id LEFT JOIN org_unit u ON u.id = c.unit_id
 WHERE c.active AND (c.staff_id = $1 OR c.unit_id = $2) ORDER BY c.id DESC LIMIT 1"""


async def find_credential_of_person(staff_id: int) -> Credential | None:
    """The certificate a person signs with."""
    row = await sql.one(_CREDENTIAL, staff_id, None)
    return None if row is None else Credential(**row)


async def find_credential_of_ceremony(ceremony_id: int) -> Credential | None:
    """The certificate that a ceremony signs with throughout."""
    row = await sql.one(
        "SELECT k.id, k.custody, k.locator, k.certificate, coalesce(s.full_name, u.name) AS owner_name"
        "  FROM signing_ceremony c JOIN signing_credential k ON k.id = c.credential_id"
        "  LEFT JOIN staff s ON s.id = k.staff_id LEFT JOIN org_unit u ON u.id = k.unit_id WHERE c.id = $1",
        ceremony_id,
    )
    return None if row is None else Credential(**row)


async def find_credential_of_unit(unit_id: int) -> Credential | None:
    """The certificate of a unit's seal; of its successor's once it has ended and has none in use."""
    row = await sql.one(_CREDENTIAL, None, unit_id)
    if row is not None:
        return Credential(**row)
    heir: int | None = await sql.value(
        "SELECT successor_id FROM org_unit WHERE id = $1 AND valid_to < today()", unit_id
    )
    return None if heir is None else await find_credential_of_unit(heir)
