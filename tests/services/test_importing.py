"""An import compares first and writes the difference; a bad row never stops a good one."""

from dataclasses import replace

import pytest

from backend.db.repositories import records
from backend.db.scope import scoped
from backend.domain.content import RecordContent, SubjectResult
from backend.domain.errors import NotPermittedError, SchoolUnknownError
from backend.domain.faults import FaultCode, fault
from backend.domain.levels import SubjectLevel
from backend.domain.lifecycle import State
from backend.files.parsed import LocatedFault, ParsedFile, ParsedRow
from backend.services.importing import Report, RowAction, import_file
from tests.fixtures.world import World, parsed, pupil_content

NEW = 907


def _content(world: World, number: int = NEW, class_name: str = "4A") -> RecordContent:
    return pupil_content(world.own.facts, class_name, 4, number)


async def _import(world: World, file: ParsedFile, **options: bool) -> Report:
    clerk = world.own.actors["vt"]
    async with scoped(clerk, write=True):
        return await import_file(clerk, world.own.id, file, **{"dry_run": False, **options})


async def _rows(world: World) -> list[tuple]:
    found = await world.owner.run(
        "SELECT p.id, to_jsonb(p) AS pupil, to_jsonb(y) - 'updated_at' AS record, to_jsonb(r) - 'updated_at' AS revision"
        " FROM pupil p JOIN record_book b ON b.pupil_id = p.id LEFT JOIN year_record y ON y.book_id = b.id"
        " LEFT JOIN revision r ON r.year_record_id = y.id ORDER BY p.id, r.id"
    )
    return [tuple(row) for row in found]


async def test_a_new_pupil_gets_a_book_and_a_draft(world: World) -> None:
    """A pupil who is new gets a lookup code, a learning history and a complete draft."""
    report = await _import(world, parsed([_content(world)]))
    assert [row.action for row in report.rows] == [RowAction.CREATED]
    found = [record for record in await world.records(world.own.actors["vt"]) if record.book_id > 6]
    new = max(found, key=lambda record: record.id)
    assert (new.state, new.working.number, new.working.complete) == (State.DRAFT, 1, True)
    assert len(new.lookup_code) == 32
    history = await world.owner.run("SELECT class_name FROM enrolment WHERE book_id = $1", new.book_id)
    assert [row["class_name"] for row in history] == ["4A"]


async def test_the_same_file_again_changes_nothing(world: World) -> None:
    """A repeated import finds every row unchanged and writes not a byte."""
    file = parsed([_content(world, NEW + number) for number in range(3)])
    await _import(world, file)
    before = await _rows(world)
    again = await _import(world, file)
    assert again.count(RowAction.UNCHANGED) == 3
    assert await _rows(world) == before


async def test_a_dry_run_writes_nothing(world: World) -> None:
    """A dry run reports what would happen and leaves the database as it was."""
    before = await _rows(world)
    report = await _import(world, parsed([_content(world)]), dry_run=True)
    assert (report.count(RowAction.CREATED), report.written) == (1, False)
    assert await _rows(world) == before


async def test_a_changed_row_shows_its_difference(world: World) -> None:
    """A corrected comment comes back as a path with the value before and after, and is stored."""
    content = _content(world)
    await _import(world, parsed([content]))
    better = replace(content.subjects["TOAN"], comment="Tính nhanh và đúng.")
    changed = replace(content, subjects={**content.subjects, "TOAN": better})
    report = await _import(world, parsed([changed]))
    assert [row.changes for row in report.rows] == [
        (("subjects.TOAN.comment", content.subjects["TOAN"].comment, "Tính nhanh và đúng."),)
    ]
    stored = await world.owner.run(
        "SELECT content->'subjects'->'TOAN'->>'comment' AS comment, version FROM revision ORDER BY id DESC LIMIT 1"
    )
    assert [tuple(row) for row in stored] == [("Tính nhanh và đúng.", 2)]


async def test_a_bad_row_does_not_stop_the_good_ones(world: World) -> None:
    """The row with a fault is reported and refused; the other is imported."""
    bad = ParsedRow(
        4, "Sheet1", None, (LocatedFault(4, "Sheet1", "Điểm", "F", fault(FaultCode.SCORE_INVALID, "x", 11)),)
    )
    file = ParsedFile([*parsed([_content(world)]).rows, bad])
    report = await _import(world, file)
    assert [row.action for row in report.rows] == [RowAction.CREATED, RowAction.REFUSED]
    assert report.written


async def test_all_or_nothing_lets_one_bad_row_stop_everything(world: World) -> None:
    """With all or nothing the good rows of a faulty file stay out."""
    before = await _rows(world)
    bad = ParsedRow(
        4, "Sheet1", None, (LocatedFault(4, "Sheet1", "Điểm", "F", fault(FaultCode.SCORE_INVALID, "x", 11)),)
    )
    report = await _import(world, ParsedFile([*parsed([_content(world)]).rows, bad]), all_or_nothing=True)
    assert not report.written
    assert await _rows(world) == before


