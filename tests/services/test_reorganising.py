"""A new tree of units: districts end, communes begin, schools move, merge and are renamed, and nothing of before is lost."""

import csv
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
from tortoise.exceptions import BaseORMException

from backend.cli.units import COLUMNS, read_changes
from backend.db import sql
from backend.db.repositories import organisation, participation, people, units
from backend.db.scope import scoped, unscoped
from backend.domain.errors import AlreadyThereError, NotFoundError, NotPermittedError, UnitInvalidError
from backend.domain.organisation import UnitAct, UnitChange, UnitKind
from backend.domain.policy import Actor
from backend.services.reorganising import reorganise
from tests.fixtures.world import ISSUER, SCHOOLS, World

NEW, CHANGE, END = UnitAct.NEW, UnitAct.CHANGE, UnitAct.END
COMMUNES = [
    UnitChange(act=NEW, code=f"X{place}", kind=UnitKind.COMMUNE, name=f"Xã {place}", parent_code="22")
    for place in range(3)
]
MOVES = [
    UnitChange(act=CHANGE, code=code, parent_code=f"X{place}", district="", commune=f"Xã {place}")
    for place, (code, _, _) in enumerate(SCHOOLS)
]
ENDS = [UnitChange(act=END, code=code) for code in ("193", "194")]
COMMUNES_IN_PLACE_OF_DISTRICTS = [*ENDS, *MOVES, *COMMUNES]
PROVINCE_COMMUNES = 54


def today() -> date:
    return (datetime.now(UTC) + timedelta(hours=7)).date()


async def enter(world: World, changes: list[UnitChange], *, ahead: int = 0, dry_run: bool = False) -> None:
    async with scoped(world.department, write=True):
        await reorganise(world.department, today() + timedelta(days=ahead), changes, dry_run=dry_run)


async def actor(login: str) -> Actor:
    """Somebody as they are at this moment."""
    async with unscoped():
        found = await people.find_login(ISSUER, login)
    return found.assignments[0].actor


