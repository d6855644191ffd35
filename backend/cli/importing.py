"""``hocba import``: a school's file into its drafts, with every fault at its place."""

import asyncio
import gc
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from backend.cli.operator import setting
from backend.db.connection import close_database, open_database
from backend.db.repositories import audit, organisation
from backend.db.scope import scoped
from backend.domain.audit import Origin
from backend.domain.calendar import VIETNAM
from backend.domain.errors import DomainError, SchoolUnknownError
from backend.domain.messages import sentence
from backend.domain.policy import PUBLIC, Actor, Role
from backend.domain.school_year import SchoolYear
from backend.files.parsed import FileDefaults
from backend.files.read import read_file
from backend.services.importing import Report, RowAction, import_file

SHOWN_MAX = 200
GARBAGE_THRESHOLD = 50_000
"""Objects made and not freed before cycles are looked for."""

SCHOOL_YEAR_BEGINS = 8
"""The month from which a school year is called by its new name."""


def import_path(path: Path, school_code: str, year: str, *, dry_run: bool, all_or_nothing: bool) -> int:
    """Import and print the report; 1 when the file or a row was refused."""
    console = Console()
    look_for_garbage_seldom()
    try:
        work = _import(
            path.read_bytes(), path.name, school_code, year, dry_run=dry_run, all_or_nothing=all_or_nothing
        )
        report = asyncio.run(work)
    except DomainError as error:
        console.print(f"[red]{error.reason}[/red] {sentence(error.reason, 'vi', **error.params)}")
        return 1
    _print(report, console)
    return int(report.count(RowAction.REFUSED) > 0)


def look_for_garbage_seldom() -> None:
    """A file's rows are kept until they are written and hold no cycles: looking for some would find none."""
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)


async def _import(
    data: bytes, name: str, school_code: str, year: str, *, dry_run: bool, all_or_nothing: bool
) -> Report:
    await open_database(setting("DATABASE_URL"), pool=2, application_name="hocba-import")
    try:
        async with scoped(PUBLIC, write=False):
            school = await organisation.find_school(school_code)
        if school is None:
            raise SchoolUnknownError(field="school")
        audit.came_from.set(Origin("OPERATOR"))
        defaults = FileDefaults(school_year=SchoolYear.parse(year) if year else current_school_year())
        parsed = read_file(data, name, school=school.facts, defaults=defaults)
        # whoever runs this command acts as the school's clerk, without being a person in it
        clerk = Actor(role=Role.CLERK, unit_id=school.id, school_ids=frozenset({school.id}))
        async with scoped(clerk, write=True):
            return await import_file(clerk, school.id, parsed, dry_run=dry_run, all_or_nothing=all_or_nothing)
    finally:
        await close_database()


def current_school_year() -> SchoolYear:
    """The school year of today."""
    today = datetime.now(VIETNAM)
    return SchoolYear(today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1)


def _print(report: Report, console: Console) -> None:
    table = Table("trang", "dòng", "cột", "giá trị", "mã", "lỗi", box=None)
    for row in report.rows:
        for item in row.faults:
            table.add_row(
                item.sheet, str(item.row), item.column, item.fault.value, item.fault.code, item.sentence("vi")
            )
    if table.row_count:
        console.print(table)
    for row in [row for row in report.rows if row.changes][:SHOWN_MAX]:
        for path, before, after in row.changes:
            console.print(f"{row.sheet} {row.row}: {path}: {before} → {after}", markup=False)
    counts = ", ".join(f"{action.lower()} {report.count(action)}" for action in RowAction)
    console.print(f"{len(report.rows)} rows: {counts}" + ("" if report.written else " (nothing written)"))
