"""Migrations are complete: the models hold nothing that no migration makes."""

import re
import subprocess
import sys

from tests.architecture.sources import MIGRATIONS, ROOT


def pending(*package: str) -> list[str]:
    """Operations that ``makemigrations`` would write."""
    command = [sys.executable, "-m", "tests.architecture.pending_migrations", *package]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_no_model_change_is_without_its_migration():
    """Tortoise's own detector finds nothing left to write."""
    assert pending() == []


def test_the_detector_sees_what_is_missing():
    """Without migrations every table would have to be created, so an empty answer means something."""
    assert pending("tests.architecture.no_migrations").count("CreateModel") > 10


def test_migrations_are_numbered_without_gaps():
    """One line of history: 0001, 0002, … each once."""
    names = sorted(path.name for path in (ROOT / MIGRATIONS).glob("[0-9]*.py"))
    numbers = [int(re.match("[0-9]{4}", name)[0]) for name in names]
    assert numbers == list(range(1, len(numbers) + 1))
