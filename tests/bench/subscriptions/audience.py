"""Who watches: the leaders of every school, some officers of each district, a few of the department."""

import itertools
from dataclasses import dataclass

import asyncpg

from backend.domain.policy import Role
from tests.bench.gateway.samples import Person
from tests.bench.gateway.sessions import cookies_of

PER_PERSON = 20
"""As many windows as the gateway allows one person."""

OFFICERS = 0.02
"""Of all watchers, so many are officers, who hear of many schools."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A watcher: the cookie, and the schools they hear of; all when None."""

    cookie: str
    schools: frozenset[int] | None


_PEOPLE = """
SELECT DISTINCT ON (s.subject) s.subject, a.role, schools_below(a.unit_id) AS schools
  FROM staff s JOIN assignment a ON a.staff_id = s.id WHERE a.role <> 'HOMEROOM_TEACHER' ORDER BY s.subject"""


async def seats(owner_url: str, redis_url: str, count: int) -> list[Seat]:
    """So many watchers, nobody with more windows than allowed."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("DELETE FROM live_event")
        found = await connection.fetch(_PEOPLE)
    finally:
        await connection.close()
    officers = [row for row in found if row["role"] in {Role.DISTRICT_OFFICER, Role.DEPARTMENT_OFFICER}]
    leaders = [row for row in found if row["role"] in {Role.PRINCIPAL, Role.CLERK}]
    many = int(count * OFFICERS)
    chosen = [*itertools.islice(itertools.cycle(officers), min(many, PER_PERSON * len(officers)))]
    chosen += itertools.islice(itertools.cycle(leaders), count - len(chosen))
    people = {row["subject"]: Person(row["subject"], Role(row["role"])) for row in chosen}
    cookies = await cookies_of(redis_url, people.values())
    return [
        Seat(
            cookies[row["subject"]],
            None if row["role"] == Role.DEPARTMENT_OFFICER else frozenset(row["schools"]),
        )
        for row in chosen
    ]
