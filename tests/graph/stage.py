"""The province with one of everything for everybody: what the role matrix is played on."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from strawberry.relay import to_base64

from backend.db.connection import close_database, open_database
from backend.db.repositories import provisioning, records
from backend.db.repositories.records import RecordFilter, RecordRow
from backend.db.scope import scoped, unscoped
from backend.domain.calendar import Window
from backend.domain.content import RecordContent
from backend.domain.ledger import HeadNote
from backend.domain.lifecycle import Action, State
from backend.domain.merkle import Frontier
from backend.domain.school_year import SchoolYear
from backend.services import submissions
from backend.services.importing import import_file
from backend.services.records import send_back
from tests.fixtures.asking import PROGRAM
from tests.fixtures.certificates import self_signed
from tests.fixtures.integrators import Client
from tests.fixtures.world import PARENT_MARKS, SCHOOLS, School, World, parsed, pupil_content
from tests.graph.moving import let_leave, let_move
from tests.graph.taking_part import let_take_part
from tests.strategies.records import YEAR

SEATS: dict[str, tuple[int, str]] = {
    "own": (0, "4A"),
    "next class": (0, "4B"),
    "sibling": (1, "4A"),
    "other district": (2, "4A"),
}
"""Where a thing is, seen from a person of the first school's 4A and of its district."""

EVERY_SEAT = SEATS | {"before": (2, "4B")}
"""Also the class that the pupil who moved here came from."""

REPLACED, MOVED_AWAY, MOVED_HERE = "REPLACED", "MOVED_AWAY", "MOVED_HERE"
SITUATIONS = (
    State.DRAFT,
    State.TEACHER_SIGNED,
    State.PRINCIPAL_SIGNED,
    State.ISSUED,
    State.SUBMITTED,
    State.ACCEPTED,
    REPLACED,
    MOVED_AWAY,
    MOVED_HERE,
)
"""One pupil of each class for each; the last two change schools after they were submitted."""

SIGNED_BEFORE = {
    State.TEACHER_SIGNED: State.TEACHER_SIGNED,
    State.PRINCIPAL_SIGNED: State.PRINCIPAL_SIGNED,
} | dict.fromkeys(SITUATIONS[3:], State.ISSUED)
SENT = SITUATIONS[4:]
OTHER_PROGRAM = "other-program"
ABSENT_KEY = 999_999_999
FIRST_PUPIL, FAMILY_NAME = 50_000, "Phạm"


@dataclass
class Stage:
    """The world, and the database keys of what stands on it by seat."""

    world: World
    records: dict[tuple[str, str], RecordRow] = field(default_factory=dict)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)

    def school(self, seat: str) -> School:
        return self.world.schools[EVERY_SEAT[seat][0]]

    def record(self, seat: str, situation: str) -> str:
        """The id of a record; a pupil who moved is found by their move, wherever they sat."""
        if seat == "moved away":
            return to_base64("Record", self.records["own", MOVED_AWAY].id)
        if seat == "moved here":
            return to_base64("Record", self.records["before", MOVED_HERE].id)
        found = self.records.get((seat, situation))
        return to_base64("Record", ABSENT_KEY if found is None else found.id)

    def node(self, kind: str, seat: str) -> str:
        """The id of the seat's unit, class, ceremony, item, submission or period."""
        return to_base64(kind, self.keys.get((kind, seat), ABSENT_KEY))

    def district(self, seat: str) -> str:
        """The id of the district above a seat's school."""
        actor = self.world.district.get(SCHOOLS[SEATS[seat][0]][2] if seat in SEATS else "")
        return to_base64("OrgUnit", ABSENT_KEY if actor is None else actor.unit_id)

    def file(self, seat: str) -> bytes:
        """A registered file of the seat's class."""
        return f"%PDF- {seat}".encode()


