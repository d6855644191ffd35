"""Writing assignments, proposals, units and guardians, as far as the scope lets them be written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.db import sql
from backend.domain.acts import ProposalFacts
from backend.domain.administering import HeldFacts
from backend.domain.organisation import UnitKind
from backend.domain.policy import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What somebody is to do in a unit, and when."""

    staff_id: int
    unit_id: int
    role: Role
    post: str
    class_id: int | None = None
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """An assignment with its person, as administration shows it."""

    id: int
    staff_id: int
    full_name: str
    unit_id: int
    role: Role
    post: str
    class_id: int | None
    may_sign_for_principal: bool
    valid_from: date
    valid_to: date | None
    begun: bool
    over: bool

    @property
    def facts(self) -> HeldFacts:
        return HeldFacts(
            staff_id=self.staff_id, role=self.role, unit_id=self.unit_id, begun=self.begun, over=self.over
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalRow:
    """A proposal that waits, or that was decided."""

    id: int
    staff_id: int
    full_name: str
    unit_id: int
    role: Role
    post: str
    valid_from: date
    valid_to: date | None
    proposed_by_id: int
    proposed_at: datetime
    decided_at: datetime | None
    confirmed: bool

    @property
    def facts(self) -> ProposalFacts:
        return ProposalFacts(
            proposed_by_id=self.proposed_by_id,
            decided=self.decided_at is not None,
            for_staff_id=self.staff_id,
        )


async def today() -> date:
    """By the database's clock, to which the dates of every assignment are compared."""
    day: date = await sql.value("SELECT today() AS day")
    return day


async def ensure_person(issuer: str, subject: str, full_name: str) -> int:
    """The person behind a login, made when absent; somebody who is there keeps their name."""
    person_id: int = await sql.value("SELECT ensure_person($1, $2, $3)", issuer, subject, full_name)
    return person_id


async def kind_of_unit(unit_id: int) -> UnitKind | None:
    """The kind of a unit that has not ended."""
    kind = await sql.value(
        "SELECT kind FROM org_unit WHERE id = $1 AND (valid_to IS NULL OR valid_to >= today())", unit_id
    )
    return None if kind is None else UnitKind(kind)


async def holds(post: Post) -> bool:
    """Whether the person already holds the role there, now or later."""
    found = await sql.one(
        "SELECT id FROM assignment WHERE staff_id = $1 AND unit_id = $2 AND role = $3::text"
        " AND school_class_id IS NOT DISTINCT FROM $4::bigint AND (valid_to IS NULL OR valid_to >= $5::date)",
        post.staff_id,
        post.unit_id,
        post.role,
        post.class_id,
        post.valid_from,
    )
    return found is not None


_ASSIGN = """
INSERT INTO assignment (staff_id, unit_id, role, school_class_id, post, may_sign_for_principal, valid_from, valid_to,
       proposal_id)
VALUES ($1, $2, $3, $4, $5, false, $6, $7, $8) RETURNING id"""


async def assign(post: Post, proposal_id: int | None = None) -> int:
    assignment_id: int = await sql.value(
        _ASSIGN,
        post.staff_id,
        post.unit_id,
        post.role,
        post.class_id,
        post.post,
        post.valid_from,
        post.valid_to,
        proposal_id,
    )
    return assignment_id


_HELD = """
SELECT a.id, a.staff_id, s.full_name, a.unit_id, a.role, a.post, a.school_class_id AS class_id,
       a.may_sign_for_principal, a.valid_from, a.valid_to, a.valid_from <= today() AS begun,
       coalesce(a.valid_to < today(), false) AS over
  FROM assignment a JOIN staff s ON s.id = a.staff_id"""


def _held(row: sql.Row) -> HeldRow:
    return HeldRow(**{**row, "role": Role(row["role"])})


async def find_held(assignment_id: int) -> HeldRow | None:
    row = await sql.one(f"{_HELD} WHERE a.id = $1", assignment_id)
    return None if row is None else _held(row)


async def held_in(unit_id: int) -> list[HeldRow]:
    """Everything held in a unit, what holds first, then what has ended."""
    found = await sql.rows(
        f"{_HELD} WHERE a.unit_id = $1 ORDER BY (a.valid_to IS NULL OR a.valid_to >= today()) DESC, a.id",
        unit_id,
    )
    return [_held(row) for row in found]


async def end(assignment_id: int, last_day: date) -> None:
    """Set the last day of an assignment; a day that was set before is only made earlier."""
    await sql.rows(
        "UPDATE assignment SET valid_to = least(valid_to, $2::date) WHERE id = $1", assignment_id, last_day
    )


async def delegate(assignment_id: int, *, delegated: bool) -> None:
    await sql.rows(
        "UPDATE assignment SET may_sign_for_principal = $2 WHERE id = $1", assignment_id, delegated
    )


_PROPOSE = """
INSERT INTO assignment_proposal (staff_id, unit_id, role, post, valid_from, valid_to, proposed_by_id, proposed_at,
       confirmed)
VALUES ($1, $2, $3, $4, $5, $6, $7, now(), false) RETURNING id"""


async def propose(post: Post, proposed_by: int) -> int:
    proposal_id: int = await sql.value(
        _PROPOSE,
        post.staff_id,
        post.unit_id,
        post.role,
        post.post,
        post.valid_from,
        post.valid_to,
        proposed_by,
    )
    return proposal_id


_PROPOSAL = """
SELECT p.id, p.staff_id, s.full_name, p.unit_id, p.role, p.post, p.valid_from, p.valid_to, p.proposed_by_id,
       p.proposed_at, p.decided_at, p.confirmed
  FROM assignment_proposal p JOIN staff s ON s.id = p.staff_id"""


def _proposal(row: sql.Row) -> ProposalRow:
    return ProposalRow(**{**row, "role": Role(row["role"])})


async def take_proposal(proposal_id: int) -> ProposalRow | None:
    """A proposal, its row locked against another's decision."""
    # one that is decided is not to be locked, only shown
    await sql.rows("SELECT id FROM assignment_proposal WHERE id = $1 FOR UPDATE", proposal_id)
    row = await sql.one(f"{_PROPOSAL} WHERE p.id = $1", proposal_id)
    return None if row is None else _proposal(row)


async def open_proposals() -> list[ProposalRow]:
    """What waits for a second person, the oldest first."""
    found = await sql.rows(f"{_PROPOSAL} WHERE p.decided_at IS NULL ORDER BY p.id")
    return [_proposal(row) for row in found]


async def decide(proposal_id: int, decided_by: int, *, confirmed: bool) -> None:
    await sql.rows(
        "UPDATE assignment_proposal SET decided_by_id = $2, decided_at = now(), confirmed = $3 WHERE id = $1",
        proposal_id,
        decided_by,
        confirmed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    kind: UnitKind
    code: str
    name: str
    parent_id: int
    valid_from: date
    commune: str = ""
    district: str = ""
    province: str = ""
    place: str = ""


_UNIT = """
INSERT INTO org_unit (kind, code, name, parent_id, valid_from, ownership, commune, district, province, place)
VALUES ($1, $2, $3, $4, $5, 'PUBLIC', $6, $7, $8, $9) ON CONFLICT (code) DO NOTHING RETURNING id"""


async def create_unit(unit: NewUnit) -> int | None:
    """The new unit's id; None when its code is taken."""
    unit_id: int | None = await sql.value(
        _UNIT,
        unit.kind,
        unit.code,
        unit.name,
        unit.parent_id,
        unit.valid_from,
        unit.commune,
        unit.district,
        unit.province,
        unit.place,
    )
    return unit_id


async def end_unit(unit_id: int, last_day: date, successor_id: int | None) -> None:
    await sql.rows(
        "UPDATE org_unit SET valid_to = $2, successor_id = $3 WHERE id = $1", unit_id, last_day, successor_id
    )


async def link_guardian(book_id: int, full_name: str, relation: str, marks: Sequence[str]) -> int | None:
    """The link's id; None when the number is linked to the pupil already."""
    link_id: int | None = await sql.value(
        "INSERT INTO guardian (pupil_id, full_name, relation, citizen_mark)"
        " SELECT pupil_id, $2, $3, ($4::text[])[1] FROM record_book b WHERE id = $1 AND NOT EXISTS"
        " (SELECT FROM guardian g WHERE g.pupil_id = b.pupil_id AND g.citizen_mark = ANY ($4::text[]))"
        " ON CONFLICT (pupil_id, citizen_mark) DO NOTHING RETURNING id",
        book_id,
        full_name,
        relation,
        list(marks),
    )
    return link_id


async def unlink_guardian(book_id: int, marks: Sequence[str]) -> bool:
    """End the link of a number to the pupil of a book; whether there was one."""
    found = await sql.rows(
        "DELETE FROM guardian g USING record_book b WHERE b.id = $1 AND g.pupil_id = b.pupil_id"
        " AND g.citizen_mark = ANY ($2::text[]) RETURNING g.id",
        book_id,
        list(marks),
    )
    return bool(found)