async def tree(world: World) -> dict[str, tuple[str, str | None]]:
    """Every unit of today: its name and the code of the unit above."""
    rows = await world.owner.run(
        "SELECT u.code, u.name, p.code AS above FROM org_unit u LEFT JOIN org_unit p ON p.id = u.parent_id"
        " WHERE u.valid_to IS NULL OR u.valid_to >= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    return {row["code"]: (row["name"], row["above"]) for row in rows}


async def day_comes(world: World, days: int) -> None:
    """Let everything that was entered have been entered so many days earlier, and a worker see to it."""
    await world.owner.run("UPDATE org_unit_version SET valid_from = valid_from - $1::int", days)
    await world.owner.run(
        "UPDATE org_unit SET valid_from = valid_from - $1::int, valid_to = valid_to - $1::int", days
    )
    async with scoped(world.department, write=True):
        await units.bring_up_to_date()


async def hold_commune(world: World, code: str) -> Actor:
    """An officer of a commune, hired on its first day."""
    await world.owner.run(
        "INSERT INTO staff (issuer, subject, full_name) VALUES ($1, $2, 'Cán bộ xã')", ISSUER, f"xa.{code}"
    )
    await world.owner.run(
        "INSERT INTO assignment (staff_id, unit_id, role, post, may_sign_for_principal, valid_from)"
        " SELECT s.id, u.id, 'DISTRICT_OFFICER', 'Chuyên viên', false, u.valid_from FROM staff s, org_unit u"
        " WHERE s.subject = $1 AND u.code = $2",
        f"xa.{code}",
        code,
    )
    return await actor(f"xa.{code}")


async def test_todays_scope_follows_the_new_tree(world: World) -> None:
    """The district's officer reaches nothing any more, the commune's just its school, the department all."""
    await enter(world, COMMUNES_IN_PLACE_OF_DISTRICTS)
    former, present = await actor("phong.193"), await hold_commune(world, "X1")
    assert (former.school_ids, present.school_ids) == (frozenset(), {world.schools[1].id})
    assert await world.records(former) == []
    assert {row.school_id for row in await world.records(present)} == {world.schools[1].id}
    assert {row.school_id for row in await world.records(world.department)} == {
        school.id for school in world.schools
    }
    assert await tree(world) == {
        "22": ("Sở GDĐT", None),
        **{f"X{place}": (f"Xã {place}", "22") for place in range(3)},
        **{code: (name, f"X{place}") for place, (code, name, _) in enumerate(SCHOOLS)},
    }


async def test_the_year_before_is_counted_by_the_tree_of_its_time(world: World) -> None:
    """Who took part then is told by districts; who takes part now, by communes."""
    await enter(world, COMMUNES_IN_PLACE_OF_DISTRICTS, ahead=2)
    await day_comes(world, 2)
    ended = today() - timedelta(days=1)
    year = ended.year - 1 if ended >= date(ended.year, 8, 31) else ended.year - 2
    async with scoped(world.department, write=False):
        before = {row.unit_id: row.schools for row in await participation.by_district(year)}
        now = {row.unit_id: row.schools for row in await participation.by_district(year + 2)}
        found = await units.on_day(today(), ["X0", "X1", "X2"])
    assert before == {world.district["193"].unit_id: 2, world.district["194"].unit_id: 1}
    assert now == {unit.id: 1 for unit in found.values()}


async def test_what_is_entered_ahead_happens_on_its_day_and_once(world: World) -> None:
    """Until the day nothing is otherwise; a worker that comes twice, or late, changes the same."""
    before = await tree(world)
    await enter(world, [UnitChange(act=CHANGE, code=SCHOOLS[0][0], name="Trường Tiểu học Mới")], ahead=3)
    assert await tree(world) == before
    await day_comes(world, 5)
    assert (await tree(world))[SCHOOLS[0][0]][0] == "Trường Tiểu học Mới"
    async with scoped(world.department, write=True):
        assert await units.bring_up_to_date() == 0
        [first, second] = (await units.find_versions([world.own.id]))[world.own.id]
    assert (first.name, second.name) == (SCHOOLS[0][1], "Trường Tiểu học Mới")


async def test_a_school_that_merges_hands_its_books_on(world: World) -> None:
    """The successor's principal manages the books and reads the years; the years keep the school that wrote them."""
    gone, heir = world.schools[1], world.own
    await enter(world, [UnitChange(act=END, code=gone.facts.code, successor_code=heir.facts.code)])
    principal = await actor(f"{heir.facts.code}.ht")
    assert principal.school_ids == {heir.id, gone.id}
    rows = await world.records(principal)
    assert {(row.school_id, row.managing_school_id) for row in rows} == {
        (heir.id, heir.id),
        (gone.id, heir.id),
    }
    assert (await actor(f"{gone.facts.code}.ht")).school_ids == frozenset()


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ([ENDS[0]], UnitInvalidError, "changes.0.code"),
        ([*COMMUNES, *MOVES[:1], *ENDS], UnitInvalidError, "changes.4.code"),
        ([UnitChange(act=END, code="22")], UnitInvalidError, "changes.0.code"),
        ([UnitChange(act=END, code=SCHOOLS[0][0])], UnitInvalidError, "changes.0.successorCode"),
        (
            [UnitChange(act=CHANGE, code=SCHOOLS[0][0], parent_code=SCHOOLS[1][0])],
            UnitInvalidError,
            "changes.0.parentCode",
        ),
        ([UnitChange(act=CHANGE, code="none", name="X")], NotFoundError, "changes.0.code"),
        ([COMMUNES[0], COMMUNES[0]], AlreadyThereError, "changes.1.code"),
    ],
)
async def test_what_does_not_fit_leaves_everything_as_it_was(world: World, changes, error, field) -> None:
    """The line is named, and nothing of the others stays behind."""
    before = await tree(world)
    with pytest.raises(error) as refused:
        await enter(world, changes)
    assert refused.value.field == field
    assert await tree(world) == before
    assert await world.owner.run("SELECT 1 FROM audit_event WHERE action = 'UNITS_REORGANISE'") == []


