"""Who watches: people of their own, each with one assignment, in the mix of a province or all in one scope."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from backend.domain.policy import Role
from tests.bench.data.province import ISSUER
from tests.bench.gateway.samples import Person
from tests.bench.gateway.sessions import cookies_of

SHARES = {"mix": (0.90, 0.09, 0.01), "department": (0.0, 0.0, 1.0), "school": (1.0, 0.0, 0.0)}
"""Shares of school, district and department; ``school`` puts everybody into one school."""

LOGIN = "watcher"
SCHOOL_ROLES = itertools.cycle((Role.PRINCIPAL, Role.DEPUTY_PRINCIPAL, Role.CLERK))


@dataclass(frozen=True, slots=True)
class Seat:
    """A watcher: the cookie, and the schools they hear of; all when None."""

    cookie: str
    schools: frozenset[int] | None


_UNITS = "SELECT id, kind, schools_below(id) AS schools FROM org_unit ORDER BY id"
_STAFF = "INSERT INTO staff (issuer, subject, full_name) VALUES ($1, $2, $2)"
_ASSIGNMENT = (
    "INSERT INTO assignment (staff_id, unit_id, role, post, may_sign_for_principal, valid_from)"
    " SELECT id, $2, $3, '', false, '2020-01-01' FROM staff WHERE subject = $1"
)
_LEAVE = (
    f"DELETE FROM assignment a USING staff s WHERE s.id = a.staff_id AND s.subject LIKE '{LOGIN}%'",
    f"DELETE FROM staff WHERE subject LIKE '{LOGIN}%'",
    "DELETE FROM live_event",
)


@asynccontextmanager
async def seats(owner_url: str, redis_url: str, count: int, mix: str) -> AsyncIterator[list[Seat]]:
    """So many watchers, for as long as the block runs."""
    connection = await asyncpg.connect(owner_url)
    try:
        await _leave(connection)
        chosen = list(_chosen(await connection.fetch(_UNITS), count, mix))
        logins = [f"{LOGIN}.{place}" for place in range(count)]
        await connection.executemany(_STAFF, [(ISSUER, login) for login in logins])
        await connection.executemany(
            _ASSIGNMENT,
            [(login, unit["id"], role) for login, (unit, role) in zip(logins, chosen, strict=True)],
        )
        await connection.execute("DELETE FROM live_event")
        people = [Person(login, role) for login, (_, role) in zip(logins, chosen, strict=True)]
        cookies = await cookies_of(redis_url, people)
        yield [
            Seat(cookies[login], None if role is Role.DEPARTMENT_OFFICER else frozenset(unit["schools"]))
            for login, (unit, role) in zip(logins, chosen, strict=True)
        ]
    finally:
        await _leave(connection)
        await connection.close()


async def _leave(connection: asyncpg.Connection) -> None:
    for statement in _LEAVE:
        await connection.execute(statement)


def _chosen(units: list[asyncpg.Record], count: int, mix: str) -> Iterator[tuple[asyncpg.Record, Role]]:
    """Unit and role of each watcher, spread evenly."""
    schools, districts, departments = (
        [unit for unit in units if unit["kind"] == kind] for kind in ("SCHOOL", "DISTRICT", "DEPARTMENT")
    )
    _, in_districts, in_department = (round(count * share) for share in SHARES[mix])
    for place in range(count - in_districts - in_department):
        yield schools[place % len(schools) if mix == "mix" else 0], next(SCHOOL_ROLES)
    for place in range(in_districts):
        yield districts[place % len(districts)], Role.DISTRICT_OFFICER
    for place in range(in_department):
        yield departments[place % len(departments)], Role.DEPARTMENT_OFFICER
