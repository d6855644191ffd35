"""A new tree of units from a day on: districts that end, communes that begin, schools that move, merge or are renamed.

Everything that a reorganisation does is entered at once and takes effect on its day. What was stays what it was: the
units keep their rows, their names of the time, and the records that they signed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta

from backend.db.repositories import administration, audit, units
from backend.db.repositories.administration import NewUnit
from backend.db.repositories.units import UnitOnDay
from backend.db.scope import savepoint
from backend.domain.administration import PARENT_OF, rights_of
from backend.domain.errors import (
    AlreadyThereError,
    EmptySelectionError,
    NotFoundError,
    NotPermittedError,
    SelectionTooLargeError,
    UnitInvalidError,
)
from backend.domain.organisation import UnitAct, UnitChange, UnitKind
from backend.domain.policy import Actor, Refusal
from backend.domain.text import clean

CHANGES_MAX = 1000
ORDER = (UnitAct.NEW, UnitAct.CHANGE, UnitAct.END)


class _UndoneError(Exception):
    """Ends a trial without a trace; never leaves this module."""


async def reorganise(
    actor: Actor, day: date, changes: Sequence[UnitChange], *, dry_run: bool = False
) -> list[int]:
    """Enter a reorganisation; all or nothing. Returns the units it touches, none that it makes when tried only.

    Raises:
        NotPermittedError: unless the actor administers units. UnitInvalidError: when something does not fit, or the
        day lies in the past. NotFoundError: for a code that names no unit of the day. AlreadyThereError: for a code
        that is taken. Each names the line.
    """
    if not rights_of(actor).units:
        raise NotPermittedError(Refusal.ROLE)
    if not changes:
        raise EmptySelectionError(field="changes")
    if len(changes) > CHANGES_MAX:
        raise SelectionTooLargeError(field="changes", max=CHANGES_MAX)
    if day < await administration.today():
        raise UnitInvalidError(field="day")
    touched: list[int] = []
    with suppress(_UndoneError):
        async with savepoint():
            touched += await _carry_out(actor, day, changes)
            _undo_if(dry_run)
    made = {touched[place] for place, item in enumerate(changes) if item.act is UnitAct.NEW}
    return [key for key in touched if not (dry_run and key in made)]


def _undo_if(dry_run: bool) -> None:
    if dry_run:
        raise _UndoneError


async def _carry_out(actor: Actor, day: date, changes: Sequence[UnitChange]) -> list[int]:
    touched = [0] * len(changes)
    for act in ORDER:
        known = await units.on_day(day, _codes(changes))
        for place, item in enumerate(changes):
            if item.act is act:
                touched[place] = await _DO[act](day, item, known, f"changes.{place}")
                known |= await units.on_day(day, [item.code])
    await _require_whole(day, changes)
    await units.bring_up_to_date()
    await audit.append(actor, "UNITS_REORGANISE", [(None, None)], day=day.isoformat(), units=touched)
    return touched


def _codes(changes: Sequence[UnitChange]) -> list[str]:
    named = {item.code for item in changes}
    named |= {code for item in changes for code in (item.parent_code, item.successor_code) if code}
    return sorted(named)


Known = Mapping[str, UnitOnDay]


async def _make(day: date, item: UnitChange, known: Known, field: str) -> int:
    parent = _found(known, item.parent_code, f"{field}.parentCode")
    if item.kind is None or parent is None or parent.kind not in PARENT_OF.get(item.kind, ()):
        raise UnitInvalidError(field=f"{field}.parentCode")
    if not item.code.isalnum() or not clean(item.name or ""):
        raise UnitInvalidError(field=f"{field}.name")
    made = await administration.create_unit(
        NewUnit(
            kind=item.kind,
            code=item.code,
            name=clean(item.name or ""),
            parent_id=parent.id,
            valid_from=day,
            commune=clean(item.commune or ""),
            district=clean(item.district or ""),
            place=clean(item.place or ""),
        )
    )
    if made is None:
        raise AlreadyThereError(field=f"{field}.code")
    return made


async def _change(day: date, item: UnitChange, known: Known, field: str) -> int:
    unit = _named(known, item.code, field)
    parent = _found(known, item.parent_code, f"{field}.parentCode")
    if parent is not None and parent.kind not in PARENT_OF.get(unit.kind, ()):
        raise UnitInvalidError(field=f"{field}.parentCode")
    if item.name is not None and not clean(item.name):
        raise UnitInvalidError(field=f"{field}.name")
    await units.change(
        unit.id,
        day,
        name=None if item.name is None else clean(item.name),
        parent_id=None if parent is None else parent.id,
        commune=None if item.commune is None else clean(item.commune),
        district=None if item.district is None else clean(item.district),
        place=None if item.place is None else clean(item.place),
    )
    return unit.id


async def _end(day: date, item: UnitChange, known: Known, field: str) -> int:
    unit = _named(known, item.code, field)
    successor = _found(known, item.successor_code, f"{field}.successorCode")
    if unit.kind is UnitKind.DEPARTMENT or (successor is not None and successor.id == unit.id):
        raise UnitInvalidError(field=f"{field}.code")
    # a school's pupils go on somewhere; a district's schools are moved by lines of their own
    if unit.kind is UnitKind.SCHOOL and (successor is None or successor.kind is not UnitKind.SCHOOL):
        raise UnitInvalidError(field=f"{field}.successorCode")
    await administration.end_unit(
        unit.id, day - timedelta(days=1), None if successor is None else successor.id
    )
    return unit.id


_DO = {UnitAct.NEW: _make, UnitAct.CHANGE: _change, UnitAct.END: _end}


def _named(known: Known, code: str, field: str) -> UnitOnDay:
    if code not in known:
        raise NotFoundError(field=f"{field}.code")
    return known[code]


def _found(known: Known, code: str | None, field: str) -> UnitOnDay | None:
    if code is None:
        return None
    if code not in known:
        raise NotFoundError(field=field)
    return known[code]


async def _require_whole(day: date, changes: Sequence[UnitChange]) -> None:
    """See that nothing is left below a unit that ends."""
    left = await units.orphans(day)
    if left:
        place = next((at for at, item in enumerate(changes) if item.act is UnitAct.END), 0)
        raise UnitInvalidError(field=f"changes.{place}.code", units=", ".join(item.code for item in left))
