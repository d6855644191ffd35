"""A digest and a lookup code are lower-case hexadecimal digits of their number, and nothing else is stored."""

import pytest

from tests.db.test_immutability import REFUSED
from tests.fixtures.world import World

DIGEST, CODE = "0123456789abcdef" * 4, "0123456789ab4def8123456789abcdef"
NO_DIGESTS = [
    DIGEST[:-1],
    f"{DIGEST}0",
    DIGEST.upper(),
    f"{DIGEST[:-1]} ",
    f"{DIGEST[:-2]}\n0",
    f"{DIGEST[:-1]}g",
    "",
]
NO_CODES = [
    CODE[:-1],
    f"{CODE}0",
    CODE.upper(),
    f"{CODE[:12]}5{CODE[13:]}",
    f"{CODE[:16]}7{CODE[17:]}",
    f"{CODE[:-1]}g",
]

INTO_REVISION = "UPDATE revision SET content_digest = $1 WHERE id = (SELECT min(id) FROM revision)"
NEW_PUPIL = """
INSERT INTO pupil SELECT 999, full_name, name_fold, sort_key, birth_date, gender, ethnicity, nationality, birth_place,
       hometown, address, father, mother, guardian FROM pupil LIMIT 1"""
INTO_BOOK = """
INSERT INTO record_book (id, pupil_id, lookup_code, managing_school_id, school_class_id, opened_on, has_foreign_years)
SELECT 999, 999, $1, managing_school_id, school_class_id, opened_on, false FROM record_book LIMIT 1"""


async def _stored(world: World) -> list[tuple[object, ...]]:
    rows = await world.owner.run(
        "SELECT id::text, content_digest FROM revision UNION ALL SELECT id::text, lookup_code FROM record_book ORDER BY 1, 2"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("digest", NO_DIGESTS)
async def test_no_digest(world: World, digest: str) -> None:
    """A text that is no digest is refused, and the old one stays; a digest is taken."""
    before = await _stored(world)
    with pytest.raises(REFUSED):
        await world.owner.run(INTO_REVISION, digest)
    assert await _stored(world) == before
    await world.owner.run(INTO_REVISION, DIGEST)
    assert await _stored(world) != before


@pytest.mark.parametrize("code", NO_CODES)
async def test_no_code(world: World, code: str) -> None:
    """A text that is no code of version 4 is refused, and no book begins; a code is taken."""
    await world.owner.run(NEW_PUPIL)
    before = await _stored(world)
    with pytest.raises(REFUSED):
        await world.owner.run(INTO_BOOK, code)
    assert await _stored(world) == before
    await world.owner.run(INTO_BOOK, CODE)
    assert ("999", CODE) in await _stored(world)