async def test_a_trial_and_a_stranger_change_nothing(world: World) -> None:
    """A dry run goes all the way and is undone; a school and a district enter nothing at all."""
    before = await tree(world)
    await enter(world, COMMUNES_IN_PLACE_OF_DISTRICTS, dry_run=True)
    for other in (world.own.actors["ht"], world.district["193"]):
        with pytest.raises(NotPermittedError):
            async with scoped(other, write=True):
                await reorganise(other, today(), COMMUNES)
    assert await tree(world) == before
    versions = await world.owner.run("SELECT 1 FROM org_unit_version")
    assert len(versions) == len(before)


async def test_what_has_begun_is_not_rewritten(world: World) -> None:
    """Neither by a day in the past nor by a statement: a name of the past stays what it was."""
    with pytest.raises(UnitInvalidError):
        await enter(world, MOVES[:1], ahead=-1)
    with pytest.raises(BaseORMException):
        async with scoped(world.department, write=True):
            await sql.rows(
                "INSERT INTO org_unit_version SELECT id, '2020-01-01', 'Khác', parent_id, '', '', '', '' FROM org_unit"
            )
    async with scoped(world.department, write=True):
        await sql.rows("UPDATE org_unit_version SET name = 'Khác'")
    assert await world.owner.run("SELECT 1 FROM org_unit_version WHERE name = 'Khác'") == []


def _file(folder: Path, schools: list[tuple[str, str]], districts: list[str]) -> Path:
    """The reorganisation of the province as its department would hand it in."""
    target = folder / "don-vi.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as text:
        lines = csv.DictWriter(text, COLUMNS)
        lines.writeheader()
        for place in range(PROVINCE_COMMUNES):
            lines.writerow(
                {
                    "act": "NEW",
                    "code": f"QN{place}",
                    "kind": "COMMUNE",
                    "name": f"Phường {place}",
                    "parent": "22",
                }
            )
        for place, (code, _) in enumerate(schools):
            lines.writerow({"act": "CHANGE", "code": code, "parent": f"QN{place % PROVINCE_COMMUNES}"})
        for code in districts:
            lines.writerow({"act": "END", "code": code})
    return target


async def test_the_province_goes_from_thirteen_districts_to_communes(world: World, tmp_path: Path) -> None:
    """Thirteen districts end, 54 communes begin, every school keeps its records and stands below exactly one of them."""
    listed = resources.files("backend.domain").joinpath("data/districts.csv").read_text("utf-8").splitlines()
    districts = [row["code"] for row in csv.DictReader(listed)]
    assert len(districts) == 13
    insert = (
        "INSERT INTO org_unit (kind, code, name, parent_id, valid_from, ownership, commune, district, province, place)"
        " SELECT $1, $2, $2, id, '2000-01-01', 'PUBLIC', '', '', '', '' FROM org_unit WHERE code = $3"
        " ON CONFLICT DO NOTHING"
    )
    for code in districts:
        await world.owner.run(insert, "DISTRICT", code, "22")
        for number in range(5):
            await world.owner.run(insert, "SCHOOL", f"22{code}9{number}", code)
    rows = await world.owner.run(
        "SELECT code, id::text AS id FROM org_unit WHERE kind = 'SCHOOL' ORDER BY code"
    )
    schools = [(row["code"], row["id"]) for row in rows]
    records = len(await world.records(world.department))
    await enter(world, list(read_changes(_file(tmp_path, schools, districts))))
    there = await tree(world)
    assert not set(districts) & set(there)
    assert sum(code.startswith("QN") for code in there) == PROVINCE_COMMUNES
    assert {above for code, (_, above) in there.items() if code in dict(schools)} == {
        f"QN{place}" for place in range(PROVINCE_COMMUNES)
    }
    assert (await actor("so")).school_ids == {int(key) for _, key in schools}
    assert len(await world.records(world.department)) == records
    async with scoped(world.department, write=False):
        old = await organisation.find_units([world.district["193"].unit_id])
    assert old[world.district["193"].unit_id].name == "Phòng 193"