async def build_stage(world: World) -> Stage:
    """Bring the province to life: records in every state, packets, ceremonies, files, periods, two transfers."""
    stage = Stage(world)
    for number, school in enumerate(world.schools):
        await _enrol(school, FIRST_PUPIL + 100 * number)
    for seat in EVERY_SEAT:
        await _play(stage, seat)
    await _register_people(stage)
    for seat in EVERY_SEAT:
        await _sign(stage, seat)
        await _share(stage, seat)
    await _let_programs_in(stage)
    await world.owner.run(_LINK, stage.records["own", State.ACCEPTED].book_id, PARENT_MARKS[0])
    await _move(stage, "own", MOVED_AWAY, to="sibling")
    await _move(stage, "before", MOVED_HERE, to="own")
    await let_move(
        world,
        stage.keys,
        leaving=stage.records["own", State.ACCEPTED].book_id,
        coming=stage.records["sibling", State.DRAFT].book_id,
        elsewhere=stage.records["sibling", State.ISSUED].book_id,
    )
    await let_leave(
        world, stage.keys, {seat: stage.records[seat, REPLACED].book_id for seat in ("own", "sibling")}
    )
    await world.owner.run(
        "INSERT INTO ledger_check (began_at, size, root_hash, signed_size, count, faults)"
        " VALUES (now(), 0, '', 0, 0, '[]')"
    )
    await _schedule(stage)
    await _propose(stage)
    await let_take_part(world, stage.keys)
    await _grow_ledger(stage)
    async with scoped(world.department, write=False):
        found = await records.find([row.id for row in stage.records.values()])
    stage.records = {place: found[row.id] for place, row in stage.records.items()}
    return stage


async def _enrol(school: School, first: int) -> None:
    contents = [
        pupil_content(school.facts, name, 4, first + 20 * place + number)
        for place, name in enumerate(("4A", "4B"))
        for number in range(len(SITUATIONS))
    ]
    distinct = [
        replace(content, pupil=replace(content.pupil, full_name=_named(content))) for content in contents
    ]
    clerk = school.actors["vt"]
    async with scoped(clerk, write=True):
        await import_file(clerk, school.id, parsed(distinct), dry_run=False)


def _named(content: RecordContent) -> str:
    return content.pupil.full_name.replace("Nguyễn", FAMILY_NAME)


async def _play(stage: Stage, seat: str) -> None:
    school, name = stage.school(seat), EVERY_SEAT[seat][1]
    teacher, principal = school.actors[f"gv.{name}"], school.actors["ht"]
    (class_id,) = teacher.class_ids
    stage.keys |= {("OrgUnit", seat): school.id, ("SchoolClass", seat): class_id}
    async with scoped(teacher, write=False):
        rows = await records.page(RecordFilter(), after=None, limit=100)
    mine = [row for row in rows if row.pupil_name.startswith(FAMILY_NAME)]
    placed = dict(zip(SITUATIONS, mine, strict=True))
    stage.records |= {(seat, situation): row for situation, row in placed.items()}
    for situation, state in SIGNED_BEFORE.items():
        await stage.world.bring_to(state, placed[situation].id)
    async with scoped(principal, write=True):
        sent = [placed[situation].id for situation in SENT]
        stage.keys["Submission", seat] = await submissions.submit(principal, sent)
    accepted = [placed[State.ACCEPTED].id, placed[REPLACED].id]
    await stage.world.checked()
    async with scoped(stage.world.department, write=True):
        await submissions.accept(stage.world.department, accepted)
    async with scoped(principal, write=True):
        await send_back(principal, Action.REPLACE, placed[REPLACED].id, "Sai điểm.")


async def _register_people(stage: Stage) -> None:
    world = stage.world
    await close_database()
    await open_database(world.urls.owner, pool=2)
    async with unscoped():
        for school in world.schools:
            for login, actor in school.actors.items():
                await provisioning.ensure_credential(
                    f"{school.facts.code}.{login}",
                    self_signed(f"{school.facts.code}.{login}"),
                    staff_id=actor.staff_id,
                )
            await provisioning.ensure_credential(
                school.facts.code, self_signed(school.facts.code), unit_id=school.id
            )
    await close_database()
    await open_database(world.urls.app, pool=4)


_CEREMONY = """
WITH c AS (INSERT INTO signing_ceremony (school_id, signer_id, assignment_id, credential_id, role, created_at)
  SELECT $1, $2, $3, (SELECT id FROM signing_credential WHERE staff_id = $2), 'HOMEROOM_TEACHER', now() RETURNING id)
INSERT INTO ceremony_item (ceremony_id, revision_id, content_digest, state, code, attempts, updated_at)
SELECT c.id, r.id, r.content_digest, 'FAILED', 'KEY_UNAVAILABLE', 1, now() FROM c, revision r WHERE r.id = $4
RETURNING id, ceremony_id"""

