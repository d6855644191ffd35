"""A planned province made real: written by the owner of the tables, past every use case, through every trigger."""

import itertools
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import date

import asyncpg
import orjson

from backend.db.repositories import people
from backend.db.scope import unscoped
from backend.domain.canonical import content_digest
from backend.domain.content_json import to_json
from backend.domain.identifiers import CitizenNumber
from backend.domain.lifecycle import NEXT, STANDING, State
from backend.domain.policy import Actor, Role
from tests.fixtures.world import ISSUER, MARKS, PARENTS_ISSUER, World
from tests.strategies.records import complete_record
from tests.strategies.worlds import DISTRICTS, PupilPlan, WorldPlan, YearPlan

_numbers = itertools.count(1)
_DOCUMENT = to_json(complete_record(4))
_CONTENT, _DIGEST = orjson.dumps(_DOCUMENT).decode(), content_digest(_DOCUMENT)


@dataclass
class Built:
    """Database keys of what was written; ``revisions`` by record, oldest first."""

    people: dict[str, Actor] = field(default_factory=dict)
    records: list[int] = field(default_factory=list)
    revisions: dict[int, list[int]] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    ceremonies: list[int] = field(default_factory=list)
    items: dict[int, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    guardian: tuple[str, Actor] | None = None


def _path(goal: State) -> list[State]:
    """The states on the shortest way from a draft."""
    ways = deque([[State.DRAFT]])
    while ways:
        way = ways.popleft()
        if way[-1] is goal:
            return way[1:]
        ways.extend(
            [*way, after] for (before, _), after in NEXT.items() if before is way[-1] and after not in way
        )
    raise ValueError(goal)


class Builder:
    """Writes one plan through one connection of the owner."""

    def __init__(self, world: World, plan: WorldPlan, owner: asyncpg.Connection) -> None:
        self._world, self._plan, self._owner = world, plan, owner
        self._number = next(_numbers)
        self._schools: list[int] = []
        self._classes: dict[tuple[int, int, int], int] = {}
        self.built = Built()

    async def build(self) -> Built:
        async with self._owner.transaction():
            await self._units()
            for pupil in self._plan.pupils:
                await self._pupil(pupil)
            for place, class_id in self._classes.items():
                await self._ceremony(self._schools[place[0]], class_id, f"w{self._number}.gv.{class_id}")
        return self.built

    async def _one(self, statement: str, *binds: object) -> int:
        key: int = await self._owner.fetchval(statement, *binds)
        return key

    async def _unit(self, kind: str, code: str, parent: int) -> int:
        return await self._one(
            "INSERT INTO org_unit (kind, code, name, parent_id, valid_from, ownership, commune, district, province, place)"
            " VALUES ($1, $2, $2, $3, '2000-01-01', 'PUBLIC', '', '', '', '') RETURNING id",
            kind,
            code,
            parent,
        )

    async def _units(self) -> None:
        assert self._world.department is not None
        top = self._world.department.unit_id or 0
        districts = [
            await self._unit("DISTRICT", f"W{self._number}D{place}", top) for place in range(DISTRICTS)
        ]
        for place, district in enumerate(districts):
            await self._employ(f"w{self._number}.phong.{place}", district, Role.DISTRICT_OFFICER)
        for place, district in enumerate(self._plan.schools):
            school = await self._unit("SCHOOL", f"W{self._number}S{place}", districts[district])
            self._schools.append(school)
            await self._employ(f"w{self._number}.ht.{place}", school, Role.PRINCIPAL)
            await self._employ(f"w{self._number}.vt.{place}", school, Role.CLERK)

    async def _class(self, plan: YearPlan) -> int:
        """The class of a pupil's year, with its teacher, made for its first pupil."""
        place = (plan.school, plan.school_year, plan.class_number)
        if place not in self._classes:
            school = self._schools[plan.school]
            self._classes[place] = await self._one(
                "INSERT INTO school_class (school_id, school_year, grade, name) VALUES ($1, $2, 4, $3) RETURNING id",
                school,
                plan.school_year,
                f"4{plan.class_number}",
            )
            class_id = self._classes[place]
            await self._employ(f"w{self._number}.gv.{class_id}", school, Role.HOMEROOM_TEACHER, class_id)
        return self._classes[place]

    async def _employ(self, login: str, unit: int, role: Role, class_id: int | None = None) -> None:
        staff = await self._one(
            "INSERT INTO staff (issuer, subject, full_name) VALUES ($1, $2, $2) RETURNING id", ISSUER, login
        )
        await self._owner.execute(
            "INSERT INTO assignment (staff_id, unit_id, role, school_class_id, post, may_sign_for_principal, valid_from)"
            " VALUES ($1, $2, $3, $4, '', false, '2020-01-01')",
            staff,
            unit,
            role,
            class_id,
        )
        self.built.people[login] = Actor(role=role)

    async def _pupil(self, plan: PupilPlan) -> None:
        last = plan.years[-1]
        pupil = await self._one(
            "INSERT INTO pupil (full_name, name_fold, sort_key, birth_date, gender, ethnicity, nationality, birth_place,"
            " hometown, address, father, mother, guardian) VALUES ('An', 'an', 'an', $1, 'FEMALE', '', '', '', '', '',"
            " '', '', '') RETURNING id",
            date(2015, 5, 5),
        )
        book = await self._one(
            "INSERT INTO record_book (pupil_id, lookup_code, managing_school_id, school_class_id, has_foreign_years,"
            " opened_on) VALUES ($1, $2, $3, $4, $5, '2023-09-05') RETURNING id",
            pupil,
            uuid.uuid4().hex,
            self._schools[last.school],
            await self._class(last),
            any(year.school != last.school for year in plan.years),
        )
        if plan.has_guardian:
            await self._owner.execute(
                "INSERT INTO guardian (pupil_id, full_name, relation, citizen_mark) VALUES ($1, 'Mẹ', 'mẹ', $2)",
                pupil,
                self.marks[0],
            )
        for year in plan.years:
            await self._year(book, year)

    @property
    def parent(self) -> str:
        """The citizen number of this world's one guardian."""
        return f"0{self._number:011d}"

    @property
    def marks(self) -> list[str]:
        """What is kept of that number."""
        return MARKS.of(CitizenNumber(self.parent))

    async def _year(self, book: int, plan: YearPlan) -> None:
        school, class_id = self._schools[plan.school], await self._class(plan)
        record = await self._one(
            "INSERT INTO year_record (book_id, school_id, school_class_id, school_year, grade, pupil_name, name_fold,"
            " sort_key, state, updated_at) VALUES ($1, $2, $3, $4, 4, 'An', 'an', 'an', 'DRAFT', now()) RETURNING id",
            book,
            school,
            class_id,
            plan.school_year,
        )
        self.built.records.append(record)
        self.built.revisions[record] = []
        where = (record, book, school, class_id, plan.school_year)
        standing = None if plan.standing is None else await self._revision(where, 1, plan.standing)
        working = await self._revision(where, 1 if standing is None else 2, plan.working)
        if standing is None and plan.working in STANDING:
            standing = working
        await self._owner.execute(
            "UPDATE year_record SET working_revision_id = $2, standing_revision_id = $3 WHERE id = $1",
            record,
            working,
            standing,
        )
        self.built.codes[record] = await self._owner.fetchval(
            "SELECT lookup_code FROM record_book WHERE id = $1", book
        )

    async def _revision(self, where: tuple[int, ...], number: int, state: State) -> int:
        revision = await self._one(
            "INSERT INTO revision (year_record_id, book_id, school_id, school_class_id, school_year, number, grade, state,"
            ' content, content_digest, "window", complete, version, reason, created_at, updated_at)'
            " VALUES ($1, $2, $3, $4, $5, $6, 4, 'DRAFT', $7, $8, 'MAIN', true, 1, '', now(), now()) RETURNING id",
            *where,
            number,
            _CONTENT,
            _DIGEST,
        )
        for step in _path(state):
            await self._owner.execute(
                "UPDATE revision SET state = $2::text, effective_from = CASE WHEN $2 = 'LOCKED' THEN now() END"
                " WHERE id = $1",
                revision,
                step,
            )
        self.built.revisions[where[0]].append(revision)
        if state in STANDING:
            await self._file(revision)
        return revision

    async def _file(self, revision: int) -> None:
        digest = uuid.uuid4().hex * 2
        await self._owner.execute(
            "INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)"
            " VALUES ($1, 'SCHOOL_SEAL', 'PDF', $2, 10, now())",
            revision,
            digest,
        )
        self.built.files[digest] = revision

    async def _ceremony(self, school: int, class_id: int, login: str) -> None:
        """The teacher's ceremony over every revision of the class."""
        found = await self._owner.fetchrow(
            "WITH k AS (INSERT INTO signing_credential (staff_id, custody, locator, certificate, fingerprint, serial,"
            "   not_before, not_after, active) SELECT id, 'PKCS12', '', '', '', '', now(), now(), true FROM staff"
            "   WHERE subject = $3 RETURNING id, staff_id)"
            " INSERT INTO signing_ceremony (school_id, signer_id, assignment_id, credential_id, role, created_at)"
            " SELECT $1, k.staff_id, a.id, k.id, 'HOMEROOM_TEACHER', now() FROM k JOIN assignment a"
            " ON a.staff_id = k.staff_id AND a.school_class_id = $2 RETURNING id",
            school,
            class_id,
            login,
        )
        assert found is not None
        self.built.ceremonies.append(found["id"])
        items = await self._owner.fetch(
            "INSERT INTO ceremony_item (ceremony_id, revision_id, content_digest, state, code, attempts, updated_at)"
            " SELECT $1, id, content_digest, 'CANCELLED', '', 0, now() FROM revision WHERE school_class_id = $2"
            " RETURNING id, (SELECT year_record_id FROM revision WHERE id = revision_id) AS record_id",
            found["id"],
            class_id,
        )
        self.built.items |= {item["id"]: item["record_id"] for item in items}


async def build(world: World, plan: WorldPlan) -> Built:
    """Write a plan into the world's database and read back who everybody is."""
    owner = await asyncpg.connect(world.urls.owner)
    try:
        builder = Builder(world, plan, owner)
        built = await builder.build()
    finally:
        await owner.close()
    async with unscoped():
        for login in built.people:
            found = await people.find_login(ISSUER, login)
            assert found is not None
            built.people[login] = found.assignments[0].actor
        if any(pupil.has_guardian for pupil in plan.pupils):
            login = f"ph{builder.parent}"
            await people.remember_guardian(PARENTS_ISSUER, login, builder.marks, "Mẹ")
            guardian = await people.find_login(PARENTS_ISSUER, login)
            assert guardian is not None
            assert guardian.guardian is not None
            built.guardian = login, guardian.guardian
    return built
