"""What is said of broken rows stays the same, word for word, however the reading is made."""

import os
from pathlib import Path

import pytest

from tests.files.broken import FILES, told

GOLDEN = Path(__file__).parents[1] / "golden" / "broken_rows"


@pytest.mark.parametrize("name", FILES)
def test_every_fault_is_told_as_before(read, name):
    """Each kind of wrong value in each kind of column, in each format: place, code, value and parameters.

    ``HOCBA_GOLDEN=write`` writes the files anew.
    """
    filename, make = FILES[name]
    said = "\n".join(told(read(make(), filename))) + "\n"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("HOCBA_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")