_WAITING = """
INSERT INTO ceremony_item (ceremony_id, revision_id, content_digest, state, code, attempts, updated_at)
SELECT $1, r.id, r.content_digest, 'QUEUED', '', 0, now() FROM revision r WHERE r.id = $2"""

_FILE = """
WITH s AS (INSERT INTO signature (revision_id, role, signer_id, credential_id, signer_name, post, unit_name,
    certificate_serial, certificate_issuer, signed_at, created_at)
  SELECT $1, 'SCHOOL_SEAL', NULL, (SELECT min(id) FROM signing_credential), 'Trường', '', 'Trường', '1a', 'CN=Thử',
    now(), now())
INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)
VALUES ($1, 'SCHOOL_SEAL', 'PDF', $2, 10, now())"""


async def _sign(stage: Stage, seat: str) -> None:
    school, name = stage.school(seat), EVERY_SEAT[seat][1]
    teacher = school.actors[f"gv.{name}"]
    waiting = stage.records[seat, State.TEACHER_SIGNED].working.id
    (item,) = await stage.world.owner.run(
        _CEREMONY, school.id, teacher.staff_id, teacher.assignment_id, waiting
    )
    await stage.world.owner.run(_WAITING, item["ceremony_id"], stage.records[seat, State.ISSUED].working.id)
    stage.keys |= {("Ceremony", seat): item["ceremony_id"], ("CeremonyItem", seat): item["id"]}
    sealed = stage.records[seat, State.ACCEPTED].working.id
    await stage.world.owner.run(_FILE, sealed, hashlib.sha256(stage.file(seat)).hexdigest())


_LINK = """
INSERT INTO guardian (pupil_id, full_name, relation, citizen_mark)
SELECT pupil_id, 'Phụ huynh Một', 'mẹ', $2 FROM record_book WHERE id = $1"""

_SHARE = """
INSERT INTO share_code (book_id, code_hash, purpose, created_at, expires_at)
VALUES ($1, $2, 'ADMISSION', now(), now() + interval '1 day') RETURNING id"""

_LOOK = """
INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, network)
VALUES (now(), $1, 'PUBLIC', '', 'ADMISSION', 'CODE', 'MINIMUM', '') RETURNING id"""


_ACT = """
INSERT INTO audit_event (at, action, school_id, detail, door, network, device)
VALUES (now(), 'IMPORT', $1, '{}', 'WEB', '', '') RETURNING id"""


async def _share(stage: Stage, seat: str) -> None:
    """The accepted record's book is shared and was looked at."""
    book, owner = stage.records[seat, State.ACCEPTED].book_id, stage.world.owner
    (share,) = await owner.run(_SHARE, book, hashlib.sha256(seat.encode()).hexdigest())
    (look,) = await owner.run(_LOOK, book)
    (act,) = await owner.run(_ACT, stage.school(seat).id)
    stage.keys |= {
        ("ShareCode", seat): share["id"],
        ("AccessEvent", seat): look["id"],
        ("AuditEvent", seat): act["id"],
    }


_GRANT = """
INSERT INTO integrator_grant (client_id, book_id, purpose, created_at, expires_at)
VALUES ($1, $2, 'WALLET', now(), now() + interval '1 day') RETURNING id"""


async def _let_programs_in(stage: Stage) -> None:
    """The program that plays, and another one that was granted a book of each seat."""
    url = stage.world.urls.owner
    await Client(PROGRAM).register(url)
    other = await Client(OTHER_PROGRAM).register(url)
    stage.keys["Integrator", "there"] = other.key
    for seat in SEATS:
        (grant,) = await stage.world.owner.run(_GRANT, other.key, stage.records[seat, State.ACCEPTED].book_id)
        stage.keys["IntegratorGrant", seat] = grant["id"]


async def _move(stage: Stage, seat: str, situation: str, *, to: str) -> None:
    """The book goes to another school; the year stays with the school that wrote it."""
    await stage.world.owner.run(
        "UPDATE record_book SET managing_school_id = $2, school_class_id = $3, has_foreign_years = true WHERE id = $1",
        stage.records[seat, situation].book_id,
        stage.school(to).id,
        stage.keys["SchoolClass", to],
    )


