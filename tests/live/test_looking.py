"""Who watches contents from outside the school looks into books: each look is written down, shared or not."""

from tests.live.conftest import Live, many
from tests.live.test_watching import BOTH_WAYS

PRINCIPAL, DISTRICT, DEPARTMENT, FAR = "22193401.ht", "phong.193", "so", "phong.194"
CONTENTS = """
subscription Contents($after: String) {
  recordChanges(after: $after) { cursor kind subjectId node { ... on Record { id
    workingRevision { content { className } } } } }
}"""


@BOTH_WAYS
async def test_a_watched_content_is_an_access_event_of_the_office(live: Live) -> None:
    """One for the district and one for the department, however many of theirs share the look; none for the school."""
    (record, *_) = await live.world.records(live.world.own.actors["ht"])
    async with many(live, (DISTRICT, DISTRICT, DEPARTMENT, PRINCIPAL, FAR), CONTENTS) as screens:
        await live.touch(record.id)
        for screen in screens.all:
            if screen.login != FAR:
                await screen.until(2)
                assert screen.events[1]["node"]["workingRevision"]["content"]["className"] == "4A"
        assert not any(screen.errors for screen in screens.all)
        assert screens[FAR].kinds == ["OPENED"]
    looks = await live.world.owner.run(
        "SELECT book_id, reader, purpose, means FROM access_event ORDER BY reader"
    )
    assert [tuple(row) for row in looks] == [
        (record.book_id, reader, "SUPERVISION", "RIGHT") for reader in ("DEPARTMENT", "DISTRICT")
    ]


@BOTH_WAYS
async def test_watching_states_looks_into_nothing(live: Live) -> None:
    """Names and states are an office's daily list: nothing is written down."""
    (record, *_) = await live.world.records(live.world.own.actors["ht"])
    async with many(live, (DISTRICT, DEPARTMENT)) as screens:
        await live.touch(record.id)
        for screen in screens.all:
            await screen.until(2)
    assert await live.world.owner.run("SELECT id FROM access_event") == []
