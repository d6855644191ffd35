"""A kept answer to a lookup: the same bytes, an event for each read, and nothing once anything has changed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.web.conftest import Site

LOOKUP = """query ($code: String!, $date: Date) { lookup(code: $code, secondFactor: $date) {
  maskedName full years { schoolYear verdict sentence content { pupil { fullName } } versions { number state } } } }"""


@dataclass
class Book:
    """A book of which one year has been issued."""

    site: Site
    client: httpx2.AsyncClient
    id: int
    code: str
    birth_date: str

    async def look(self, date: str | None = None, **headers: str) -> bytes:
        variables = {"code": self.code, "date": date or self.birth_date}
        answer = await self.client.post(
            f"{self.site.address}/graphql", json={"query": LOOKUP, "variables": variables}, headers=headers
        )
        return answer.content

    async def events(self) -> list[str]:
        found = await self.site.owner.run(
            "SELECT outcome FROM access_event WHERE book_id = $1 ORDER BY id", self.id
        )
        return [row["outcome"] for row in found]

    async def move(self, *states: str) -> None:
        for state in states:
            await self.site.worker.run(
                "UPDATE revision SET state = $2 WHERE book_id = $1 AND id = (SELECT max(id) FROM revision WHERE book_id = $1)",
                self.id,
                state,
            )


@pytest.fixture
async def book(site: Site) -> AsyncIterator[Book]:
    """A book that no other test looks at."""
    rows = await site.owner.run(
        "SELECT b.id, b.lookup_code, p.birth_date::text AS birth_date FROM record_book b JOIN pupil p ON p.id = b.pupil_id"
        " WHERE NOT EXISTS (SELECT FROM access_event e WHERE e.book_id = b.id) ORDER BY b.id DESC LIMIT 1"
    )
    async with httpx2.AsyncClient() as client:
        found = Book(site, client, rows[0]["id"], rows[0]["lookup_code"], rows[0]["birth_date"])
        await found.move("TEACHER_SIGNED", "PRINCIPAL_SIGNED", "ISSUED")
        yield found


async def test_the_same_lookup_again_is_answered_from_what_is_kept(book: Book) -> None:
    """The second reader gets the same bytes without the records being read again; both reads are events."""
    first = await book.look()
    assert b"fullName" in first
    await book.site.owner.run("ALTER TABLE year_record RENAME TO year_record_away")
    try:
        assert await book.look() == first
        assert b"INTERNAL" in await book.look(cookie="x=1")
    finally:
        await book.site.owner.run("ALTER TABLE year_record_away RENAME TO year_record")
    assert await book.events() == ["FULL", "FULL"]


async def test_a_change_is_seen_at_once(book: Book) -> None:
    """When anything that an answer rests on has changed, it is made anew."""
    first = await book.look()
    await book.site.owner.run("UPDATE revision SET state = 'SUBMITTED' WHERE book_id = $1", book.id)
    second = await book.look()
    assert b'"state":"ISSUED"' in first
    assert b'"state":"SUBMITTED"' in second
    assert await book.events() == ["FULL", "FULL"]


async def test_another_second_factor_or_language_is_another_lookup(book: Book) -> None:
    """What was kept for one who knew the birth date helps nobody who does not."""
    first = await book.look()
    assert b"SECOND_FACTOR_WRONG" in await book.look("1999-01-01")
    english = await book.look(**{"accept-language": "en"})
    assert english != first
    assert b"fullName" in english
    assert await book.events() == ["FULL", "REFUSED", "FULL"]


async def test_a_kept_answer_does_not_pass_the_limit_of_tries(book: Book) -> None:
    """After too many wrong tries the right factor waits as well, kept or not, and is no event of reading."""
    assert b"fullName" in await book.look()
    answers = [await book.look(f"1999-01-{day:02}") for day in range(1, 13)]
    assert b"TOO_MANY_TRIES" in answers[-1]
    assert b"TOO_MANY_TRIES" in await book.look()
    assert (await book.events()).count("FULL") == 1
