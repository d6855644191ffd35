"""``hocba units``: a reorganisation from a file, all lines or none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.commands import hocba
from tests.fixtures.world import SCHOOLS, World

HEADING = "act,code,kind,name,parent,successor,commune,district,place"
MOVE = [
    "NEW,X1,COMMUNE,Phường Hà Lầm,22,,,,",
    *(f"CHANGE,{code},,,X1,,,," for code, _, _ in SCHOOLS),
    "END,193,,,,,,,",
    "END,194,,,,,,,",
]


async def _apply(world: World, folder: Path, lines: list[str], *more: str) -> tuple[int, str]:
    file = folder / "don-vi.csv"
    file.write_text("\n".join([HEADING, *lines]), "utf-8-sig")
    day = (datetime.now(UTC) + timedelta(hours=7)).date()
    done = await hocba("units", str(file), "--on", day.isoformat(), *more, urls=world.urls)
    return done.code, done.output


async def _tree(world: World) -> dict[str, str | None]:
    """Open units by code, with the unit above."""
    rows = await world.owner.run(
        "SELECT u.code, p.code AS above FROM org_unit u LEFT JOIN org_unit p ON p.id = u.parent_id WHERE u.valid_to IS NULL"
    )
    return {row["code"]: row["above"] for row in rows}


async def test_a_file_is_tried_and_then_entered(world: World, tmp_path: Path) -> None:
    """A trial writes nothing; the same file then moves every school, and the audit knows that an operator did it."""
    before = await _tree(world)
    code, said = await _apply(world, tmp_path, MOVE, "--dry-run")
    assert (code, "6 đơn vị" in said, await _tree(world)) == (0, True, before)
    code, said = await _apply(world, tmp_path, MOVE)
    assert code == 0, said
    assert await _tree(world) == {"22": None, "X1": "22", **{school: "X1" for school, _, _ in SCHOOLS}}
    [event] = await world.owner.run(
        "SELECT staff_id, door FROM audit_event WHERE action = 'UNITS_REORGANISE'"
    )
    assert (event["staff_id"], event["door"]) == (None, "OPERATOR")


async def test_a_line_that_does_not_fit_is_named_and_nothing_is_entered(world: World, tmp_path: Path) -> None:
    """An unknown unit in the last line, then a word that is no act."""
    before = await _tree(world)
    code, said = await _apply(world, tmp_path, [*MOVE, "END,999,,,,,,,"])
    assert (code, "NOT_FOUND (dòng 8, code)" in said) == (1, True), said
    code, said = await _apply(world, tmp_path, [*MOVE, "STOP,193,,,,,,,"])
    assert (code, "UNIT_INVALID (dòng 8, act)" in said) == (1, True), said
    assert await _tree(world) == before
