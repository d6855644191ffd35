"""A school that ended in the middle of a year: its successor goes on with what it had not issued.

Class by class and in portions, each one transaction; what was done is not done again, and what comes back later, a
rejected record, is taken over at the next look.
"""

from dataclasses import replace

from backend.db.repositories import audit, imports, organisation, succession
from backend.db.repositories.imports import KnownPupil
from backend.db.repositories.organisation import ClassRow, UnitRow
from backend.db.repositories.succession import Estate, UnfinishedYear
from backend.db.scope import enter, leave_scope, unscoped
from backend.domain.canonical import canonical_bytes
from backend.domain.content import HistoryEntry, RecordContent
from backend.domain.content_json import from_json, to_json
from backend.domain.policy import Actor, Role
from backend.services.import_writing import PlannedRow, planned_row, write

PORTION = 200


async def carry_over() -> int:
    """Let successors go on with what ended schools left; how many years went over."""
    async with unscoped():
        found = await succession.estates()
    moved = 0
    for estate in found:
        while portion := await _carry(estate):
            moved += portion
    return moved


async def _carry(estate: Estate) -> int:
    async with unscoped():
        left = await succession.unfinished(estate.school_id, PORTION)
        if not left:
            return 0
        units = await organisation.find_units([estate.school_id, estate.successor_id])
        old, new = units[estate.school_id], units[estate.successor_id]
        was = await organisation.find_classes(sorted({year.school_class_id for year in left}))
        taken = {
            (year, name)
            for year in {item.school_year for item in was.values()}
            for name in await organisation.classes_of(new.id, year)
        }
        await enter(_head(estate), write=True)
        classes = {key: await _class(row, old, new, taken) for key, row in was.items()}
        await _go_on(left, new, classes)
        await audit.append(
            _head(estate), "SCHOOL_SUCCEEDED", [(new.id, None)], school=old.code, years=len(left)
        )
        await leave_scope()
        pairs = [(key, row.id) for key, row in classes.items()]
        await succession.leave([year.id for year in left], pairs)
    return len(left)


def _head(estate: Estate) -> Actor:
    """Whose rows the successor writes: its own and those that it has inherited."""
    schools = frozenset({estate.school_id, estate.successor_id})
    return Actor(role=Role.PRINCIPAL, unit_id=estate.successor_id, school_ids=schools)


async def _class(was: ClassRow, old: UnitRow, new: UnitRow, taken: set[tuple[int, str]]) -> ClassRow:
    """The successor's class for an inherited one; where it has one of that name, the old school's code follows it."""
    name = was.name
    if (was.school_year, name) in taken:
        name = f"{name} ({old.code})"[:20]
    return await succession.follow_class(was, new.id, name)


async def _go_on(left: list[UnfinishedYear], new: UnitRow, classes: dict[int, ClassRow]) -> None:
    known: dict[tuple[int, int], KnownPupil] = {}
    for year in {item.school_year for item in left}:
        known |= {(item.book_id, year): item for item in await imports.known_pupils(new.id, year)}
    planned = []
    for item in left:
        pupil = known.get((item.book_id, item.school_year))
        # the pupil has gone elsewhere, or the successor writes the year already: the old one stays behind
        if pupil is not None and pupil.record_id is None:
            planned.append(_planned(item, new, classes[item.school_class_id], pupil))
    if planned:
        await write(new.id, planned)
    books = [(item.book_id, classes[item.school_class_id].id) for item in left]
    await succession.move_books(books)


def _planned(item: UnfinishedYear, new: UnitRow, target: ClassRow, known: KnownPupil) -> PlannedRow:
    content = _continued(from_json(item.content), new, target)
    canonical = canonical_bytes(to_json(content))
    return planned_row(content, canonical, known)


def _continued(before: RecordContent, new: UnitRow, target: ClassRow) -> RecordContent:
    """The same marks under the successor's name; the learning history shows both schools."""
    entry = HistoryEntry(school_year=before.school_year, class_name=target.name, school_name=new.name)
    kept = tuple(
        line
        for line in before.history
        if (line.school_year, line.school_name) != (entry.school_year, entry.school_name)
    )
    return replace(before, school=new.facts, class_name=target.name, history=(*kept, entry))
