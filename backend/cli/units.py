"""``hocba units``: a reorganisation from a file, as the department enters it."""

import asyncio
import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from backend.db.connection import close_database, open_database
from backend.db.repositories import audit
from backend.db.scope import unscoped
from backend.domain.audit import Origin
from backend.domain.errors import DomainError, UnitInvalidError
from backend.domain.messages import sentence
from backend.domain.organisation import UnitAct, UnitChange, UnitKind
from backend.domain.policy import Actor, Role
from backend.services.reorganising import reorganise

OPERATOR = Actor(role=Role.DEPARTMENT_OFFICER)
"""Whoever holds the owner's password acts for the department; the audit has no person for it."""

_FIELD = re.compile(r"changes\.([0-9]+)\.(\w+)")
Word = TypeVar("Word", UnitAct, UnitKind)
COLUMNS = ("act", "code", "kind", "name", "parent", "successor", "commune", "district", "place")


def apply(owner_url: str, file: Path, day: date, *, dry_run: bool) -> int:
    """Enter every line of a file, or none; 1 with the line that does not fit."""
    console = Console()
    try:
        count = asyncio.run(_apply(owner_url, list(read_changes(file)), day, dry_run=dry_run))
    except DomainError as error:
        words = sentence(error.reason, "vi", **error.params)
        console.print(f"{error.reason} {_place(error.field)}: {words}", markup=False)
        return 1
    console.print(f"{count} đơn vị, từ {day:%d/%m/%Y}{' (thử, chưa ghi)' if dry_run else ''}", markup=False)
    return 0


def read_changes(file: Path) -> Iterator[UnitChange]:
    """The lines of a CSV file with the headings of ``COLUMNS``; an empty cell keeps what is.

    Raises:
        UnitInvalidError: for a word that is no act or kind, as it also is where a heading is missing.
    """
    with file.open(encoding="utf-8-sig", newline="") as text:
        for place, line in enumerate(csv.DictReader(text)):
            cells = {name: (line.get(name) or "").strip() or None for name in COLUMNS}
            kind = cells["kind"]
            yield UnitChange(
                act=_word(UnitAct, cells["act"] or "", f"changes.{place}.act"),
                code=cells["code"] or "",
                kind=None if kind is None else _word(UnitKind, kind, f"changes.{place}.kind"),
                name=cells["name"],
                parent_code=cells["parent"],
                successor_code=cells["successor"],
                commune=cells["commune"],
                district=cells["district"],
                place=cells["place"],
            )


def _word(words: type[Word], text: str, field: str) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise UnitInvalidError(field=field) from error


async def _apply(owner_url: str, changes: list[UnitChange], day: date, *, dry_run: bool) -> int:
    await open_database(owner_url, pool=2, application_name="hocba-units")
    try:
        audit.came_from.set(Origin("OPERATOR"))
        async with unscoped():
            await reorganise(OPERATOR, day, changes, dry_run=dry_run)
    finally:
        await close_database()
    return len(changes)


def _place(field: str) -> str:
    """``changes.4.code`` as the line of the file: the heading is line 1."""
    found = _FIELD.fullmatch(field)
    return f"(dòng {int(found[1]) + 2}, {found[2]})" if found else ""
