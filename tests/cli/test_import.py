"""``hocba import``: a school's file into its drafts, every fault at its row and column."""

from dataclasses import replace
from pathlib import Path

import openpyxl

from backend.domain.content import RecordContent
from backend.files.write import write_csv, write_xlsx
from tests.cli.commands import hocba
from tests.fixtures.world import World, pupil_content

SCHOOL = "22193401"
YEAR = "2024-2025"
GROUPS, HEADER = 2, 3
"""Rows of the two-line heading."""


def _contents(world: World, count: int = 3) -> list[RecordContent]:
    return [pupil_content(world.own.facts, "4A", 4, 900 + number) for number in range(count)]


def _workbook(world: World, folder: Path, count: int = 3) -> Path:
    file = folder / "export.xlsx"
    with file.open("wb") as target:
        write_xlsx(iter(_contents(world, count)), target)
    return file


def _put_score(file: Path, value: object) -> int:
    """Write the first pupil's year-end score in mathematics; returns the row."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    column = next(cell.column for cell in sheet[GROUPS] if cell.value == "Toán")
    while sheet.cell(HEADER, column).value != "Điểm KTĐK":
        column += 1
    sheet.cell(HEADER + 1, column).value = value
    book.save(file)
    return HEADER + 1


async def _state(world: World) -> str:
    found = await world.owner.run(
        "SELECT md5(concat((SELECT string_agg(to_jsonb(p)::text, '' ORDER BY p.id) FROM pupil p),"
        " (SELECT string_agg(to_jsonb(r)::text, '' ORDER BY r.id) FROM revision r),"
        " (SELECT count(*) FROM audit_event))) AS all"
    )
    return str(found[0]["all"])


async def test_a_file_goes_in_and_again_changes_nothing(world: World, tmp_path: Path) -> None:
    """The rows of a workbook become drafts; the same command again finds all of them unchanged."""
    file = _workbook(world, tmp_path)
    done = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
    assert done.code == 0, done.output
    assert "created 3" in done.output
    before = await _state(world)
    again = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
    assert (again.code, "unchanged 3" in again.output) == (0, True), again.output
    assert await _state(world) == before


async def test_a_dry_run_shows_and_writes_nothing(world: World, tmp_path: Path) -> None:
    """--dry-run reports what would be created and leaves no trace."""
    before = await _state(world)
    file = _workbook(world, tmp_path)
    done = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, "--dry-run", urls=world.urls)
    assert done.code == 0
    assert "created 3" in done.output
    assert "nothing written" in done.output
    assert await _state(world) == before


async def test_a_bad_cell_is_named_and_its_row_alone_stays_out(world: World, tmp_path: Path) -> None:
    """A score of 7.5 is reported with row, column, value, code and sentence; the other rows go in; exit code 1."""
    file = _workbook(world, tmp_path)
    row = _put_score(file, 7.5)
    done = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
    assert done.code == 1
    line = next(line for line in done.output.splitlines() if "SCORE_INVALID" in line)
    assert str(row) in line.split()
    assert "7.5" in line
    assert "Toán" in line
    assert ("created 2" in done.output, "refused 1" in done.output) == (True, True), done.output


async def test_all_or_nothing_lets_nothing_in(world: World, tmp_path: Path) -> None:
    """With --all-or-nothing one bad row keeps the whole file out."""
    before = await _state(world)
    file = _workbook(world, tmp_path)
    _put_score(file, 11)
    arguments = ("import", str(file), "--school", SCHOOL, "--year", YEAR, "--all-or-nothing")
    done = await hocba(*arguments, urls=world.urls)
    assert done.code == 1
    assert "nothing written" in done.output
    assert await _state(world) == before


async def test_a_changed_row_is_shown_before_and_after(world: World, tmp_path: Path) -> None:
    """A corrected file prints the path of each change with both values."""
    file = tmp_path / "export.csv"
    for comment in ("Tính đúng.", "Tính nhanh."):
        content = _contents(world, 1)[0]
        maths = replace(content.subjects["TOAN"], comment=comment)
        with file.open("wb") as target:
            write_csv(iter([replace(content, subjects={**content.subjects, "TOAN": maths})]), target)
        done = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
        assert done.code == 0, done.output
    assert "subjects.TOAN.comment: Tính đúng. → Tính nhanh." in done.output


async def test_an_unknown_school_and_a_file_that_is_none_are_refused_in_a_sentence(
    world: World, tmp_path: Path
) -> None:
    """Both answers carry a code and a Vietnamese sentence, and nothing is written."""
    before = await _state(world)
    file = _workbook(world, tmp_path)
    unknown = await hocba("import", str(file), "--school", "99999999", "--year", YEAR, urls=world.urls)
    assert (unknown.code, "SCHOOL_UNKNOWN" in unknown.output) == (1, True)
    file.write_bytes(b"PK\x03\x04 no workbook")
    broken = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
    assert (broken.code, "FILE_UNREADABLE" in broken.output) == (1, True), broken.output
    file.write_bytes(b"")
    empty = await hocba("import", str(file), "--school", SCHOOL, "--year", YEAR, urls=world.urls)
    assert (empty.code, "FILE_EMPTY" in empty.output) == (1, True), empty.output
    assert all("Traceback" not in done.output for done in (unknown, broken, empty))
    assert await _state(world) == before