async def _schedule(stage: Stage) -> None:
    ahead = await stage.world.lock_period(Window.MAIN, datetime(2100, 6, 30, tzinfo=UTC))
    last_year = SchoolYear(YEAR.start - 1)
    due = await stage.world.lock_period(Window.MAIN, datetime(2024, 6, 30, tzinfo=UTC), last_year)
    stage.keys |= {("LockPeriod", "there"): ahead, ("LockPeriod", "due"): due}
    await _except(stage, ahead)


_EXCEPTION = """
INSERT INTO lock_exception (lock_period_id, school_id, school_class_id, reason, expires_at, proposed_by_id, proposed_at,
  decided_by_id, decided_at, confirmed)
VALUES ($1, $2, $3, 'Mưa lũ.', $4, $5, now(), $6, CASE WHEN $6::bigint IS NOT NULL THEN now() END,
  $6::bigint IS NOT NULL) RETURNING id"""

_CHANGE = """
INSERT INTO calendar_change (school_year, "window", locks_at, reports_at, reason, proposed_by_id, proposed_at, confirmed)
VALUES ($1, 'MAIN', '2100-06-29T17:00:00Z', '2100-07-10T17:00:00Z', 'Lịch của Bộ.', $2, now(), false) RETURNING id"""


_PROPOSAL = """
INSERT INTO assignment_proposal (staff_id, unit_id, role, post, valid_from, proposed_by_id, proposed_at, confirmed)
VALUES ($1, $2, 'PRINCIPAL', 'Hiệu trưởng', '2100-01-01', $3, now(), false) RETURNING id"""


async def _propose(stage: Stage) -> None:
    """The second officer proposes a clerk as principal."""
    clerk, proposer = stage.world.own.actors["vt"], stage.world.second
    (row,) = await stage.world.owner.run(_PROPOSAL, clerk.staff_id, clerk.unit_id, proposer.staff_id)
    stage.keys["AssignmentProposal", "there"] = row["id"]


async def _except(stage: Stage, period_id: int) -> None:
    """An exception for each class, which has expired, and what the second officer has proposed."""
    world = stage.world
    first, second = world.department.staff_id, world.second.staff_id
    for seat in EVERY_SEAT:
        place = stage.keys["OrgUnit", seat], stage.keys["SchoolClass", seat]
        expired = datetime(2024, 7, 1, tzinfo=UTC)
        (granted,) = await world.owner.run(_EXCEPTION, period_id, *place, expired, first, second)
        stage.keys["LockException", seat] = granted["id"]
    ahead = datetime(2100, 7, 5, tzinfo=UTC)
    (open_one,) = await world.owner.run(
        _EXCEPTION, period_id, stage.keys["OrgUnit", "own"], None, ahead, second, None
    )
    await world.owner.run(
        "INSERT INTO lock_rehearsal (lock_period_id, asked_by_id, asked_at) VALUES ($1, $2, now())",
        period_id,
        second,
    )
    (report,) = await world.owner.run(
        "INSERT INTO ministry_report (lock_period_id, number, state, asked_at) VALUES ($1, 1, 'READY', now())"
        " RETURNING id",
        period_id,
    )
    stage.keys["MinistryReport", "there"] = report["id"]
    (change,) = await world.owner.run(_CHANGE, YEAR.start, second)
    stage.keys |= {
        ("LockException", "proposed"): open_one["id"],
        ("CalendarChange", "proposed"): change["id"],
    }


async def _grow_ledger(stage: Stage) -> None:
    """A ledger of one leaf, with its signed head."""
    edge, (node,) = Frontier().grow([bytes(32)])
    note = HeadNote(origin="hocba-ledger/22", size=1, root=edge.root)
    owner = stage.world.owner
    await owner.run("INSERT INTO ledger_node (level, number, hash) VALUES (0, 0, $1)", node.hash)
    await owner.run(
        "INSERT INTO tree_head (size, root_hash, frontier, created_at) VALUES (1, $1, $2::jsonb, now())",
        edge.root.hex(),
        f'["{edge.root.hex()}"]',
    )
    await owner.run(
        'INSERT INTO signed_head (size, note, signature, "timestamp", signed_at, signer)'
        " VALUES (1, $1, 'signature', 'timestamp', now(), 'Sở GDĐT')",
        note.text,
    )
    stage.keys["LedgerHead", "there"] = 1
