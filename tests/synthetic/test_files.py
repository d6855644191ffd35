"""The files of a synthetic province."""

import pytest

from backend.files.parsed import FileDefaults
from backend.files.read import read_file
from backend.synthetic.awkward import Awkward
from backend.synthetic.files import file_records, write_files
from backend.synthetic.schools import generate_province


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_the_files_are_read_back(one_school, tmp_path, kind):
    """What the generator writes is what the import reads: every pupil, awkward ones too, good and equal."""
    (path,) = write_files(one_school, tmp_path, kind)
    school = one_school.schools[0]
    defaults = FileDefaults(school_year=one_school.school_year)
    file = read_file(path.read_bytes(), path.name, school=school.facts, defaults=defaults)
    assert [found for found in file.faults if not found.is_warning] == []
    assert file.contents == list(file_records(one_school, school))
    assert len(file.good) == 300 + len(Awkward) - 1
    assert not any(row.missing for row in file.rows)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    """Two runs write the same workbook to the last byte."""
    for folder in ("one", "other"):
        write_files(generate_province(3, schools=2, pupils=40), tmp_path / folder)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(names) == 2
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_progress_is_told(tmp_path):
    """The writer tells of each school when its file is there."""
    plan = generate_province(3, schools=2, pupils=40)
    told = []
    write_files(plan, tmp_path, "json", lambda school, count: told.append((school.code, count)))
    assert told == [(school.code, school.pupils) for school in plan.schools]
