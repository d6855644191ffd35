"""A data folder of its own for tests that start, stop and break a server."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def own_data() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hocba-own-") as folder:
        yield Path(folder) / "data"
