"""Migrations are complete: the models hold nothing that no migration makes."""

import importlib
import re
import subprocess
import sys

from tortoise.migrations.operations import AddField

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


def test_a_new_column_finds_room_in_a_filled_table():
    """Rows that are there already take null or a default of the database; a default of Python's reaches none of them."""
    added = [
        (name, operation)
        for name in sorted(path.stem for path in (ROOT / MIGRATIONS).glob("[0-9]*.py"))
        for operation in importlib.import_module(f"backend.db.migrations.{name}").Migration.operations
        if isinstance(operation, AddField)
    ]
    assert added, "nothing to judge"
    homeless = [(name, op.name) for name, op in added if not (op.field.null or op.field.has_db_default())]
    assert homeless == []
