"""Who asks and for what: people with sessions, and rows drawn from the database."""

import base64
import json
import random
from dataclasses import dataclass

import asyncpg

from backend.domain.policy import Role
from tests.bench.data.province import ISSUER, YEAR

SAMPLES, FIRST_SAMPLES = 4_000, 65_000
STATES = ("LOCKED", "ACCEPTED", "TEACHER_SIGNED")
"""States of the pages of a hundred: half of all records, a tenth, and some in between."""

DATABASE_ROLE = {
    Role.PRINCIPAL: "hocba_school",
    Role.DISTRICT_OFFICER: "hocba_district",
    Role.DEPARTMENT_OFFICER: "hocba_department",
    Role.PUBLIC: "hocba_public",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks: a login for us, settings of the transaction for PostGraphile."""

    login: str
    role: Role
    staff_id: int = 0
    assignment_id: int = 0
    school_ids: tuple[int, ...] = ()

    def settings(self, code: str = "") -> dict[str, str]:
        """What ``backend.db.scope`` would set; the role last."""
        return {
            "app.role": self.role,
            "app.schools": "{" + ",".join(map(str, sorted(self.school_ids))) + "}",
            "app.classes": "",
            "app.staff": str(self.staff_id or ""),
            "app.assignment": str(self.assignment_id or ""),
            "app.code": code,
            "role": DATABASE_ROLE[self.role],
        }

    def scope(self, code: str = "") -> str:
        """The same as a header."""
        return json.dumps(self.settings(code), separators=(",", ":"))


PUBLIC = Person("", Role.PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What requests are made of; people of a role by unit."""

    principals: dict[int, Person]
    officers: list[Person]
    department: Person
    codes: list[tuple[str, str]]
    first_codes: list[tuple[str, str]]
    classes: list[tuple[int, int]]
    positions: list[tuple[str, int, str, int]]

    @property
    def everybody(self) -> list[Person]:
        return [*self.principals.values(), *self.officers, self.department]


async def draw(owner_url: str) -> Samples:
    """The same samples for the same data."""
    asking = await people(owner_url, *DATABASE_ROLE)
    connection = await asyncpg.connect(owner_url)
    try:
        codes = await connection.fetch(
            "SELECT b.lookup_code, p.birth_date FROM year_record y JOIN record_book b ON b.id = y.book_id"
            " JOIN pupil p ON p.id = b.pupil_id WHERE y.state = 'LOCKED' AND y.school_year = $1"
            " ORDER BY hashint8(y.id) LIMIT $2",
            YEAR.start,
            SAMPLES + FIRST_SAMPLES,
        )
        classes = await connection.fetch(
            "SELECT school_class_id, school_id FROM year_record WHERE school_year = $1 GROUP BY 1, 2"
            " HAVING count(*) = 35 ORDER BY hashint8(school_class_id)",
            YEAR.start,
        )
        positions = await connection.fetch(
            "SELECT s.state, y.school_class_id, y.sort_key, y.id FROM unnest($3::text[]) AS s(state), LATERAL ("
            " SELECT * FROM year_record WHERE school_year = $1 AND state = s.state"
            "    AND id < (SELECT percentile_disc(0.8) WITHIN GROUP (ORDER BY id) FROM year_record WHERE school_year = $1)"
            "  ORDER BY hashint8(id) LIMIT $2) y",
            YEAR.start,
            SAMPLES // len(STATES),
            list(STATES),
        )
    finally:
        await connection.close()
    positions = [tuple(row) for row in positions]
    random.Random(1).shuffle(positions)
    return Samples(
        principals={p.school_ids[0]: p for p in asking if p.role is Role.PRINCIPAL},
        officers=[p for p in asking if p.role is Role.DISTRICT_OFFICER],
        department=next(p for p in asking if p.role is Role.DEPARTMENT_OFFICER),
        codes=[(row[0], row[1].isoformat()) for row in codes[:SAMPLES]],
        first_codes=[(row[0], row[1].isoformat()) for row in codes[SAMPLES:]],
        classes=[tuple(row) for row in classes],
        positions=positions,
    )


async def people(owner_url: str, *roles: str) -> list[Person]:
    """Everybody who has one of the roles."""
    connection = await asyncpg.connect(owner_url)
    rows = await connection.fetch(
        "SELECT s.subject, f.role, f.staff_id, f.assignment_id, f.school_ids"
        " FROM staff s, LATERAL assignments_of(s.issuer, s.subject) f WHERE s.issuer = $1 AND f.role = ANY ($2)"
        " ORDER BY f.assignment_id",
        ISSUER,
        list(roles),
    )
    await connection.close()
    return [Person(row[0], Role(row[1]), row[2], row[3], tuple(row[4])) for row in rows]


async def returnable(owner_url: str, wanted: int) -> list[tuple[int, int]]:
    """Records (id, school) that a principal can return, each to be used once; drafts are signed to have enough."""
    connection = await asyncpg.connect(owner_url)
    try:
        found = "SELECT id, school_id FROM year_record WHERE state = 'TEACHER_SIGNED' AND school_year = $1"
        missing = wanted - await connection.fetchval(f"SELECT count(*) FROM ({found}) x", YEAR.start)
        if missing > 0:
            await connection.execute(
                "UPDATE revision SET state = 'TEACHER_SIGNED', updated_at = now() WHERE id IN (SELECT working_revision_id"
                " FROM year_record WHERE state = 'DRAFT' AND school_year = $1 ORDER BY id LIMIT $2)",
                YEAR.start,
                missing,
            )
        rows = await connection.fetch(
            f"{found} ORDER BY hashint8(id + $2) LIMIT $3", YEAR.start, wanted, wanted
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def finish_audit(owner_url: str) -> None:
    """Chain every event of the audit, so that no side is measured with what the other left for later."""
    connection = await asyncpg.connect(owner_url)
    try:
        while await connection.fetchval("SELECT EXISTS (SELECT FROM audit_waiting)"):
            await connection.fetchval("SELECT seal_audit(1000)")
    finally:
        await connection.close()


async def returned(owner_url: str) -> int:
    """How many returns the audit has."""
    connection = await asyncpg.connect(owner_url)
    try:
        count: int = await connection.fetchval("SELECT count(*) FROM audit_event WHERE action = 'RETURN'")
        return count
    finally:
        await connection.close()


def their_cursor(prefix: str, record_id: int) -> str:
    """PostGraphile's cursor for the order of primary keys: the order's name, then the key."""
    return base64.b64encode(json.dumps([prefix, str(record_id)], separators=(",", ":")).encode()).decode()
