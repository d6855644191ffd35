"""``hocba generate``: the export files of a synthetic province."""

from pathlib import Path
from typing import get_args

import typer
from rich.progress import Progress

from backend.domain.school_year import SchoolYear
from backend.synthetic.files import FileKind, write_files
from backend.synthetic.schools import generate_province


def generate(
    folder: Path, *, schools: int, pupils: int, year: str, seed: int, kind: str, awkward: bool
) -> None:
    """Write one file for each school, with a progress bar."""
    known: tuple[FileKind, ...] = get_args(FileKind)
    chosen = next((item for item in known if item == kind), None)
    if chosen is None:
        raise typer.BadParameter(f"kind is one of {', '.join(known)}")
    plan = generate_province(
        seed, schools=schools, pupils=pupils, school_year=SchoolYear.parse(year), awkward=awkward
    )
    with Progress() as progress:
        task = progress.add_task("pupils", total=plan.pupils)
        write_files(plan, folder, chosen, lambda _school, count: progress.advance(task, count))
