"""Two hundred races of a school or an officer against the lock: whoever wins, the root is that of the records."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from backend.db.connection import close_database, open_database
from backend.db.repositories.periods import DueRow
from backend.db.scope import scoped
from backend.domain.errors import DomainError, LockPeriodNotDueError
from backend.domain.lifecycle import Action
from backend.domain.merkle import root_of
from backend.services import calendar, locking, submissions
from backend.services.ledger import leaf_of
from backend.services.records import send_back
from tests.fixtures.world import World

RACES, TOGETHER = 200, 8
FIRST_YEAR = 2100
STEP = timedelta(milliseconds=2)

# A school year for each race: a class with one record, its revision in the state that the race begins with, a period, an exception
# that waits for its second person.
SET_UP = """
WITH source AS (
  SELECT y.*, r.content, r.content_digest FROM year_record y JOIN revision r ON r.id = y.working_revision_id
   WHERE y.id = $1
), years AS (SELECT $2 + n AS year, n FROM generate_series(0, $3 - 1) AS n
), classes AS (
  INSERT INTO school_class (school_id, school_year, grade, name) SELECT school_id, year, grade, '4A' FROM source, years
  RETURNING id, school_year
), made AS (
  INSERT INTO year_record (book_id, school_id, school_class_id, school_year, grade, pupil_name, name_fold, sort_key,
                           state, updated_at)
  SELECT book_id, school_id, c.id, c.school_year, grade, pupil_name, name_fold, sort_key, 'DRAFT', now()
    FROM source, classes c RETURNING id, book_id, school_id, school_class_id, school_year, grade
), revised AS (
  INSERT INTO revision (year_record_id, number, book_id, school_id, school_class_id, school_year, grade, state, content,
                        content_digest, "window", complete, version, reason, created_at, updated_at)
  SELECT m.id, 1, m.book_id, m.school_id, m.school_class_id, m.school_year, m.grade,
         CASE WHEN (m.school_year - $2) % 4 = 2 THEN 'ISSUED' ELSE 'ACCEPTED' END, s.content, s.content_digest, 'MAIN',
         true, 1, '', now(), now() FROM made m, source s RETURNING id, year_record_id, school_year, state
), periods AS (
  INSERT INTO lock_period (school_year, "window", locks_at, reports_at, grades, updated_at)
  SELECT year, 'MAIN', now() + interval '1 day', now() + interval '10 days', '[1, 2, 3, 4, 5]', now() FROM years
  RETURNING id, school_year
), excepted AS (
  INSERT INTO lock_exception (lock_period_id, school_id, reason, expires_at, proposed_by_id, proposed_at, confirmed)
  SELECT p.id, s.school_id, 'x', now() + interval '1 day', $4, now(), false FROM periods p, source s
  RETURNING id, lock_period_id
)
SELECT v.year_record_id AS record_id, v.id AS revision_id, v.school_year, p.id AS period_id, e.id AS exception_id
  FROM revised v JOIN periods p USING (school_year) JOIN excepted e ON e.lock_period_id = p.id ORDER BY v.school_year"""

POINT = """
UPDATE year_record y SET working_revision_id = r.id,
       standing_revision_id = CASE WHEN r.state = 'ACCEPTED' THEN r.id END
  FROM revision r WHERE r.year_record_id = y.id AND y.school_year >= $1"""

LEAVES = """
SELECT e.lock_period_id, e.leaf_hash, r.state, r.effective_from, r.id AS revision_id, y.id AS record_id, y.school_id,
       y.working_revision_id AS working_id, b.lookup_code, r.number, r.school_year, r.content_digest
  FROM ledger_entry e JOIN revision r ON r.id = e.revision_id JOIN year_record y ON y.id = r.year_record_id
  JOIN record_book b ON b.id = y.book_id ORDER BY e.index"""


OF_LEAF = (
    *("record_id", "revision_id", "school_id", "working_id"),
    *("lookup_code", "number", "school_year", "content_digest"),
)


@dataclass(frozen=True)
class Race:
    """One race: what it is about, and how long after the deadline the other side sets out."""

    number: int
    record_id: int
    revision_id: int
    period_id: int
    exception_id: int

    @property
    def kind(self) -> str:
        return ("WITHDRAW", "REPLACE", "SUBMIT", "EXCEPT")[self.number % 4]

    @property
    def delay(self) -> float:
        return self.number // 4 % 25 * STEP.total_seconds()


async def _set_up(world: World) -> list[Race]:
    (record, *_) = await world.records(world.own.actors["ht"])
    await world.owner.run("ALTER TABLE revision DISABLE TRIGGER start")
    rows = await world.owner.run(SET_UP, record.id, FIRST_YEAR, RACES, world.department.staff_id)
    await world.owner.run(POINT, FIRST_YEAR)
    await world.owner.run("ALTER TABLE revision ENABLE TRIGGER start")
    return [
        Race(
            row["school_year"] - FIRST_YEAR,
            row["record_id"],
            row["revision_id"],
            row["period_id"],
            row["exception_id"],
        )
        for row in rows
    ]


async def _act(world: World, race: Race) -> bool:
    """The other side's act; whether it came before the lock."""
    principal, second = world.own.actors["ht"], world.second
    acts: dict[str, Callable[[], Awaitable[object]]] = {
        "WITHDRAW": lambda: send_back(principal, Action.WITHDRAW, race.record_id, "Đua với chốt."),
        "REPLACE": lambda: send_back(principal, Action.REPLACE, race.record_id, "Đua với chốt."),
        "SUBMIT": lambda: submissions.submit(principal, [race.record_id]),
        "EXCEPT": lambda: calendar.decide_exception(second, race.exception_id, confirmed=True),
    }
    await asyncio.sleep(race.delay)
    try:
        async with scoped(second if race.kind == "EXCEPT" else principal, write=True):
            await acts[race.kind]()
    except DomainError:
        return False
    return True


