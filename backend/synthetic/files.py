"""Writing a province as the files its schools would send: one file for each school."""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Literal

from backend.domain.content import RecordContent
from backend.files.write import write_csv, write_json, write_xlsx
from backend.synthetic.awkward import Awkward, awkward_records
from backend.synthetic.plan import ProvincePlan, SchoolPlan
from backend.synthetic.records import school_records

FileKind = Literal["xlsx", "csv", "json"]

_WRITERS: dict[FileKind, Callable[[Iterator[RecordContent], BinaryIO], int]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
    "json": write_json,
}


def write_files(
    plan: ProvincePlan,
    folder: Path,
    kind: FileKind = "xlsx",
    written: Callable[[SchoolPlan, int], None] | None = None,
) -> list[Path]:
    """Write a file named by each school's code into the folder, and return their paths.

    Args:
        plan: the province, or what ``of_district`` left of it.
        folder: made when it is absent.
        kind: the format.
        written: told of each school and the number of its rows, for a progress bar.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for school in plan.schools:
        path = folder / f"{school.code}.{kind}"
        with path.open("wb") as target:
            count = _WRITERS[kind](file_records(plan, school), target)
        if written is not None:
            written(school, count)
        paths.append(path)
    return paths


def file_records(plan: ProvincePlan, school: SchoolPlan) -> Iterator[RecordContent]:
    """What a school's file holds: its pupils, and the awkward ones where the plan puts them.

    A file speaks for one school under its own name, so the record with a lengthened name stays out.
    """
    records = school_records(plan, school)
    if school.code != plan.awkward_school:
        return records
    cases = awkward_records(plan, school)
    return chain(records, (record for case, record in cases.items() if case is not Awkward.TWO_LINE_SCHOOL))
