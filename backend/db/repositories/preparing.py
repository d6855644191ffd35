"""Working groups, trainings and who was there, visits and what was proposed at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.db import sql
from backend.domain.preparing import VisitProposalFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of a working group, and what they are to do."""

    full_name: str
    post: str
    duty: str


async def set_group(unit_id: int, school_year: int, members: Sequence[Member]) -> None:
    """Let these be the unit's working group, in this order, and nobody else."""
    await sql.rows(
        "DELETE FROM working_group_member WHERE unit_id = $1 AND school_year = $2", unit_id, school_year
    )
    await sql.rows(
        "INSERT INTO working_group_member (unit_id, school_year, place, full_name, post, duty)"
        " SELECT $1, $2, row_number() OVER (), * FROM unnest($3::text[], $4::text[], $5::text[])",
        unit_id,
        school_year,
        [item.full_name for item in members],
        [item.post for item in members],
        [item.duty for item in members],
    )


async def group_of(unit_id: int, school_year: int) -> list[Member]:
    found = await sql.rows(
        "SELECT full_name, post, duty FROM working_group_member WHERE unit_id = $1 AND school_year = $2 ORDER BY place",
        unit_id,
        school_year,
    )
    return [Member(**row) for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRow:
    """A training; ``attended`` counts the people of the schools that the scope shows."""

    id: int
    unit_id: int
    school_year: int
    held_on: date
    topic: str
    place: str
    attended: int


_TRAINING = """
SELECT t.id, t.unit_id, t.school_year, t.held_on, t.topic, t.place,
       (SELECT count(*) FROM training_attendance a WHERE a.session_id = t.id)::int AS attended
  FROM training_session t"""


async def find_trainings(ids: Sequence[int]) -> dict[int, TrainingRow]:
    found = await sql.rows(f"{_TRAINING} WHERE t.id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: TrainingRow(**row) for row in found}


async def trainings(school_year: int, *, before_id: int | None, limit: int) -> list[TrainingRow]:
    """Trainings of a year, the newest first."""
    found = await sql.rows(
        f"{_TRAINING} WHERE t.school_year = $1 AND ($2::bigint IS NULL OR t.id < $2) ORDER BY t.id DESC LIMIT $3",
        school_year,
        before_id,
        limit,
    )
    return [TrainingRow(**row) for row in found]


async def hold_training(unit_id: int, school_year: int, held_on: date, topic: str, place: str) -> int:
    training_id: int = await sql.value(
        "INSERT INTO training_session (unit_id, school_year, held_on, topic, place) VALUES ($1, $2, $3, $4, $5)"
        " RETURNING id",
        unit_id,
        school_year,
        held_on,
        topic,
        place,
    )
    return training_id


_STAFF = """
SELECT a.staff_id FROM assignment a WHERE a.unit_id = $1 AND a.id = ANY ($2::bigint[])"""


async def staff_behind(school_id: int, assignment_ids: Sequence[int]) -> list[int]:
    """The people behind assignments in a school, each once."""
    found = await sql.rows(f"{_STAFF} GROUP BY a.staff_id", school_id, list(assignment_ids))
    return [row["staff_id"] for row in found]


async def count_assignments(school_id: int, assignment_ids: Sequence[int]) -> int:
    """How many of these assignments are the school's."""
    return len(await sql.rows(_STAFF, school_id, list(assignment_ids)))


async def set_attendance(training_id: int, school_id: int, staff_ids: Sequence[int]) -> None:
    """Let these people of the school have been there, and nobody else of it."""
    await sql.rows(
        "DELETE FROM training_attendance WHERE session_id = $1 AND school_id = $2 AND staff_id <> ALL ($3::bigint[])",
        training_id,
        school_id,
        list(staff_ids),
    )
    await sql.rows(
        "INSERT INTO training_attendance (session_id, school_id, staff_id) SELECT $1, $2, * FROM unnest($3::bigint[])"
        " ON CONFLICT DO NOTHING",
        training_id,
        school_id,
        list(staff_ids),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    id: int
    school_id: int
    visitor_id: int
    school_year: int
    visited_on: date
    findings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitProposalRow:
    id: int
    visit_id: int
    school_id: int
    by_school: bool
    proposal: str
    proposed_at: datetime
    answer: str
    answered_at: datetime | None

    @property
    def facts(self) -> VisitProposalFacts:
        return VisitProposalFacts(by_school=self.by_school, answered=self.answered_at is not None)


_VISIT = "SELECT id, school_id, visitor_id, school_year, visited_on, findings FROM supervision_visit"
_PROPOSAL = """
SELECT p.id, p.visit_id, v.school_id, p.by_school, p.proposal, p.proposed_at, p.answer, p.answered_at
  FROM supervision_proposal p JOIN supervision_visit v ON v.id = p.visit_id"""


async def find_visits(ids: Sequence[int]) -> dict[int, VisitRow]:
    found = await sql.rows(f"{_VISIT} WHERE id = ANY ($1::bigint[])", list(ids))
    return {row["id"]: VisitRow(**row) for row in found}


async def visits(
    school_year: int, *, school_id: int | None, before_id: int | None, limit: int
) -> list[VisitRow]:
    """Visits of a year, the newest first."""
    found = await sql.rows(
        f"{_VISIT} WHERE school_year = $1 AND ($2::bigint IS NULL OR school_id = $2)"
        " AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        school_year,
        school_id,
        before_id,
        limit,
    )
    return [VisitRow(**row) for row in found]


async def record_visit(
    school_id: int, visitor_id: int, school_year: int, visited_on: date, findings: str
) -> int:
    visit_id: int = await sql.value(
        "INSERT INTO supervision_visit (school_id, visitor_id, school_year, visited_on, findings)"
        " VALUES ($1, $2, $3, $4, $5) RETURNING id",
        school_id,
        visitor_id,
        school_year,
        visited_on,
        findings,
    )
    return visit_id


async def propose(visit_id: int, proposal: str, *, by_school: bool) -> int:
    proposal_id: int = await sql.value(
        "INSERT INTO supervision_proposal (visit_id, by_school, proposal, proposed_at) VALUES ($1, $2, $3, now())"
        " RETURNING id",
        visit_id,
        by_school,
        proposal,
    )
    return proposal_id


async def find_proposal(proposal_id: int) -> VisitProposalRow | None:
    row = await sql.one(f"{_PROPOSAL} WHERE p.id = $1", proposal_id)
    return None if row is None else VisitProposalRow(**row)


async def answer(proposal_id: int, text: str) -> bool:
    """Answer a proposal that has none; False when somebody else was faster."""
    changed = await sql.rows(
        "UPDATE supervision_proposal SET answer = $2, answered_at = now() WHERE id = $1 AND answered_at IS NULL"
        " RETURNING id",
        proposal_id,
        text,
    )
    return bool(changed)


async def proposals_of(visit_ids: Sequence[int]) -> dict[int, list[VisitProposalRow]]:
    """What was proposed at each visit, in the order in which it was."""
    found = await sql.rows(
        f"{_PROPOSAL} WHERE p.visit_id = ANY ($1::bigint[]) ORDER BY p.id", list(visit_ids)
    )
    by_visit: dict[int, list[VisitProposalRow]] = {visit_id: [] for visit_id in visit_ids}
    for row in found:
        by_visit[row["visit_id"]].append(VisitProposalRow(**row))
    return by_visit