async def _lock(world: World, race: Race) -> None:
    await asyncio.sleep(0.024)
    while True:
        try:
            async with scoped(world.department, write=True):
                await locking.seal(world.department, race.period_id)
        except LockPeriodNotDueError:
            await asyncio.sleep(0.001)
        else:
            return


async def _race(world: World, race: Race) -> tuple[str, bool]:
    await world.owner.run(
        "UPDATE lock_period SET locks_at = clock_timestamp() + interval '25 milliseconds' WHERE id = $1",
        race.period_id,
    )
    won, _ = await asyncio.gather(_act(world, race), _lock(world, race))
    return race.kind, won


async def test_two_hundred_races_leave_the_root_of_the_records(world: World) -> None:
    """Withdrawal, replacement, submission and exception against the lock, each fifty times around the deadline."""
    races = await _set_up(world)
    await close_database()
    await open_database(world.urls.app, pool=2 * TOGETHER)
    outcomes: Counter[tuple[str, bool]] = Counter()
    for start in range(0, RACES, TOGETHER):
        batch = races[start : start + TOGETHER]
        outcomes.update(await asyncio.gather(*(_race(world, race) for race in batch)))
    assert sum(outcomes.values()) == RACES
    assert {kind for kind, _ in outcomes} == {"WITHDRAW", "REPLACE", "SUBMIT", "EXCEPT"}
    assert {won for _, won in outcomes} == {True, False}, outcomes

    leaves = await world.owner.run(LEAVES)
    locked = await world.owner.run("SELECT id FROM revision WHERE state = 'LOCKED'")
    assert {row["revision_id"] for row in leaves} == {row["id"] for row in locked}
    for row in leaves:
        due = DueRow(
            **{name: row[name] for name in OF_LEAF},
            xml_digest=None,
            xml_size=None,
            pdf_digest=None,
            pdf_size=None,
        )
        assert leaf_of(due, row["effective_from"]).hash.hex() == row["leaf_hash"]

    hashes = [bytes.fromhex(row["leaf_hash"]) for row in leaves]
    size_of = {row["lock_period_id"]: place for place, row in enumerate(leaves, start=1)}
    sealed = await world.owner.run(
        "SELECT id, root_hash, sealed_count FROM lock_period WHERE sealed_at IS NOT NULL AND sealed_count > 0"
    )
    for row in sealed:
        assert row["sealed_count"] == 1
        assert row["root_hash"] == root_of(hashes[: size_of[row["id"]]]).hex()

    states = await world.owner.run(
        "SELECT year_record_id AS id, bool_or(state = 'LOCKED') AS locked FROM revision GROUP BY 1"
    )
    is_locked = {row["id"]: row["locked"] for row in states}
    wins = outcomes["WITHDRAW", True] + outcomes["EXCEPT", True]
    assert sum(is_locked[race.record_id] for race in races) == RACES * 3 // 4 - wins
