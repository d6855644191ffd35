"""What is kept of guardians' citizen numbers: no number, before and after a key is added, and still the right children."""

import pytest
from asyncpg import CheckViolationError

from backend.cli import citizen_numbers
from backend.db.connection import close_database, open_database
from backend.db.repositories import people
from backend.db.scope import scoped, unscoped
from backend.domain.citizen_marks import CitizenMarks
from backend.domain.errors import AlreadyThereError
from backend.domain.identifiers import CitizenNumber
from backend.services import administration
from tests.fixtures.world import MARKS, PARENT, PARENT_LOGIN, PARENTS_ISSUER, World

MORE = CitizenMarks([*MARKS.keys, "a-key-that-was-added"])
NUMBER = CitizenNumber(PARENT)


async def _kept(world: World) -> set[str]:
    found = await world.owner.run(
        "SELECT citizen_mark FROM guardian UNION SELECT citizen_mark FROM guardian_login"
    )
    return {row["citizen_mark"] for row in found}


async def _children(login: str = PARENT_LOGIN) -> frozenset[int]:
    async with unscoped():
        found = await people.find_login(PARENTS_ISSUER, login)
    assert found is not None
    assert found.guardian is not None
    return found.guardian.book_ids


async def _wrap(world: World, marks: CitizenMarks) -> int:
    await close_database()
    wrapped = await citizen_numbers.wrap(world.urls.owner, marks)
    await open_database(world.urls.app, pool=2)
    return wrapped


async def test_a_number_that_was_kept_as_such_is_wrapped(world: World) -> None:
    """A row from before there were marks becomes one, its children stay, and a second run finds nothing to do."""
    children = await _children()
    await world.owner.run("ALTER TABLE guardian DROP CONSTRAINT ck_guardian_citizen_mark")
    await world.owner.run("ALTER TABLE guardian_login DROP CONSTRAINT ck_guardian_login_citizen_mark")
    for table in ("guardian", "guardian_login"):
        await world.owner.run(f"UPDATE {table} SET citizen_mark = $1", PARENT)
    assert await _wrap(world, MARKS) == 1
    assert await _kept(world) == {MARKS.of(NUMBER)[0]}
    assert await _children() == children
    assert await _wrap(world, MARKS) == 0


async def test_a_key_is_added_while_people_sign_in(world: World) -> None:
    """Before what is kept is wrapped, a link is found by its older mark; wrapped, nothing of the old key is left."""
    children = await _children()
    clerk = world.own.actors["vt"]
    child = (await world.records(world.own.actors["gv.4A"]))[0]
    with pytest.raises(AlreadyThereError):
        async with scoped(clerk, write=True):
            await administration.link_guardian(clerk, child.id, "Mẹ", "mẹ", PARENT, MORE)
    async with unscoped():
        await people.remember_guardian(PARENTS_ISSUER, "other device", MORE.of(NUMBER), "Mẹ")
    assert await _children() == await _children("other device") == children
    assert await _kept(world) == {MORE.of(NUMBER)[0]}
    assert await _wrap(world, MORE) == 0
    async with scoped(clerk, write=True):
        await administration.unlink_guardian(clerk, child.id, PARENT, MORE)
    assert await _children() == children - {child.book_id}


async def test_wrapping_needs_no_number(world: World) -> None:
    """Everything kept is wrapped at once by the added key, and the children stay."""
    children = await _children()
    assert await _wrap(world, MORE) == 1
    assert await _kept(world) == {MORE.of(NUMBER)[0]}
    assert await _children() == children


async def test_the_database_takes_no_number(world: World) -> None:
    """Neither a link nor a login is written with anything but a mark."""
    before = await _kept(world)
    for table in ("guardian", "guardian_login"):
        with pytest.raises(CheckViolationError, match=f"ck_{table}_citizen_mark"):
            await world.owner.run(f"UPDATE {table} SET citizen_mark = $1", PARENT)
    assert await _kept(world) == before