async def test_a_pupil_of_another_school_is_refused(world: World) -> None:
    """A code that another school's pupil holds is refused without saying whose it is."""
    foreign = pupil_content(world.schools[1].facts, "4A", 4, 100)
    stolen = replace(
        _content(world), pupil=replace(_content(world).pupil, pupil_code=foreign.pupil.pupil_code)
    )
    before = await _rows(world)
    report = await _import(world, parsed([stolen]))
    assert [item.fault.code for item in report.rows[0].faults] == [FaultCode.PUPIL_OF_ANOTHER_SCHOOL]
    assert report.rows[0].faults[0].fault.value == ""
    assert await _rows(world) == before


async def test_namesakes_need_a_code(world: World) -> None:
    """Two pupils with one name and birth date cannot be told apart by a row without a code."""
    twins = [
        replace(
            _content(world, NEW + number),
            pupil=replace(_content(world).pupil, pupil_code=f"22990000{number:02d}"),
        )
        for number in range(2)
    ]
    await _import(world, parsed(twins))
    nameless = replace(twins[0], pupil=replace(twins[0].pupil, pupil_code=""))
    report = await _import(world, parsed([nameless]))
    assert [item.fault.code for item in report.rows[0].faults] == [FaultCode.PUPIL_AMBIGUOUS]


async def test_a_pupil_without_codes_is_found_by_name_and_birth_date(world: World) -> None:
    """A file that leaves the code out still means the pupil it names."""
    content = _content(world)
    await _import(world, parsed([content]))
    nameless = replace(content, pupil=replace(content.pupil, pupil_code=""), absent_excused=3)
    report = await _import(world, parsed([nameless]))
    assert [row.action for row in report.rows] == [RowAction.CHANGED]
    kept = await world.owner.run("SELECT pupil_code FROM pupil ORDER BY id DESC LIMIT 1")
    assert kept[0]["pupil_code"] == content.pupil.pupil_code


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.TEACHER_SIGNED, FaultCode.RECORD_SIGNED), (State.ISSUED, FaultCode.RECORD_SIGNED)],
)
async def test_a_signed_record_is_not_touched(world: World, state: State, code: FaultCode) -> None:
    """A file cannot change what somebody has signed; the same content again is no change."""
    content = _content(world)
    await _import(world, parsed([content]))
    newest = max(await world.records(world.own.actors["vt"]), key=lambda record: record.id)
    await world.bring_to(state, newest.id)
    assert (await _import(world, parsed([content]))).count(RowAction.UNCHANGED) == 1
    before = await _rows(world)
    changed = replace(
        content,
        subjects={**content.subjects, "TOAN": SubjectResult(level=SubjectLevel.COMPLETED, comment="x")},
    )
    report = await _import(world, parsed([changed]))
    assert [item.fault.code for item in report.rows[0].faults] == [code]
    assert await _rows(world) == before


@pytest.mark.parametrize("login", ["gv.4A"])
async def test_a_teacher_cannot_import(world: World, login: str) -> None:
    """Importing is for the school's leaders and clerk."""
    teacher = world.own.actors[login]
    with pytest.raises(NotPermittedError):
        async with scoped(teacher, write=True):
            await import_file(teacher, world.own.id, parsed([_content(world)]), dry_run=False)


async def test_a_clerk_cannot_import_for_another_school(world: World) -> None:
    """A sibling school is answered like one that does not exist, and gets nothing."""
    clerk = world.own.actors["vt"]
    before = await _rows(world)
    with pytest.raises(SchoolUnknownError):
        async with scoped(clerk, write=True):
            await import_file(clerk, world.schools[1].id, parsed([_content(world)]), dry_run=False)
    assert await _rows(world) == before


async def test_a_class_change_moves_the_record(world: World) -> None:
    """A pupil who moves to the next class is counted and listed there."""
    content = _content(world)
    await _import(world, parsed([content]))
    entry = replace(content.history[0], class_name="4B")
    await _import(world, parsed([replace(content, class_name="4B", history=(entry,))]))
    newest = max(await world.records(world.own.actors["vt"]), key=lambda record: record.id)
    assert newest.class_name == "4B"
    counted = await world.owner.run(
        "SELECT s.count FROM state_count s JOIN school_class c ON c.id = s.school_class_id"
        " WHERE c.school_id = $1 ORDER BY c.name",
        world.own.id,
    )
    assert [row["count"] for row in counted] == [3, 4]
    async with scoped(world.own.actors["gv.4B"], write=False):
        assert newest.id in await records.find([newest.id])
